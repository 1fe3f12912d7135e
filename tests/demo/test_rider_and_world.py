"""A rider of the demo, from the kiosk to what is left after the withdrawal."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from fakes.demo_day import DemoDay, open_demo_day
from fakes.faces import LIVE, PRINT, FakeCamera
from faregate.demo.clips import Clip
from faregate.demo.rider import Rider
from faregate.demo.stored import (
    booked_minor,
    ride_details,
    stored_about,
    traces_of,
    withdrawn_ids,
)
from faregate.demo.tally import Staged
from faregate.demo.template_notes import UnsafeTemplateNotesWarning
from faregate.demo.walk_ups import WalkUp
from faregate.demo.world import FIRST_DAY, HARBOUR, LINES, MUSEUM
from faregate.enrolment.kiosk import EnrolmentRefused
from faregate.face.challenge import PROMPT_SENTENCES, Prompt
from faregate.gate.lane import Ending
from faregate.gate.unsafe import UnsafeEvidenceWarning

PERSON_A = 1
FARE = 275
DAY = timedelta(days=1)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[DemoDay]:
    """Give a world in which nothing has happened."""
    with (
        pytest.warns(UnsafeEvidenceWarning),
        pytest.warns(UnsafeTemplateNotesWarning),
        open_demo_day(tmp_path) as opened,
    ):
        yield opened


def _heard(prompt: Prompt) -> None:
    """Do what the kiosk asks: a made-up face always does."""
    assert prompt in PROMPT_SENTENCES


def _enrolled(demo: DemoDay) -> Rider:
    rider = demo.world.new_rider("Rider A")
    rider.set_up()
    camera = FakeCamera(demo.world.clock)
    camera.show(PERSON_A, live=LIVE)
    assert rider.enrol(demo.world.kiosk, camera, prompt=_heard) is None
    return rider


def _travelling(demo: DemoDay) -> Rider:
    rider = _enrolled(demo)
    demo.world.pass_time(timedelta(seconds=2))
    assert rider.is_ready()
    rider.travel(*LINES)
    demo.world.do_rounds()
    assert {one.line: one.status for one in rider.answers()} == dict.fromkeys(LINES, "admitted")
    return rider


def _rides(demo: DemoDay) -> None:
    demo.set_stage()
    for line, clip in ((HARBOUR, Clip.A_ENTERS), (MUSEUM, Clip.A_LEAVES)):
        walk_up = WalkUp(clip=clip, staged=Staged.RIDER, who="Rider A")
        assert demo.walk_ups.play(line, walk_up) is Ending.PASSED


def _unlocked(demo: DemoDay) -> list[int]:
    return [gate.line.unlocked for gate in demo.world.gates.values()]


def test_a_refused_enrolment_leaves_no_consent(demo: DemoDay) -> None:
    """A print in front of the kiosk makes no certificate; the same rider may try again."""
    rider = demo.world.new_rider("Rider A")
    rider.set_up()
    camera = FakeCamera(demo.world.clock)
    camera.show(PERSON_A, live=PRINT)
    assert isinstance(rider.enrol(demo.world.kiosk, camera, prompt=_heard), EnrolmentRefused)
    with pytest.raises(LookupError):
        rider.consent_id  # noqa: B018 - the property raises
    camera.show(PERSON_A, live=LIVE)
    assert rider.enrol(demo.world.kiosk, camera, prompt=_heard) is None
    assert rider.consent_id


def test_nobody_travels_before_the_log_has_the_consent(demo: DemoDay) -> None:
    """The consent is in the log a second later, not at once."""
    rider = _enrolled(demo)
    assert not rider.is_ready()
    demo.world.pass_time(timedelta(seconds=2))
    assert rider.is_ready()


def test_stop_locks_every_gate(demo: DemoDay) -> None:
    """Both lines wipe the template with their next round."""
    rider = _travelling(demo)
    assert _unlocked(demo) == [1, 1]
    rider.stop()
    assert _unlocked(demo) == [1, 1]
    demo.world.do_rounds()
    assert _unlocked(demo) == [0, 0]


def test_a_ride_is_charged_once_though_messages_get_lost(demo: DemoDay) -> None:
    """The network is cut, then loses requests, then answers; the ledger has one fare."""
    rider = _travelling(demo)
    demo.world.cut_network()
    _rides(demo)
    assert ride_details(demo.world) > 0
    demo.world.mend_network()
    network = demo.world.network
    assert network.up
    assert min(network.requests_lost, network.answers_lost) >= len(LINES)
    assert all(not gate.line.outbox.pending() for gate in demo.world.gates.values())
    demo.world.pass_time(DAY)
    demo.world.office.office.close_day(FIRST_DAY)
    demo.world.do_rounds()
    assert booked_minor(demo.world, rider) == FARE
    (bundle,) = rider.receipts()
    assert [(ride.place, ride.fare) for ride in bundle.rides] == [("Harbour - Museum", FARE)]
    assert (rider.waiting_receipts(), ride_details(demo.world)) == (0, 0)


def test_withdrawal_leaves_an_amount_and_an_id(demo: DemoDay) -> None:
    """Traces lead to the rider before, and none after the next day close."""
    rider = _travelling(demo)
    _rides(demo)
    demo.world.do_rounds()
    before = traces_of(demo.world, rider, demo.world.notes.needles)
    stored = {row.what: row.count for row in stored_about(demo.world, rider)}
    assert before > 0
    assert (stored["Consent, without a name"], stored["Gate events of open days"]) == (1, 4)
    demo.world.pass_time(DAY)
    demo.world.office.office.close_day(FIRST_DAY)
    # Receipts are read before: what opens them goes with the withdrawal.
    assert len(rider.receipts()) == 1
    rider.travel(*LINES)
    demo.world.do_rounds()
    assert _unlocked(demo) == [1, 1]
    rider.withdraw()
    demo.world.pass_time(timedelta(minutes=1))
    assert _unlocked(demo) == [0, 0]
    demo.world.pass_time(DAY)
    demo.world.office.office.close_day(FIRST_DAY + DAY)
    demo.world.do_rounds()
    assert traces_of(demo.world, rider, demo.world.notes.needles) == 0
    assert withdrawn_ids(demo.world, rider) == 1
    assert booked_minor(demo.world, rider) == FARE
