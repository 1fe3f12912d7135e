"""How often a rendered head is refused, and a rendered print accepted: counted, with intervals."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from math import comb
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from numpy.typing import NDArray

from faregate.face.capture import CaptureRejected, Zone
from faregate.face.liveness import LIVENESS_MIN
from faregate.face.pipeline import FacePipeline
from faregate.ids import CameraId
from faregate.models.pack import verify
from faregate.scenes.head import live_walk_up
from faregate.scenes.portraits import rider_a, rider_b
from faregate.scenes.print import PLAIN, PrintLook, print_walk_up
from faregate.scenes.walkup import WalkUp
from faregate.video.frame import Frame

FIRST_SEED: Final = 50_000
"""Seeds that nothing was developed on."""
SEEDS: Final = 60
ONE_IN_TWENTY: Final = 0.05
START: Final = datetime(2026, 5, 4, 8, tzinfo=UTC)
LOOKS: Final = {"as printed": PrintLook(), "without any flaw": PLAIN}


def judged_live(
    pipeline: FacePipeline, pictures: Iterable[NDArray[np.uint8]], walk: WalkUp
) -> bool | None:
    """Tell whether one approach was judged live; None where there was no capture to judge."""
    approach = pipeline.approach(Zone())
    for number, pixels in enumerate(pictures):
        at = timedelta(seconds=number / walk.fps)
        nanoseconds = int(at.total_seconds() * 1e9)
        approach.add(
            Frame(
                camera=CameraId("lane"),
                captured_at=START + at,
                received_ns=nanoseconds,
                pixels=pixels,
            )
        )
        if approach.ready:
            break
    capture = approach.capture()
    approach.wipe()
    if isinstance(capture, CaptureRejected):
        return None
    capture.wipe()
    return capture.liveness.score >= LIVENESS_MIN


def at_most(events: int, trials: int) -> float:
    """Give the one-sided 95 % upper bound of a rate (Clopper and Pearson 1934), by bisection."""
    low, high = 0.0, 1.0
    for _ in range(60):
        rate = (low + high) / 2
        so_few = sum(
            comb(trials, k) * rate**k * (1 - rate) ** (trials - k) for k in range(events + 1)
        )
        low, high = (rate, high) if so_few > ONE_IN_TWENTY else (low, rate)
    return high


def test_the_bound_is_the_textbooks() -> None:
    """Without an event in 299 trials the rate is at most 1 %; in 59, 5 %."""
    assert at_most(0, 299) == pytest.approx(0.01, abs=5e-5)
    assert at_most(0, 59) == pytest.approx(0.0495, abs=5e-4)
    assert at_most(1, 10) == pytest.approx(0.3942, abs=5e-5)


@pytest.mark.long
def test_rendered_prints_and_heads(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Fresh seeds through the whole pipeline of the `pip-offline` pack, riders A and B.

    Renderings only: it says nothing about real prints and real people.
    """
    pipeline = FacePipeline(verify("pip-offline", tmp_path))
    refused_live, accepted, no_capture, lives, prints = 0, dict.fromkeys(LOOKS, 0), 0, 0, 0
    for seed in range(FIRST_SEED, FIRST_SEED + SEEDS):
        for portrait in (rider_a(), rider_b()):
            walk = WalkUp(seed=seed, lane=seed % 7)
            verdict = judged_live(pipeline, live_walk_up(portrait, walk), walk)
            lives += 1
            no_capture += verdict is None
            refused_live += verdict is False
            for name, look in LOOKS.items():
                verdict = judged_live(pipeline, print_walk_up(portrait, walk, look), walk)
                accepted[name] += verdict is True
            prints += 1
    record_property("rendered live walk-ups", lives)
    record_property("of them without a capture", no_capture)
    record_property("of them refused as not live", refused_live)
    record_property("refused, one-sided 95 % bound", f"{at_most(refused_live, lives):.2%}")
    for name, count in accepted.items():
        record_property(f"rendered prints {name}, accepted", f"{count} of {prints}")
        record_property("the same, one-sided 95 % bound", f"{at_most(count, prints):.2%}")
    assert accepted == dict.fromkeys(LOOKS, 0)
    assert refused_live + no_capture <= lives // 20
