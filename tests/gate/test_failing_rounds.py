"""Rounds in which the log, the trust file or the line's own disk fails."""

import pytest

from fakes.gate_world import GateWorld, Rider
from faregate.errors import MachineError, VerificationError
from faregate.gate.epoch import EpochKeys
from faregate.gate.lane import Ending
from faregate.gate.rounds import Office
from faregate.wire.messages import SignedGateEpoch

ADA = 1


@pytest.fixture
def ada(world: GateWorld) -> Rider:
    """Give a rider who is travelling."""
    rider = world.enrol(ADA)
    assert world.travel(rider).status == "admitted"
    return rider


@pytest.mark.parametrize(
    ("refusal", "ended"),
    [
        (ConnectionError("no quorum"), (Office.UNREACHABLE, ())),
        (VerificationError("key_expired", "Expired."), (Office.REACHED, ("key_expired",))),
    ],
    ids=["the log has no quorum", "the line's key has expired"],
)
def test_an_epoch_that_nobody_takes_stops_nothing_else(
    world: GateWorld,
    ada: Rider,
    monkeypatch: pytest.MonkeyPatch,
    refusal: Exception,
    ended: tuple[Office, tuple[str, ...]],
) -> None:
    """Withdrawals are heard and rides delivered while the log does not take the line's epoch."""
    assert world.make_lane().walk_up(ADA) is Ending.PASSED

    def refuse(_epoch: SignedGateEpoch) -> None:
        raise refusal

    monkeypatch.setattr(world.office, "publish_epoch", refuse)
    monkeypatch.setattr(EpochKeys, "due", lambda *_: True)
    world.office.withdrawn = [ada.consent_id]
    report = world.poll()
    assert ((report.office, report.distrusted), report.delivered) == (ended, 2)
    assert world.line.unlocked == 0


@pytest.mark.parametrize("ending", ["withdrawn", "stopped"])
def test_a_disk_that_fails_keeps_no_template_open(
    world: GateWorld, ada: Rider, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    """What riders ended is wiped before the line touches its disk."""
    if ending == "withdrawn":
        world.office.withdrawn = [ada.consent_id]
    else:
        world.office.stops.append(ada.wallet.stop())

    def fail(**_: object) -> int:
        raise MachineError("outbox_unusable", "It fails.", remedy="Mend it.")

    monkeypatch.setattr(world.line.outbox, "forget", fail)
    with pytest.raises(MachineError):
        world.poll()
    assert world.line.unlocked == 0
