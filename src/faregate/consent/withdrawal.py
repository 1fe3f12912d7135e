r"""Withdrawal (message 10) by passkey: the consent ends, whatever anybody else thinks of it.

    challenge = SHA-256("faregate/v1/withdrawal\n" || JCS(document)) = H(document)
    leaf      = SHA-256(salt (32) || H(document) || H(assertion))

Sealed records are deleted apart from it, each by its own delete secret (`RecordDeletion`): nothing
that the office is told joins a locator to a consent.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from faregate.consent.passkey import Assertion, verify_assertion
from faregate.errors import VerificationError
from faregate.ids import ConsentId, Locator
from faregate.wire.canonical import sha256, unb64
from faregate.wire.document import B64Hash, B64Id, Day, Document
from faregate.wire.messages import Consent, WithdrawalRequest


class WithdrawalDefect(StrEnum):
    """Why a withdrawal is refused, beside an `AssertionDefect`."""

    DEPLOYMENT = "withdrawal_deployment"
    CONSENT = "withdrawal_consent"


class SignedWithdrawal(Document):
    """A withdrawal as the wallet hands it in; nothing is proven yet."""

    document: WithdrawalRequest
    assertion: Assertion
    salt: B64Hash


class Tombstone(Document):
    """What is left of a withdrawn consent until it would have ended: replayed after a restore."""

    consent_id: B64Id
    not_after: Day


@dataclass(frozen=True, slots=True)
class RecordDeletion:
    """What deletes one sealed record, and says nothing about whose it is."""

    locator: Locator
    delete_secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedWithdrawal:
    """A proven withdrawal. Made by `verify_withdrawal` alone."""

    consent_id: ConsentId
    leaf: bytes
    """What is logged."""

    tombstone: Tombstone


def withdrawal_leaf(salt: bytes, document: WithdrawalRequest, assertion: Assertion) -> bytes:
    """Give the salted commitment that is logged for a withdrawal; 32 bytes."""
    return sha256(salt, document.hashed(), assertion.hashed())


def verify_withdrawal(
    signed: SignedWithdrawal,
    *,
    consent: Consent,
    expected_deployment: str,
    expected_rp_id: str,
    expected_wallet_origin: str,
) -> VerifiedWithdrawal:
    """Verify that the rider of `consent`, which the registry holds as proven, ends it.

    No day is too late and no second time is one too many: a withdrawal is never refused for when
    it comes. Raises `VerificationError` with a `WithdrawalDefect` or an `AssertionDefect`.
    """
    document = signed.document
    # 1. It is for this deployment and this consent.
    if document.deployment != expected_deployment:
        raise VerificationError(
            WithdrawalDefect.DEPLOYMENT, "The withdrawal is for another deployment."
        )
    if document.consent_id != consent.consent_id:
        raise VerificationError(WithdrawalDefect.CONSENT, "The withdrawal is of another consent.")
    # 2. The consent's own passkey signed this very document, a person being verified.
    verify_assertion(
        signed.assertion,
        expected_challenge=document.hashed(),
        expected_rp_id=expected_rp_id,
        expected_origin=expected_wallet_origin,
        expected_public_key=unb64(consent.passkey),
    )
    return VerifiedWithdrawal(
        consent_id=ConsentId(document.consent_id),
        leaf=withdrawal_leaf(unb64(signed.salt), document, signed.assertion),
        tombstone=Tombstone(consent_id=consent.consent_id, not_after=consent.not_after),
    )
