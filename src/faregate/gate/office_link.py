"""All that a gate line ever asks of the office."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from faregate.ids import LineId
from faregate.wire.messages import (
    DeviceAck,
    SealedPassage,
    SignedBundle,
    SignedDayClose,
    SignedGateEpoch,
    Stop,
)


@dataclass(frozen=True, slots=True)
class StopPage:
    """Stops in the order in which the office heard them, and where to go on."""

    stops: tuple[Stop, ...]
    cursor: int


class OfficeLink(Protocol):
    """The office, as one line sees it. Every call may raise `ConnectionError`.

    A `ConnectionError` says that no answer came, not that nothing happened: each call may be made
    again. What comes back is not trusted: documents are signed, leases sealed. The line goes on
    without the office within the limits of message 6.
    """

    def publish_epoch(self, epoch: SignedGateEpoch) -> None:
        """Log the epoch. On return a wallet can find it with its proof. Again changes nothing.

        Raises `VerificationError` if the office does not take it for this line's.
        """

    def fetch_bundle(self, line: LineId) -> SignedBundle:
        """Give the newest bundle for this line (message 12)."""

    def take_leases(self, line: LineId) -> Sequence[bytes]:
        """Take the waiting sealed leases off the relay, each once; at most a bounded batch.

        One whose answer is lost is lost: its wallet hears nothing, and the rider taps again.
        """

    def take_stops(self, line: LineId, after: int) -> StopPage:
        """Give the stops behind a cursor of an earlier page; 0 to begin. The same for each line."""

    def deliver(self, passages: Sequence[SealedPassage]) -> Sequence[DeviceAck]:
        """Hand over passages, at least once: the office ignores a passage id that it has seen.

        Gives how far each device and boot named in the batch has arrived without a gap.
        """

    def take_day_closes(self, line: LineId) -> Sequence[SignedDayClose]:
        """Give the signed day closes of this line of the last 8 days."""

    def send_reply(self, box: bytes, reply: bytes) -> None:
        """Put a reply into a relay box, for whoever knows its name (16 or 32 bytes).

        The first reply stays. Raises `InvalidInputError` while the relay is flooded.
        """
