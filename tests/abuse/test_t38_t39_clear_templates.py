"""T38, T39 (G2): clear templates are those of the riders present, exactly, whatever happens.

Hypothesis plays any interleaving of leases, walk-ups, stops, withdrawals, time, a network that
fails and power cuts. A model that knows nothing of the code says who must be present; the memory
of the process says who is.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from fakes.faces import DIMENSION, LIVE, PRINT, template_of
from fakes.gate_world import GateWorld, make_gate_world
from faregate.consent.locked import LockedBuffer
from faregate.gate.lane import Ending
from faregate.wire.messages import Stop

PEOPLE = (1, 2, 3)
WITHDRAWALS_AGE_MAX = timedelta(minutes=10)


def quantized(person: int) -> bytes:
    """Give T of a person."""
    with LockedBuffer(DIMENSION) as buffer:
        template_of(person).quantize_into(buffer.view)
        return bytes(buffer.view)


TRIPS = st.tuples(
    st.sampled_from(PEOPLE),  # who
    st.integers(1, 3),  # uses
    st.sampled_from([5, 20, 120]),  # minutes
)
T_OF = {person: quantized(person) for person in PEOPLE}


class Memory:
    """All locked memory that this process made since, also what nobody refers to any more."""

    def __init__(self) -> None:
        """Begin to watch."""
        self._buffers: list[LockedBuffer] = []
        self._patch = pytest.MonkeyPatch()
        make = LockedBuffer.__init__

        def watched(buffer: LockedBuffer, size: int) -> None:
            make(buffer, size)
            self._buffers.append(buffer)

        self._patch.setattr(LockedBuffer, "__init__", watched)

    def clear_templates(self) -> Counter[int]:
        """Count whose templates lie in it now, however they got there."""
        contents = [content for one in self._buffers if any(content := bytes(one.view))]
        return Counter(
            {
                person: count
                for person, template in T_OF.items()
                if (count := sum(template in content for content in contents))
            }
        )

    def close(self) -> None:
        """Watch no more."""
        self._patch.undo()


@dataclass(eq=False)
class ModelLease:
    """What the model believes of one admitted lease."""

    person: int
    not_after: datetime
    uses_left: int
    sealed: bytes
    stop: Stop


class Line(RuleBasedStateMachine):
    """One line, three riders, an unreliable network and an unreliable power supply."""

    def __init__(self) -> None:
        """Enrol everyone."""
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.memory = Memory()
        self.world: GateWorld = make_gate_world(Path(self.folder.name))
        self.riders = {person: self.world.enrol(person) for person in PEOPLE}
        self.leases: list[ModelLease] = []
        self.old: list[ModelLease] = []
        self.stopped: list[ModelLease] = []
        self.withdrawn_known: set[int] = set()
        self.withdrawn: set[int] = set()
        self.news_at = self.world.log_world.now
        self.poll()

    def teardown(self) -> None:
        """Close the files."""
        self.world.line.shut_down()
        self.world.log_world.log.close()
        self.folder.cleanup()
        self.memory.close()

    @property
    def online(self) -> bool:
        """Whether the office can be reached."""
        return not self.world.office.lose_request

    def live(self) -> list[ModelLease]:
        """Give the leases that must be present now."""
        now = self.world.log_world.now
        if now - self.news_at > WITHDRAWALS_AGE_MAX:
            self.end(self.leases)
        self.end([one for one in self.leases if one.not_after <= now or one.uses_left < 1])
        self.end([one for one in self.leases if one.person in self.withdrawn_known])
        return self.leases

    def end(self, leases: list[ModelLease]) -> None:
        """Take leases out of the model."""
        self.old += leases
        self.leases = [one for one in self.leases if one not in leases]

    def poll(self) -> tuple[str, ...]:
        """Make a round."""
        self.live()
        report = self.world.poll()
        if self.online:
            self.news_at = self.world.log_world.now
            self.withdrawn_known = set(self.withdrawn)
            self.end([one for one in self.leases if one in self.stopped])
        return report.refused

    @initialize(trips=st.lists(TRIPS, min_size=2, max_size=4))
    def begin(self, trips: list[tuple[int, int, int]]) -> None:
        """Begin with somebody present: a line without riders has nothing to get wrong."""
        for person, uses, minutes in trips:
            self.travel(person, uses, minutes)

    @precondition(lambda self: self.online)
    @rule(trip=TRIPS)
    def tap_travel(self, trip: tuple[int, int, int]) -> None:
        """Let another rider travel, or the same one again."""
        self.travel(*trip)

    def travel(self, person: int, uses: int, minutes: int) -> None:
        """Let a rider tap Travel."""
        rider = self.riders[person]
        self.poll()  # a new epoch may be due after a restart
        duration = timedelta(minutes=minutes)
        lease = self.world.lease(rider, uses=uses, duration=duration)
        made = ModelLease(
            person=person,
            not_after=self.world.log_world.now + duration,
            uses_left=uses,
            sealed=lease.sealed,
            stop=rider.wallet.stop(),
        )
        self.world.office.leases.append(lease.sealed)
        refused = self.poll()
        if person in self.withdrawn:
            assert refused == ("withdrawn",)
            self.old.append(made)
        else:
            assert refused == ()
            # One lease a rider: the newest takes the place of the one before.
            self.end([one for one in self.leases if one.person == person])
            self.leases.append(made)

    @precondition(lambda self: self.online and self.old)
    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        """Somebody sends the bytes of a lease that is over once more."""
        lease = data.draw(st.sampled_from(self.old))
        self.world.office.leases.append(lease.sealed)
        (reason,) = self.poll()
        assert reason in {"replayed", "unopened", "lease_expired", "stopped", "withdrawn"}

    @rule(person=st.sampled_from(PEOPLE), live=st.sampled_from([LIVE, PRINT]))
    def walk_up(self, person: int, live: int) -> None:
        """Let a person walk up, or hold up a picture of theirs."""
        own = [one for one in self.live() if one.person == person and live == LIVE]
        ending = self.world.make_lane().walk_up(person, live=live)
        assert ending is (Ending.PASSED if own else Ending.CARD_ASKED)
        if own:
            own[0].uses_left -= 1

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def stop(self, data: st.DataObject) -> None:
        """Let a rider tap Stop; it arrives if the network does."""
        lease = data.draw(st.sampled_from(self.leases))
        self.world.office.stops.append(lease.stop)
        self.stopped.append(lease)
        self.poll()

    @rule(person=st.sampled_from(PEOPLE[1:]))
    def withdraw(self, person: int) -> None:
        """Let a rider withdraw (not the first one: somebody must be left to travel)."""
        self.withdrawn.add(person)
        self.world.office.withdrawn.append(self.riders[person].consent_id)
        self.poll()

    @rule(minutes=st.sampled_from([1, 6, 30]))
    def pass_time(self, minutes: int) -> None:
        """Time passes; a connected line makes a round every few minutes."""
        for _ in range(0, minutes, 6):
            self.world.advance(timedelta(minutes=min(minutes, 6)))
            self.poll()

    @rule(minutes=st.sampled_from([0, 9, 11]))
    def lose_the_network(self, minutes: int) -> None:
        """Cut the line off for a while."""
        self.world.office.lose_request = True
        self.world.advance(timedelta(minutes=minutes))

    @rule()
    def find_the_network(self) -> None:
        """Connect the line again, and make a round."""
        self.world.office.lose_request = False
        self.poll()

    @rule()
    def cut_the_power(self) -> None:
        """Start the line again: what was in memory is gone."""
        self.world.line.shut_down()
        self.end(list(self.leases))
        self.world.start()
        self.news_at = self.world.log_world.now - timedelta(days=1)
        self.withdrawn_known = set()

    @invariant()
    def clear_templates_are_those_of_the_riders_present(self) -> None:
        """T39: no template more, none less."""
        assert self.world.line.unlocked == len(self.live())
        assert self.memory.clear_templates() == Counter(one.person for one in self.live())

    @invariant()
    def the_camera_may_open_exactly_while_somebody_is_present(self) -> None:
        """T38, G9: the camera follows the leases."""
        assert self.world.line.camera_may_open() == bool(self.live())


TestInterleavings = Line.TestCase
TestInterleavings.settings = settings(
    max_examples=80,
    stateful_step_count=20,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@pytest.fixture
def memory() -> Iterator[Memory]:
    """Watch the locked memory of one test."""
    memory = Memory()
    yield memory
    memory.close()


@pytest.fixture
def world(memory: Memory, tmp_path: Path) -> GateWorld:
    """Give a line at which the first rider is present."""
    del memory  # watches from before the first template
    world = make_gate_world(tmp_path)
    world.travel(world.enrol(PEOPLE[0]))
    return world


def end_the_lease(world: GateWorld) -> None:
    """Let the lease end."""
    world.advance(timedelta(hours=1))
    assert world.line.unlocked == 0


def test_t39_g2_the_end_of_a_lease_overwrites_its_template(
    world: GateWorld, memory: Memory
) -> None:
    """Not only is nobody present any more: what held the template holds zeros."""
    assert memory.clear_templates() == Counter({PEOPLE[0]: 1})
    end_the_lease(world)
    assert memory.clear_templates() == Counter()


def test_t38_t39_twin_without_wiping_the_template_is_found(
    world: GateWorld, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With wiping off the search finds what was left: it would have found it above."""
    monkeypatch.setattr(LockedBuffer, "wipe", lambda _buffer: None)
    end_the_lease(world)
    assert memory.clear_templates() == Counter({PEOPLE[0]: 1})
