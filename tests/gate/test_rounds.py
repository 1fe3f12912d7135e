"""The line and its rounds with the office: what each brings, and both ways a network fails."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fakes.faces import PRINT
from fakes.gate_world import GATE_POLICY, LINE, RELEASE_DIGEST, GateWorld, Rider
from faregate.consent.hpke import Recipient
from faregate.consent.locked import RandomFill
from faregate.consent.stop import ACK_SIZE, make_stop, stop_hash
from faregate.gate.actuator import Direction
from faregate.gate.assessment import DeploymentLevel
from faregate.gate.decision import (
    Answer,
    AskForCard,
    CardReason,
    GateEvidence,
    GatePolicy,
    Open,
    decide,
)
from faregate.gate.events import CardAsked
from faregate.gate.lane import Ending
from faregate.gate.present import PRESENT_MAX
from faregate.gate.rounds import Office
from faregate.gate.unsafe import UnsafeEvidenceObserver, UnsafeEvidenceWarning
from faregate.wire.canonical import b64
from faregate.wire.messages import SignedGateEpoch

ADA, EVE = 1, 2
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ada(world: GateWorld) -> Rider:
    """Give a rider who enrolled."""
    return world.enrol(ADA)


def passages(world: GateWorld) -> list[tuple[int, str]]:
    """Give number and outcome of each passage event at the office."""
    return [(one.seq, one.outcome) for one in world.office.read_passages()]


def refused(world: GateWorld, person: int) -> CardReason:
    """Let a person walk up and be refused; give why."""
    lane = world.make_lane()
    assert lane.walk_up(person) is Ending.CARD_ASKED
    (asked,) = (event for event in lane.events if isinstance(event, CardAsked))
    return asked.reason


def test_publishes_its_epoch_before_use(world: GateWorld) -> None:
    """The first round logs an epoch that names the line's software."""
    (epoch,) = world.office.epochs
    assert (epoch.document.line, epoch.document.epoch) == (LINE, 1)
    assert epoch.document.release_digest == b64(RELEASE_DIGEST)
    world.poll()
    assert len(world.office.epochs) == 1


def test_publishes_a_new_epoch_every_day(world: GateWorld, ada: Rider) -> None:
    """The old epoch still opens leases that were sealed to it; its successor is known by then."""
    world.advance(timedelta(hours=23, minutes=50))
    lease = world.lease(ada)
    world.poll()
    assert [one.document.epoch for one in world.office.epochs] == [1, 2]
    world.office.leases.append(lease.sealed)
    assert world.poll().admitted == 1


def test_tells_the_wallet_what_became_of_its_lease(world: GateWorld, ada: Rider) -> None:
    """Admitted or refused with a reason, sealed to the wallet, in its own box."""
    assert world.travel(ada).status == "admitted"
    world.office.withdrawn = [ada.consent_id]
    assert world.travel(ada).status == "withdrawn"
    assert {len(reply) for reply in world.office.replies.values()} == {ACK_SIZE}


def test_a_stop_wipes_at_once_and_is_remembered(world: GateWorld, ada: Rider) -> None:
    """A stopped lease is gone; one whose stop came first is never admitted."""
    world.travel(ada)
    world.office.stops.append(ada.wallet.stop())
    world.poll()
    assert world.line.unlocked == 0
    lease = world.lease(ada)
    world.office.stops.append(ada.wallet.stop())
    world.poll()
    world.office.leases.append(lease.sealed)
    assert world.poll().refused == ("stopped",)


def test_a_stop_is_forgotten_after_twelve_hours(world: GateWorld, ada: Rider) -> None:
    """No lease is longer, so the stop has nothing left to stop."""
    world.lease(ada)
    world.line.stop([ada.wallet.stop()])
    world.advance(timedelta(hours=12) - timedelta(seconds=1))
    assert not world.line.camera_may_open()
    assert len(world.line._stopped) == 1
    world.advance(timedelta(seconds=1))
    assert not world.line.camera_may_open()
    assert world.line._stopped == {}


def test_a_withdrawal_wipes(world: GateWorld, ada: Rider) -> None:
    """The next round after a withdrawal ends the rider's lease."""
    world.travel(ada)
    world.office.withdrawn = [ada.consent_id]
    world.poll()
    assert world.line.unlocked == 0
    assert refused(world, ADA) is CardReason.NOBODY_UNLOCKED


def test_a_debt_is_paid_by_card(world: GateWorld, ada: Rider) -> None:
    """Who is on the list of debts stays present, and is asked for the card."""
    world.travel(ada)
    world.office.denied = [ada.consent_id]
    world.poll()
    assert refused(world, ADA) is CardReason.DENIED
    world.office.denied = []
    world.poll()
    assert world.make_lane().walk_up(ADA) is Ending.PASSED


def test_cut_off_windows_end_after_ten_minutes(world: GateWorld, ada: Rider) -> None:
    """Without news of withdrawals a window is wiped (G6); rides until then are not lost."""
    world.travel(ada)
    world.office.lose_request = True
    world.advance(10 * MINUTE)
    assert world.poll().office is Office.UNREACHABLE
    assert world.make_lane().walk_up(ADA) is Ending.PASSED
    world.advance(timedelta(seconds=1))
    assert world.line.unlocked == 0
    assert refused(world, ADA) is CardReason.NOBODY_UNLOCKED
    world.office.lose_request = False
    report = world.poll()
    assert (report.office, report.delivered) == (Office.REACHED, 2)
    assert passages(world) == [(1, "authorised"), (2, "passed")]


@pytest.mark.parametrize("lost", ["lose_request", "lose_answer"])
def test_passages_arrive_exactly_once(world: GateWorld, ada: Rider, lost: str) -> None:
    """Whether the request or the answer is lost: sent again, and counted once."""
    world.travel(ada)
    lane = world.make_lane()
    setattr(world.office, lost, True)
    lane.walk_up(ADA)
    for _ in range(3):
        assert world.poll().office is Office.UNREACHABLE
    setattr(world.office, lost, False)
    assert world.poll().delivered == 2
    assert world.line.outbox.pending() == ()
    deliveries = world.office.deliveries
    world.poll()
    assert world.office.deliveries == deliveries
    assert passages(world) == [(1, "authorised"), (2, "passed")]


def test_an_epoch_whose_answer_was_lost_is_published_again(
    world: GateWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Publishing twice changes nothing."""
    world.start()
    publish = world.office.publish_epoch

    def lose_answer(epoch: SignedGateEpoch) -> None:
        publish(epoch)
        raise ConnectionError("answer lost")

    with monkeypatch.context() as patch:
        patch.setattr(world.office, "publish_epoch", lose_answer)
        assert world.poll().office is Office.UNREACHABLE
        assert len(world.line.epochs_to_publish()) == 1
    world.poll()
    assert [one.document.epoch for one in world.office.epochs] == [1, 2]


def test_a_restarted_office_hears_of_the_epoch_again(world: GateWorld) -> None:
    """Each round tells the newest epoch: without it wallets could not travel for a day."""
    (newest,) = world.line.epochs_to_publish()
    world.office.epochs.clear()
    world.poll()
    assert world.office.epochs == [newest]


def test_an_answer_that_was_not_taken_is_sent_again(world: GateWorld, ada: Rider) -> None:
    """The wallet hears of its lease once the relay is back."""
    lease = world.lease(ada)
    world.office.leases.append(lease.sealed)
    world.office.relay_away = True
    assert world.poll().admitted == 1
    world.office.relay_away = False
    world.poll()
    assert ada.wallet.read_ack(LINE, world.office.replies[lease.ack_box]).status == "admitted"


def test_a_relay_that_refuses_an_answer_stops_nothing(world: GateWorld, ada: Rider) -> None:
    """A relay that is flooded takes the answer later; the round ends as usual."""
    lease = world.lease(ada)
    world.office.leases.append(lease.sealed)
    world.office.relay_flooded = True
    assert world.poll().distrusted == ("rate_limit",)
    world.office.relay_flooded = False
    world.poll()
    assert lease.ack_box in world.office.replies


def test_a_bad_bundle_leaves_the_last_good_one(world: GateWorld, ada: Rider) -> None:
    """A corrupt bundle is reported, and never stops a lane."""
    world.travel(ada)
    world.office.spoil = lambda bundle: bundle.model_copy(update={"line": "harbour-2"})
    assert world.poll().distrusted == ("bundle_address",)
    assert world.make_lane().walk_up(ADA) is Ending.PASSED


def test_without_a_passage_key_no_ride_is_begun(world: GateWorld, ada: Rider) -> None:
    """What could not be sealed must not be written, and what is not written must not happen."""
    world.travel(ada)
    world.office.passage_keys.clear()
    world.poll()
    assert refused(world, ADA) is CardReason.CANNOT_RECORD
    assert world.line.unlocked == 1


def test_keeps_rows_until_a_signed_day_close_counts_them(world: GateWorld, ada: Rider) -> None:
    """Acknowledged rows go with the day close that the office signed, and with no other."""
    world.travel(ada)
    world.make_lane().walk_up(ADA)
    world.poll()
    assert len(world.disk.rows) == 2
    world.office.close_day(line=LINE, seq=1)
    world.poll()
    assert list(world.disk.rows) == [(1, 2)]
    world.office.close_day(line=LINE, seq=2)
    good = world.office.closes.pop()
    world.office.closes.append(
        good.model_copy(update={"signature": world.office.closes[0].signature})
    )
    other_line = good.model_copy(
        update={"document": good.document.model_copy(update={"line": "harbour-2"})}
    )
    world.office.closes.append(other_line)
    assert world.poll().distrusted == ("signature", "day_close_address")
    assert list(world.disk.rows) == [(1, 2)]


def test_distrusts_acknowledgements_of_what_it_never_sent(world: GateWorld, ada: Rider) -> None:
    """An office that confuses lines does not make this one forget a ride."""
    world.travel(ada)
    world.make_lane().walk_up(ADA)
    deliver = world.office.deliver

    def confused(batch: object) -> object:
        return [
            ack.model_copy(update={"device": "harbour-2"})
            for ack in deliver(batch)  # type: ignore[arg-type]  # passed through
        ]

    world.office.deliver = confused  # type: ignore[method-assign, assignment]  # confused office
    assert world.poll().distrusted == ("ack_unknown",)
    assert len(world.line.outbox.pending()) == 2


def test_counts_rides_that_were_never_delivered(world: GateWorld, ada: Rider) -> None:
    """After eight days nobody can read the row any more: it is dropped, and said so."""
    world.travel(ada)
    world.office.lose_request = True
    world.make_lane().walk_up(ADA)
    world.advance(timedelta(days=8))
    assert world.poll().lost == 0
    world.advance(timedelta(days=1))
    assert world.poll().lost == 2
    assert world.disk.rows == {}


def test_spent_uses_outlive_a_restart(world: GateWorld, ada: Rider) -> None:
    """The table of spent uses is on the disk, without naming the lease."""
    world.travel(ada, uses=2)
    world.make_lane().walk_up(ADA)
    (key,) = world.disk.spent
    world.start()
    assert world.line.outbox.uses_spent(key) == 1


def test_the_last_use_ends_the_lease(world: GateWorld, ada: Rider) -> None:
    """After the last use nobody is unlocked, and the camera stays closed."""
    world.travel(ada, uses=1)
    assert world.make_lane().walk_up(ADA) is Ending.PASSED
    assert world.line.unlocked == 0
    assert refused(world, ADA) is CardReason.NOBODY_UNLOCKED


def test_shutting_down_wipes_everything(world: GateWorld, ada: Rider) -> None:
    """Nobody is present and no lease opens afterwards."""
    lease = world.lease(ada)
    world.travel(ada)
    world.line.shut_down()
    assert world.line.unlocked == 0
    world.office.leases.append(lease.sealed)
    assert world.poll().refused == ("unopened",)


def test_one_rider_has_one_place(world: GateWorld, ada: Rider) -> None:
    """However often a rider taps Travel, the newest lease alone is open; Stop then ends all."""
    statuses = [world.travel(ada).status for _ in range(PRESENT_MAX + 1)]
    assert statuses == ["admitted"] * (PRESENT_MAX + 1)
    assert world.line.unlocked == 1
    world.office.stops.append(ada.wallet.stop())
    world.poll()
    assert world.line.unlocked == 0


def test_the_demo_sees_a_print_match_and_be_refused(world: GateWorld) -> None:
    """The demo-only observer sees the evidence: all was met but life."""
    seen: list[tuple[GateEvidence, GatePolicy, Answer]] = []

    def see(evidence: GateEvidence, policy: GatePolicy, answer: Answer) -> None:
        seen.append((evidence, policy, answer))

    with pytest.warns(UnsafeEvidenceWarning):
        world.unsafe_observer = UnsafeEvidenceObserver(see, level=DeploymentLevel.P0)
    world.start()
    world.poll()
    ada = world.enrol(ADA)
    world.travel(ada)
    world.make_lane().walk_up(ADA, live=PRINT)
    ((evidence, policy, answer),) = seen
    assert policy == GATE_POLICY
    assert answer == AskForCard(CardReason.NOT_LIVE)
    alive = replace(evidence, liveness=1.0)
    assert decide(alive, policy) == Open(evidence.candidates[0].lease_id, ada.consent_id)


def test_two_leases_of_one_rider_do_not_compete(world: GateWorld, ada: Rider) -> None:
    """Tapping Travel twice does not make a rider ambiguous."""
    world.travel(ada)
    world.travel(ada)
    lanes = [world.make_lane(direction) for direction in Direction]
    assert [lane.walk_up(ADA) for lane in lanes] == [Ending.PASSED, Ending.PASSED]


def test_remembers_a_bounded_number_of_stops(
    world: GateWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flood of stops forgets the oldest; a stop that is heard again is new."""
    monkeypatch.setattr("faregate.gate.line.STOPS_MAX", 2)
    first, second, third = (make_stop(bytes([number]) * 32) for number in range(3))
    world.line.stop([first])
    world.line.stop([second])
    world.line.stop([first])
    world.line.stop([third])
    assert list(world.line._stopped) == [stop_hash(first), stop_hash(third)]


def test_a_wallet_without_a_usable_ack_key_gets_no_answer(
    world: GateWorld, ada: Rider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing can be sealed to a point of low order; the lease is judged all the same."""
    generate = Recipient.generate

    def low_order(fill: RandomFill | None = None) -> Recipient:
        key = generate(fill)
        key.public_bytes = bytes(32)
        return key

    with monkeypatch.context() as patch:
        patch.setattr(Recipient, "generate", low_order)
        lease = world.lease(ada)
    world.office.leases.append(lease.sealed)
    assert world.poll().admitted == 1
    assert world.office.replies == {}
