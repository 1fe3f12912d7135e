"""Sessions run on their own buffers, take only what the manifest says, and leave nothing."""

from pathlib import Path

import numpy as np
import pytest

from faregate.errors import InvalidInputError
from faregate.models.manifest import AlignedEmbedder, MiniFasNet, YuNet
from faregate.models.pack import VerifiedPack, verify
from faregate.models.session import open_session


@pytest.fixture
def pack(test_models: Path) -> VerifiedPack:
    """Give the pack with networks."""
    return verify("permissive-small", test_models)


def embedder(pack: VerifiedPack) -> AlignedEmbedder:
    """Find the embedder's file."""
    return next(file for file in pack.manifest.files if isinstance(file, AlignedEmbedder))


def test_runs_on_its_own_buffers_and_wipes_them(pack: VerifiedPack) -> None:
    """The output appears in memory that we hold, and is zero after `wipe`."""
    session = open_session(pack, embedder(pack), threads=1)
    [output] = session.outputs.values()
    assert output.shape == (1, 256, 1, 1)
    session.input[:] = 100.0
    session.run()
    assert np.abs(output).max() > 0
    session.wipe()
    assert not session.input.any()
    assert not output.any()


@pytest.mark.parametrize("kind", [YuNet, AlignedEmbedder, MiniFasNet])
def test_every_network_is_bound(
    kind: type[YuNet | AlignedEmbedder | MiniFasNet], pack: VerifiedPack
) -> None:
    """Each network of the pack fits its manifest and gives finite numbers for grey."""
    file = next(file for file in pack.manifest.files if isinstance(file, kind))
    session = open_session(pack, file, threads=1)
    session.input[:] = 127.0
    session.run()
    assert all(np.isfinite(output).all() for output in session.outputs.values())


def test_a_manifest_with_another_shape_is_refused(pack: VerifiedPack) -> None:
    """The shape in the manifest is checked against the network itself."""
    file = embedder(pack).model_copy(update={"input_shape": (1, 3, 112, 112)})
    with pytest.raises(InvalidInputError, match="its manifest says") as error:
        open_session(pack, file, threads=1)
    assert error.value.code == "model_input"


@pytest.mark.parametrize("threads", [0, 10_000])
def test_threads_are_bounded(threads: int, pack: VerifiedPack) -> None:
    """No thread and more threads than processors are both mistakes."""
    with pytest.raises(InvalidInputError, match="threads"):
        open_session(pack, embedder(pack), threads=threads)
