"""Capture certificates: one good one, spoiled one way at a time."""

from dataclasses import dataclass, replace
from typing import Final

import pytest

from fakes.log_world import DEPLOYMENT, KIOSK_KEY, OFFICE_BUNDLE_KEY, raw_public
from fakes.rider_world import MODEL
from faregate.consent.certificate import (
    NOT_YET_LOGGED,
    VerifiedCertificate,
    verify_certificate,
)
from faregate.consent.trust import Trust
from faregate.errors import VerificationError
from faregate.wire.canonical import b64, sha256
from faregate.wire.document import sign
from faregate.wire.messages import (
    CaptureCertificate,
    SignedCaptureCertificate,
    TrustedKey,
    TrustFile,
)

PASSKEY: Final = b"Ada's passkey"
TC: Final = bytes([4]) * 32
DAY: Final = "2026-03-02"
CERTIFICATE: Final = CaptureCertificate(
    deployment=DEPLOYMENT,
    kiosk="kiosk-1",
    captured_at="kiosk",
    model_id=MODEL,
    tc=b64(TC),
    bind=b64(sha256(PASSKEY)),
    liveness_level=1,
    day=DAY,
)


def trust_with(entry: TrustedKey, *, deployment: str = DEPLOYMENT) -> Trust:
    """Give a trust file that names one key; what makes a file good is tested in test_trust."""
    return Trust(
        TrustFile(
            deployment=deployment,
            version=1,
            prev_hash=b64(bytes(32)),
            expires=2**33,
            root_threshold=1,
            witness_threshold=1,
            roles=[entry],
        )
    )


KIOSK: Final = TrustedKey(
    role="kiosk",
    name="kiosk-1",
    key=b64(raw_public(KIOSK_KEY)),
    not_before="2026-02-01",
    not_after="2026-04-30",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A certificate and what is expected of it."""

    certificate: CaptureCertificate = CERTIFICATE
    kiosk: TrustedKey = KIOSK
    trust_deployment: str = DEPLOYMENT
    deployment: str = DEPLOYMENT
    passkey: bytes = PASSKEY
    tc: bytes = TC
    model_id: str = MODEL
    consent_index: int = 10

    def verify(self, signed: SignedCaptureCertificate | None = None) -> VerifiedCertificate:
        """Verify, by default with the kiosk's own signature."""
        signed = signed or SignedCaptureCertificate(
            document=self.certificate, signature=sign(self.certificate, KIOSK_KEY)
        )
        return verify_certificate(
            signed,
            trust=trust_with(self.kiosk, deployment=self.trust_deployment),
            expected_deployment=self.deployment,
            expected_passkey=self.passkey,
            expected_tc=self.tc,
            expected_model_id=self.model_id,
            consent_index=self.consent_index,
        )


GOOD: Final = Case()


def changed(**fields: str) -> Case:
    """Give the good case with another certificate, signed by the kiosk."""
    return replace(GOOD, certificate=CERTIFICATE.model_copy(update=fields))


def with_kiosk(**fields: str | int) -> Case:
    """Give the good case with another entry in the trust file."""
    return replace(GOOD, kiosk=KIOSK.model_copy(update=fields))


def test_a_good_certificate_passes() -> None:
    """The case that the others spoil."""
    assert GOOD.verify() == VerifiedCertificate(CERTIFICATE)


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (changed(deployment="harbour-town"), "certificate_deployment"),
        (replace(GOOD, deployment="harbour-town"), "certificate_deployment"),
        (replace(GOOD, trust_deployment="harbour-town"), "certificate_deployment"),
        (changed(kiosk="kiosk-2"), "unknown_key"),
        (with_kiosk(role="line"), "unknown_key"),
        (changed(day="2026-01-31"), "key_expired"),
        (changed(day="2026-05-01"), "key_expired"),
        (with_kiosk(distrust_from_index=10), "key_revoked"),
        (with_kiosk(distrust_from_index=0), "key_revoked"),
        (with_kiosk(key=b64(raw_public(OFFICE_BUNDLE_KEY))), "signing_key"),
        (replace(GOOD, passkey=b"Eve's passkey"), "certificate_passkey"),
        (changed(bind=b64(sha256(b"Eve's passkey"))), "certificate_passkey"),
        (replace(GOOD, tc=bytes(32)), "certificate_template"),
        (changed(tc=b64(bytes(32))), "certificate_template"),
        (replace(GOOD, model_id="other/model"), "certificate_model"),
        (changed(model_id="other/model"), "certificate_model"),
    ],
)
def test_each_defect_has_its_code(case: Case, code: str) -> None:
    """Another passkey, model, deployment, template or kiosk: a typed reason each (T02, T03)."""
    with pytest.raises(VerificationError) as refused:
        case.verify()
    assert refused.value.code == code


def test_a_forged_signature_is_refused() -> None:
    """No kiosk key, no certificate: somebody else's photo enrols nobody (T01)."""
    signature = sign(CERTIFICATE, OFFICE_BUNDLE_KEY)
    own = SignedCaptureCertificate(document=CERTIFICATE, signature=signature)
    pasted = SignedCaptureCertificate(
        document=CERTIFICATE,
        signature=signature.model_copy(update={"key": b64(raw_public(KIOSK_KEY))}),
    )
    codes = []
    for signed in (own, pasted):
        with pytest.raises(VerificationError) as refused:
            GOOD.verify(signed)
        codes.append(refused.value.code)
    assert codes == ["signing_key", "signature"]


def test_a_revoked_key_counts_for_what_was_logged_before() -> None:
    """Revocation is by log index: earlier consents stand, later and unlogged ones do not (T03)."""
    revoked = with_kiosk(distrust_from_index=11)
    assert revoked.verify() == VerifiedCertificate(CERTIFICATE)
    with pytest.raises(VerificationError) as refused:
        replace(revoked, consent_index=NOT_YET_LOGGED).verify()
    assert refused.value.code == "key_revoked"
