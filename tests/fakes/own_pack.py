"""A pack of one's own with two small files that are no networks; enough to be found and proven."""

import hashlib
from pathlib import Path
from typing import Final

PACK: Final = "mine"
EMBEDDER: Final = b"not really a network"
LIVENESS: Final = b"nor is this"
CONTENTS: Final = {"net.onnx": EMBEDDER, "live.onnx": LIVENESS}

MANIFEST: Final = f"""
pack = "mine"
title = "My own"
model_id = "mine-1"
real_charging = false

[[files]]
name = "net.onnx"
role = "embedder"
adapter = "aligned-onnx"
sha256 = "{hashlib.sha256(EMBEDDER).hexdigest()}"
size = {len(EMBEDDER)}
licence = "Apache-2.0"
source = "https://models.example/net.onnx"
input_shape = [1, 3, 112, 112]
channels = "rgb"
mean = 127.5
deviation = 127.5
points = [[0.3, 0.4], [0.7, 0.4], [0.5, 0.6], [0.35, 0.8], [0.65, 0.8]]
dimension = 512

[[files]]
name = "live.onnx"
role = "liveness"
adapter = "minifasnet"
sha256 = "{hashlib.sha256(LIVENESS).hexdigest()}"
size = {len(LIVENESS)}
licence = "Apache-2.0"
source = "https://models.example/live.onnx"
input_shape = [1, 3, 80, 80]
crop_scale = 2.7
live_class = 1

[card]
similarity_min = 0.6
margin_min = 0.1
same_person_min = 0.3
false_match_rate = 1e-6
false_match_rate_ci95 = [1e-7, 5e-6]
comparisons = 1000000
fused_comparisons = 10000
fused_false_matches = 0
data_set = "made up"
measured = 2026-06-01
"""


def put_manifest(models_dir: Path, *, folder: str = PACK, text: str = MANIFEST) -> Path:
    """Write the manifest into a models folder; give the pack's own folder."""
    own = models_dir / folder
    own.mkdir(parents=True)
    (own / "manifest.toml").write_text(text, encoding="utf-8")
    return own


def put_files(folder: Path) -> None:
    """Write both files, whole."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in CONTENTS.items():
        (folder / name).write_bytes(content)
