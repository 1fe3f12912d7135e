"""Several pictures as one: the product's mean direction, the peer's nearest pair."""

import numpy as np

from fakes.faces_in_numbers import made_up_people, on_a_line
from faregate.bench.joins import BestSingle, FusedTemplates
from faregate.face.template import FaceTemplate, fuse
from faregate.ids import ModelId

MODEL = ModelId("made-up")


def test_fused_as_the_product_fuses() -> None:
    """The cosine of two fused templates, but for what int8 takes; the pictures stay as they are."""
    embedded = made_up_people(2, pictures=3, noise=1.0)
    before = embedded.probes.copy()
    one, other = (
        fuse([FaceTemplate(MODEL, embedded.probes[index].copy()) for index in group])
        for group in ([0, 1, 2], [3, 4])
    )
    found = FusedTemplates(MODEL).compare(embedded, [np.array([0, 1, 2])], [np.array([3, 4])])
    assert abs(found[0, 0] - one.similarity(other)) < 0.01
    assert (embedded.probes == before).all()


def test_the_nearest_pair() -> None:
    """Of all pairs of single pictures, the two that are most alike."""
    line = on_a_line([(0, 0), (0, 5), (1, 7), (1, 30), (1, 4)], people=2)
    found = BestSingle().compare(
        line, [np.array([0]), np.array([0, 1])], [np.array([2, 3]), np.array([4])]
    )
    np.testing.assert_allclose(found, [[-7, -4], [-2, -1]], atol=1e-3)
