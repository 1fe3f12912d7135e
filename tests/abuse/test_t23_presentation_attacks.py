"""T23 (G9): print, bent print, cut-out, screen, replay: how often each is taken for a person.

A few renderings of two portraits, so that the figures here only show that the measuring works;
`docs/cards/liveness.md` has those that count.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from fakes.liveness_clips import KINDS, RiderClip, rider_clips
from faregate.bench.intervals import proportion_interval
from faregate.bench.liveness_rates import LivenessRates, liveness_rates
from faregate.bench.liveness_run import run_here
from faregate.bench.liveness_trials import LIVE
from faregate.face import evidence
from faregate.face.liveness import Cue, Liveness, LivenessPolicy
from faregate.face.pipeline import FacePipeline
from faregate.models.pack import verify

FIRST_SEED: Final = 70_000


def presented(faces: FacePipeline, clips: Sequence[RiderClip]) -> LivenessRates:
    """Show the clips to the product as a lane would, and count."""
    return liveness_rates(run_here(faces, clips))


def assert_attacks_are_refused(rates: LivenessRates) -> None:
    """Fail if any kind of attack came through more often than it was refused."""
    worst = rates.worst
    assert worst.apcer.value <= 0.5, f"{worst.kind}: APCER {worst.apcer.value:.0%}"


@pytest.fixture
def faces(tmp_path: Path) -> FacePipeline:
    """Give the product's pipeline with the pack that every machine has."""
    return FacePipeline(verify("pip-offline", tmp_path))


def test_t23_g9_error_rate_of_each_kind_with_its_interval(faces: FacePipeline) -> None:
    """Every kind has its own rate and interval; the worst leads, and none has enough clips."""
    rates = presented(faces, rider_clips(range(FIRST_SEED, FIRST_SEED + 1), people=[0]))
    assert [one.kind for one in rates.kinds] == sorted(KINDS)
    for one in rates.kinds:
        assert one.apcer.trials == 1
        assert one.apcer.interval == proportion_interval(one.apcer.events, 1)
    assert rates.worst.apcer.value == max(one.apcer.value for one in rates.kinds)
    assert set(rates.decided_by_interval) == {LIVE, *KINDS}
    assert rates.bpcer.trials == 1
    assert_attacks_are_refused(rates)


def _says_live(cues: Sequence[Cue], policy: LivenessPolicy) -> Liveness:
    del policy
    return Liveness(1.0, tuple(cues))


@contextmanager
def _liveness_that_always_says_live(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(evidence, "fuse", _says_live)
        yield


def test_t23_twin_liveness_that_always_says_live_accepts_every_attack(
    faces: FacePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same measuring sees a product without liveness: APCER 100 % for every kind."""
    clips = rider_clips(range(FIRST_SEED, FIRST_SEED + 1), people=[1])
    with _liveness_that_always_says_live(monkeypatch):
        rates = presented(faces, clips)
    assert {one.kind: one.apcer.events for one in rates.kinds} == dict.fromkeys(KINDS, 1)
    with pytest.raises(AssertionError, match="APCER 100%"):
        assert_attacks_are_refused(rates)
