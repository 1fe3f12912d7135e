"""Bring your own models: the guide's manifest, three tiny networks, and the whole pipeline."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fakes.tiny_models import DIMENSION, SIDE, tiny_detector, tiny_embedder, tiny_liveness
from fakes.walkups import NOON
from faregate.errors import InvalidInputError, MachineError
from faregate.face.pipeline import FacePipeline, open_models
from faregate.ids import CameraId
from faregate.models.install import install
from faregate.models.manifest import parse_manifest
from faregate.models.pack import verify
from faregate.video.frame import Frame

PACK = "mine"


@dataclass(frozen=True)
class OwnPack:
    """A models folder with the guide's manifest, and a folder to install its files from."""

    models_dir: Path
    source: Path
    manifest: str

    def put(self, **files: bytes) -> None:
        """Put files to install from, and their hashes and sizes into the manifest."""
        text = self.manifest
        for name, content in files.items():
            (self.source / f"{name}.onnx").write_bytes(content)
            digest = hashlib.sha256(content).hexdigest()
            text, count = re.subn(
                rf'(name = "{name}\.onnx".*?sha256 = )"0+"\nsize = 1\n',
                rf'\g<1>"{digest}"\nsize = {len(content)}\n',
                text,
                count=1,
                flags=re.DOTALL,
            )
            assert count == 1
        folder = self.models_dir / PACK
        folder.mkdir(parents=True)
        (folder / "manifest.toml").write_text(text, "utf-8")

    def open(self) -> FacePipeline:
        """Install the pack as the guide says, and open it."""
        return FacePipeline(install(PACK, str(self.source), self.models_dir))


@pytest.fixture
def own(tmp_path: Path, repository: Path) -> OwnPack:
    """Take the manifest from the page that says how to write one."""
    page = (repository / "docs" / "guides" / "model-packs.md").read_text("utf-8")
    [manifest] = re.findall(r"^```toml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    source = tmp_path / "source"
    source.mkdir()
    return OwnPack(tmp_path / "models", source, manifest)


def frame_with_squares(*corners: tuple[int, int], value: int = 255) -> Frame:
    """Make a dark picture with white squares, each (left, top)."""
    pixels: NDArray[np.uint8] = np.full((64, 64, 3), 40, np.uint8)
    for left, top in corners:
        pixels[top : top + SIDE, left : left + SIDE] = value
    return Frame(CameraId("lane-1"), NOON, 0, pixels)


def test_the_guides_manifest_is_whole(own: OwnPack) -> None:
    """Everything but hashes and sizes stands there as it must be."""
    manifest = parse_manifest(own.manifest, origin="the guide")
    assert [file.name for file in manifest.files] == [
        "detector.onnx",
        "embedder.onnx",
        "liveness.onnx",
    ]


def test_own_models_find_embed_and_judge(own: OwnPack) -> None:
    """Installed as the guide says, the three networks do what they were made for."""
    own.put(detector=tiny_detector(), embedder=tiny_embedder(), liveness=tiny_liveness())
    pipeline = own.open()
    assert (pipeline.model_id, pipeline.dimension) == ("mine-1", DIMENSION)
    frame = frame_with_squares((32, 0))
    [face] = pipeline.detect(frame)
    assert face.box == pytest.approx((32, 0, 64, 32), abs=1e-3)
    assert face.eyes().ravel().tolist() == pytest.approx([38.4, 9.6, 57.6, 9.6], abs=1e-3)
    assert pipeline.detect(frame_with_squares(value=41)) == ()

    models = open_models(verify(PACK, own.models_dir), threads=1)
    template = models.embedder.embed(frame, face)
    assert template.dimension == DIMENSION
    assert template.similarity(models.embedder.embed(frame, face)) == pytest.approx(1.0)
    assert models.passive is not None
    dark = models.passive.score(frame_with_squares((32, 0), value=20), face)
    assert dark < models.passive.score(frame, face)


def test_a_pack_without_a_liveness_network_is_enough(own: OwnPack) -> None:
    """Only detector and embedder are needed; parallax judges liveness then."""
    start = own.manifest.index('[[files]]\nname = "liveness.onnx"')
    end = own.manifest.index("[card]")
    less = OwnPack(own.models_dir, own.source, own.manifest[:start] + own.manifest[end:])
    less.put(detector=tiny_detector(), embedder=tiny_embedder())
    less.open()
    assert open_models(verify(PACK, own.models_dir), threads=1).passive is None


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"embedder": tiny_embedder(side=48)}, "model_input"),
        ({"embedder": tiny_embedder(dimension=8)}, "model_output"),
        ({"embedder": tiny_detector(side=32)}, "model_output"),
        ({"detector": tiny_embedder(side=64)}, "model_output"),
        ({"detector": tiny_detector(side=96)}, "model_input"),
        ({"liveness": tiny_liveness(classes=1 + 1)}, "model_output"),
        ({"liveness": tiny_embedder(side=80)}, "model_output"),
        ({"detector": b""}, "model_unreadable"),
        ({"embedder": b"\x08\x08 but no more"}, "model_unreadable"),
    ],
    ids=[
        "another input",
        "another dimension",
        "heads instead of an embedding",
        "an embedder for a detector",
        "another size",
        "two classes",
        "an embedding for classes",
        "nothing",
        "junk",
    ],
)
def test_a_file_of_another_kind_is_refused(
    files: dict[str, bytes], code: str, own: OwnPack
) -> None:
    """The manifest says one thing, the proven file another: one clear error, before any face."""
    good = {
        "detector": tiny_detector(),
        "embedder": tiny_embedder(),
        "liveness": tiny_liveness(),
    }
    own.put(**{**good, **{name: content or b"\x00" for name, content in files.items()}})
    with pytest.raises(InvalidInputError, match=f"{next(iter(files))}.onnx") as error:
        own.open()
    assert error.value.code == code


def test_an_embedder_that_says_nothing_is_named(own: OwnPack) -> None:
    """All zero has no direction: no template, and one line that says whose fault it is."""
    silent = tiny_embedder(weight=np.zeros((3 * 32 * 32, DIMENSION), np.float32))
    own.put(detector=tiny_detector(), embedder=silent, liveness=tiny_liveness())
    own.open()
    models = open_models(verify(PACK, own.models_dir), threads=1)
    frame = frame_with_squares((0, 0))
    [face] = models.detector.detect(frame)
    with pytest.raises(MachineError, match="gave no direction"):
        models.embedder.embed(frame, face)
