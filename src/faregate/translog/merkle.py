"""Merkle tree hashes and proofs (RFC 9162, section 2.1; the same trees as RFC 6962). Pure.

A proof is a list of 32-byte hashes and means nothing without the sizes and the index, which
travel beside it. Verification raises `VerificationError`, it never answers "no".
"""

import hashlib
from collections.abc import Sequence
from typing import Final

from faregate.errors import VerificationError

HASH_SIZE: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf_hash(data: bytes) -> bytes:
    """Hash one leaf; the prefix 0x00 keeps a leaf from passing for a node."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class MerkleTree:
    """The hashes of an append-only tree in memory, about 64 bytes a leaf.

    `_levels[h][i]` is the root of the perfect subtree over the leaves i * 2^h to (i + 1) * 2^h.
    Perfect subtrees never change again, so each past root and proof is a few look-ups.
    """

    def __init__(self) -> None:
        self._levels: list[list[bytes]] = [[]]

    @property
    def size(self) -> int:
        """The number of leaves."""
        return len(self._levels[0])

    def append(self, leaf: bytes) -> None:
        """Add the hash of the next leaf (`leaf_hash`)."""
        self._levels[0].append(leaf)
        height = 0
        while len(self._levels[height]) % 2 == 0:
            left, right = self._levels[height][-2:]
            height += 1
            if height == len(self._levels):
                self._levels.append([])
            self._levels[height].append(node_hash(left, right))

    def truncate(self, size: int) -> None:
        """Forget the leaves behind the first `size`: a write that failed is taken back."""
        self._check_size(size)
        for height, level in enumerate(self._levels):
            del level[size >> height :]

    def root(self, size: int) -> bytes:
        """Give the root of the first `size` leaves. Raises `ValueError` beyond the tree."""
        self._check_size(size)
        return EMPTY_ROOT if size == 0 else self._hash_of(0, size)

    def inclusion_path(self, index: int, size: int) -> tuple[bytes, ...]:
        """Prove that leaf `index` is among the first `size` (RFC 9162, 2.1.3.1).

        Raises `ValueError` for a leaf or size beyond the tree.
        """
        self._check_size(size)
        if not 0 <= index < size:
            raise ValueError(f"there is no leaf {index} in a tree of {size}")
        path: list[bytes] = []
        start, end = 0, size
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                path.append(self._hash_of(middle, end))
                end = middle
            else:
                path.append(self._hash_of(start, middle))
                start = middle
        return tuple(reversed(path))

    def consistency_path(self, old_size: int, size: int) -> tuple[bytes, ...]:
        """Prove that the first `old_size` leaves begin the first `size` (RFC 9162, 2.1.4.1).

        Empty for equal sizes and for `old_size` 0. Raises `ValueError` beyond the tree.
        """
        self._check_size(size)
        if not 0 <= old_size <= size:
            raise ValueError(f"a tree of {size} never had {old_size} leaves")
        if old_size == 0:
            return ()
        path: list[bytes] = []
        start, end = 0, size
        while end > old_size:  # and start < old_size, always
            middle = start + _split(end - start)
            if old_size <= middle:
                path.append(self._hash_of(middle, end))
                end = middle
            else:
                path.append(self._hash_of(start, middle))
                start = middle
        if start > 0:  # else the older tree is this very node, and its root is known
            path.append(self._hash_of(start, end))
        return tuple(reversed(path))

    def _check_size(self, size: int) -> None:
        if not 0 <= size <= self.size:
            raise ValueError(f"the tree has {self.size} leaves, not {size}")

    def _hash_of(self, start: int, end: int) -> bytes:
        """Hash the leaves start to end; `start` is a multiple of the next power of two."""
        count = end - start
        height = count.bit_length() - 1
        if count == 1 << height:
            return self._levels[height][start >> height]
        middle = start + _split(count)
        return node_hash(self._hash_of(start, middle), self._hash_of(middle, end))


def _split(count: int) -> int:
    """Give the largest power of two smaller than `count`, for `count` of at least 2."""
    return 1 << ((count - 1).bit_length() - 1)


def verify_inclusion_path(
    leaf: bytes, path: Sequence[bytes], *, index: int, size: int, expected_root: bytes
) -> None:
    """Check that `leaf` (a leaf hash) is number `index` of `size` (RFC 9162, 2.1.3.2).

    Raises `VerificationError` with the code `inclusion`.
    """
    if not 0 <= index < size:
        raise _not_included()
    _check_hashes("inclusion", leaf, *path, expected_root)
    fn, sn = index, size - 1
    root = leaf
    for sibling in path:
        if sn == 0:
            raise _not_included()
        if fn % 2 == 1 or fn == sn:
            root = node_hash(sibling, root)
            fn, sn = _skip_lone_levels(fn, sn)
        else:
            root = node_hash(root, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0 or root != expected_root:
        raise _not_included()


def verify_consistency_path(
    path: Sequence[bytes],
    *,
    old_size: int,
    new_size: int,
    expected_old_root: bytes,
    expected_new_root: bytes,
) -> None:
    """Check that the newer tree begins with the older one (RFC 9162, 2.1.4.2).

    Every tree begins with the empty one: a proof from size 0 proves nothing and is refused here.
    Raises `VerificationError` with the code `consistency`.
    """
    if not 0 < old_size <= new_size:
        raise _not_consistent()
    if old_size == new_size:
        if path or expected_old_root != expected_new_root:
            raise _not_consistent()
        return
    _check_hashes("consistency", *path, expected_old_root, expected_new_root)
    # A perfect older tree is a node of the newer one: its root is the first hash, and left out.
    nodes = [expected_old_root, *path] if old_size.bit_count() == 1 else list(path)
    if not path:
        raise _not_consistent()
    fn, sn = old_size - 1, new_size - 1
    while fn % 2 == 1:
        fn, sn = fn >> 1, sn >> 1
    old_root = new_root = nodes[0]
    for sibling in nodes[1:]:
        if sn == 0:
            raise _not_consistent()
        if fn % 2 == 1 or fn == sn:
            old_root = node_hash(sibling, old_root)
            new_root = node_hash(sibling, new_root)
            fn, sn = _skip_lone_levels(fn, sn)
        else:
            new_root = node_hash(new_root, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0 or old_root != expected_old_root or new_root != expected_new_root:
        raise _not_consistent()


def _skip_lone_levels(fn: int, sn: int) -> tuple[int, int]:
    """Climb past the levels at which the last node has no sibling."""
    while fn % 2 == 0 and fn != 0:
        fn, sn = fn >> 1, sn >> 1
    return fn, sn


def _check_hashes(code: str, *hashes: bytes) -> None:
    if any(len(value) != HASH_SIZE for value in hashes):
        raise VerificationError(code, f"A hash of the {code} proof is not {HASH_SIZE} bytes long.")


def _not_included() -> VerificationError:
    return VerificationError("inclusion", "The proof does not show this leaf in the tree.")


def _not_consistent() -> VerificationError:
    return VerificationError("consistency", "The newer tree does not begin with the older one.")
