"""Sealed templates: opened by their rider at their place, and whole."""

from dataclasses import dataclass, replace
from typing import Final

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fakes.log_world import KIOSK_KEY
from fakes.rider_world import make_authenticator, seeded_fill
from faregate.consent.certificate import SALT_SIZE, template_commitment
from faregate.consent.consent import SignedConsent
from faregate.consent.derivation import PRF_INPUT
from faregate.consent.locked import LockedBuffer
from faregate.consent.passkey import passkey_hash
from faregate.consent.sealed_template import (
    BLOB_SIZE,
    EnrolledTemplate,
    open_sealed_template,
    seal_template,
)
from faregate.errors import VerificationError
from faregate.ids import Locator
from faregate.wire.canonical import b64, jcs, pack_frames, pad
from faregate.wire.document import sign
from faregate.wire.messages import CaptureCertificate, Consent, SignedCaptureCertificate

DEPLOYMENT: Final = "harbour-city"
LOCATOR: Final = Locator(b64(bytes([6]) * 32))
KEY: Final = bytes([5]) * 32
SALTED: Final = bytes([9]) * SALT_SIZE + bytes(range(128))
PASSKEY: Final = make_authenticator("ada")
CERTIFICATE: Final = CaptureCertificate(
    deployment=DEPLOYMENT,
    kiosk="kiosk-1",
    captured_at="kiosk",
    model_id="pip-offline/dlib-128",
    tc=b64(template_commitment(memoryview(SALTED))),
    bind=b64(passkey_hash(PASSKEY.cose_public_key)),
    liveness_level=1,
    day="2026-03-02",
)
CONSENT: Final = Consent(
    consent_id=b64(bytes([1]) * 16),
    deployment=DEPLOYMENT,
    controller="Harbour City Transit",
    purpose="fare",
    modes=["window"],
    model_id=CERTIFICATE.model_id,
    tc=CERTIFICATE.tc,
    certificate_hash=b64(CERTIFICATE.hashed()),
    notice_hash=b64(bytes([7]) * 32),
    lang="en",
    day="2026-03-02",
    not_after="2027-03-02",
    passkey=b64(PASSKEY.cose_public_key),
)
SIGNED: Final = SignedConsent(
    document=CONSENT,
    assertion=PASSKEY.get_assertion(CONSENT.hashed(), prf_input=PRF_INPUT)[0],
)
SIGNED_CERTIFICATE: Final = SignedCaptureCertificate(
    document=CERTIFICATE, signature=sign(CERTIFICATE, KIOSK_KEY)
)
GOOD_PARTS: Final = (
    SALTED[SALT_SIZE:],
    SALTED[:SALT_SIZE],
    b"pip-offline/dlib-128",
    bytes([1]) * 16,
    CONSENT.jcs(),
    SIGNED.assertion.jcs(),
    bytes([8]) * 32,
    (77).to_bytes(8, "big"),
    SIGNED_CERTIFICATE.jcs(),
)


def enrolled() -> EnrolledTemplate:
    """Make what is sealed."""
    return EnrolledTemplate(
        salted_template=LockedBuffer.copy_of(SALTED),
        consent=SIGNED,
        salt_c=bytes([8]) * 32,
        leaf_index=77,
        certificate=SIGNED_CERTIFICATE,
    )


def sealed(seed: str = "seal") -> bytes:
    """Seal it."""
    return seal_template(
        enrolled(),
        key=LockedBuffer.copy_of(KEY),
        deployment=DEPLOYMENT,
        locator=LOCATOR,
        fill=seeded_fill(seed),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Bytes, and what they are opened with."""

    blob: bytes
    key: bytes = KEY
    deployment: str = DEPLOYMENT
    locator: Locator = LOCATOR

    def open(self) -> EnrolledTemplate:
        """Open as the wallet does."""
        return open_sealed_template(
            self.blob,
            key=LockedBuffer.copy_of(self.key),
            deployment=self.deployment,
            locator=self.locator,
        )


GOOD: Final = Opening(blob=sealed())


def test_reads_back_what_was_sealed() -> None:
    """Every part, and always the same size on the shelf."""
    opened = GOOD.open()
    assert bytes(opened.salted_template.view) == SALTED
    assert (opened.consent, opened.salt_c, opened.leaf_index, opened.certificate) == (
        SIGNED,
        bytes([8]) * 32,
        77,
        SIGNED_CERTIFICATE,
    )
    assert len(GOOD.blob) == BLOB_SIZE == 8 * 1024 + 28
    assert sealed("other randomness") != GOOD.blob


@pytest.mark.parametrize(
    "opening",
    [
        replace(GOOD, key=bytes(32)),
        replace(GOOD, deployment="harbour-town"),
        replace(GOOD, locator=Locator(b64(bytes(32)))),
        replace(GOOD, blob=GOOD.blob[:-1]),
        replace(GOOD, blob=GOOD.blob + b"\x00"),
        replace(GOOD, blob=bytes([GOOD.blob[0] ^ 1]) + GOOD.blob[1:]),
        replace(GOOD, blob=GOOD.blob[:-1] + bytes([GOOD.blob[-1] ^ 1])),
    ],
    ids=["key", "deployment", "locator", "short", "long", "nonce", "tag"],
)
def test_nothing_else_opens_it(opening: Opening) -> None:
    """Another key or place, or changed bytes."""
    with pytest.raises(VerificationError) as refused:
        opening.open()
    assert refused.value.code == "sealed_template"


def _with_part(index: int, part: bytes) -> bytes:
    parts = [*GOOD_PARTS[:index], part, *GOOD_PARTS[index + 1 :]]
    return pad(pack_frames(*parts), size=8 * 1024)


@pytest.mark.parametrize(
    "plaintext",
    [
        _with_part(0, bytes(128)),
        _with_part(0, b""),
        _with_part(0, bytes(513)),
        _with_part(1, bytes(31)),
        _with_part(2, b"other/model"),
        _with_part(3, bytes(16)),
        _with_part(4, CONSENT.jcs() + b" "),
        _with_part(5, b"{}"),
        _with_part(8, b"{}"),
        _with_part(8, SIGNED_CERTIFICATE.jcs() + b"\x00"),
        bytes(8 * 1024),
        b"\xff" * (8 * 1024),
    ],
)
def test_parts_that_contradict_each_other_are_refused(plaintext: bytes) -> None:
    """Also under the right key: a wallet seals to no line what it could not have made."""
    aad = jcs({"deployment": DEPLOYMENT, "locator": LOCATOR})
    blob = bytes(12) + AESGCM(KEY).encrypt(bytes(12), plaintext, aad)
    with pytest.raises(VerificationError) as refused:
        Opening(blob=blob).open()
    assert refused.value.code == "sealed_template_parts"


def test_the_largest_template_fits() -> None:
    """512 numbers and the longest legal documents."""
    assertion = SIGNED.assertion.model_copy(
        update={
            "credential_id": "A" * 344,
            "client_data_json": "A" * 684,
            "authenticator_data": "A" * 344,
            "signature": "A" * 108,
        }
    )
    consent = CONSENT.model_copy(
        update={"controller": "\U0001f687" * 120, "modes": ["presence", "window"]}
    )
    salted = LockedBuffer.copy_of(bytes(SALT_SIZE + 512))
    blob = seal_template(
        replace(
            enrolled(),
            salted_template=salted,
            consent=SignedConsent(document=consent, assertion=assertion),
            leaf_index=2**53 - 1,
        ),
        key=LockedBuffer.copy_of(KEY),
        deployment=DEPLOYMENT,
        locator=LOCATOR,
    )
    assert len(blob) == BLOB_SIZE
