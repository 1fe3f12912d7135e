"""Networks of a few nodes that take and give what real ones do: made here, trained on nothing."""

from typing import Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET: Final = 17
SIDE: Final = 32
"""The tiny detector takes white squares of this side, on the grid of this side, for faces."""

DIMENSION: Final = 16
_STRIDES: Final = (8, 16, 32)
_HEADS: Final = {"cls": 1, "obj": 1, "bbox": 4, "kps": 10}
_POINTS: Final = [(-0.3, -0.2), (0.3, -0.2), (0.0, 0.1), (-0.2, 0.3), (0.2, 0.3)]
"""Where its face has its points, from the middle of the square, in sides."""


def _constant(name: str, values: NDArray[np.generic]) -> onnx.TensorProto:
    return numpy_helper.from_array(values, name)


def _model(
    nodes: list[onnx.NodeProto],
    given: onnx.ValueInfoProto,
    outputs: list[onnx.ValueInfoProto],
    constants: list[onnx.TensorProto],
) -> bytes:
    graph = helper.make_graph(nodes, "tiny", [given], outputs, constants)
    # The format's version of 2023: onnxruntime is slower to follow than onnx.
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(model)
    encoded: bytes = model.SerializeToString()
    return encoded


def _floats(name: str, shape: list[int | str]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def tiny_detector(side: int = 64) -> bytes:
    """Make a network with YuNet's heads that finds white squares of `SIDE` pixels."""
    nodes, constants, outputs = [], [], []
    for stride in _STRIDES:
        cells = (side // stride) ** 2
        nodes.append(
            helper.make_node(
                "AveragePool",
                ["picture"],
                [f"mean_{stride}"],
                kernel_shape=[stride, stride],
                strides=[stride, stride],
            )
        )
        for head, size in _HEADS.items():
            name = f"{head}_{stride}"
            weight = np.zeros((size, 3, 1, 1), np.float32)
            bias = np.zeros(size, np.float32)
            if stride == SIDE and head == "cls":
                weight[0] = 1.0 / 3  # the mean grey, less than 0.5 of which is nobody
                bias[0] = -200.0
            elif head == "cls":
                bias[0] = -200.0
            elif head == "bbox":
                bias[:2] = 0.5
            elif head == "kps":
                bias[:] = 0.5 + np.array(_POINTS, np.float32).ravel()
            constants += [_constant(f"w_{name}", weight), _constant(f"b_{name}", bias)]
            constants.append(_constant(f"s_{name}", np.array([1, -1, size], np.int64)))
            squashed = "Sigmoid" if head in {"cls", "obj"} else "Identity"
            nodes += [
                helper.make_node(
                    "Conv", [f"mean_{stride}", f"w_{name}", f"b_{name}"], [f"c_{name}"]
                ),
                helper.make_node("Transpose", [f"c_{name}"], [f"t_{name}"], perm=[0, 2, 3, 1]),
                helper.make_node("Reshape", [f"t_{name}", f"s_{name}"], [f"r_{name}"]),
                helper.make_node(squashed, [f"r_{name}"], [name]),
            ]
            if head == "obj":
                bias[0] = 50.0
                constants[-2] = _constant(f"b_{name}", bias)
            outputs.append(_floats(name, [1, cells, size]))
    return _model(nodes, _floats("picture", [1, 3, side, side]), outputs, constants)


def tiny_embedder(
    side: int = 32, dimension: int = DIMENSION, *, weight: NDArray[np.float32] | None = None
) -> bytes:
    """Make a network that multiplies the pixels by a fixed random matrix."""
    inputs = 3 * side * side
    if weight is None:
        weight = np.random.default_rng(1).normal(0, 0.1, (inputs, dimension)).astype(np.float32)
    nodes = [
        helper.make_node("Flatten", ["picture"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weight"], ["embedding"]),
    ]
    return _model(
        nodes,
        _floats("picture", [1, 3, side, side]),
        [_floats("embedding", [1, dimension])],
        [_constant("weight", weight)],
    )


def tiny_liveness(classes: int = 3) -> bytes:
    """Make a network that says "live" (class 1) of everything bright."""
    weight = np.zeros((classes, 3, 1, 1), np.float32)
    weight[1] = 0.05
    nodes = [
        helper.make_node("GlobalAveragePool", ["picture"], ["mean"]),
        helper.make_node("Conv", ["mean", "weight"], ["logits"]),
        helper.make_node("Flatten", ["logits"], ["flat"]),
        helper.make_node("Softmax", ["flat"], ["classes"]),
    ]
    return _model(
        nodes,
        _floats("picture", ["N", 3, 80, 80]),
        [_floats("classes", ["N", classes])],
        [_constant("weight", weight)],
    )
