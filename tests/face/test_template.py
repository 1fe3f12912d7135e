"""A template compares, quantizes without loss that matters, and is really gone when wiped."""

import copy
import json
import pickle
import tracemalloc
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from faregate.errors import VerificationError
from faregate.face.template import FaceTemplate, fuse
from faregate.ids import ModelId

MODEL = ModelId("made-up-1")


def unit(seed: int, dimension: int = 128) -> NDArray[np.float32]:
    """Draw a direction."""
    vector = np.random.default_rng(seed).standard_normal(dimension)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def template(seed: int = 1, dimension: int = 128) -> FaceTemplate:
    """Make a template of a made-up face."""
    return FaceTemplate(MODEL, unit(seed, dimension))


def test_similarity_is_the_cosine() -> None:
    """Against itself one, against its opposite minus one, else the cosine of the angle."""
    mine = template(1)
    assert mine.similarity(template(1)) == pytest.approx(1.0, abs=1e-6)
    assert mine.similarity(FaceTemplate(MODEL, -unit(1))) == pytest.approx(-1.0, abs=1e-6)
    expected = sum(float(a) * float(b) for a, b in zip(unit(1), unit(2), strict=True))
    assert mine.similarity(template(2)) == pytest.approx(expected, abs=1e-6)


def test_templates_of_two_models_are_not_compared() -> None:
    """Their numbers mean different things."""
    with pytest.raises(ValueError, match="cannot compare"):
        template().similarity(FaceTemplate(ModelId("other-1"), unit(1)))


@pytest.mark.parametrize(
    "vector",
    [
        np.zeros(4, np.float32),
        np.full(4, np.nan, np.float32),
        np.array([0.6, 0.6], np.float32),
        np.array([[1.0]], np.float32),
        np.array([1.0], np.float64),
    ],
    ids=["zero", "not a number", "short", "matrix", "doubles"],
)
def test_refuses_what_is_no_unit_vector(vector: NDArray[np.float32]) -> None:
    """One defect at a time."""
    with pytest.raises(ValueError, match="must"):
        FaceTemplate(MODEL, vector)


def test_wiping_clears_the_memory_itself() -> None:
    """The very array that was handed in is zero, not a copy of it."""
    vector = unit(1)
    memory = vector.data.cast("B")
    mine = FaceTemplate(MODEL, vector)
    assert any(memory)
    mine.wipe()
    assert not any(memory)
    assert mine.similarity(template(1)) == 0.0
    with pytest.raises(ValueError, match="wiped"):
        mine.quantize_into(memoryview(bytearray(128)))


def test_does_not_leak_by_accident() -> None:
    """No repr, pickle, copy, JSON or attribute dictionary gives its numbers away."""
    mine = template()
    assert repr(mine) == str(mine) == "FaceTemplate('made-up-1')"
    for leak in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="only sealed"):
            leak(mine)
    with pytest.raises(TypeError):
        json.dumps(mine)
    assert not hasattr(mine, "__dict__")


def test_templates_are_told_apart_by_identity_alone() -> None:
    """Nothing can look a face up in a set or dictionary by its numbers."""
    assert template(1) != template(1)


@given(seed=st.integers(0, 10_000), dimension=st.sampled_from([64, 128, 256, 512]))
def test_quantizing_keeps_the_direction(seed: int, dimension: int) -> None:
    """The loss is far below what tells people apart."""
    buffer = bytearray(dimension)
    mine = template(seed, dimension)
    mine.quantize_into(memoryview(buffer))
    back = FaceTemplate.from_quantized(MODEL, memoryview(buffer))
    assert mine.similarity(back) > 0.9998


@pytest.mark.parametrize("dimension", [128, 256])
def test_quantizing_changes_similarities_as_little_as_rounding_must(dimension: int) -> None:
    """By less than the largest component over 440, in standard deviation."""
    changes = []
    for seed in range(400):
        buffer = bytearray(dimension)
        mine, other = template(seed, dimension), template(seed + 1_000, dimension)
        mine.quantize_into(memoryview(buffer))
        back = FaceTemplate.from_quantized(MODEL, memoryview(buffer))
        largest = float(np.abs(mine.vector).max())
        changes.append((back.similarity(other) - mine.similarity(other)) * 440 / largest)
    assert 0.8 < np.std(changes) < 1.1


@given(seed=st.integers(0, 10_000))
def test_quantizing_again_changes_nothing(seed: int) -> None:
    """T read back and written again is T: what was committed to stays provable."""
    first, second = bytearray(128), bytearray(128)
    template(seed).quantize_into(memoryview(first))
    FaceTemplate.from_quantized(MODEL, memoryview(first)).quantize_into(memoryview(second))
    assert first == second


def test_the_largest_component_uses_all_of_int8() -> None:
    """The scale is 127 over the largest component, by hand."""
    buffer = bytearray(3)
    FaceTemplate(MODEL, np.array([0.8, -0.6, 0.0], np.float32)).quantize_into(memoryview(buffer))
    assert list(memoryview(buffer).cast("b")) == [127, -95, 0]


def test_buffers_of_another_kind_are_refused() -> None:
    """Too short, too long, or not writable."""
    for buffer in (memoryview(bytearray(127)), memoryview(bytearray(129)), memoryview(bytes(128))):
        with pytest.raises(ValueError, match="writable and 128 bytes"):
            template().quantize_into(buffer)


def test_bytes_without_direction_are_refused() -> None:
    """All zero is no template: it would be alike to nobody, or to everybody."""
    with pytest.raises(VerificationError, match="no direction"):
        FaceTemplate.from_quantized(MODEL, memoryview(bytes(128)))


class Watched(np.ndarray[tuple[int, ...], np.dtype[np.float32]]):
    """An array that remembers every array that numpy makes of it."""

    made: ClassVar[list[NDArray[np.float32]]] = []

    def __array_finalize__(self, source: object) -> None:
        """Remember."""
        self.made.append(self)


def test_quantizing_leaves_no_copy_behind() -> None:
    """Whatever array the numbers pass through is zero when it is released."""
    vector = unit(1).view(Watched)
    Watched.made.clear()
    FaceTemplate(MODEL, vector).quantize_into(memoryview(bytearray(128)))
    arrays = [one for one in Watched.made if one.ndim > 0]
    assert arrays
    assert not any(one.any() for one in arrays)


@given(seeds=st.lists(st.integers(0, 10_000), min_size=1, max_size=5))
def test_fusing_gives_the_mean_direction(seeds: list[int]) -> None:
    """In whatever order the frames came; the fused ones are as they were."""
    frames = [template(seed) for seed in seeds]
    mean = np.mean([unit(seed).astype(np.float64) for seed in seeds], axis=0)
    expected = FaceTemplate(MODEL, (mean / np.linalg.norm(mean)).astype(np.float32))
    assert fuse(frames).similarity(expected) == pytest.approx(1.0, abs=1e-5)
    assert fuse(frames[::-1]).similarity(expected) == pytest.approx(1.0, abs=1e-5)
    assert frames[0].similarity(template(seeds[0])) == pytest.approx(1.0, abs=1e-6)


def test_fusing_makes_no_copy_but_the_fused_one() -> None:
    """A stack of all frames' numbers would be released as it is, and read by who comes later."""
    dimension = 100_000
    frames = [template(seed, dimension) for seed in range(3)]
    tracemalloc.start()
    try:
        fused = fuse(frames)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert fused.dimension == dimension
    assert most < 1.5 * dimension * np.dtype(np.float32).itemsize


def test_what_cannot_be_fused_is_refused() -> None:
    """No frame, frames of two models, opposite ones, wiped ones."""
    other = FaceTemplate(ModelId("other-1"), unit(1))
    wiped = template()
    wiped.wipe()
    for frames in ([], [template(), other], [template(), FaceTemplate(MODEL, -unit(1))], [wiped]):
        with pytest.raises(ValueError, match=r"unpack|no mean|unit length"):
            fuse(frames)
