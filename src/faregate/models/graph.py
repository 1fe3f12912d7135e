"""Look into an ONNX file before it is opened: no second file behind it, and its size set free.

`onnx` reads and writes the format: it is its reference library. onnxruntime can set only such
dimensions as have a name in the file, and YuNet's file has 640 written into it; so the one
alternative would be a parser of our own.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from faregate.errors import InvalidInputError

if TYPE_CHECKING:
    import onnx


def checked_model(model: bytes, *, origin: str) -> bytes:
    """Give the model back, if it stands alone.

    A model may keep weights in other files. The manifest's sha256 would not cover them, so
    such a model is refused: `InvalidInputError`, as for bytes that are no ONNX at all.
    """
    _parse(model, origin=origin)
    return model


def with_open_size(model: bytes, *, input_name: str, origin: str) -> bytes:
    """Give the model with height and width of its (N, C, H, W) input left open.

    Only declared shapes change, no weight and no node: at its own size it computes the very
    same. That the layers do not depend on the size is for the caller to know.
    """
    parsed = _parse(model, origin=origin)
    # Old files list their weights among the inputs, so the name is needed.
    given = next(one for one in parsed.graph.input if one.name == input_name)
    dimensions = given.type.tensor_type.shape.dim
    for dimension, name in zip(dimensions[2:], ("height", "width"), strict=True):
        dimension.dim_param = name
    for output in parsed.graph.output:
        output.type.tensor_type.ClearField("shape")
    del parsed.graph.value_info[:]
    opened: bytes = parsed.SerializeToString()
    return opened


def _parse(model: bytes, *, origin: str) -> "onnx.ModelProto":
    # Slow to import, and needed only where a model is opened.
    import onnx  # noqa: PLC0415
    from google.protobuf.message import (  # type: ignore[import-untyped]  # noqa: PLC0415
        DecodeError,
    )

    try:
        parsed: onnx.ModelProto = onnx.ModelProto.FromString(model)
    except DecodeError as error:
        raise InvalidInputError(
            "model_unreadable",
            f"{origin} is no ONNX model: {error}.",
            remedy="Get the file from its publisher.",
        ) from error
    external = onnx.TensorProto.EXTERNAL
    nodes = [*parsed.graph.node, *(node for one in parsed.functions for node in one.node)]
    tensors = [*_own_tensors(parsed.graph), *_tensors_of(nodes)]
    if any(tensor.data_location == external for tensor in tensors):
        raise InvalidInputError(
            "model_external",
            f"{origin} keeps weights in another file, which its sha256 does not cover.",
            remedy="Save the model again as one file, without external data.",
        )
    return parsed


def _own_tensors(graph: "onnx.GraphProto") -> Iterator["onnx.TensorProto"]:
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)


def _tensors_of(nodes: Iterable["onnx.NodeProto"]) -> Iterator["onnx.TensorProto"]:
    """Walk through every constant of the nodes, and of the graphs inside them."""
    for attribute in (attribute for node in nodes for attribute in node.attribute):
        yield from (attribute.t, *attribute.tensors)
        for sparse in (attribute.sparse_tensor, *attribute.sparse_tensors):
            yield from (sparse.values, sparse.indices)
        # The format nests to 100 levels at most: its parser refuses more.
        for graph in (*([attribute.g] if attribute.HasField("g") else []), *attribute.graphs):
            yield from _own_tensors(graph)
            yield from _tensors_of(graph.node)
