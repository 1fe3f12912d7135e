"""Epoch keys of one line (protocol.md, message 1): made at the line, and never on a disk.

A restart loses them on purpose: leases sealed to them are junk from then on.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from faregate.consent.hpke import Recipient
from faregate.ids import DeploymentId, EpochId, LineId
from faregate.wire.canonical import b64
from faregate.wire.document import sign
from faregate.wire.messages import SUITE_X25519_AES256GCM, GateEpoch, SignedGateEpoch

USED_FOR: Final = timedelta(hours=24)
LEASE_MAX: Final = timedelta(hours=12)
"""The longest lease: an epoch key is kept so much longer than wallets may seal to it."""
RENEWED_BEFORE: Final = timedelta(minutes=15)
"""Time for a new epoch to get into the log before the old one ends."""
LIVE_MAX: Final = 2


@dataclass(frozen=True, slots=True, eq=False)
class LiveEpoch:
    """One epoch of this line that can still open leases."""

    signed: SignedGateEpoch
    recipient: Recipient = field(repr=False)

    @property
    def epoch(self) -> EpochId:
        """Its number."""
        return EpochId(self.signed.document.epoch)


class EpochKeys:
    """The live epochs of one line, at most two. Owns their private keys until they are wiped."""

    def __init__(
        self,
        *,
        deployment: DeploymentId,
        line: LineId,
        identity: Ed25519PrivateKey,
        release_digest: bytes,
    ) -> None:
        self._deployment = deployment
        self._line = line
        self._identity = identity
        self._release_digest = release_digest
        self._live: list[LiveEpoch] = []

    @property
    def live(self) -> tuple[LiveEpoch, ...]:
        """The epochs that can open leases, newest first."""
        return tuple(reversed(self._live))

    def due(self, now: datetime) -> bool:
        """Whether it is time to begin a new epoch."""
        if not self._live:
            return True
        newest = self._live[-1].signed.document
        return now.timestamp() >= newest.not_after - RENEWED_BEFORE.total_seconds()

    def begin(self, epoch: EpochId, now: datetime) -> SignedGateEpoch:
        """Make the key of a new epoch, and its document, signed by the line identity.

        `epoch` was never used before. Of more than two the oldest is wiped.
        """
        recipient = Recipient.generate()
        document = GateEpoch(
            deployment=self._deployment,
            line=self._line,
            epoch=epoch,
            suite=SUITE_X25519_AES256GCM,
            pk=b64(recipient.public_bytes),
            not_before=int(now.timestamp()),
            not_after=int((now + USED_FOR).timestamp()),
            release_digest=b64(self._release_digest),
        )
        signed = SignedGateEpoch(document=document, signature=sign(document, self._identity))
        self._live.append(LiveEpoch(signed, recipient))
        while len(self._live) > LIVE_MAX:
            self._live.pop(0).recipient.wipe()
        return signed

    def end(self, now: datetime) -> None:
        """Wipe the epochs whose last lease is over."""
        for one in list(self._live):
            if now.timestamp() >= one.signed.document.not_after + LEASE_MAX.total_seconds():
                one.recipient.wipe()
                self._live.remove(one)

    def wipe(self) -> None:
        """Wipe all of them: the line shuts down."""
        for one in self._live:
            one.recipient.wipe()
        self._live.clear()
