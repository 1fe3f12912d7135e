"""What a person in front of a camera could do, from the same measures that choose the frames.

A display shows one advice at a time. The sentences here are plain English; a display may have its
own in other languages, but no other advice.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from faregate.face.capture import Sight, Sighting, Zone


class Guidance(StrEnum):
    """One thing to do, or that nothing is to be done."""

    STAY = "stay"
    COME_HERE = "come_here"
    ONE_AT_A_TIME = "one_at_a_time"
    CLOSER = "closer"
    FURTHER = "further"
    TO_THE_MIDDLE = "to_the_middle"
    UNCOVER = "uncover"
    LOOK_HERE = "look_here"
    MORE_LIGHT = "more_light"
    LESS_LIGHT = "less_light"
    HOLD_STILL = "hold_still"
    CALL_STAFF = "call_staff"


SENTENCES: Final = {
    Guidance.STAY: "Good. Stay like this.",
    Guidance.COME_HERE: "Step in front of the camera.",
    Guidance.ONE_AT_A_TIME: "One person at a time, please.",
    Guidance.CLOSER: "Come a little closer.",
    Guidance.FURTHER: "Step back a little.",
    Guidance.TO_THE_MIDDLE: "Move to the middle of the picture.",
    Guidance.UNCOVER: "Let the camera see your whole face.",
    Guidance.LOOK_HERE: "Look at the camera.",
    Guidance.MORE_LIGHT: "It is too dark here. Turn towards the light.",
    Guidance.LESS_LIGHT: "There is too much light. Turn away from it.",
    Guidance.HOLD_STILL: "Hold still for a moment.",
    Guidance.CALL_STAFF: "The camera does not work. Please ask our staff.",
}

_ADVICE: Final = {
    Sight.UNUSABLE_FRAME: Guidance.CALL_STAFF,
    Sight.NOBODY: Guidance.COME_HERE,
    Sight.SEVERAL_FACES: Guidance.ONE_AT_A_TIME,
    Sight.ANOTHER_FACE: Guidance.STAY,  # all begins anew, and nothing is wrong with the picture
    Sight.CUT_OFF: Guidance.TO_THE_MIDDLE,
    Sight.COVERED: Guidance.UNCOVER,
    Sight.TURNED_AWAY: Guidance.LOOK_HERE,
    Sight.TOO_DARK: Guidance.MORE_LIGHT,
    Sight.TOO_BRIGHT: Guidance.LESS_LIGHT,
    Sight.BLURRED: Guidance.HOLD_STILL,
    Sight.FOLLOWED: Guidance.STAY,
    Sight.FUSED: Guidance.STAY,
}

_INTER_EYE_SHARE_MAX: Final = 0.3
"""Of the picture's width. A face is about twice as wide and three times as high as its eyes are
apart: any nearer, a nod leaves a picture of 4 : 3."""

_SURE_NS: Final = 300_000_000
"""An advice must be true this long before it is shown: longer than a blink or a step."""

_SHOWN_NS: Final = 1_200_000_000
"""And stays at least this long: a short sentence takes about a second to read."""


def advise(sighting: Sighting, zone: Zone) -> Guidance:
    """Say what would help most, from one frame alone."""
    if sighting.inter_eye_share > _INTER_EYE_SHARE_MAX:
        return Guidance.FURTHER
    if sighting.sight is Sight.OUTSIDE_ZONE:
        is_small = sighting.inter_eye_px < zone.inter_eye_min_px
        return Guidance.CLOSER if is_small else Guidance.TO_THE_MIDDLE
    return _ADVICE[sighting.sight]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The advice on a display, and the one that may follow it. Times are of frames."""

    guidance: Guidance
    since_ns: int
    next_guidance: Guidance
    next_since_ns: int

    @classmethod
    def begin(cls, guidance: Guidance, *, at_ns: int) -> "Shown":
        """Show a first advice."""
        return cls(guidance=guidance, since_ns=at_ns, next_guidance=guidance, next_since_ns=at_ns)


def keep_or_change(shown: Shown, advice: Guidance, *, at_ns: int) -> Shown:
    """Give what a display shows after one more frame.

    Another advice must hold for `_SURE_NS`, and the old one is shown for `_SHOWN_NS` at least, so
    that nothing flickers where a measure lies at its limit.
    """
    if advice is not shown.next_guidance:
        shown = Shown(
            guidance=shown.guidance,
            since_ns=shown.since_ns,
            next_guidance=advice,
            next_since_ns=at_ns,
        )
    is_sure = at_ns - shown.next_since_ns >= _SURE_NS
    was_read = at_ns - shown.since_ns >= _SHOWN_NS
    if shown.next_guidance is not shown.guidance and is_sure and was_read:
        return Shown.begin(shown.next_guidance, at_ns=at_ns)
    return shown
