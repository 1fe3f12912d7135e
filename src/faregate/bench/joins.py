"""How several pictures of one person become one thing to compare."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from faregate.bench.samples import Embedded
from faregate.face.template import FaceTemplate, fuse
from faregate.ids import ModelId


class FusedTemplates:
    """The product's way: fused by `face.template`; references go through T, as leases do."""

    def __init__(self, model_id: ModelId) -> None:
        self._model_id = model_id

    def compare(
        self,
        embedded: Embedded,
        probes: Sequence[NDArray[np.intp]],
        references: Sequence[NDArray[np.intp]],
    ) -> NDArray[np.float32]:
        """Give the cosine of each fused probe with each fused reference."""
        rows = [self._fused(embedded.probes, pictures) for pictures in probes]
        columns = [
            self._as_stored(self._fused(embedded.references, pictures)) for pictures in references
        ]
        left = np.stack([template.vector for template in rows])
        right = np.stack([template.vector for template in columns])
        similarities: NDArray[np.float32] = left @ right.T
        for template in (*rows, *columns):
            template.wipe()
        left[:] = 0.0
        right[:] = 0.0
        return similarities

    def _fused(self, vectors: NDArray[np.float32], pictures: NDArray[np.intp]) -> FaceTemplate:
        singles = [FaceTemplate(self._model_id, vectors[picture].copy()) for picture in pictures]
        fused = fuse(singles)
        for single in singles:
            single.wipe()
        return fused

    def _as_stored(self, template: FaceTemplate) -> FaceTemplate:
        buffer = bytearray(template.dimension)
        template.quantize_into(memoryview(buffer))
        template.wipe()
        return FaceTemplate.from_quantized(self._model_id, memoryview(buffer))


class BestSingle:
    """The peer's way: keep every picture, and take the nearest two of probe and reference."""

    def compare(
        self,
        embedded: Embedded,
        probes: Sequence[NDArray[np.intp]],
        references: Sequence[NDArray[np.intp]],
    ) -> NDArray[np.float32]:
        """Give the similarity of the two single pictures that are most alike."""
        singles = embedded.similarities(np.concatenate(references), np.concatenate(probes))
        best: NDArray[np.float32] = np.maximum.reduceat(
            np.maximum.reduceat(singles, _starts(references), axis=0), _starts(probes), axis=1
        )
        return best.T


def _starts(groups: Sequence[NDArray[np.intp]]) -> NDArray[np.intp]:
    return np.concatenate([[0], np.cumsum([len(group) for group in groups])[:-1]]).astype(np.intp)
