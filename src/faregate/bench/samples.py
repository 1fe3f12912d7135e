"""What is compared: templates of pictures, each of a numbered person. In memory only."""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class Metric(StrEnum):
    """How alike two vectors are. Larger is more alike."""

    COSINE = "cosine"
    MINUS_DISTANCE = "minus_distance"  # Euclidean, with its sign turned


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Embedded:
    """The pictures of a data set after one way of embedding them.

    `person` (n,) numbers the people from 0 to `people` - 1. `probes` (n, D) float32 is each
    picture as a gate embeds a frame, `references` (n, D) as a kiosk does, which has more time; one
    array where both do the same. Rows are zero where `acquired` (n,) says that there was no usable
    face. Owned until `wipe`.
    """

    person: NDArray[np.intp]
    probes: NDArray[np.float32] = field(repr=False)
    references: NDArray[np.float32] = field(repr=False)
    acquired: NDArray[np.bool_]
    people: int
    metric: Metric = Metric.COSINE

    def __post_init__(self) -> None:
        if not len(self.person) == len(self.acquired) == len(self.probes):
            raise ValueError("person, vectors and acquired must be of one length")
        if self.probes.shape != self.references.shape:
            raise ValueError("probes and references must be of one shape")
        if len(self.person) and not 0 <= int(self.person.min()) <= int(self.person.max()):
            raise ValueError("people are numbered from 0")
        if len(self.person) and int(self.person.max()) >= self.people:
            raise ValueError(f"there are {self.people} people")

    def similarities(
        self, rows: NDArray[np.intp], columns: NDArray[np.intp]
    ) -> NDArray[np.float32]:
        """Compare `rows` as references with `columns` as probes: (R, C) float32."""
        references, probes = self.references[rows], self.probes[columns]
        product: NDArray[np.float32] = references @ probes.T
        match self.metric:
            case Metric.COSINE:
                return product
            case Metric.MINUS_DISTANCE:
                product *= -2
                product += np.square(references).sum(axis=1)[:, None]
                product += np.square(probes).sum(axis=1)[None, :]
                np.sqrt(product.clip(min=0), out=product)
                return np.negative(product, out=product)

    def similarity(self, one: int, other: int) -> float:
        """Compare a reference with a probe; minus infinity where one was not acquired."""
        if not (self.acquired[one] and self.acquired[other]):
            return float("-inf")
        return float(self.similarities(np.array([one]), np.array([other]))[0, 0])

    def wipe(self) -> None:
        """Overwrite the vectors in place."""
        self.probes[:] = 0.0
        self.references[:] = 0.0
