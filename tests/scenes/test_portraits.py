"""The two portraits come from installed packages, and say so where these are missing."""

import importlib.machinery
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from faregate.errors import InvalidInputError, MachineError
from faregate.scenes import portraits
from faregate.scenes.portraits import Portrait, rider_a, rider_b

RIDERS = [pytest.param(rider_a, id="a"), pytest.param(rider_b, id="b")]


@pytest.mark.parametrize("rider", RIDERS)
def test_points_lie_inside_the_outline(rider: Callable[[], Portrait]) -> None:
    """Eyes, nose and mouth are in the order promised, within the person, within the picture."""
    portrait = rider()
    left_eye, right_eye, nose, left_mouth, right_mouth = portrait.points
    assert left_eye[0] < nose[0] < right_eye[0]
    assert left_mouth[0] < nose[0] < right_mouth[0]
    assert max(left_eye[1], right_eye[1]) < nose[1] < min(left_mouth[1], right_mouth[1])
    low, high = portrait.outline.min(axis=0), portrait.outline.max(axis=0)
    assert ((low < portrait.points) & (portrait.points < high)).all()
    height, width = portrait.pixels.shape[:2]
    assert (low >= 0).all()
    assert (high <= (width - 1, height - 1)).all()


def test_the_riders_have_no_other_names() -> None:
    """People see "Rider A" and "Rider B", whoever is in the pictures."""
    assert [rider_a().shown_as, rider_b().shown_as] == ["Rider A", "Rider B"]


@pytest.mark.parametrize("rider", RIDERS)
def test_a_missing_package_is_named_with_its_remedy(
    rider: Callable[[], Portrait], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the demo extra there is one clear error that names it."""
    monkeypatch.setattr(portraits, "find_spec", lambda _: None)
    with pytest.raises(MachineError, match=r"faregate\[demo\]") as caught:
        rider()
    assert caught.value.code == "portrait_missing"


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [(None, MachineError, "portrait_missing"), (b"!", InvalidInputError, "portrait_unreadable")],
    ids=["no file", "no picture"],
)
def test_a_damaged_package_is_told(
    content: bytes | None,
    kind: type[MachineError | InvalidInputError],
    code: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A package without its picture, or with a broken one, is an error and not a crash."""
    (tmp_path / "data").mkdir()
    if content is not None:
        (tmp_path / "data" / "astronaut.png").write_bytes(content)
    spec = importlib.machinery.ModuleSpec("skimage", None, origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(portraits, "find_spec", lambda _: spec)
    with pytest.raises(kind) as caught:
        rider_a()
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda good: replace(good, pixels=good.pixels[:, :, :1]), "pixels"),
        (lambda good: replace(good, points=good.points[:4]), "points"),
        (lambda good: replace(good, outline=good.outline[:2]), "outline"),
    ],
    ids=["pixels", "points", "outline"],
)
def test_a_portrait_checks_its_shapes(spoil: Callable[[Portrait], Portrait], named: str) -> None:
    """Each array of a wrong shape is refused on its own."""
    with pytest.raises(ValueError, match=named):
        spoil(rider_a())
