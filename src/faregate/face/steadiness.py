"""Liveness by steadiness: the frames of one probe must be of one person, all the way.

Who is exchanged for a picture between two frames, or shows a film that cuts to somebody else, gives
templates that agree less than those of one approach do. An approach starts anew where two frames
are clearly not alike (`same_person_min` of the pack's card); here the boundary is nearer to what
one person's frames show.

It says nothing about a picture that stays what it is: a print is as steady as a person.
"""

from typing import Final

from faregate.face.liveness import Cue, CueKind
from faregate.face.template import FaceTemplate

_FRAMES_MIN: Final = 3


class Steadiness:
    """How alike the templates of one approach are. Templates are lent, never copied.

    The cue's measure is the least similarity of any two that were held at the same time, on a scale
    on which 0 is the pack's `same_person_min` and 1 is identity: so that one boundary does for
    every model. What a template disagreed on counts on after a better frame took its place.
    """

    def __init__(self, *, same_person_min: float) -> None:
        self._same_person_min = same_person_min
        self._templates: list[FaceTemplate] = []
        self._least = 1.0
        self._seen = 0

    def add(self, template: FaceTemplate) -> None:
        """Take one more; the caller's to wipe, and until then compared with later ones."""
        self._templates = [other for other in self._templates if other.vector.any()]
        alike = [template.similarity(other) for other in self._templates]
        self._least = min([self._least, *alike])
        self._templates.append(template)
        self._seen += 1

    def measure(self) -> Cue:
        """Give what was seen so far; its score is the policy's to give. Changes nothing."""
        judged = self._seen >= _FRAMES_MIN
        above = (self._least - self._same_person_min) / (1.0 - self._same_person_min)
        measure = above if judged else 0.0
        return Cue(kind=CueKind.STEADINESS, score=0.0, judged=judged, measure=measure)

    def wipe(self) -> None:
        """Forget which templates were lent, and how alike they were."""
        self._templates.clear()
        self._least = 1.0
        self._seen = 0
