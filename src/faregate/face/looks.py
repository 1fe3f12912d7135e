"""Embed one face of one frame from several readings of its points, and take their mean."""

from faregate.face.detect import DetectedFace, Detector
from faregate.face.embed import Embedder
from faregate.face.template import FaceTemplate, fuse
from faregate.video.frame import Frame

LOOKS_MAX = 3
"""As found, and from both sizes at which `YuNetDetector.look_again` reads the points."""


def embed_looks(
    detector: Detector, embedder: Embedder, frame: Frame, face: DetectedFace, *, looks: int
) -> FaceTemplate:
    """Make the template of one face from at most `looks` readings; it is the caller's, to wipe.

    One look is the plain way. More cost an embedding each, and less where the detector has no
    second way to look. What a detector gets wrong about the points differs from look to look,
    so the mean is nearer to the face than any: docs/concepts/faces.md says by how much.
    """
    if not 1 <= looks <= LOOKS_MAX:
        raise ValueError(f"looks must be 1 to {LOOKS_MAX}, got {looks}")
    first = embedder.embed(frame, face)
    if looks == 1:
        return first
    again = detector.look_again(frame, face)[: looks - 1]
    templates = [first, *(embedder.embed(frame, one) for one in again)]
    fused = fuse(templates)
    for template in templates:
        template.wipe()
    return fused
