r"""Consents: what the rider agreed to, signed by the passkey, committed to in the log.

challenge = SHA-256("faregate/v1/consent\n" || JCS(document)) = H(document)
leaf      = SHA-256(salt_c (32) || H(document) || H(assertion))
H(assertion) = SHA-256("faregate/v1/assertion\n" || JCS(assertion))
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from faregate.consent.certificate import VerifiedCertificate, utc_day
from faregate.consent.passkey import Assertion, verify_assertion
from faregate.errors import VerificationError
from faregate.ids import ConsentId
from faregate.wire.canonical import b64, sha256, unb64
from faregate.wire.document import B64Hash, Document
from faregate.wire.messages import Consent, SignedCaptureCertificate


class ConsentDefect(StrEnum):
    """Why a consent is refused, beside an `AssertionDefect`. Ordered as the checks run."""

    DEPLOYMENT = "consent_deployment"
    PASSKEY = "consent_passkey"
    CERTIFICATE = "consent_certificate"  # another certificate, template or model is named
    MODES = "consent_modes"  # one mode twice
    DAY = "consent_day"  # not the day of the certificate or the day after
    TERM = "consent_term"  # longer than twelve months, or it ends before it begins
    NOT_IN_FORCE = "consent_not_in_force"


class SignedConsent(Document):
    """A consent as the wallet hands it in; nothing is proven yet."""

    document: Consent
    assertion: Assertion


class ConsentSubmission(Document):
    """Message 3, wallet to office: what the office binds to an account and commits to."""

    consent: SignedConsent
    certificate: SignedCaptureCertificate
    salt_c: B64Hash
    history_pk: B64Hash
    """The rider's HPKE public key for receipts."""


@dataclass(frozen=True, slots=True)
class VerifiedConsent:
    """A proven consent. Made by `verify_consent` alone.

    Whether it was withdrawn since is the registry's to say: a signature cannot know its future.
    """

    document: Consent
    certificate: VerifiedCertificate

    @property
    def consent_id(self) -> ConsentId:
        """All that a gate knows of the rider."""
        return ConsentId(self.document.consent_id)


def consent_leaf(salt_c: bytes, document: Consent, assertion: Assertion) -> bytes:
    """Give the salted commitment that is logged for a consent; 32 bytes."""
    return sha256(salt_c, document.hashed(), assertion.hashed())


def verify_consent(
    signed: SignedConsent,
    *,
    expected_deployment: str,
    expected_rp_id: str,
    expected_wallet_origin: str,
    expected_passkey: bytes,
    certificate: VerifiedCertificate,
    now: datetime,
) -> VerifiedConsent:
    """Verify a rider's consent (message 3).

    Raises `VerificationError` with a `ConsentDefect` or an `AssertionDefect`.
    """
    document = signed.document
    # 1. It is for this deployment.
    if document.deployment != expected_deployment:
        raise _defect(ConsentDefect.DEPLOYMENT, "The consent is for another deployment.")
    # 2. It names the passkey that the certificate is bound to.
    if unb64(document.passkey) != expected_passkey:
        raise _defect(ConsentDefect.PASSKEY, "The consent names another passkey.")
    # 3. That passkey signed this very document, a person being verified at the wallet's origin.
    verify_assertion(
        signed.assertion,
        expected_challenge=document.hashed(),
        expected_rp_id=expected_rp_id,
        expected_origin=expected_wallet_origin,
        expected_public_key=expected_passkey,
    )
    # 4. It is about the template in this certificate.
    captured = certificate.document
    if (document.certificate_hash, document.tc, document.model_id) != (
        b64(captured.hashed()),
        captured.tc,
        captured.model_id,
    ):
        raise _defect(ConsentDefect.CERTIFICATE, "The consent names another capture.")
    # 5. Its terms are possible, and it is in force now.
    if len(set(document.modes)) != len(document.modes):
        raise _defect(ConsentDefect.MODES, "The consent names one mode twice.")
    _check_days(document, captured_on=date.fromisoformat(captured.day))
    if not document.day <= utc_day(now) <= document.not_after:
        raise _defect(ConsentDefect.NOT_IN_FORCE, "The consent is not in force today.")
    return VerifiedConsent(document, certificate)


def twelve_months_after(day: date) -> date:
    """Give the last day of a consent of twelve months.

    >>> twelve_months_after(date(2028, 2, 29)).isoformat()
    '2029-02-28'
    """
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year + 1, day=28)


def _check_days(document: Consent, *, captured_on: date) -> None:
    day, last = date.fromisoformat(document.day), date.fromisoformat(document.not_after)
    if day - captured_on not in (timedelta(0), timedelta(days=1)):
        raise _defect(ConsentDefect.DAY, "The consent is not of the day of the capture.")
    if not day <= last <= twelve_months_after(day):
        raise _defect(ConsentDefect.TERM, "The consent is for longer than twelve months.")


def _defect(code: ConsentDefect, message: str) -> VerificationError:
    return VerificationError(code, message)
