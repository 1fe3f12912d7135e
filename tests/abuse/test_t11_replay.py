"""T11 (G2, G3): a lease is good once, for its line, its epoch, its time and its uses."""

from datetime import timedelta

import pytest

from fakes.gate_world import LINE, GateWorld, Rider
from faregate.consent.hpke import lease_info, open_, seal
from faregate.consent.lease import SEALED_SIZE, LeaseDefect
from faregate.gate.admission import AdmissionRefusal
from faregate.gate.lane import Ending
from faregate.gate.line import GateLine
from faregate.ids import EpochId, LineId
from faregate.wire.canonical import unb64

ADA = 1


@pytest.fixture
def ada(world: GateWorld) -> Rider:
    """Give a rider who enrolled."""
    return world.enrol(ADA)


def offer(world: GateWorld, sealed: bytes) -> tuple[str, ...]:
    """Put bytes into the relay; give why they were refused."""
    world.office.leases.append(sealed)
    return world.poll().refused


def test_t11_g3_the_same_bytes_again(world: GateWorld, ada: Rider) -> None:
    """While it lasts, after its last use and after its end a lease is admitted once."""
    lease = world.lease(ada, uses=1)
    assert offer(world, lease.sealed) == ()
    assert offer(world, lease.sealed) == (AdmissionRefusal.REPLAYED,)
    assert world.make_lane().walk_up(ADA) is Ending.PASSED
    assert offer(world, lease.sealed) == (AdmissionRefusal.REPLAYED,)
    world.advance(timedelta(hours=1))
    assert offer(world, lease.sealed) == (LeaseDefect.EXPIRED,)
    assert world.make_lane().walk_up(ADA) is Ending.CARD_ASKED


def test_t11_twin_a_line_that_forgets_what_it_saw(world: GateWorld, ada: Rider) -> None:
    """Without the memory of seen leases the used lease comes back, if uses were not kept either."""
    lease = world.lease(ada, uses=1)
    offer(world, lease.sealed)
    world.make_lane().walk_up(ADA)
    world.line._seen.clear()
    assert offer(world, lease.sealed) == (AdmissionRefusal.NO_USES_LEFT,)
    world.disk.spent.clear()
    assert offer(world, lease.sealed) == ()
    assert world.make_lane().walk_up(ADA) is Ending.PASSED


def test_t11_g2_across_a_restart(world: GateWorld, ada: Rider) -> None:
    """A restart loses the epoch key on purpose: what was sealed to it is junk."""
    lease = world.lease(ada)
    world.start()
    assert offer(world, lease.sealed) == (AdmissionRefusal.UNOPENED,)


def test_t11_twin_a_line_that_keeps_its_epoch_key(world: GateWorld, ada: Rider) -> None:
    """Had the key survived the restart, the replayed lease would open."""
    lease = world.lease(ada)
    offer(world, lease.sealed)
    kept = world.line._epochs
    world.start()
    world.poll()
    world.line._epochs = kept
    assert offer(world, lease.sealed) == ()


def resealed(world: GateWorld, sealed: bytes, *, line: LineId, epoch: EpochId) -> bytes:
    """Open a lease with the line's own key and seal the same content under another context."""
    (live,) = world.line._epochs.live
    info = {"deployment": world.line.terms.deployment, "line": LINE, "epoch": live.epoch}
    content = open_(sealed, live.recipient, lease_info(**info))  # type: ignore[arg-type]
    again = lease_info(deployment=world.line.terms.deployment, line=line, epoch=epoch)
    return seal(content, live.recipient.public_bytes, again)


def test_t11_g3_another_context(world: GateWorld, ada: Rider) -> None:
    """The seal binds line and epoch: under another name it does not open here."""
    lease = world.lease(ada)
    (live,) = world.line._epochs.live
    elsewhere = resealed(world, lease.sealed, line=LineId("harbour-2"), epoch=live.epoch)
    other_epoch = resealed(world, lease.sealed, line=LINE, epoch=EpochId(live.epoch + 1))
    same = resealed(world, lease.sealed, line=LINE, epoch=live.epoch)
    assert offer(world, elsewhere) == offer(world, other_epoch) == (AdmissionRefusal.UNOPENED,)
    assert len(same) == SEALED_SIZE
    assert offer(world, same) == ()


def test_t11_g3_sealed_to_a_line_that_the_header_does_not_name(
    world: GateWorld, ada: Rider
) -> None:
    """A hostile line seals the rider's lease on to another one: the header names its lines."""
    lease = world.lease(ada)
    second = _second_line(world)
    onward = _sealed_on(world, lease.sealed, to=second)
    outcome = second.admit(onward)
    assert getattr(outcome, "code", None) == LeaseDefect.LINE
    assert second.unlocked == 0


def test_t11_twin_a_line_that_does_not_read_its_name(
    world: GateWorld, ada: Rider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the check of the header only the inner seal is left to refuse it."""
    lease = world.lease(ada)
    second = _second_line(world)
    onward = _sealed_on(world, lease.sealed, to=second)
    monkeypatch.setattr(
        "faregate.consent.verify_lease._line_in", lambda header, _opened: header.lines[0]
    )
    assert getattr(second.admit(onward), "code", None) == LeaseDefect.INNER
    monkeypatch.setattr(
        "faregate.consent.verify_lease.inner_aad",
        lambda header, _line: unb64(header.lease_id) + LINE.encode(),
    )
    second.admit(_sealed_on(world, lease.sealed, to=second))
    assert second.unlocked == 1


def _second_line(world: GateWorld) -> GateLine:
    second = world.another_line(LineId("harbour-2"))
    (epoch,) = second.epochs_to_publish()
    second.epoch_published(epoch)
    second.accept_bundle(world.office.make_bundle(LineId("harbour-2")))
    return second


def _sealed_on(world: GateWorld, sealed: bytes, *, to: GateLine) -> bytes:
    (own,), (other,) = world.line._epochs.live, to._epochs.live
    deployment = world.line.terms.deployment
    content = open_(
        sealed, own.recipient, lease_info(deployment=deployment, line=LINE, epoch=own.epoch)
    )
    info = lease_info(deployment=deployment, line=to.terms.line, epoch=other.epoch)
    return seal(content, other.recipient.public_bytes, info)
