"""People as points on a sphere, and their pictures as points nearby: no face in it."""

import numpy as np

from faregate.bench.samples import Embedded, Metric


def made_up_people(
    people: int, *, pictures: int, noise: float, seed: int = 1, missing: float = 0.0
) -> Embedded:
    """Make `people` with `pictures` each, of which a share `missing` was not acquired."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(people), pictures)
    middles = rng.standard_normal((people, 64))
    vectors = middles[person] + noise * rng.standard_normal((len(person), 64))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    acquired = rng.random(len(person)) >= missing
    vectors[~acquired] = 0.0
    single = vectors.astype(np.float32)
    return Embedded(
        person=person, probes=single, references=single, acquired=acquired, people=people
    )


def on_a_line(places: list[tuple[int, float]], *, people: int) -> Embedded:
    """Put pictures of persons on a line: their distances can be counted by hand.

    A place that is not a number was not acquired.
    """
    values = np.array([[place] for _, place in places], np.float32)
    acquired = ~np.isnan(values[:, 0])
    values[~acquired] = 0.0
    return Embedded(
        person=np.array([person for person, _ in places], np.intp),
        probes=values,
        references=values,
        acquired=acquired,
        people=people,
        metric=Metric.MINUS_DISTANCE,
    )
