#!/usr/bin/env python3
"""Write the recipe that makes the `pose` pack's ONNX file from its weights for TensorFlow.js.

Usage: scripts/write_pose_recipe.py movenet_multipose.onnx movenet-multipose.json (the .bin beside)

The recipe is all of the ONNX file but its float32 weights, and for each of these where it lies in
the .bin, in half precision and with its axes in another order. Needs `onnx`.
"""

import base64
import itertools
import json
import sys
import zlib
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from onnx import numpy_helper

TARGET: Final = Path(__file__).resolve().parents[1] / "src/faregate/models/recipes/pose.json"
SMALLEST: Final = 16
"""Weights of fewer numbers stay in the graph."""


def weights_of(model_json: Path) -> list[tuple[int, np.ndarray[Any, Any]]]:
    """Give the byte offset and the values of each array in half precision."""
    [manifest] = json.loads(model_json.read_text("utf-8"))["weightsManifest"]
    raw = model_json.with_suffix(".bin").read_bytes()
    found, offset = [], 0
    for weight in manifest["weights"]:
        count = int(np.prod(weight["shape"], dtype=int))
        half = weight.get("quantization", {}).get("dtype") == "float16"
        if half:
            values = np.frombuffer(raw, "<f2", count, offset).astype("<f4")
            found.append((offset, values.reshape(weight["shape"])))
        offset += count * (2 if half else 4)
    return found


def gap_of(
    array: np.ndarray[Any, Any], weights: list[tuple[int, np.ndarray[Any, Any]]]
) -> dict[str, Any]:
    """Find the weights that, with their axes in some order, are that array."""
    for offset, values in weights:
        if values.size == array.size:
            for order in itertools.permutations(range(values.ndim)):
                if np.array_equal(values.transpose(order).ravel(), array.ravel()):
                    return {"from": offset, "shape": list(values.shape), "order": list(order)}
    sys.exit(f"no weights are the array of shape {array.shape}")


def main() -> None:
    """Write it, deterministically."""
    onnx_path, json_path = map(Path, sys.argv[1:])
    file, weights = onnx_path.read_bytes(), weights_of(json_path)
    gaps = []
    for tensor in onnx.load(onnx_path).graph.initializer:
        array = numpy_helper.to_array(tensor)
        if array.dtype == np.float32 and array.size >= SMALLEST:
            content = array.tobytes()
            if file.count(content) != 1:
                sys.exit(f"{tensor.name} is not in the file once")
            gaps.append({"at": file.index(content), **gap_of(array, weights)})
    gaps.sort(key=lambda gap: gap["at"])
    graph, end = [], 0
    for gap in gaps:
        graph.append(file[end : gap["at"]])
        end = gap["at"] + 4 * int(np.prod(gap["shape"], dtype=int))
    graph.append(file[end:])
    packed = base64.b64encode(zlib.compress(b"".join(graph), 9)).decode()
    lines = ",\n".join(f"  {json.dumps(gap)}" for gap in gaps)
    TARGET.write_text(f'{{"graph": "{packed}",\n "weights": [\n{lines}\n ]}}\n', "utf-8")


if __name__ == "__main__":
    main()
