"""The rider's receipt for a consent (message 3), with all that is needed to check it offline.

Field names are those of ISO/IEC TS 27560:2023 where it has one. The readable part says nothing
that the evidence does not: verification makes it again from the signed consent and compares. The
wallet makes the receipt, so nobody can refuse to give one.
"""

from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import Field

from faregate.consent.certificate import verify_certificate
from faregate.consent.consent import (
    SignedConsent,
    VerifiedConsent,
    consent_leaf,
    verify_consent,
)
from faregate.consent.passkey import passkey_hash
from faregate.consent.trust import Trust
from faregate.errors import VerificationError
from faregate.translog.verify import InclusionProof
from faregate.wire.canonical import b64, unb64
from faregate.wire.document import B64Hash, B64Id, Day, Document
from faregate.wire.messages import Label, SignedCaptureCertificate

_ANY_AGE: Final = timedelta.max
"""A receipt is checked years later: that the quorum signed is what counts, not when."""


class ConsentEvidence(Document):
    """What proves a consent: the signed documents, and that the log committed to them."""

    consent: SignedConsent
    certificate: SignedCaptureCertificate
    salt_c: B64Hash
    inclusion: InclusionProof


class ReceiptPurpose(Document):
    """What the data may be used for, by whom, until when, and how to end it."""

    purpose: Literal["fare"]
    lawful_basis: Literal["consent"]
    pii_information: Literal["face template"]
    pii_controllers: Annotated[list[Label], Field(min_length=1, max_length=1)]
    retention_period: Day
    """The last day; sooner by withdrawal."""

    withdrawal_method: Literal["passkey"]


class ReceiptEvent(Document):
    """What the rider did, and when."""

    event_type: Literal["given"]
    event_time: Day


class ConsentReceipt(Document):
    """A receipt as the rider keeps it."""

    schema_version: Literal["faregate/v1/consent-receipt"]
    receipt_id: B64Id
    pii_principal_id: B64Hash
    """The hash of the passkey: a name in this deployment alone, and nobody's elsewhere."""

    privacy_notice: B64Hash
    """SHA-256 of the notice that the rider was shown."""

    language: str
    purposes: Annotated[list[ReceiptPurpose], Field(min_length=1, max_length=1)]
    event: ReceiptEvent
    evidence: ConsentEvidence


def make_consent_receipt(evidence: ConsentEvidence) -> ConsentReceipt:
    """Write down in plain fields what the signed consent says."""
    consent = evidence.consent.document
    return ConsentReceipt(
        schema_version="faregate/v1/consent-receipt",
        receipt_id=consent.consent_id,
        pii_principal_id=b64(passkey_hash(unb64(consent.passkey))),
        privacy_notice=consent.notice_hash,
        language=consent.lang,
        purposes=[
            ReceiptPurpose(
                purpose=consent.purpose,
                lawful_basis="consent",
                pii_information="face template",
                pii_controllers=[consent.controller],
                retention_period=consent.not_after,
                withdrawal_method="passkey",
            )
        ],
        event=ReceiptEvent(event_type="given", event_time=consent.day),
        evidence=evidence,
    )


def verify_consent_receipt(
    receipt: ConsentReceipt,
    *,
    trust: Trust,
    expected_rp_id: str,
    expected_wallet_origin: str,
    now: datetime,
) -> VerifiedConsent:
    """Check a receipt with nothing but the trust file.

    It proves what was agreed to when it was logged, not that it is still so. Raises
    `VerificationError`: `consent_receipt`, or what the verifications of its parts raise.
    """
    evidence = receipt.evidence
    signed = evidence.consent
    passkey = unb64(signed.document.passkey)
    # 1. The plain fields say what the signed document says.
    if receipt != make_consent_receipt(evidence):
        raise VerificationError("consent_receipt", "The receipt says other than was signed.")
    # 2. The log committed to the consent.
    included = trust.verify_logged(
        consent_leaf(unb64(evidence.salt_c), signed.document, signed.assertion),
        evidence.inclusion,
        now=now,
        cosigned_within=_ANY_AGE,
    )
    # 3. A trusted kiosk captured the template for this passkey.
    certificate = verify_certificate(
        evidence.certificate,
        trust=trust,
        expected_deployment=trust.deployment,
        expected_passkey=passkey,
        expected_tc=unb64(signed.document.tc),
        expected_model_id=signed.document.model_id,
        consent_index=included.index,
    )
    # 4. The rider signed it, and it was in force when the witnesses saw it.
    return verify_consent(
        signed,
        expected_deployment=trust.deployment,
        expected_rp_id=expected_rp_id,
        expected_wallet_origin=expected_wallet_origin,
        expected_passkey=passkey,
        certificate=certificate,
        now=included.cosigned_at,
    )
