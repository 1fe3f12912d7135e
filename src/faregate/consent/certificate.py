"""Capture certificates: a kiosk saw a live person and bound this template to this passkey.

    tc   = SHA-256(salt (32) || T)
    bind = SHA-256(COSE public key of the passkey)

Days in documents are UTC days.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from faregate.consent.passkey import passkey_hash
from faregate.consent.trust import Trust
from faregate.errors import VerificationError
from faregate.wire.canonical import sha256, unb64
from faregate.wire.document import verify_signature
from faregate.wire.messages import CaptureCertificate, SignedCaptureCertificate

SALT_SIZE: Final = 32
NOT_YET_LOGGED: Final = 2**53 - 1
"""The leaf index to verify with before the consent is logged: no revoked key passes then."""


class CertificateDefect(StrEnum):
    """Why a certificate is refused, beside the trust file's and the signature's own codes."""

    DEPLOYMENT = "certificate_deployment"
    PASSKEY = "certificate_passkey"
    TEMPLATE = "certificate_template"
    MODEL = "certificate_model"


@dataclass(frozen=True, slots=True)
class VerifiedCertificate:
    """A proven certificate. Made by `verify_certificate` alone."""

    document: CaptureCertificate


def template_commitment(salted_template: memoryview) -> bytes:
    """Commit to a template: `salted_template` is the salt (32 bytes) and T."""
    return sha256(salted_template)


def utc_day(instant: datetime) -> str:
    """Give the day that documents made at this instant carry.

    >>> utc_day(datetime.fromisoformat("2026-03-02T00:30:00+01:00"))
    '2026-03-01'
    """
    return instant.astimezone(UTC).date().isoformat()


def verify_certificate(
    signed: SignedCaptureCertificate,
    *,
    trust: Trust,
    expected_deployment: str,
    expected_passkey: bytes,
    expected_tc: bytes,
    expected_model_id: str,
    consent_index: int,
) -> VerifiedCertificate:
    """Verify a capture certificate (message 2).

    `consent_index` is the verified index of the consent's leaf, or `NOT_YET_LOGGED`.
    Raises `VerificationError`: `unknown_key`, `key_expired`, `key_revoked` (the trust file's),
    `signing_key`, `signature`, or a `CertificateDefect`.
    """
    certificate = signed.document
    # 1. It is for this deployment.
    if not certificate.deployment == trust.deployment == expected_deployment:
        raise _defect(CertificateDefect.DEPLOYMENT, "The certificate is of another deployment.")
    # 2. The kiosk was trusted on its day, and not revoked before the consent was logged.
    kiosk = trust.key_of_logged(
        "kiosk", certificate.kiosk, certificate.day, leaf_index=consent_index
    )
    # 3. The kiosk signed it.
    verify_signature(certificate, signed.signature, expected_key=kiosk)
    # 4. It is bound to this rider's passkey: nobody enrols another person's face.
    if unb64(certificate.bind) != passkey_hash(expected_passkey):
        raise _defect(CertificateDefect.PASSKEY, "The certificate is of another passkey.")
    # 5. It is of this very template, made by this model.
    if unb64(certificate.tc) != expected_tc:
        raise _defect(CertificateDefect.TEMPLATE, "The certificate is of another template.")
    if certificate.model_id != expected_model_id:
        raise _defect(CertificateDefect.MODEL, "The certificate is of another model.")
    return VerifiedCertificate(certificate)


def _defect(code: CertificateDefect, message: str) -> VerificationError:
    return VerificationError(code, message)
