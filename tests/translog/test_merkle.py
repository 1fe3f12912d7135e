"""Trees and proofs as RFC 9162 has them, checked against published vectors and by law."""

import base64
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faregate.errors import VerificationError
from faregate.translog.merkle import (
    EMPTY_ROOT,
    MerkleTree,
    leaf_hash,
    verify_consistency_path,
    verify_inclusion_path,
)

# The leaves and roots of the reference tree in Certificate Transparency's own tests
# (google/certificate-transparency, merkletree).
REFERENCE_LEAVES: Final = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
REFERENCE_ROOTS: Final = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
SIZES: Final = st.integers(1, 300)


def _tree(leaves: Sequence[bytes]) -> MerkleTree:
    tree = MerkleTree()
    for leaf in leaves:
        tree.append(leaf_hash(leaf))
    return tree


def _numbered(size: int) -> MerkleTree:
    return _tree([str(number).encode() for number in range(size)])


def _defined_root(leaves: Sequence[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + _defined_root(leaves[:k]) + _defined_root(leaves[k:])).digest()


@pytest.mark.parametrize(("size", "root"), REFERENCE_ROOTS.items())
def test_reference_roots(size: int, root: str) -> None:
    """The reference tree has the published roots."""
    assert _tree(REFERENCE_LEAVES).root(size).hex() == root


@pytest.mark.parametrize("kind", ["inclusion", "consistency"])
def test_transparency_dev_vectors(test_data: Path, kind: str) -> None:
    """Each published vector is accepted or refused as it says."""
    folder = test_data / "vectors" / "transparency-dev-merkle" / kind
    vectors = sorted(folder.rglob("*.json"))
    assert len(vectors) > 90
    for path in vectors:
        vector = json.loads(path.read_text())
        accepted = _accepts_inclusion if kind == "inclusion" else _accepts_consistency
        assert accepted(vector) is not vector["wantErr"], path.name


def _unb64(values: Sequence[str] | None) -> list[bytes]:
    return [base64.b64decode(value) for value in values or ()]


def _accepts_inclusion(vector: dict[str, object]) -> bool:
    leaf, root = _unb64([str(vector["leafHash"]), str(vector["root"])])
    index, size, proof = vector["leafIdx"], vector["treeSize"], vector["proof"]
    assert isinstance(index, int)
    assert isinstance(size, int)
    assert isinstance(proof, list | None)
    try:
        verify_inclusion_path(leaf, _unb64(proof), index=index, size=size, expected_root=root)
    except VerificationError:
        return False
    return True


def _accepts_consistency(vector: dict[str, object]) -> bool:
    old_root, new_root = _unb64([str(vector["root1"]), str(vector["root2"])])
    old_size, new_size, proof = vector["size1"], vector["size2"], vector["proof"]
    assert isinstance(old_size, int)
    assert isinstance(new_size, int)
    assert isinstance(proof, list | None)
    try:
        verify_consistency_path(
            _unb64(proof),
            old_size=old_size,
            new_size=new_size,
            expected_old_root=old_root,
            expected_new_root=new_root,
        )
    except VerificationError:
        return False
    return True


def test_every_inclusion_proof_of_every_size_verifies() -> None:
    """All leaves of all trees up to 66, in the tree at each of its later sizes."""
    tree = _numbered(66)
    for size in range(1, 67):
        for index in range(size):
            verify_inclusion_path(
                leaf_hash(str(index).encode()),
                tree.inclusion_path(index, size),
                index=index,
                size=size,
                expected_root=tree.root(size),
            )
    assert tree.root(66) == _numbered(66).root(66)


def test_every_consistency_proof_of_every_size_verifies() -> None:
    """All pairs of sizes up to 66."""
    tree = _numbered(66)
    for new_size in range(1, 67):
        for old_size in range(1, new_size + 1):
            verify_consistency_path(
                tree.consistency_path(old_size, new_size),
                old_size=old_size,
                new_size=new_size,
                expected_old_root=tree.root(old_size),
                expected_new_root=tree.root(new_size),
            )
    assert tree.consistency_path(0, 66) == ()


@given(leaves=st.lists(st.binary(max_size=4), max_size=80))
def test_roots_follow_the_definition(leaves: list[bytes]) -> None:
    """Whatever the leaves, the root is that of the recursive definition."""
    assert _tree(leaves).root(len(leaves)) == _defined_root(leaves)


@given(data=st.data(), size=SIZES)
def test_a_tree_taken_back_is_as_before(data: st.DataObject, size: int) -> None:
    """Truncating and appending again gives the same roots, as if nothing had been there."""
    kept = data.draw(st.integers(0, size))
    tree = _numbered(size)
    tree.truncate(kept)
    assert tree.size == kept
    assert tree.root(kept) == _numbered(kept).root(kept)
    tree.append(leaf_hash(b"another"))
    fresh = _numbered(kept)
    fresh.append(leaf_hash(b"another"))
    assert tree.root(kept + 1) == fresh.root(kept + 1)


@given(data=st.data(), size=SIZES, flip=st.integers(1, 255))
def test_one_changed_byte_refuses_inclusion(data: st.DataObject, size: int, flip: int) -> None:
    """A changed leaf, root, path, index or size is not proven."""
    index = data.draw(st.integers(0, size - 1))
    tree = _numbered(size)
    leaf = leaf_hash(str(index).encode())
    pieces = [leaf, tree.root(size), *tree.inclusion_path(index, size)]
    victim = data.draw(st.integers(0, len(pieces) - 1))
    spoiled = bytearray(pieces[victim])
    spoiled[data.draw(st.integers(0, 31))] ^= flip
    pieces[victim] = bytes(spoiled)
    with pytest.raises(VerificationError) as refused:
        verify_inclusion_path(
            pieces[0], pieces[2:], index=index, size=size, expected_root=pieces[1]
        )
    assert refused.value.code == "inclusion"


@given(data=st.data(), size=SIZES)
def test_another_index_refuses_inclusion(data: st.DataObject, size: int) -> None:
    """A proof holds for its own index only."""
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(-1, 2 * size).filter(lambda value: value != index))
    tree = _numbered(size)
    with pytest.raises(VerificationError) as refused:
        verify_inclusion_path(
            leaf_hash(str(index).encode()),
            tree.inclusion_path(index, size),
            index=other,
            size=size,
            expected_root=tree.root(size),
        )
    assert refused.value.code == "inclusion"


@given(data=st.data(), sizes=st.tuples(SIZES, SIZES).map(sorted), flip=st.integers(1, 255))
def test_one_changed_byte_refuses_consistency(
    data: st.DataObject, sizes: list[int], flip: int
) -> None:
    """A changed root or path proves no history."""
    old_size, new_size = sizes
    tree = _numbered(new_size)
    path = tree.consistency_path(old_size, new_size)
    pieces = [tree.root(old_size), tree.root(new_size), *path]
    victim = data.draw(st.integers(0, len(pieces) - 1))
    spoiled = bytearray(pieces[victim])
    spoiled[data.draw(st.integers(0, 31))] ^= flip
    pieces[victim] = bytes(spoiled)
    with pytest.raises(VerificationError) as refused:
        verify_consistency_path(
            pieces[2:],
            old_size=old_size,
            new_size=new_size,
            expected_old_root=pieces[0],
            expected_new_root=pieces[1],
        )
    assert refused.value.code == "consistency"


@given(data=st.data(), size=SIZES)
def test_a_rewritten_leaf_is_no_consistent_history(data: st.DataObject, size: int) -> None:
    """No path leads from a tree to a larger one in which an old leaf is another."""
    old_size = data.draw(st.integers(1, size))
    victim = data.draw(st.integers(0, old_size - 1))
    leaves = [str(number).encode() for number in range(size)]
    honest = _tree(leaves)
    leaves[victim] = b"rewritten"
    forged = _tree(leaves)
    for path in (
        honest.consistency_path(old_size, size),
        forged.consistency_path(old_size, size),
    ):
        with pytest.raises(VerificationError) as refused:
            verify_consistency_path(
                path,
                old_size=old_size,
                new_size=size,
                expected_old_root=honest.root(old_size),
                expected_new_root=forged.root(size),
            )
        assert refused.value.code == "consistency"


def test_what_was_never_there_cannot_be_asked_for() -> None:
    """Sizes and leaves beyond the tree are a caller's mistake."""
    tree = _numbered(3)
    with pytest.raises(ValueError, match="3 leaves, not 4"):
        tree.root(4)
    with pytest.raises(ValueError, match="no leaf 2 in a tree of 2"):
        tree.inclusion_path(2, 2)
    with pytest.raises(ValueError, match="never had 3"):
        tree.consistency_path(3, 2)
    assert MerkleTree().root(0) == EMPTY_ROOT
