"""The challenge at enrolment: an order of moves that nobody could know, answered by a head.

A kiosk draws moves and pauses when somebody steps up, and shows one prompt after the other. What is
watched is the pose against the person's own rest, which is known much better than the pose itself.
A print that is turned by hand becomes narrower, and its nose stays between its eyes; a film shows
moves of its own, in its own order and time. Each prompt has a limit, and any other move refuses.

What it does not stop: software that animates a photo as the prompts come. Against that stand the
other cues, a kiosk with staff beside it, and that its camera can't be replaced.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import cos, pi, radians
from statistics import fmean, median
from typing import Final

from faregate.face.capture import Sighting
from faregate.face.liveness import Cue, CueKind

_MS: Final = 1_000_000


class Prompt(StrEnum):
    """What the kiosk asks for. Left and right are the rider's own."""

    LOOK_AHEAD = "look_ahead"
    TURN_LEFT = "turn_left"
    TURN_RIGHT = "turn_right"
    COME_CLOSER = "come_closer"
    DONE = "done"


PROMPT_SENTENCES: Final = {
    Prompt.LOOK_AHEAD: "Look straight at the camera.",
    Prompt.TURN_LEFT: "Turn your head to the left, and back.",
    Prompt.TURN_RIGHT: "Turn your head to the right, and back.",
    Prompt.COME_CLOSER: "Lean closer to the camera, and back.",
    Prompt.DONE: "Thank you. That was all.",
}
MOVES: Final = (Prompt.TURN_LEFT, Prompt.TURN_RIGHT, Prompt.COME_CLOSER)
"""No nod: of a rendered head that looks up by 9 to 15 degrees YuNet's points show as little as 3,
of a flat picture that is tilted by hand as far up to 7 (where measured: see `yaw_min_deg`)."""

_TURNS: Final = frozenset({Prompt.TURN_LEFT, Prompt.TURN_RIGHT})
OnPrompt = Callable[[Prompt], None]
RandBelow = Callable[[int], int]
"""A source that nobody can foresee, as `secrets.randbelow`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengePolicy:
    """How much is asked, and what counts as an answer."""

    moves: int = 5
    """Of 44 orders one is drawn: no move twice running, and a turn to either side, for turning is
    what no flat picture does."""

    pause_min_ms: int = 200
    pause_max_ms: int = 900
    """Between rest and prompt, drawn too: a film can't know when it is asked."""

    rest_ms: int = 500
    """The pose must be steady for this long before a prompt; it is the rest that moves count from,
    the first time of them all."""

    rest_spread_deg: float = 6.0
    """Steady: of rendered heads at rest, yaw deviates by 1 degree (see `yaw_min_deg`); of people,
    who sway as well, it is not known."""

    reaction_min_ms: int = 150
    """Nobody answers a prompt sooner: to press a key at a light takes people some 210 ms (Woods et
    al., Frontiers in Human Neuroscience 2015), and to read and to move a head takes longer."""

    answer_max_ms: int = 5_000
    """From a prompt to its move, and from there back to rest."""

    lost_max_ms: int = 1_000
    """Without a face that can be followed."""

    yaw_min_deg: float = 9.0
    """Against rest, mean of `_SMOOTHED` frames. Flat pictures turned by hand by 15 to 23 degrees
    showed up to 8.0. Rendered heads that turned as far showed 8.1 and more, enough in 14 of 16
    turns; who turns too little must turn further (two portraits, both detectors:
    `tests/face/test_turns_at_a_kiosk.py` at length, 2026-11-24)."""

    closer_min: float = 1.12
    """Growth of the distance between the eyes: a face at 60 cm comes 6 cm nearer."""

    narrow_slack: float = 0.06
    """A head that turns by an angle gets narrower by its cosine (`Pose.narrowness` against rest). A
    picture that is bent a little must be turned much further to move its nose as much; refused is
    what gets narrower than half as large a turn again, and this for noise, would explain."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """The moves of one session, and the pause before each. Drawn once, used once."""

    moves: tuple[Prompt, ...]
    pauses_ms: tuple[int, ...]
    policy: ChallengePolicy


def draw_challenge(randbelow: RandBelow, policy: ChallengePolicy) -> Challenge:
    """Draw one, all orders that are allowed being equally likely."""
    while True:
        moves = tuple(MOVES[randbelow(len(MOVES))] for _ in range(policy.moves))
        repeats = any(one is other for one, other in pairwise(moves))
        if not repeats and set(moves) >= _TURNS:
            break
    span = policy.pause_max_ms - policy.pause_min_ms + 1
    pauses_ms = tuple(policy.pause_min_ms + randbelow(span) for _ in moves)
    return Challenge(moves, pauses_ms, policy)


class Moment(StrEnum):
    """What one frame meant to the challenge."""

    WAITING = "waiting"
    REACHED = "reached"  # the move that was asked for, at its far end
    RESTED = "rested"  # back at rest
    PASSED = "passed"
    FAILED = "failed"


class ChallengeFailure(StrEnum):
    """Why somebody failed. The kiosk asks them to try again, with another order."""

    NONE = "none"
    WRONG_MOVE = "wrong_move"
    TOO_SOON = "too_soon"
    TOO_SLOW = "too_slow"
    FLAT = "flat"  # it turned like a picture
    LOST = "lost"
    UNFINISHED = "unfinished"  # the frames ended


class _Phase(StrEnum):
    REST = "rest"
    PAUSE = "pause"
    ANSWER = "answer"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """One frame, or the mean of some."""

    yaw_deg: float
    inter_eye_px: float
    narrowness: float


_SMOOTHED: Final = 3
"""Frames, a fifth of a second at 15 a second: one frame alone is too noisy."""

_STEADY: Final = 6
"""Frames at rest, two fifths of a second."""

_FURTHER: Final = 1.5
_CLEARLY: Final = 2.0
"""Times what is asked for: a head that does something else sways by less."""


class ChallengeRun:
    """One session: what was asked, and what was answered. Keeps angles and sizes, no picture.

    Prompts go out by `prompt` as they fall due. `moment` says what the last frame meant; whoever
    runs it must see to it that the face at each REACHED and RESTED is the one that is enrolled.
    """

    def __init__(self, challenge: Challenge, prompt: OnPrompt) -> None:
        self._challenge = challenge
        self._policy = challenge.policy
        self._prompt = prompt
        self._phase = _Phase.REST
        self._done = 0
        self._has_begun = False
        self._entered_ns = 0
        self._last_ns = 0
        self._recent: deque[_Look] = deque(maxlen=_STEADY)
        self._rest: _Look | None = None
        self._margins: list[float] = []
        self.failure = ChallengeFailure.UNFINISHED

    @property
    def passed(self) -> bool:
        """Whether every move was made."""
        return self.failure is ChallengeFailure.NONE

    def cue(self) -> Cue:
        """Give what it says about life; judged in any case, for an unfinished one is a failed one.

        The measure is how far the least of the turns went, in parts of what was asked for.
        """
        least = min(self._margins, default=0.0) if self.passed else 0.0
        return Cue(kind=CueKind.CHALLENGE, score=least / (least + 1.0), judged=True, measure=least)

    def add(self, sighting: Sighting, *, at_ns: int) -> Moment:
        """Take one more frame, in order of time."""
        if self._phase is _Phase.OVER:
            return Moment.PASSED if self.passed else Moment.FAILED
        if sighting.quality is None:
            return self._without_face(at_ns)
        if not self._has_begun:
            self._has_begun = True
            self._enter(_Phase.REST, at_ns)
            self._prompt(Prompt.LOOK_AHEAD)
        pose = sighting.quality.pose
        look = _Look(
            yaw_deg=pose.yaw_deg,
            inter_eye_px=sighting.inter_eye_px,
            narrowness=pose.narrowness,
        )
        self._last_ns = at_ns
        self._recent.append(look)
        match self._phase:
            case _Phase.REST:
                return self._resting(at_ns)
            case _Phase.PAUSE:
                return self._pausing(at_ns)
            case _:
                return self._answering(at_ns)

    def _without_face(self, at_ns: int) -> Moment:
        if self._has_begun and at_ns - self._last_ns > self._policy.lost_max_ms * _MS:
            return self._fail(ChallengeFailure.LOST)
        return Moment.WAITING

    def _resting(self, at_ns: int) -> Moment:
        """Wait for a steady pose; after the first time it must be near the first one."""
        if self._is_flat():
            return self._fail(ChallengeFailure.FLAT)
        now = _of(median, self._recent)
        spread = max(abs(look.yaw_deg - now.yaw_deg) for look in self._recent)
        is_long = at_ns - self._entered_ns >= self._policy.rest_ms * _MS
        is_back = self._rest is None or max(self._progress().values()) < _CLEARLY / 2
        if len(self._recent) < _STEADY or spread > self._policy.rest_spread_deg:
            return self._waiting(at_ns)
        if not (is_long and is_back):
            return self._waiting(at_ns)
        self._rest = self._rest or now
        if self._done == len(self._challenge.moves):
            self._enter(_Phase.OVER, at_ns)
            self.failure = ChallengeFailure.NONE
            self._prompt(Prompt.DONE)
            return Moment.PASSED
        self._enter(_Phase.PAUSE, at_ns)
        return Moment.RESTED

    def _pausing(self, at_ns: int) -> Moment:
        if self._strayed(self._progress(), but=Prompt.LOOK_AHEAD):
            return self._fail(ChallengeFailure.TOO_SOON)
        if at_ns - self._entered_ns >= self._challenge.pauses_ms[self._done] * _MS:
            self._enter(_Phase.ANSWER, at_ns)
            self._prompt(self._challenge.moves[self._done])
        return Moment.WAITING

    def _answering(self, at_ns: int) -> Moment:
        asked = self._challenge.moves[self._done]
        progress = self._progress()
        # A turn the wrong way first: it is the clearest.
        if self._strayed(progress, but=asked):
            return self._fail(ChallengeFailure.WRONG_MOVE)
        if progress[asked] < 1.0:
            return self._waiting(at_ns)
        if at_ns - self._entered_ns < self._policy.reaction_min_ms * _MS:
            return self._fail(ChallengeFailure.TOO_SOON)
        if asked in _TURNS:
            self._margins.append(progress[asked])
        self._done += 1
        self._enter(_Phase.REST, at_ns)
        self._prompt(Prompt.LOOK_AHEAD)
        return Moment.REACHED

    def _is_flat(self) -> bool:
        """Whether the turn that is just over, or going on, is one of a picture."""
        if not self._done or self._challenge.moves[self._done - 1] not in _TURNS:
            return False
        progress = self._progress()[self._challenge.moves[self._done - 1]]
        if progress < 1.0:
            return False
        self._margins[-1] = max(self._margins[-1], progress)
        turned = radians(_FURTHER * progress * self._policy.yaw_min_deg)
        narrowed = self._smoothed().narrowness / max(self._at_rest().narrowness, 1e-6)
        return narrowed < cos(min(turned, pi / 2)) - self._policy.narrow_slack

    def _progress(self) -> dict[Prompt, float]:
        """Give how far each move was made, 1 being far enough."""
        now, rest, policy = self._smoothed(), self._at_rest(), self._policy
        # The rider's left is the image's right.
        left = (now.yaw_deg - rest.yaw_deg) / policy.yaw_min_deg
        grown = now.inter_eye_px / rest.inter_eye_px
        return {
            Prompt.TURN_LEFT: left,
            Prompt.TURN_RIGHT: -left,
            Prompt.COME_CLOSER: (grown - 1.0) / (policy.closer_min - 1.0),
        }

    @staticmethod
    def _strayed(progress: dict[Prompt, float], *, but: Prompt) -> bool:
        """Whether another move than one was clearly made; size wavers by itself."""
        return any(
            made >= (1.0 if move in _TURNS else _CLEARLY)
            for move, made in progress.items()
            if move is not but
        )

    def _smoothed(self) -> _Look:
        return _of(fmean, list(self._recent)[-_SMOOTHED:])

    def _at_rest(self) -> _Look:
        assert self._rest is not None  # nothing is asked before there was a rest
        return self._rest

    def _waiting(self, at_ns: int) -> Moment:
        if at_ns - self._entered_ns > self._policy.answer_max_ms * _MS:
            return self._fail(ChallengeFailure.TOO_SLOW)
        return Moment.WAITING

    def _enter(self, phase: _Phase, at_ns: int) -> None:
        self._phase, self._entered_ns = phase, at_ns
        if phase is _Phase.REST:
            self._recent.clear()

    def _fail(self, failure: ChallengeFailure) -> Moment:
        self._phase, self.failure = _Phase.OVER, failure
        return Moment.FAILED


def _of(middle: Callable[[Iterable[float]], float], looks: Iterable[_Look]) -> _Look:
    """Give the mean or median of each measure."""
    seen: Sequence[_Look] = tuple(looks)
    return _Look(
        yaw_deg=middle(look.yaw_deg for look in seen),
        inter_eye_px=middle(look.inter_eye_px for look in seen),
        narrowness=middle(look.narrowness for look in seen),
    )
