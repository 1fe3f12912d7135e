"""The kiosk's watcher: demos only, and each template is findable afterwards."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fakes.faces import LIVE, PRINT, FakeFaces, frame_of, template_of
from faregate.demo.at_rest import files_with
from faregate.demo.template_notes import UnsafeTemplateNotes, UnsafeTemplateNotesWarning
from faregate.errors import ConfigurationError
from faregate.face.capture import CaptureRejected, FaceCapture
from faregate.face.challenge import ChallengePolicy, draw_challenge
from faregate.gate.assessment import DeploymentLevel
from faregate.video.frame import Frame

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def _frames(person: int, live: int) -> Iterator[Frame]:
    for number in range(3):
        yield frame_of(person, live=live, at=NOON, received_ns=number)


def _enrolled(notes: UnsafeTemplateNotes, person: int, live: int) -> FaceCapture | CaptureRejected:
    challenge = draw_challenge(secrets.randbelow, ChallengePolicy())
    return notes.enrol(_frames(person, live), challenge=challenge, prompt=lambda _prompt: None)


@pytest.mark.parametrize("level", [one for one in DeploymentLevel if one is not DeploymentLevel.P0])
def test_is_refused_outside_demos(level: DeploymentLevel) -> None:
    """No other deployment may have its templates noted."""
    with pytest.raises(ConfigurationError) as caught:
        UnsafeTemplateNotes(FakeFaces(), level=level)
    assert caught.value.code == "unsafe_template_notes"


def test_notes_what_was_captured(tmp_path: Path) -> None:
    """Both forms of each template are found in a file; of a refused capture there is none."""
    with pytest.warns(UnsafeTemplateNotesWarning):
        notes = UnsafeTemplateNotes(FakeFaces(), level=DeploymentLevel.P0)
    assert isinstance(_enrolled(notes, 1, PRINT), CaptureRejected)
    assert (notes.templates, notes.needles) == (0, ())
    _enrolled(notes, 1, LIVE)
    _enrolled(notes, 2, LIVE)
    assert notes.templates == 2
    stored = bytearray(template_of(2).dimension)
    template_of(2).quantize_into(memoryview(stored))
    (tmp_path / "vector").write_bytes(template_of(1).vector.tobytes())
    (tmp_path / "stored").write_bytes(stored)
    found = {(path.name, name) for path, name in files_with(tmp_path, notes.needles)}
    assert {("vector", "template 1"), ("stored", "stored template 2")} <= found
    assert not {name for _, name in found} & {"stored template 1"}
