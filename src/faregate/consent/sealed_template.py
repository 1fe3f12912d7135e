"""Sealed templates (message 4): all that a lease is made of, readable by the rider alone.

    blob = nonce (12) || AES-256-GCM(K_T, plaintext, aad = JCS{deployment, locator}) (8192 + 16)

The plaintext is framed (each part behind its length as a big-endian u32) and padded with zeros to
8 KiB: T (int8, one byte per number), salt (32), model id (ASCII), consent id (16), JCS of the
Consent, JCS of its assertion, salt_c (32), leaf index (8, big-endian), JCS of the signed capture
certificate.
"""

from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from faregate.consent.capture_reply import TEMPLATE_SIZE_MAX
from faregate.consent.certificate import SALT_SIZE, template_commitment
from faregate.consent.consent import SignedConsent
from faregate.consent.locked import LockedBuffer, RandomFill, random_bytes
from faregate.consent.passkey import Assertion
from faregate.errors import InvalidInputError, VerificationError
from faregate.ids import Locator
from faregate.wire.canonical import jcs, pack_frames_into, unb64, unpack_frames
from faregate.wire.messages import Consent, SignedCaptureCertificate

PLAINTEXT_SIZE: Final = 8 * 1024
_NONCE_SIZE: Final = 12
_TAG_SIZE: Final = 16
BLOB_SIZE: Final = _NONCE_SIZE + PLAINTEXT_SIZE + _TAG_SIZE
_PARTS: Final = 9
_INDEX_SIZE: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledTemplate:
    """A template with the documents that make it usable."""

    salted_template: LockedBuffer = field(repr=False)
    """The salt (32 bytes) and T; the holder wipes it."""

    consent: SignedConsent
    salt_c: bytes
    leaf_index: int
    """Where the consent is in the log."""

    certificate: SignedCaptureCertificate


def seal_template(
    enrolled: EnrolledTemplate,
    *,
    key: LockedBuffer,
    deployment: str,
    locator: Locator,
    fill: RandomFill | None = None,
) -> bytes:
    """Seal under K_T; always `BLOB_SIZE` bytes. Template and key stay the caller's, to wipe."""
    document = enrolled.consent.document
    salted = enrolled.salted_template.view
    nonce = random_bytes(_NONCE_SIZE, fill)
    with LockedBuffer(PLAINTEXT_SIZE) as plaintext:
        pack_frames_into(
            plaintext.view,
            salted[SALT_SIZE:],
            salted[:SALT_SIZE],
            document.model_id.encode("ascii"),
            unb64(document.consent_id),
            document.jcs(),
            enrolled.consent.assertion.jcs(),
            enrolled.salt_c,
            enrolled.leaf_index.to_bytes(_INDEX_SIZE, "big"),
            enrolled.certificate.jcs(),
        )
        aad = _aad(deployment, locator)
        return nonce + AESGCM(key.view).encrypt(nonce, plaintext.view, aad)


def open_sealed_template(
    blob: bytes, *, key: LockedBuffer, deployment: str, locator: Locator
) -> EnrolledTemplate:
    """Open a rider's own sealed template; the caller wipes what it holds.

    Raises `VerificationError`: `sealed_template` (another key, place or deployment, or changed),
    `sealed_template_parts` (its parts contradict each other).
    """
    if len(blob) != BLOB_SIZE:
        raise VerificationError("sealed_template", "A sealed template has another length.")
    with LockedBuffer(PLAINTEXT_SIZE) as plaintext:
        try:
            AESGCM(key.view).decrypt_into(
                blob[:_NONCE_SIZE],
                memoryview(blob)[_NONCE_SIZE:],
                _aad(deployment, locator),
                plaintext.view,
            )
        except InvalidTag:
            raise VerificationError("sealed_template", "The template does not open.") from None
        return _read(plaintext.view)


def _read(plaintext: memoryview) -> EnrolledTemplate:
    try:
        template, salt, model, consent_id, consent, assertion, salt_c, index, certificate = (
            unpack_frames(plaintext, count=_PARTS)
        )
        signed = SignedConsent(
            document=Consent.parse(consent), assertion=Assertion.parse(assertion)
        )
        enrolled = EnrolledTemplate(
            salted_template=LockedBuffer.copy_of(salt, template),
            consent=signed,
            salt_c=bytes(salt_c),
            leaf_index=int.from_bytes(index, "big"),
            certificate=SignedCaptureCertificate.parse(certificate),
        )
    except InvalidInputError as error:
        raise VerificationError("sealed_template_parts", error.message) from None
    document = signed.document
    sound = (
        len(salt) == SALT_SIZE
        and 1 <= len(template) <= TEMPLATE_SIZE_MAX
        and bytes(model) == document.model_id.encode("ascii")
        and bytes(consent_id) == unb64(document.consent_id)
        and template_commitment(enrolled.salted_template.view) == unb64(document.tc)
    )
    if not sound:
        enrolled.salted_template.wipe()
        raise VerificationError("sealed_template_parts", "The template is not the consent's.")
    return enrolled


def _aad(deployment: str, locator: Locator) -> bytes:
    return jcs({"deployment": deployment, "locator": locator})
