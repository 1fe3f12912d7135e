"""Gate epochs (message 1) as a wallet checks them before it seals anything to one (G8)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from faregate.consent.certificate import utc_day
from faregate.consent.release import verify_release
from faregate.consent.trust import Trust
from faregate.errors import VerificationError
from faregate.ids import EpochId, LineId
from faregate.translog.leaf import infrastructure_leaf
from faregate.translog.verify import InclusionProof
from faregate.wire.canonical import unb64
from faregate.wire.document import Document, verify_signature
from faregate.wire.messages import SignedGateEpoch, SignedRelease

COSIGNED_WITHIN: Final = timedelta(hours=24)
"""How old the quorum's cosignatures may be, for epochs, releases and consents alike."""


class EpochDefect(StrEnum):
    """Why nothing is sealed to an epoch, beside the trust file's, the log's and the signature's."""

    DEPLOYMENT = "epoch_deployment"
    LINE = "epoch_line"
    NOT_IN_FORCE = "epoch_not_in_force"


class EpochOffer(Document):
    """What a wallet fetches about a line: its epoch and release, each with its proof. Untrusted."""

    epoch: SignedGateEpoch
    epoch_inclusion: InclusionProof
    release: SignedRelease
    release_inclusion: InclusionProof


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedEpoch:
    """An epoch that a wallet may seal to. Made by `verify_epoch` alone."""

    deployment: str
    line: LineId
    epoch: EpochId
    pk: bytes
    not_after: datetime


def verify_epoch(
    offer: EpochOffer, *, trust: Trust, expected_line: LineId, now: datetime
) -> VerifiedEpoch:
    """Verify an epoch and the release that its line declares.

    Raises `VerificationError`: an `EpochDefect`, or what `Trust`, `verify_signature` and
    `verify_release` raise.
    """
    document = offer.epoch.document
    # Before all else: the trust file, which a process may have read long ago, is still in force.
    trust.check_in_force(now=now)
    # 1. It is this deployment's and this line's, and in force.
    if document.deployment != trust.deployment:
        raise _defect(EpochDefect.DEPLOYMENT, "The epoch is of another deployment.")
    if document.line != expected_line:
        raise _defect(EpochDefect.LINE, "The epoch is of another line.")
    if not document.not_before <= now.timestamp() < document.not_after:
        raise _defect(EpochDefect.NOT_IN_FORCE, "The epoch is not in force.")
    # 2. The line's own identity, as the trust file names it, signed it.
    identity = trust.key_of("line", document.line, utc_day(now))
    verify_signature(document, offer.epoch.signature, expected_key=identity)
    # 3. It is in the log, under a recent quorum of witnesses.
    trust.verify_logged(
        infrastructure_leaf(offer.epoch),
        offer.epoch_inclusion,
        now=now,
        cosigned_within=COSIGNED_WITHIN,
    )
    # 4. So is the release that it declares: nobody runs software that nobody can see.
    verify_release(
        offer.release,
        offer.release_inclusion,
        trust=trust,
        expected_digest=unb64(document.release_digest),
        now=now,
        cosigned_within=COSIGNED_WITHIN,
    )
    return VerifiedEpoch(
        deployment=document.deployment,
        line=LineId(document.line),
        epoch=EpochId(document.epoch),
        pk=unb64(document.pk),
        not_after=datetime.fromtimestamp(document.not_after, now.tzinfo),
    )


def _defect(code: EpochDefect, message: str) -> VerificationError:
    return VerificationError(code, message)
