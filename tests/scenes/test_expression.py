"""Lids close for a moment and open again; a still face stays as it is."""

import numpy as np
from numpy.typing import NDArray

from faregate.scenes.expression import Expression
from faregate.scenes.portraits import rider_a

RIDER = rider_a()


def _where() -> NDArray[np.float32]:
    steps = np.linspace(0, 1, 512, dtype=np.float32)
    return np.dstack(np.meshgrid(steps, steps)).astype(np.float32)


def _moved(expression: Expression, t_s: float) -> NDArray[np.float32]:
    where = _where()
    expression.at(t_s)(where)
    return where - _where()


def test_a_closing_lid_shows_what_lies_above_the_eye() -> None:
    """In the middle of a blink each eye shows a place above it; far from the eyes nothing moves."""
    blinking = [
        expression
        for seed in range(20)
        if (expression := _drawn(seed)).blinks_s and expression.blinks_s[0] > 0
    ]
    expression = blinking[0]
    moved = _moved(expression, expression.blinks_s[0] + 0.1)
    for x, y in np.rint(RIDER.points[:2]).astype(int):
        assert moved[y, x, 1] < -2 / 512
    nose = np.rint(RIDER.points[2]).astype(int)
    assert not moved[nose[1] + 10 :].any() or expression.opening_m > 0
    assert not moved[:, :, 0].any()


def test_between_blinks_the_eyes_are_open() -> None:
    """A blink takes a quarter of a second."""
    expression = _drawn(1)
    after = max(expression.blinks_s, default=0.0) + 0.3
    eyes = np.rint(RIDER.points[:2]).astype(int)
    assert all(not _moved(expression, after)[y, x].any() for x, y in eyes)


def test_a_face_without_expression_never_moves() -> None:
    """Switched off, nothing is shifted at any time."""
    still = Expression.drawn(RIDER, np.random.default_rng(0), seconds=3.0, part=0.0)
    assert not any(_moved(still, t_s).any() for t_s in np.linspace(0, 3, 7))


def _drawn(seed: int) -> Expression:
    return Expression.drawn(RIDER, np.random.default_rng(seed), seconds=3.0, part=1.0)
