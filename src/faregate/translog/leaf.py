"""What the log may hold: two kinds of leaves that cannot be taken for one another.

A rider leaf is a salted 32-byte commitment and nothing else. An infrastructure leaf is the signed
document itself behind its type, always longer than 32 bytes.
"""

from typing import Final, Protocol

from faregate.errors import InvalidInputError
from faregate.wire.canonical import typed
from faregate.wire.document import SignedType

RIDER_LEAF_SIZE: Final = 32
INFRASTRUCTURE_LEAF_MAX: Final = 64 * 1024
_PREFIX: Final = b"faregate/v1/"


class SignedDocument(Protocol):
    """A document with its signature or signatures, e.g. `SignedGateEpoch`."""

    @property
    def document(self) -> SignedType:
        """What is signed."""

    def jcs(self) -> bytes:
        """Give the canonical bytes of the document and the signatures."""


def infrastructure_leaf(signed: SignedDocument) -> bytes:
    """Give the leaf of an epoch, release, trust file or day close."""
    return typed(signed.document.TYPE, signed.jcs())


def check_rider_leaf(leaf: bytes) -> bytes:
    """Return the leaf if it may be a rider's commitment. Raises `InvalidInputError`."""
    if len(leaf) != RIDER_LEAF_SIZE:
        raise InvalidInputError(
            "rider_leaf",
            f"A rider leaf has {RIDER_LEAF_SIZE} bytes, not {len(leaf)}.",
            remedy="Send the salted commitment only, never the document.",
        )
    return leaf


def check_infrastructure_leaf(leaf: bytes) -> bytes:
    """Return the leaf if it may be a signed document. Raises `InvalidInputError`."""
    if not RIDER_LEAF_SIZE < len(leaf) <= INFRASTRUCTURE_LEAF_MAX or not leaf.startswith(_PREFIX):
        raise InvalidInputError(
            "infrastructure_leaf",
            "An infrastructure leaf is a typed, signed document of at most 64 KiB.",
            remedy="Make it with infrastructure_leaf().",
        )
    return leaf
