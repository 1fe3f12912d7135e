"""The demo's wire loses what it is told to lose, and says how much."""

from collections.abc import Sequence
from typing import cast

import pytest

from faregate.demo.network import Fault, Network
from faregate.gate.office_link import OfficeLink
from faregate.ids import LineId
from faregate.wire.messages import DeviceAck, SealedPassage

LINE = LineId("harbour")
PASSAGE = SealedPassage(
    device="harbour", boot=1, seq=1, line="harbour", day="2026-05-04", sealed="AAAA"
)


class _Office:
    """Counts what reaches it."""

    def __init__(self) -> None:
        self.delivered: list[SealedPassage] = []
        self.asked = 0

    def deliver(self, passages: Sequence[SealedPassage]) -> Sequence[DeviceAck]:
        self.delivered.extend(passages)
        return [DeviceAck(device="harbour", boot=1, seq=len(self.delivered))]

    def take_leases(self, _line: LineId) -> Sequence[bytes]:
        self.asked += 1
        return []


@pytest.fixture
def office() -> _Office:
    """Give an office that nothing has reached."""
    return _Office()


@pytest.fixture
def network(office: _Office) -> Network:
    """Give a network to it that works."""
    return Network(cast("OfficeLink", office))


@pytest.mark.parametrize(
    ("fault", "delivered", "lost"),
    [
        (Fault.DOWN, 0, (0, 0)),
        (Fault.LOSES_REQUEST, 0, (1, 0)),
        (Fault.LOSES_ANSWER, 1, (0, 1)),
    ],
)
def test_fails_both_ways(
    office: _Office, network: Network, fault: Fault, delivered: int, lost: tuple[int, int]
) -> None:
    """The line hears the same each time; only the office knows whether it was asked."""
    network.fault = fault
    with pytest.raises(ConnectionError):
        network.deliver([PASSAGE])
    assert len(office.delivered) == delivered
    assert (network.requests_lost, network.answers_lost) == lost
    assert not network.up


def test_carries_everything_while_it_works(office: _Office, network: Network) -> None:
    """Without a fault the answer is the office's own."""
    assert network.deliver([PASSAGE]) == [DeviceAck(device="harbour", boot=1, seq=1)]
    assert (list(network.take_leases(LINE)), office.asked, network.up) == ([], 1, True)


def test_a_cut_line_asks_for_nothing(office: _Office, network: Network) -> None:
    """What a line only fetches is cut off too, and lost by no other fault."""
    network.fault = Fault.DOWN
    with pytest.raises(ConnectionError):
        network.take_leases(LINE)
    network.fault = Fault.LOSES_ANSWER
    assert (list(network.take_leases(LINE)), office.asked) == ([], 1)
