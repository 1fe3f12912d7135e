"""Look into an ONNX file before it is opened: no second file behind it, and made to run well.

`onnx` reads and writes the format: it is its reference library. onnxruntime can set only such
dimensions as have a name in the file, and YuNet's file has 640 written into it; so the one
alternative would be a parser of our own.
"""

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from faregate.errors import InvalidInputError

if TYPE_CHECKING:
    import onnx


_BROADCASTS_SINCE: Final = 8
"""The version of ONNX's operators since which `Max` stretches its inputs as `PRelu` does."""


def prepared_model(model: bytes, *, origin: str) -> bytes:
    """Give the model as it is opened: the same numbers, sooner.

    A model may keep weights in other files. The manifest's sha256 would not cover them, so
    such a model is refused: `InvalidInputError`, as for bytes that are no ONNX at all.

    PRelu(x) with slopes a <= 1 is max(x, a x), number for number. onnxruntime's PRelu goes
    through the numbers one by one, and the other two take several at once. A model without PRelu is
    given back as it came.
    """
    parsed = _parse(model, origin=origin)
    gentle = {
        tensor.name
        for tensor in parsed.graph.initializer
        if tensor.data_type == tensor.FLOAT and _largest(tensor, origin=origin) <= 1.0
    }
    versions = [one.version for one in parsed.opset_import if one.domain in {"", "ai.onnx"}]
    nodes = [*parsed.graph.node]
    if not any(_is_replaced(node, gentle) for node in nodes) or versions < [_BROADCASTS_SINCE]:
        return model
    del parsed.graph.node[:]
    for node in nodes:
        parsed.graph.node.extend(_as_max(node) if _is_replaced(node, gentle) else [node])
    faster: bytes = parsed.SerializeToString()
    return faster


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


def _is_replaced(node: "onnx.NodeProto", gentle: set[str]) -> bool:
    return node.op_type == "PRelu" and len(node.input) == len("xa") and node.input[1] in gentle


def _as_max(node: "onnx.NodeProto") -> list["onnx.NodeProto"]:
    """Write one PRelu(x, a) as max(x, a x)."""
    import onnx  # noqa: PLC0415

    [given], [result] = node.input[:1], node.output
    scaled = f"{result}/scaled"
    return [
        onnx.helper.make_node("Mul", [*node.input], [scaled]),
        onnx.helper.make_node("Max", [given, scaled], [result]),
    ]


def _largest(tensor: "onnx.TensorProto", *, origin: str) -> float:
    """Give the largest number of a constant; infinity for an empty one."""
    import onnx  # noqa: PLC0415

    try:
        values = onnx.numpy_helper.to_array(tensor)
    except ValueError as error:
        raise InvalidInputError(
            "model_unreadable",
            f"{origin} has a constant that does not fit its shape: {error}.",
            remedy="Get the file from its publisher.",
        ) from error
    return float(values.max(initial=-math.inf)) if values.size else math.inf


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
