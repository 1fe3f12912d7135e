"""What happened in front of the lanes, counted from the running system's own events.

The script says what it staged (a stranger, a print, nobody unlocked); what came of it is counted
from lane events, device openings and, for prints, the evidence of the decision.
"""

from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from faregate.gate.actuator import ActuatorEvent, Direction
from faregate.gate.decision import Answer, AskForCard, CardReason, GateEvidence, GatePolicy
from faregate.gate.events import CardAsked, LaneEvent, LetOut, Moved, Opened
from faregate.ids import ConsentId

_NOT_COMPARED: Final = frozenset(
    {
        CardReason.NOBODY_UNLOCKED,
        CardReason.NO_CLEAR_VIEW,
        CardReason.LIST_STALE,
        CardReason.NOT_LIVE,
        CardReason.CANNOT_RECORD,
    }
)


class Staged(StrEnum):
    """What the script put in front of a lane."""

    RIDER = "rider"
    CONTROL = "control"  # the rider again, on the lease that a print could not use
    STRANGER = "stranger"  # not enrolled
    PRINT = "print"
    STOPPED = "stopped"  # enrolled, and has tapped Stop
    IDLE = "idle"  # somebody, while nobody is unlocked


@dataclass(slots=True)
class WalkUpSeen:
    """What one walk-up came to."""

    staged: Staged
    direction: Direction
    network_up: bool
    is_second_try: bool = False
    opened: list[Opened] = field(default_factory=list)
    cards: list[CardAsked] = field(default_factory=list)
    let_out: int = 0
    passed: int = 0
    device_openings: int = 0
    """What the turnstile itself says that it was told to open."""
    files_changed: int = 0
    """Files of any role that were written, made or deleted during it."""
    camera_opened_for_nobody: int = 0
    matched_but_not_live: int = 0


class Tally:
    """Collects the walk-ups of a day. Used by one thread."""

    def __init__(self) -> None:
        self._walk_ups: list[WalkUpSeen] = []
        self._expected: ConsentId | None = None

    @contextmanager
    def staging(
        self,
        staged: Staged,
        direction: Direction,
        *,
        network_up: bool,
        rider: ConsentId | None = None,
    ) -> Iterator[WalkUpSeen]:
        """Count what happens inside the block; `rider` is whom a print shows."""
        seen = WalkUpSeen(staged, direction, network_up)
        self._walk_ups.append(seen)
        self._expected = rider
        yield seen
        self._expected = None

    def on_lane_event(self, event: LaneEvent) -> None:
        """Count what a lane reports."""
        now = self._walk_ups[-1]
        match event:
            case Opened():
                now.opened.append(event)
            case CardAsked():
                now.cards.append(event)
            case LetOut():
                now.let_out += 1
            case Moved(event=ActuatorEvent.PASSED):
                now.passed += 1
            case _:
                pass

    def on_camera_open(self, *, unlocked: int) -> None:
        """Count an opening of a lane's camera device, if no rider is unlocked there.

        That nobody is, the script knows as well: a line that forgets a Stop is found out.
        """
        now = self._walk_ups[-1]
        if unlocked == 0 or now.staged is Staged.IDLE:
            now.camera_opened_for_nobody += 1

    def on_evidence(self, evidence: GateEvidence, policy: GatePolicy, answer: Answer) -> None:
        """Count a refusal for liveness alone, of somebody who was like enough."""
        if answer != AskForCard(CardReason.NOT_LIVE) or not evidence.candidates:
            return
        best = evidence.candidates[0]
        others = [one for one in evidence.candidates if one.consent_id != best.consent_id]
        ahead = all(best.similarity - one.similarity >= policy.margin_min for one in others)
        if best.consent_id == self._expected and best.similarity >= policy.similarity_min and ahead:
            self._walk_ups[-1].matched_but_not_live += 1

    def opened(self, *staged: Staged) -> int:
        """Count openings by face, of these stagings or of all.

        What the lane tells and what its turnstile did: an opening without an event counts too.
        """
        return sum(
            max(len(one.opened), one.device_openings - one.let_out) for one in self._of(*staged)
        )

    def looked_at(self, staged: Staged) -> int:
        """Count walk-ups that the camera saw well enough for a decision."""
        blind = {CardReason.NOBODY_UNLOCKED, CardReason.NO_CLEAR_VIEW}
        return self._answered(staged, blind)

    def compared(self, staged: Staged) -> int:
        """Count walk-ups that were compared with the riders present: live, and seen well."""
        return self._answered(staged, _NOT_COMPARED)

    def turned_away_unseen(self) -> int:
        """Count walk-ups that were asked for the card because nobody was unlocked."""
        return sum(
            any(card.reason is CardReason.NOBODY_UNLOCKED for card in one.cards)
            for one in self._of(Staged.IDLE)
        )

    def rides_staged(self) -> int:
        """Count the rides that the script lets riders take; a second try is no further ride."""
        return sum(
            one.direction is Direction.ENTRY and not one.is_second_try
            for one in self._of(Staged.RIDER, Staged.CONTROL)
        )

    def exits_opened(self) -> int:
        """Count exits by face, each of which ends a ride at a known place."""
        return sum(
            event.direction is Direction.EXIT for one in self._walk_ups for event in one.opened
        )

    def files_changed_by_refused(self) -> int:
        """Count files that were touched while somebody was there whom no gate opens for."""
        refused = (Staged.STRANGER, Staged.PRINT, Staged.STOPPED, Staged.IDLE)
        return sum(one.files_changed for one in self._of(*refused))

    def camera_opened_for_nobody(self) -> int:
        """Count device openings at lines where no rider was unlocked."""
        return sum(one.camera_opened_for_nobody for one in self._walk_ups)

    def walk_ups(self, staged: Staged) -> int:
        """Count what was staged."""
        return len(self._of(staged))

    def matched_but_refused(self) -> int:
        """Count prints that were like enough and were refused for liveness."""
        return sum(one.matched_but_not_live for one in self._of(Staged.PRINT))

    def rides_begun(self) -> int:
        """Count entries by face that somebody passed."""
        return sum(self._began(one) for one in self._walk_ups)

    def offline_rides(self) -> int:
        """Count entries by face that somebody passed while the network was down."""
        return sum(self._began(one) for one in self._walk_ups if not one.network_up)

    def second_tries(self) -> int:
        """Count riders who were asked for the card by mistake, and walked up once more."""
        return sum(one.is_second_try for one in self._walk_ups)

    def reasons(self) -> dict[str, int]:
        """Count the reasons for which the card was asked."""
        return dict(
            sorted(
                Counter(card.reason.value for one in self._walk_ups for card in one.cards).items()
            )
        )

    def latencies_ms(self) -> list[float]:
        """Give the time from the deciding frame to the command, of each opening."""
        return [event.frame_to_open_ms for one in self._walk_ups for event in one.opened]

    def _answered(self, staged: Staged, except_for: AbstractSet[CardReason]) -> int:
        return sum(
            bool(one.opened) or any(card.reason not in except_for for card in one.cards)
            for one in self._of(staged)
        )

    @staticmethod
    def _began(seen: WalkUpSeen) -> bool:
        return seen.passed > 0 and any(one.direction is Direction.ENTRY for one in seen.opened)

    def _of(self, *staged: Staged) -> list[WalkUpSeen]:
        return [one for one in self._walk_ups if not staged or one.staged in staged]
