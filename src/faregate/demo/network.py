"""The wire between the lines and the office, which the script can cut, or make forgetful."""

from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import TypeVar

from faregate.gate.office_link import OfficeLink, StopPage
from faregate.ids import LineId
from faregate.wire.messages import (
    DeviceAck,
    SealedPassage,
    SignedBundle,
    SignedDayClose,
    SignedGateEpoch,
)

Answer = TypeVar("Answer")


class Fault(Enum):
    """How a network fails."""

    NONE = auto()
    DOWN = auto()  # nothing gets through
    LOSES_REQUEST = auto()  # the office never hears
    LOSES_ANSWER = auto()  # the office did it, and the line never knows


class Network:
    """An `OfficeLink` over another one, with faults."""

    def __init__(self, office: OfficeLink) -> None:
        self._office = office
        self.fault = Fault.NONE
        self.requests_lost = 0
        self.answers_lost = 0

    @property
    def up(self) -> bool:
        """Whether requests get through and are answered."""
        return self.fault is Fault.NONE

    def publish_epoch(self, epoch: SignedGateEpoch) -> None:
        """Carry an epoch to the log."""
        self._refuse_if_down()
        self._office.publish_epoch(epoch)

    def fetch_bundle(self, line: LineId) -> SignedBundle:
        """Carry a bundle to the line."""
        # Only the delivery of passages may lose its request or answer: the line asks for the
        # bundle first, and without one it would never come to deliver.
        self._refuse_if_down()
        return self._office.fetch_bundle(line)

    def take_leases(self, line: LineId) -> Sequence[bytes]:
        """Carry leases to the line."""
        self._refuse_if_down()
        return self._office.take_leases(line)

    def take_stops(self, line: LineId, after: int) -> StopPage:
        """Carry stops to the line."""
        self._refuse_if_down()
        return self._office.take_stops(line, after)

    def deliver(self, passages: Sequence[SealedPassage]) -> Sequence[DeviceAck]:
        """Carry passages to the office."""
        return self._carry(lambda: self._office.deliver(passages))

    def take_day_closes(self, line: LineId) -> Sequence[SignedDayClose]:
        """Carry day closes to the line."""
        self._refuse_if_down()
        return self._office.take_day_closes(line)

    def send_reply(self, box: bytes, reply: bytes) -> None:
        """Carry an acknowledgement to the relay."""
        self._carry(lambda: self._office.send_reply(box, reply))

    def _carry(self, request: Callable[[], Answer]) -> Answer:
        self._refuse_if_down()
        if self.fault is Fault.LOSES_REQUEST:
            self.requests_lost += 1
            raise ConnectionError("the request was lost")
        answer = request()
        if self.fault is Fault.LOSES_ANSWER:
            self.answers_lost += 1
            raise ConnectionError("the answer was lost")
        return answer

    def _refuse_if_down(self) -> None:
        if self.fault is Fault.DOWN:
            raise ConnectionError("the network is down")
