"""A short day at a station, told in chapters. Every chapter is a page of a story with one point."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from faregate.demo.at_rest import files_with
from faregate.demo.chapters import EXPLANATIONS, Chapter
from faregate.demo.clips import FIRST_TRY, Clip
from faregate.demo.kiosk_camera import KioskCamera
from faregate.demo.rider import Rider
from faregate.demo.stage import LaneView, Stage, Tone, shown_money
from faregate.demo.stored import (
    booked_minor,
    money_of,
    ride_details,
    stored_about,
    traces_of,
)
from faregate.demo.tally import Staged
from faregate.demo.walk_ups import WalkUp, WalkUps
from faregate.demo.world import FIRST_DAY, HARBOUR, LINES, MUSEUM, World
from faregate.errors import InvalidInputError
from faregate.face.challenge import PROMPT_SENTENCES, Prompt
from faregate.gate.lane import Ending
from faregate.ids import LineId
from faregate.money import Money
from faregate.wire.messages import Receipt

Pause = Callable[[], None]

TRIES: Final = (FIRST_TRY, FIRST_TRY + 1)
_LOG_WAIT: Final = timedelta(seconds=2)
_RIDE: Final = timedelta(minutes=14)
_MINUTE: Final = timedelta(minutes=1)


def _at(days: int, hour: int, minute: int) -> datetime:
    """Give an instant of the story by the station's wall clock (summer time, UTC+2)."""
    return datetime.combine(FIRST_DAY, datetime.min.time(), UTC) + timedelta(
        days=days, hours=hour - 2, minutes=minute
    )


class Day:
    """Plays the chapters on a world and shows them on a stage."""

    def __init__(self, world: World, *, stage: Stage, walk_ups: WalkUps, pause: Pause) -> None:
        self._world = world
        self._stage = stage
        self._walk_ups = walk_ups
        self._pause = pause
        self.rider_a = world.new_rider("Rider A")
        self.rider_b = world.new_rider("Rider B")
        self._enrolled: list[Rider] = []
        self.receipts: dict[str, list[Receipt]] = {}
        self.templates_found = 0
        self.traces_before_withdrawal = 0
        self.unlocked_after_withdrawal = 0
        self.ride_details_before_close = 0
        self._scenes: dict[Chapter, Callable[[], None]] = {
            Chapter.A_ENROLS: self._a_enrols,
            Chapter.A_TRAVELS: self._a_travels,
            Chapter.B_IS_NOT_KNOWN: self._b_is_not_known,
            Chapter.A_PHOTO_OF_A: self._photo_of_a,
            Chapter.A_ALIVE: self._a_alive,
            Chapter.STOP: self._a_stops,
            Chapter.B_TRAVELS: self._b_travels,
            Chapter.NOBODY_UNLOCKED: self._nobody_unlocked,
            Chapter.NETWORK_DOWN: self._network_down,
            Chapter.DAY_CLOSE: self._close_first_day,
            Chapter.WITHDRAWAL: self._a_withdraws,
        }

    @property
    def riders(self) -> int:
        """How many riders the script lets enrol."""
        return len((self.rider_a, self.rider_b))

    @property
    def enrolled(self) -> int:
        """How many riders have a consent in the log."""
        return len(self._enrolled)

    def charged_minor(self) -> int:
        """Add up what the ledger holds against the riders, in minor units."""
        return sum(booked_minor(self._world, rider) for rider in self._enrolled)

    def play(self) -> None:
        """Play the whole day, and the close of the next one."""
        self._stage.set_programme(
            [chapter.value for chapter in Chapter],
            [
                LaneView(line=HARBOUR, place="Harbour", way="in"),
                LaneView(line=MUSEUM, place="Museum", way="out"),
            ],
        )
        for number, chapter in enumerate(Chapter, 1):
            self._stage.begin_chapter(number, EXPLANATIONS[chapter])
            self._pause()
            self._scenes[chapter]()
            self._search_the_disk()
            self._show_stores()
            self._pause()

    # Chapters

    def _a_enrols(self) -> None:
        self._enrol(self.rider_a, Clip.A_ENROLS, at=_at(0, 7, 0))

    def _enrol(self, rider: Rider, clip: Clip, *, at: datetime) -> None:
        self._world.move_to(at)
        rider.set_up()
        for attempt in TRIES:
            self._tell(f"{rider.shown_as} stands in front of the kiosk.")
            camera = self._walk_ups.kiosk_camera(clip, attempt)
            prompt = partial(self._ask, camera)
            refused = rider.enrol(self._world.kiosk, camera, prompt=prompt)
            if refused is None:
                break
            self._tell(f"The kiosk made no certificate ({refused.reason.value}).", Tone.CARD)
        else:
            raise _not_enrolled(rider)
        self._tell("The kiosk saw a live person, signed a certificate, and wiped the template.")
        self._world.pass_time(_LOG_WAIT)
        if rider.is_ready():
            self._enrolled.append(rider)
            self._tell(
                f"{rider.shown_as} agreed with a passkey; the log has the commitment.", Tone.GOOD
            )

    def _ask(self, camera: KioskCamera, prompt: Prompt) -> None:
        self._tell(f"The kiosk: {PROMPT_SENTENCES[prompt]}")
        camera.answer(prompt)

    def _a_travels(self) -> None:
        self._world.move_to(_at(0, 8, 0))
        self._unlock(self.rider_a)
        self._ride(Clip.A_ENTERS, Clip.A_LEAVES, self.rider_a)

    def _b_is_not_known(self) -> None:
        self._walk_up(
            HARBOUR,
            WalkUp(clip=Clip.B_UNKNOWN, staged=Staged.STRANGER, who="Rider B, not enrolled"),
        )

    def _photo_of_a(self) -> None:
        photo = WalkUp(
            clip=Clip.A_PHOTO,
            staged=Staged.PRINT,
            who="a printed photo of A",
            shows=self.rider_a,
        )
        self._walk_up(HARBOUR, photo)

    def _a_alive(self) -> None:
        self._ride(Clip.A_ENTERS_AGAIN, Clip.A_LEAVES_AGAIN, self.rider_a, Staged.CONTROL)

    def _a_stops(self) -> None:
        self._stop(self.rider_a)

    def _b_travels(self) -> None:
        # While A's lease would still last: nothing but the Stop keeps the gate from opening for A.
        self._enrol(self.rider_b, Clip.B_ENROLS, at=_at(0, 9, 0))
        self._unlock(self.rider_b)
        stopped = WalkUp(clip=Clip.A_STOPPED, staged=Staged.STOPPED, who="Rider A, stopped")
        self._walk_up(HARBOUR, stopped)
        self._ride(Clip.B_ENTERS, Clip.B_LEAVES, self.rider_b)

    def _nobody_unlocked(self) -> None:
        self._stop(self.rider_b)
        self._walk_up(HARBOUR, WalkUp(clip=Clip.B_PASSES_BY, staged=Staged.IDLE, who="somebody"))

    def _network_down(self) -> None:
        self._world.move_to(_at(0, 16, 0))
        self._unlock(self.rider_a)
        self._world.cut_network()
        self._stage.show_network(up=False)
        self._tell("The network is down: the gates can't reach the office.", Tone.ALERT)
        # Within ten minutes: after that the gates can't know who withdrew, and ask for the card.
        self._ride(
            Clip.A_ENTERS_OFFLINE,
            Clip.A_LEAVES_OFFLINE,
            self.rider_a,
            takes=timedelta(minutes=6),
        )
        self._world.mend_network()
        self._stage.show_network(up=True)
        network = self._world.network
        self._tell(
            f"The network is back. Requests lost: {network.requests_lost}; answers lost: "
            f"{network.answers_lost}; passages that still wait: {self._waiting()}."
        )
        self._stop(self.rider_a)

    def _close_first_day(self) -> None:
        self.ride_details_before_close = ride_details(self._world)
        self._close_day(0)
        for rider in self._enrolled:
            self._read_receipts(rider)

    def _a_withdraws(self) -> None:
        self._world.move_to(_at(1, 12, 30))
        self._unlock(self.rider_a)
        self.traces_before_withdrawal = traces_of(self._world, self.rider_a, ())
        self.rider_a.withdraw()
        self._tell("A withdrew: the sealed template and its key wraps are deleted.", Tone.CALM)
        self._world.pass_time(_MINUTE)
        self._show_lanes()
        self.unlocked_after_withdrawal = self._unlocked()
        self._tell(
            f"Riders still unlocked at the gates: {self.unlocked_after_withdrawal}.", Tone.CALM
        )
        self._close_day(1)
        # Nobody rode: a receipt now would be for a ride that is charged already.
        self._read_receipts(self.rider_b)

    # What riders and staff do

    def _unlock(self, rider: Rider) -> None:
        rider.travel(*LINES)
        self._world.do_rounds()
        self._show_lanes()
        statuses = ", ".join(f"{one.status} at {one.line.title()}" for one in rider.answers())
        self._tell(f"{rider.shown_as} taps “I'm travelling now”: {statuses}.")

    def _stop(self, rider: Rider) -> None:
        rider.stop()
        self._world.pass_time(_MINUTE)
        self._show_lanes()
        self._tell(
            f"{rider.shown_as} taps Stop. Riders still unlocked: {self._unlocked()}.", Tone.CALM
        )

    def _ride(
        self,
        enters: Clip,
        leaves: Clip,
        rider: Rider,
        staged: Staged = Staged.RIDER,
        takes: timedelta = _RIDE,
    ) -> None:
        for attempt in TRIES:
            entering = WalkUp(clip=enters, staged=staged, who=rider.shown_as, attempt=attempt)
            if self._walk_up(HARBOUR, entering) is not Ending.CARD_ASKED:
                break
            # No recogniser is always right: a rider who was refused walks up once more.
            self._tell(f"{rider.shown_as} was not recognised.")
        else:
            self._tell(f"{rider.shown_as} takes the card.")
            return
        self._world.pass_time(takes)
        self._walk_up(MUSEUM, WalkUp(clip=leaves, staged=staged, who=rider.shown_as))

    def _walk_up(self, line: LineId, walk_up: WalkUp) -> Ending:
        ending = self._walk_ups.play(line, walk_up)
        self._pause()
        self._world.pass_time(_MINUTE)
        self._show_stores()
        self._stage.show_lane(_at_rest(self._stage.lane(line)))
        self._show_lanes()
        return ending

    def _close_day(self, days: int) -> None:
        self._world.move_to(_at(days + 1, 12, 0) if days == 0 else _at(days + 1, 12, 45))
        closed = FIRST_DAY + timedelta(days=days)
        self._world.office.office.close_day(closed)
        self._world.do_rounds()
        self._tell(f"The office closed {closed:%A}: rides are charged, and their details gone.")

    def _read_receipts(self, rider: Rider) -> None:
        for bundle in rider.receipts():
            self.receipts.setdefault(rider.shown_as, []).extend(bundle.rides)
            for ride in bundle.rides:
                fare = shown_money(Money(ride.fare, bundle.currency))
                self._tell(
                    f"{rider.shown_as} reads, with a key of their own: {ride.place}, {fare}."
                )

    # What the audience sees

    def _tell(self, text: str, tone: Tone = Tone.PLAIN) -> None:
        self._stage.tell(self._world.clock.now(), text, tone)

    def _waiting(self) -> int:
        return sum(len(gate.line.outbox.pending()) for gate in self._world.gates.values())

    def _unlocked(self) -> int:
        return sum(gate.line.unlocked for gate in self._world.gates.values())

    def _show_lanes(self) -> None:
        for line, gate in self._world.gates.items():
            self._stage.show_lane(replace(self._stage.lane(line), unlocked=gate.line.unlocked))

    def _show_stores(self) -> None:
        for rider in self._enrolled:
            self._stage.show_stored(rider.shown_as, stored_about(self._world, rider))
        self._stage.show_money([money_of(self._world, rider) for rider in self._enrolled])

    def _search_the_disk(self) -> None:
        self.templates_found += len(files_with(self._world.folder, self._world.notes.needles))


def _not_enrolled(rider: Rider) -> InvalidInputError:
    return InvalidInputError(
        "enrolment_refused",
        f"The kiosk could not enrol {rider.shown_as}.",
        remedy="Sit alone and near, in even light, turn the head slowly; then start again.",
    )


def _at_rest(lane: LaneView) -> LaneView:
    return LaneView(line=lane.line, place=lane.place, way=lane.way)
