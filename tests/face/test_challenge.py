"""The challenge told as timelines: what is asked, what is done, and how it ends."""

import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.faces import quality_of
from faregate.face.capture import Sight, Sighting
from faregate.face.challenge import (
    MOVES,
    PROMPT_SENTENCES,
    Challenge,
    ChallengeFailure,
    ChallengePolicy,
    ChallengeRun,
    Moment,
    Prompt,
    draw_challenge,
)
from faregate.face.liveness import LIVENESS_MIN, CueKind

POLICY = ChallengePolicy()
FRAME_NS = 66_666_667
LEFT, RIGHT, UP, CLOSER = MOVES
ORDER = (LEFT, UP, RIGHT, CLOSER)
CHALLENGE = Challenge(ORDER, (300,) * 4)


@dataclass(frozen=True)
class Stance:
    """How a head is held, against rest."""

    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    grown: float = 1.0
    narrowed: float = 1.0


REST = Stance()
FAR_END = {
    LEFT: Stance(yaw_deg=18.0, narrowed=0.94),
    RIGHT: Stance(yaw_deg=-18.0, narrowed=0.94),
    UP: Stance(pitch_deg=-10.0),
    CLOSER: Stance(grown=1.25),
}


@dataclass
class Rider:
    """Somebody who answers each prompt after a while, by going there and back."""

    ends: dict[Prompt, Stance] = field(default_factory=lambda: dict(FAR_END))
    reacts_frames: int = 6
    stays_frames: int = 8
    prompts: list[Prompt] = field(default_factory=list)
    plan: list[Stance] = field(default_factory=list)

    def ask(self, prompt: Prompt) -> None:
        """Hear a prompt."""
        self.prompts.append(prompt)
        if prompt in MOVES:
            end = self.ends.get(prompt, REST)
            self.plan = [REST] * self.reacts_frames + [end] * self.stays_frames

    def stance(self) -> Stance:
        """Be somewhere."""
        return self.plan.pop(0) if self.plan else REST


def sighting(stance: Stance, noise: float = 0.0) -> Sighting:
    """See a head, whose rest is not quite frontal."""
    quality = quality_of(
        yaw_deg=3.0 + noise + stance.yaw_deg,
        pitch_deg=-2.0 - noise + stance.pitch_deg,
        inter_eye_px=50.0 * stance.grown,
    )
    pose = replace(quality.pose, narrowness=0.9 * stance.narrowed)
    return Sighting(
        sight=Sight.FOLLOWED,
        inter_eye_px=50.0 * stance.grown,
        inter_eye_share=0.1,
        quality=replace(quality, pose=pose),
    )


NOBODY = Sighting(sight=Sight.NOBODY)


def watched(
    rider: Rider, *, challenge: Challenge = CHALLENGE, seconds: float = 30.0
) -> ChallengeRun:
    """Let somebody answer until it is over."""
    run = ChallengeRun(challenge, POLICY, rider.ask)
    for count in range(round(seconds * 1e9 / FRAME_NS)):
        noise = 1.5 if count % 3 == 0 else -1.0
        moment = run.add(sighting(rider.stance(), noise), at_ns=count * FRAME_NS)
        if moment in (Moment.PASSED, Moment.FAILED):
            break
    return run


def test_a_rider_who_does_as_asked_passes() -> None:
    """Prompts come in the order that was drawn, with a look ahead between them."""
    rider = Rider()
    run = watched(rider)
    assert run.passed
    ahead = Prompt.LOOK_AHEAD
    assert rider.prompts == [
        ahead,
        LEFT,
        ahead,
        UP,
        ahead,
        RIGHT,
        ahead,
        CLOSER,
        ahead,
        Prompt.DONE,
    ]
    cue = run.cue()
    assert (cue.kind, cue.judged) == (CueKind.CHALLENGE, True)
    assert cue.score > LIVENESS_MIN
    assert cue.measure == pytest.approx(1.8, abs=0.3)


@given(seed=st.integers(0, 2**32))
def test_any_challenge_can_be_answered(seed: int) -> None:
    """Whatever order and pauses are drawn, an honest rider passes."""
    chance = Random(seed)  # noqa: S311 -- a test repeats itself
    challenge = draw_challenge(chance.randrange, POLICY)
    rider = Rider()
    assert watched(rider, challenge=challenge).passed
    assert tuple(prompt for prompt in rider.prompts if prompt in MOVES) == challenge.moves


def without_head() -> Rider:
    """Hold up a flat picture: turned by hand it gets narrower, and its nose stays."""
    flat = Stance(narrowed=0.8)
    return Rider(ends={LEFT: flat, RIGHT: flat, UP: FAR_END[UP], CLOSER: FAR_END[CLOSER]})


def bent() -> Rider:
    """Hold up a picture that is bent a little: far turned, its nose moves too."""
    far = replace(FAR_END[LEFT], narrowed=0.78)
    return Rider(ends={**FAR_END, LEFT: far})


def mirrored() -> Rider:
    """Turn the other way."""
    return Rider(ends={**FAR_END, LEFT: FAR_END[RIGHT], RIGHT: FAR_END[LEFT]})


def leaning() -> Rider:
    """Come closer whatever is asked."""
    return Rider(ends=dict.fromkeys(MOVES, FAR_END[CLOSER]))


def unmoved() -> Rider:
    """Do nothing, as a still does."""
    return Rider(ends={})


def hasty() -> Rider:
    """Move at once, as a film that runs ahead."""
    return Rider(reacts_frames=0)


def stuck() -> Rider:
    """Turn and stay so."""
    return Rider(stays_frames=1_000)


@pytest.mark.parametrize(
    ("who", "failure"),
    [
        (without_head, ChallengeFailure.TOO_SLOW),
        (bent, ChallengeFailure.FLAT),
        (mirrored, ChallengeFailure.WRONG_MOVE),
        (leaning, ChallengeFailure.WRONG_MOVE),
        (unmoved, ChallengeFailure.TOO_SLOW),
        (hasty, ChallengeFailure.TOO_SOON),
        (stuck, ChallengeFailure.TOO_SLOW),
    ],
)
def test_whoever_does_otherwise_fails(who: Callable[[], Rider], failure: ChallengeFailure) -> None:
    """One way at a time, each with its own reason, and no sign of life."""
    run = watched(who())
    assert (run.passed, run.failure) == (False, failure)
    assert run.cue().score < LIVENESS_MIN
    assert run.cue().judged


def test_a_failure_stays() -> None:
    """Nothing that comes later mends it."""
    rider = mirrored()
    run = watched(rider)
    for count in range(1_000):
        assert run.add(sighting(REST), at_ns=(10_000 + count) * FRAME_NS) is Moment.FAILED
    assert not run.passed


@pytest.mark.parametrize("order", [(RIGHT, LEFT), (UP, LEFT), (CLOSER, LEFT), (LEFT, RIGHT)])
def test_a_film_in_another_order_fails(order: tuple[Prompt, Prompt]) -> None:
    """It plays its own moves at its own pace, whatever is asked and when."""
    run = ChallengeRun(CHALLENGE, POLICY, lambda _prompt: None)
    moment = Moment.WAITING
    for count in range(round(30e9 / FRAME_NS)):
        second, part = divmod(count * FRAME_NS / 1e9, 1.8)
        playing = FAR_END[order[int(second) % 2]] if part > 0.9 and second >= 1 else REST
        moment = run.add(sighting(playing), at_ns=count * FRAME_NS)
    assert moment is Moment.FAILED


def test_a_face_that_is_lost_ends_it() -> None:
    """A second without the face: nobody can go on with another one."""
    rider = Rider()
    run = ChallengeRun(CHALLENGE, POLICY, rider.ask)
    for count in range(200):  # nobody yet: it waits
        assert run.add(NOBODY, at_ns=count * FRAME_NS) is Moment.WAITING
    for count in range(200, 230):
        run.add(sighting(rider.stance()), at_ns=count * FRAME_NS)
    moments = [run.add(NOBODY, at_ns=count * FRAME_NS) for count in range(230, 250)]
    assert moments[0] is Moment.WAITING
    assert moments[-1] is Moment.FAILED
    assert run.failure is ChallengeFailure.LOST


def test_unfinished_is_not_passed() -> None:
    """When the frames end, nothing was shown."""
    run = watched(Rider(), seconds=4.0)
    assert (run.passed, run.failure) == (False, ChallengeFailure.UNFINISHED)
    assert run.cue().score == 0.0


def test_tells_when_to_look_again() -> None:
    """At the far end of every move and at every rest the face must still be the same one."""
    rider = Rider()
    run = ChallengeRun(CHALLENGE, POLICY, rider.ask)
    moments = []
    for count in range(600):
        moments.append(run.add(sighting(rider.stance()), at_ns=count * FRAME_NS))
        if moments[-1] is Moment.PASSED:
            break
    assert Counter(moments)[Moment.REACHED] == len(ORDER)
    assert Counter(moments)[Moment.RESTED] == len(ORDER)
    assert moments[-1] is Moment.PASSED


def test_every_order_is_drawn_as_often() -> None:
    """62 of them; none repeats a move or leaves out a turn."""
    seen = Counter(draw_challenge(secrets.randbelow, POLICY).moves for _ in range(6_200))
    assert len(seen) == 62
    for moves in seen:
        assert {LEFT, RIGHT} <= set(moves)
        assert all(one is not other for one, other in pairwise(moves))
    # 100 each on average; 45 is 5.5 standard deviations below.
    assert min(seen.values()) >= 45


def test_pauses_are_drawn_too() -> None:
    """Within their limits, and not all alike."""
    pauses = [
        pause for _ in range(200) for pause in draw_challenge(secrets.randbelow, POLICY).pauses_ms
    ]
    assert POLICY.pause_min_ms <= min(pauses) < max(pauses) <= POLICY.pause_max_ms
    assert len(set(pauses)) > 300


def test_each_prompt_has_one_sentence() -> None:
    """Plain and short."""
    assert set(PROMPT_SENTENCES) == set(Prompt)
    assert all(text.endswith(".") and len(text) <= 45 for text in PROMPT_SENTENCES.values())
