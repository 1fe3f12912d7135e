"""A network of whole-number pictures is opened as all others are, or refused with one error."""

from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

from faregate.errors import InvalidInputError
from faregate.models.int_session import open_int_session
from faregate.models.manifest import MoveNetMultiPose, PackManifest, shipped_manifests
from faregate.models.pack import LocatedPack, VerifiedPack


def a_network(given: int = TensorProto.INT32) -> bytes:
    """Make a network that turns a picture into floats and does no more."""
    graph = helper.make_graph(
        [helper.make_node("Cast", ["picture"], ["table"], to=TensorProto.FLOAT)],
        "network",
        [helper.make_tensor_value_info("picture", given, [1, None, None, 3])],
        [helper.make_tensor_value_info("table", TensorProto.FLOAT, [1, None, None, 3])],
    )
    opset = [helper.make_opsetid("", 17)]
    network: bytes = helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()
    return network


def pack_of(content: bytes, folder: Path) -> tuple[VerifiedPack, MoveNetMultiPose]:
    """Put a file into the place of the pose network, with a manifest that names it."""
    manifest: PackManifest = next(one for one in shipped_manifests() if one.pack == "pose")
    [file] = manifest.files
    assert isinstance(file, MoveNetMultiPose)
    file = file.model_copy(
        update={"sha256": sha256(content).hexdigest(), "size": len(content)},
    )
    (folder / file.name).write_bytes(content)
    return VerifiedPack(LocatedPack(manifest.model_copy(update={"files": (file,)}), folder)), file


def test_runs_on_pictures_of_any_size(tmp_path: Path) -> None:
    """The numbers that the network gives, for one size after the other."""
    session = open_int_session(*pack_of(a_network(), tmp_path), threads=1)
    for side in (32, 64):
        picture = np.arange(side * side * 3, dtype=np.int32).reshape(1, side, side, 3)
        assert np.array_equal(session.run(picture), picture.astype(np.float32))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"no network", "model_unreadable"),
        (a_network()[:60], "model_unreadable"),
        (a_network(given=TensorProto.FLOAT), "model_input"),
    ],
    ids=["text", "cut short", "takes floats"],
)
def test_what_is_no_such_network_is_refused(content: bytes, code: str, tmp_path: Path) -> None:
    """With an error of ours that names the file, whatever the runtime says."""
    pack, file = pack_of(content, tmp_path)
    with pytest.raises(InvalidInputError, match=file.name) as error:
        open_int_session(pack, file, threads=1)
    assert error.value.code == code
