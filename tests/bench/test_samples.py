"""Similarities of pictures, in both metrics."""

import numpy as np
import pytest

from fakes.faces_in_numbers import made_up_people, on_a_line
from faregate.bench.samples import Embedded, Metric


def test_distances_are_similarities_with_their_sign_turned() -> None:
    """Nearer is more alike."""
    line = on_a_line([(0, 0), (0, 3), (1, 10)], people=2)
    found = line.similarities(np.array([0, 1]), np.array([1, 2]))
    np.testing.assert_allclose(found, [[-3, -10], [0, -7]], atol=1e-5)


def test_cosines() -> None:
    """The product of unit vectors, for one pair as for many."""
    embedded = made_up_people(3, pictures=2, noise=1.0)
    everyone = np.arange(6)
    found = embedded.similarities(everyone, everyone)
    np.testing.assert_allclose(found, embedded.probes @ embedded.probes.T, atol=1e-6)
    assert embedded.similarity(1, 4) == pytest.approx(found[1, 4], abs=1e-6)


def test_what_was_not_acquired_is_like_nothing() -> None:
    """Minus infinity, whichever of the two it is."""
    line = on_a_line([(0, 0), (0, float("nan"))], people=1)
    assert line.similarity(0, 1) == line.similarity(1, 0) == float("-inf")


def test_wiping_leaves_nothing() -> None:
    """Embeddings of people are overwritten, test data or not."""
    embedded = made_up_people(2, pictures=2, noise=1.0)
    embedded.wipe()
    assert not embedded.probes.any()


@pytest.mark.parametrize(
    ("person", "rows", "people"),
    [([0, 1], 3, 2), ([0, 2], 2, 2), ([-1, 0], 2, 2)],
    ids=["lengths", "too large", "negative"],
)
def test_people_and_pictures_must_fit(person: list[int], rows: int, people: int) -> None:
    """A number for each picture, each a person that there is."""
    with pytest.raises(ValueError, match=r"people|person"):
        Embedded(
            person=np.array(person, np.intp),
            probes=np.zeros((rows, 2), np.float32),
            references=np.zeros((rows, 2), np.float32),
            acquired=np.zeros(len(person), np.bool_),
            people=people,
            metric=Metric.COSINE,
        )
