"""UNSAFE: what the demo's auditor must know in order to search the disk for templates.

Nobody could find a template in a file without having seen it. So the demo's kiosk is watched: each
template that it makes is noted as the spellings to look for, in this process's memory.
"""

import warnings
from collections.abc import Iterable
from typing import Final

from faregate.demo.at_rest import Needle, template_bytes_needle, template_needles
from faregate.enrolment.kiosk import Enroller
from faregate.errors import ConfigurationError
from faregate.face.capture import CaptureRejected, FaceCapture
from faregate.face.challenge import Challenge, OnPrompt
from faregate.gate.assessment import DeploymentLevel
from faregate.video.frame import Frame

_SPELLINGS: Final = 2
"""A template is looked for as it was captured, and as it is stored."""


class UnsafeTemplateNotesWarning(UserWarning):
    """A kiosk's templates are noted down in memory."""


class UnsafeTemplateNotes:
    """An `Enroller` that notes what another one captures; warns when it is made.

    Raises `ConfigurationError` for any deployment that is not a demo.
    """

    def __init__(self, faces: Enroller, *, level: DeploymentLevel) -> None:
        if level is not DeploymentLevel.P0:
            raise ConfigurationError(
                "unsafe_template_notes",
                "Templates are noted down in demos only.",
                remedy="Use the face pipeline itself.",
            )
        warnings.warn("a kiosk's templates are noted", UnsafeTemplateNotesWarning, stacklevel=2)
        self._faces = faces
        self._needles: list[Needle] = []

    @property
    def needles(self) -> tuple[Needle, ...]:
        """Every template so far, in every spelling to look for."""
        return tuple(self._needles)

    @property
    def templates(self) -> int:
        """How many templates were noted."""
        return len({needle.name for needle in self._needles}) // _SPELLINGS

    def enrol(
        self, frames: Iterable[Frame], *, challenge: Challenge, prompt: OnPrompt
    ) -> FaceCapture | CaptureRejected:
        """Let the other one capture, and note the template."""
        capture = self._faces.enrol(frames, challenge=challenge, prompt=prompt)
        if isinstance(capture, FaceCapture):
            number = self.templates + 1
            stored = bytearray(capture.template.dimension)
            capture.template.quantize_into(memoryview(stored))
            self._needles.append(template_needles(f"template {number}", capture.template.vector))
            self._needles.append(template_bytes_needle(f"stored template {number}", stored))
        return capture
