"""The two kinds of leaves can't be taken for one another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.log_world import OFFICE_BUNDLE_KEY
from faregate.errors import InvalidInputError
from faregate.translog.leaf import (
    check_infrastructure_leaf,
    check_rider_leaf,
    infrastructure_leaf,
)
from faregate.wire.canonical import b64
from faregate.wire.document import sign
from faregate.wire.messages import Release, SignedRelease


def test_an_infrastructure_leaf_is_the_signed_document() -> None:
    """Everyone can read it: its type, the document, the signature, as canonical bytes."""
    document = Release(deployment="harbour-city", version="0.1.0", digest=b64(bytes(32)))
    signed = SignedRelease(document=document, signature=sign(document, OFFICE_BUNDLE_KEY))
    leaf = infrastructure_leaf(signed)
    prefix, _, body = leaf.partition(b"\n")
    assert prefix == b"faregate/v1/release"
    assert SignedRelease.parse(body) == signed
    assert check_infrastructure_leaf(leaf) == leaf


@given(leaf=st.binary(max_size=80) | st.binary(max_size=40).map(b"faregate/v1/".__add__))
def test_no_leaf_is_of_both_kinds(leaf: bytes) -> None:
    """Whatever the bytes, at most one of the two checks takes them."""
    taken = 0
    for check in (check_rider_leaf, check_infrastructure_leaf):
        try:
            assert check(leaf) == leaf
        except InvalidInputError:
            continue
        taken += 1
    assert taken <= 1


def test_a_commitment_has_32_bytes() -> None:
    """A document handed in by mistake is refused before anybody sees it."""
    assert check_rider_leaf(bytes(32)) == bytes(32)
    with pytest.raises(InvalidInputError) as refused:
        check_rider_leaf(b'{"consent_id": "a rider"}')
    assert refused.value.code == "rider_leaf"
    assert "a rider" not in str(refused.value)
