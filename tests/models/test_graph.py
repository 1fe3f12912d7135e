"""A model stands alone in its file, and its size can be set free without changing what it does."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper

from fakes.tiny_models import tiny_detector, tiny_embedder, tiny_liveness
from faregate.errors import InvalidInputError
from faregate.models.graph import prepared_model, with_open_size
from faregate.models.manifest import AlignedEmbedder, parse_manifest
from faregate.models.pack import VerifiedPack
from faregate.models.runtime import ort
from faregate.models.session import open_session

GOOD = tiny_embedder()


def external(tensor: onnx.TensorProto, location: str = "../../secret") -> onnx.TensorProto:
    """Say of a tensor that its numbers lie in another file."""
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", location
    return tensor


def with_external_weight() -> bytes:
    """Keep the weight of the tiny embedder elsewhere."""
    model = onnx.ModelProto.FromString(GOOD)
    external(model.graph.initializer[0])
    encoded: bytes = model.SerializeToString()
    return encoded


def with_external_constant() -> bytes:
    """Keep a constant elsewhere that a branch inside a node uses."""
    model = onnx.ModelProto.FromString(GOOD)
    weight = external(helper.make_tensor("w", TensorProto.FLOAT, [1], [1.0]))
    inner = helper.make_graph([helper.make_node("Constant", [], ["c"], value=weight)], "i", [], [])
    model.graph.node.append(helper.make_node("If", ["x"], ["y"], then_branch=inner))
    encoded: bytes = model.SerializeToString()
    return encoded


@pytest.mark.parametrize("make", [with_external_weight, with_external_constant])
def test_weights_in_another_file_are_refused(make: object) -> None:
    """The manifest's hash would not cover them; wherever in the graph they are."""
    assert callable(make)
    with pytest.raises(InvalidInputError, match="another file") as error:
        prepared_model(make(), origin="net.onnx")
    assert error.value.code == "model_external"


def test_a_model_in_one_file_passes_unchanged() -> None:
    """The very bytes that were proven are what is opened."""
    assert prepared_model(GOOD, origin="net.onnx") is GOOD


def test_an_opened_size_computes_the_same_and_more() -> None:
    """At its own size the outputs are equal to the last bit; at others it runs too."""
    fixed = tiny_detector(64)
    opened = with_open_size(fixed, input_name="picture", origin="net.onnx")
    rng = np.random.default_rng(2)
    picture = rng.uniform(0, 255, (1, 3, 64, 64)).astype(np.float32)
    before, after = ort.InferenceSession(fixed), ort.InferenceSession(opened)
    for one, other in zip(
        before.run(None, {"picture": picture}), after.run(None, {"picture": picture}), strict=True
    ):
        assert np.array_equal(one, other)
    wide = after.run(["cls_32"], {"picture": np.zeros((1, 3, 32, 160), np.float32)})
    assert wide[0].shape == (1, 5, 1)


def prelu_model(slopes: list[float], *, version: int = 17) -> bytes:
    """Make a model of one PRelu with a slope for each of two channels."""
    graph = helper.make_graph(
        [helper.make_node("PRelu", ["x", "a"], ["y"])],
        "prelu",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2, 4, 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [helper.make_tensor("a", TensorProto.FLOAT, [2, 1, 1], slopes)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", version)], ir_version=8)
    encoded: bytes = model.SerializeToString()
    return encoded


@pytest.mark.parametrize("slopes", [[0.25, 0.0], [1.0, -0.4], [-3.0, 0.999]], ids=str)
def test_prelu_is_exchanged_for_the_same_numbers(slopes: list[float]) -> None:
    """No PRelu is left, and every output is equal to the last bit."""
    before = prelu_model(slopes)
    after = prepared_model(before, origin="net.onnx")
    kinds = [node.op_type for node in onnx.ModelProto.FromString(after).graph.node]
    assert kinds == ["Mul", "Max"]
    x = np.random.default_rng(4).normal(0, 3, (1, 2, 4, 4)).astype(np.float32)
    x[0, :, 0] = [0.0, -0.0, 3e38, 1e-40]
    expected, result = (
        ort.InferenceSession(model).run(None, {"x": x})[0] for model in (before, after)
    )
    assert np.array_equal(expected, result)


@pytest.mark.parametrize(
    ("slopes", "version"), [([0.2, 1.001], 17), ([0.2, float("nan")], 17), ([0.2, 0.3], 7)]
)
def test_prelu_stays_where_it_is_not_the_same(slopes: list[float], version: int) -> None:
    """Slopes above 1, no numbers, operators too old: the model is left as it is."""
    model = prelu_model(slopes, version=version)
    assert prepared_model(model, origin="net.onnx") is model


class _Served(VerifiedPack):
    """A pack whose one file holds whatever a test says, as if it were proven."""

    __slots__ = ("content",)

    content: bytes

    def read(self, file: object) -> bytes:
        """Give the test's bytes."""
        del file
        return self.content


def opened(content: bytes, manifest: str) -> None:
    """Open bytes as the embedder of the guide's manifest."""
    parsed = parse_manifest(manifest, origin="the guide")
    file = next(file for file in parsed.files if isinstance(file, AlignedEmbedder))
    served = object.__new__(_Served)
    object.__setattr__(served, "content", content)
    open_session(served, file, threads=1)


def refusal(content: bytes, manifest: str) -> str:
    """Give the code of the error, or "model_runs"."""
    try:
        opened(content, manifest)
    except InvalidInputError as error:
        return error.code
    return "model_runs"


@pytest.fixture(scope="module")
def manifest() -> str:
    """Give the manifest of the guide, whose embedder is the tiny one."""
    page = Path(__file__).parents[2] / "docs" / "guides" / "model-packs.md"
    return page.read_text("utf-8").partition("```toml\n")[2].partition("```")[0]


@given(cut=st.integers(0, len(GOOD) - 1))
def test_a_truncated_model_is_refused(cut: int, manifest: str) -> None:
    """Cut anywhere: an error with a code, never another exception, never a crash."""
    with pytest.raises(InvalidInputError) as error:
        opened(GOOD[:cut], manifest)
    assert error.value.code.startswith("model_")


@given(data=st.data())
def test_a_damaged_model_is_refused_or_runs(data: st.DataObject, manifest: str) -> None:
    """Bytes changed in the structure: an error with a code, or a model that still runs."""
    content = bytearray(GOOD)
    # The weights are most of the file; damage there changes numbers only.
    structure = [*range(200), *range(len(GOOD) - 200, len(GOOD))]
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.sampled_from(structure))] = data.draw(st.integers(0, 255))
    assert refusal(bytes(content), manifest).startswith("model_")


@given(content=st.binary(max_size=200))
def test_junk_is_refused(content: bytes, manifest: str) -> None:
    """No bytes that are no model get further than one clear error."""
    with pytest.raises(InvalidInputError) as error:
        opened(content, manifest)
    assert error.value.code in {"model_unreadable", "model_input"}


def a_model_of(nodes: list[onnx.NodeProto], given_shape: list[int], kind: int) -> bytes:
    """Make a model around some nodes from "x" to "y"."""
    graph = helper.make_graph(
        nodes,
        "odd",
        [helper.make_tensor_value_info("x", kind, given_shape)],
        [helper.make_tensor_value_info("y", kind, None)],
        [helper.make_tensor("shape", TensorProto.INT64, [1], [7])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    encoded: bytes = model.SerializeToString()
    return encoded


IDENTITY = helper.make_node("Identity", ["x"], ["y"])
SHAPE = [1, 3, 32, 32]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (a_model_of([IDENTITY], SHAPE, TensorProto.DOUBLE), "model_input"),
        (a_model_of([IDENTITY], SHAPE, TensorProto.UINT8), "model_input"),
        (a_model_of([IDENTITY], [1, 3, 32], TensorProto.FLOAT), "model_input"),
        (a_model_of([IDENTITY], [2, 3, 32, 32], TensorProto.FLOAT), "model_input"),
        (
            a_model_of(
                [helper.make_node("Reshape", ["x", "shape"], ["y"])], SHAPE, TensorProto.FLOAT
            ),
            "model_",
        ),
        (
            a_model_of([helper.make_node("NoSuchThing", ["x"], ["y"])], SHAPE, TensorProto.FLOAT),
            "model_unreadable",
        ),
        (tiny_liveness(), "model_input"),
        (b"", "model_"),
    ],
    ids=[
        "double",
        "bytes",
        "no batch",
        "batch of two",
        "can't run",
        "unknown node",
        "another model",
        "empty",
    ],
)
def test_a_model_that_does_not_fit_is_refused(content: bytes, code: str, manifest: str) -> None:
    """Other types, shapes and nodes than a pack's model has: refused at opening."""
    with pytest.raises(InvalidInputError) as error:
        opened(content, manifest)
    assert error.value.code.startswith(code)
