"""One clip, one approach, one verdict: as a lane does, and no frame more."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from fakes.faces import LIVE as REAL
from fakes.faces import NOBODY, PRINT, FakeFaces
from faregate.bench.liveness_trials import LIVE, ClipLabel, Outcome, run_clip, timed
from faregate.errors import InvalidInputError
from faregate.face.capture import CaptureReason, Sight, Zone
from faregate.video.frame import Frame

ADA = 1


@dataclass
class Pictures:
    """A clip of persons in front of the fake pipeline; counts how many frames were asked for."""

    people: list[tuple[int, int]]
    label: ClipLabel = field(default_factory=lambda: ClipLabel(number=0, kind=LIVE, person=7))
    asked: int = 0

    def frames(self) -> Iterator[Frame]:
        """Make them one by one."""
        return timed(self._pixels(), fps=10)

    def _pixels(self) -> Iterator[NDArray[np.uint8]]:
        for person, live in self.people:
            self.asked += 1
            pixels = np.zeros((2, 2, 3), np.uint8)
            pixels[0, 0, 0], pixels[0, 1, 0] = person, live
            yield pixels


@pytest.mark.parametrize(
    ("people", "outcome", "reason"),
    [
        ([(ADA, REAL)] * 3, Outcome.LIVE, None),
        ([(ADA, PRINT)] * 3, Outcome.ATTACK, None),
        ([(ADA, REAL)] * 2, Outcome.NO_RESPONSE, CaptureReason.TOO_FEW_FRAMES),
        ([(NOBODY, 0)] * 3, Outcome.NO_RESPONSE, CaptureReason.TOO_FEW_FRAMES),
        ([], Outcome.NO_RESPONSE, CaptureReason.TOO_FEW_FRAMES),
    ],
    ids=["live", "print", "too short", "nobody", "no frame"],
)
def test_says_what_the_product_said(
    people: list[tuple[int, int]], outcome: Outcome, reason: CaptureReason | None
) -> None:
    """Live, attack, or no response with the reason; silence is no verdict."""
    found = run_clip(FakeFaces(), Pictures(people), Zone())
    assert (found.outcome, found.reason) == (outcome, reason)
    assert found.label.person == 7
    assert bool(found.cues) is (outcome is not Outcome.NO_RESPONSE)


def test_the_first_answer_ends_the_clip() -> None:
    """Frames after it are not rendered, and the time to it is by the clip's own times."""
    clip = Pictures([(NOBODY, 0)] * 2 + [(ADA, REAL)] * 20)
    found = run_clip(FakeFaces(), clip, Zone())
    assert clip.asked == 5
    assert found.seconds == pytest.approx(0.4)
    assert [sight for sight, _ in found.cpu_ms] == [Sight.NOBODY] * 2 + [Sight.FUSED] * 3
    assert all(cost >= 0.0 for _, cost in found.cpu_ms)


def test_nothing_of_the_person_is_left() -> None:
    """Every template that the product gave was wiped."""
    faces = FakeFaces()
    run_clip(faces, Pictures([(ADA, REAL)] * 3), Zone())
    assert faces.given
    assert faces.all_wiped()


class _Unreadable(Pictures):
    """A clip that ends in an error."""

    def _pixels(self) -> Iterator[NDArray[np.uint8]]:
        yield from super()._pixels()
        raise InvalidInputError("video_unreadable", "No video.", remedy="Give one.")


def test_a_clip_that_breaks_off_is_an_error() -> None:
    """A damaged recording is not counted as silence."""
    with pytest.raises(InvalidInputError, match="video_unreadable"):
        run_clip(FakeFaces(), _Unreadable([(ADA, REAL)]), Zone())


def test_pictures_are_timed_by_their_rate() -> None:
    """At 25 frames a second the fourth comes 120 ms after the first."""
    frames = list(timed(iter([np.zeros((2, 2, 3), np.uint8)] * 4), fps=25))
    assert frames[3].captured_at - frames[0].captured_at == timedelta(milliseconds=120)
    assert frames[3].received_ns - frames[0].received_ns == 120_000_000
