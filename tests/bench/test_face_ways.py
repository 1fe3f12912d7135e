"""Ways from a picture to a vector, on the demo's two portraits in the public domain."""

from pathlib import Path

import numpy as np
import pytest

from faregate.bench.face_ways import (
    PEER_DISTANCE_MAX,
    PeerWay,
    ProductWay,
    frame_of,
    middle_face,
    open_peer,
    open_product,
)
from faregate.errors import MachineError
from faregate.face.detect import DetectedFace
from faregate.models.pack import verify
from faregate.scenes.portraits import rider_a, rider_b

FACE = [[0, 0], [4, 0], [2, 2], [0, 4], [4, 4]]


@pytest.fixture(scope="module")
def product() -> ProductWay:
    """Open the demo's pack."""
    return open_product(verify("pip-offline", Path("/absent")))


@pytest.fixture(scope="module")
def peer() -> PeerWay:
    """Open the recipe."""
    return open_peer(Path("/absent"))


def test_the_face_in_the_middle() -> None:
    """Not the largest, not the first: the one whose eyes are nearest to the middle."""
    faces = [
        DetectedFace((0, 0, 1, 1), (np.array(FACE, np.float32) + at), 1.0)
        for at in np.array([[0, 0], [48, 50], [90, 90]], np.float32)
    ]
    assert middle_face(faces, width=100, height=100) is faces[1]
    assert middle_face(faces, width=200, height=200) is faces[2]


def test_the_product_embeds_as_it_does_at_gates_and_kiosks(product: ProductWay) -> None:
    """Unit length; the demo's pack looks once, so both are one; the peer's length is its own."""
    look = product.look(rider_a().pixels.copy())
    assert look.faces == 1
    assert np.linalg.norm(look.probe) == pytest.approx(1.0, abs=1e-3)
    assert (look.probe == look.reference).all()


def test_the_recipe_tells_the_two_apart(peer: PeerWay) -> None:
    """At its own distance, one person darkened is the same and the other is another."""
    dark = (rider_a().pixels * 0.8).astype(np.uint8)
    one, same, other = (
        peer.look(pixels).probe for pixels in (rider_a().pixels, dark, rider_b().pixels)
    )
    assert np.linalg.norm(one - same) < PEER_DISTANCE_MAX < np.linalg.norm(one - other)


def test_nobody_is_nobody(product: ProductWay, peer: PeerWay) -> None:
    """A grey picture gives no vector, in either way."""
    grey = np.full((200, 200, 3), 128, np.uint8)
    for way in (product, peer):
        look = way.look(grey.copy())
        assert (look.faces, len(look.probe), len(look.reference)) == (0, 0, 0)


def test_a_still_is_a_frame() -> None:
    """Its pixels are read-only from then on."""
    pixels = np.zeros((4, 4, 3), np.uint8)
    assert frame_of(pixels).pixels is pixels
    assert not pixels.flags.writeable


def test_without_its_libraries_the_recipe_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the first picture, with what to do."""
    monkeypatch.setattr("faregate.bench.face_ways.find_spec", lambda _name: None)
    with pytest.raises(MachineError, match="needs dlib") as error:
        open_peer(Path("/absent"))
    assert "--no-peer" in error.value.remedy
