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

    `person` (n,) numbers the people from 0 to `people` - 1. `vectors` (n, D) float32; a row of
    zeros where `acquired` (n,) says that there was no usable face. Owned until `wipe`.
    """

    person: NDArray[np.intp]
    vectors: NDArray[np.float32] = field(repr=False)
    acquired: NDArray[np.bool_]
    people: int
    metric: Metric = Metric.COSINE

    def __post_init__(self) -> None:
        if not len(self.person) == len(self.vectors) == len(self.acquired):
            raise ValueError("person, vectors and acquired must be of one length")
        if len(self.person) and not 0 <= int(self.person.min()) <= int(self.person.max()):
            raise ValueError("people are numbered from 0")
        if len(self.person) and int(self.person.max()) >= self.people:
            raise ValueError(f"there are {self.people} people")

    def similarities(
        self, rows: NDArray[np.intp], columns: NDArray[np.intp]
    ) -> NDArray[np.float32]:
        """Compare pictures with pictures: (R, C) float32."""
        product: NDArray[np.float32] = self.vectors[rows] @ self.vectors[columns].T
        match self.metric:
            case Metric.COSINE:
                return product
            case Metric.MINUS_DISTANCE:
                squares = np.square(self.vectors).sum(axis=1)
                product *= -2
                product += squares[rows][:, None] + squares[columns][None, :]
                np.sqrt(product.clip(min=0), out=product)
                return np.negative(product, out=product)

    def similarity(self, one: int, other: int) -> float:
        """Compare two pictures; minus infinity where one of them was not acquired."""
        if not (self.acquired[one] and self.acquired[other]):
            return float("-inf")
        return float(self.similarities(np.array([one]), np.array([other]))[0, 0])

    def wipe(self) -> None:
        """Overwrite the vectors in place."""
        self.vectors[:] = 0.0
