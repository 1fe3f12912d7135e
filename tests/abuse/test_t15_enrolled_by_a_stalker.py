"""T15 (G3), the kiosk's half: nobody enrols a victim from photos, a replay or an injected video.

The attacker has pictures and films of the victim, of any quality, and a wallet of their own. The
kiosk, the challenge and the recogniser are the real ones; only what stands in front of the camera
is rendered. (That a capture made at home works with the enroller's own token only is another half.)
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fakes.gate_world import WALLET_POLICY, GateWorld
from fakes.rider_world import MemoryRecords, make_authenticator
from faregate.consent.wallet import Wallet
from faregate.demo.kiosk_camera import Act, PromptedCamera, rider_of
from faregate.enrolment.kiosk import CodeAnswer, EnrolmentRefused, Kiosk, SealedReply
from faregate.face import pipeline as pipeline_module
from faregate.face.capture import CaptureReason, Sighting
from faregate.face.challenge import ChallengeFailure, ChallengePolicy, ChallengeRun, Moment
from faregate.face.pipeline import FacePipeline
from faregate.ids import CameraId, DeploymentId, KioskId
from faregate.models.pack import verify
from faregate.scenes.kiosk import Move, TimedMove, prompted_attack, prompted_session
from faregate.scenes.looks import AttackKind
from faregate.scenes.portraits import rider_a
from faregate.scenes.takes import Take
from faregate.video.source import Pace

POLICY = ChallengePolicy(moves=2, answer_max_ms=2_000)
SECONDS = 9.0


def drawn_order() -> Callable[[int], int]:
    """Draw "right, left" of `MOVES`, and the shortest pauses: the same for each attack."""
    numbers: Iterator[int] = iter([1, 0])
    return lambda _below: next(numbers, 0)


@pytest.fixture(scope="module")
def faces() -> FacePipeline:
    """Open the pack from PyPI, which is always there."""
    return FacePipeline(verify("pip-offline", Path("nowhere")))


@pytest.fixture
def stalker() -> Wallet:
    """Give a wallet that is not the victim's."""
    wallet = Wallet(
        WALLET_POLICY, authenticator=make_authenticator("stalker"), records=MemoryRecords()
    )
    wallet.set_up()
    return wallet


def enrolled(
    act: Act, world: GateWorld, faces: FacePipeline, stalker: Wallet
) -> SealedReply | EnrolmentRefused:
    """Let the stalker hold a session with something in front of the camera."""
    clock = world.log_world.clock
    kiosk = Kiosk(
        deployment=DeploymentId("harbour"),
        kiosk=KioskId("kiosk-1"),
        key=Ed25519PrivateKey.generate(),
        faces=faces,
        clock=clock,
        randbelow=drawn_order(),
        challenge_policy=POLICY,
    )
    camera = PromptedCamera(CameraId("kiosk-1"), act, clock=clock, pace=Pace.AS_FAST_AS_POSSIBLE)
    return kiosk.enrol(
        stalker.offer(),
        camera=camera,
        confirm_code=lambda _code: CodeAnswer.SAME,
        prompt=camera.answer,
    )


# The image's left is the victim's right, which is what is asked for first.
KNOWN = (
    TimedMove(Move.TURN_LEFT, 1.5),
    TimedMove(Move.TURN_RIGHT, 4.2),
)
FILMED = (
    TimedMove(Move.TURN_RIGHT, 1.5),
    TimedMove(Move.TURN_LEFT, 4.2),
)


def injected(film: Sequence[TimedMove], _prompts: Sequence[TimedMove]) -> Take:
    """Feed the frames of a film of the victim's own head past the camera: no picture is better."""
    return prompted_session(rider_a(), film, seed=3, seconds=SECONDS)


def held_up(kind: AttackKind, prompts: Sequence[TimedMove]) -> Take:
    """Hold up the victim's picture, and turn it by hand as asked."""
    return prompted_attack(rider_a(), prompts, kind, seed=3, seconds=SECONDS)


def replayed(_prompts: Sequence[TimedMove]) -> Take:
    """Play a film of the victim on a display, with the moves of another session."""
    return prompted_attack(rider_a(), FILMED, AttackKind.REPLAY, seed=3, seconds=SECONDS)


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(partial(held_up, AttackKind.PRINT), id="print"),
        pytest.param(replayed, id="film on a display"),
        pytest.param(partial(injected, FILMED), id="injected film"),
    ],
)
def test_t15_g3_nobody_is_enrolled_from_pictures(
    act: Act, world: GateWorld, faces: FacePipeline, stalker: Wallet
) -> None:
    """No certificate, whatever is in front of the camera, or past it: the answers are wrong."""
    refused = enrolled(act, world, faces, stalker)
    assert refused in (
        EnrolmentRefused(CaptureReason.CHALLENGE),
        EnrolmentRefused(CaptureReason.NOT_LIVE),
        EnrolmentRefused(CaptureReason.ANOTHER_FACE),
    )


def test_t15_the_victim_could(world: GateWorld, faces: FacePipeline, stalker: Wallet) -> None:
    """The same head that answers the same prompts gets its certificate: nothing else was wrong."""
    act = rider_of(rider_a(), seed=3)
    assert isinstance(enrolled(act, world, faces, stalker), SealedReply)


class _Unasked(ChallengeRun):
    """A kiosk that asks for nothing: everybody has passed once a face is there."""

    def add(self, sighting: Sighting, *, at_ns: int) -> Moment:
        """Pass."""
        del at_ns
        if sighting.quality is None:
            return Moment.WAITING
        self.failure = ChallengeFailure.NONE
        self._margins = [1.0]
        return Moment.PASSED


def test_t15_twin_a_kiosk_that_asks_for_nothing(
    world: GateWorld, faces: FacePipeline, stalker: Wallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the challenge, the injected film of a real head is a rider to every other cue."""
    monkeypatch.setattr(pipeline_module, "ChallengeRun", _Unasked)
    assert isinstance(enrolled(partial(injected, FILMED), world, faces, stalker), SealedReply)


def test_t15_twin_a_kiosk_whose_prompts_are_known(
    world: GateWorld, faces: FacePipeline, stalker: Wallet
) -> None:
    """Were the order known when the film was made, the film would pass: the draw is what counts."""
    act = partial(injected, KNOWN)
    assert isinstance(enrolled(act, world, faces, stalker), SealedReply)
