"""Derived keys: each its own, and each bound to its deployment."""

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from faregate.consent.derivation import (
    PRF_INPUT,
    RootKey,
    derive,
    key_encryption_key,
    wrap_locator,
)
from faregate.consent.locked import LockedBuffer
from faregate.ids import Locator
from faregate.wire.canonical import b64, sha256

SECRET = LockedBuffer.copy_of(bytes(range(32)))
SOMEWHERE = Locator(b64(bytes(32)))


def test_is_hkdf_with_the_label_and_the_bound_values() -> None:
    """RFC 5869 over the info that the module's table describes."""
    info = b"faregate/v1/kek\n\x00\x00\x00\x04rpid\x00\x00\x00\x04city"
    expected = HKDF(SHA256(), length=32, salt=None, info=info).derive(bytes(range(32)))
    assert bytes(derive(SECRET, "kek", b"rpid", b"city").view) == expected
    assert sha256(b"faregate/v1/kek") == PRF_INPUT


def _all_of(deployment: str) -> list[bytes]:
    root = RootKey(SECRET, deployment=deployment)
    return [
        bytes(root.template_key().view),
        root.template_locator().encode(),
        root.history().public_bytes,
        bytes(key_encryption_key(SECRET, rp_id="rp", deployment=deployment).view),
        wrap_locator(SECRET, deployment=deployment).encode(),
    ]


def test_nothing_is_shared_between_purposes_or_deployments() -> None:
    """One passkey on two deployments leaves nothing that joins them (T18)."""
    values = _all_of("harbour-city") + _all_of("harbour-town")
    assert len(set(values)) == 10


def test_write_and_delete_secrets_belong_to_one_record() -> None:
    """Whoever may delete may not replace, and neither elsewhere."""
    root = RootKey(SECRET, deployment="harbour-city")
    secrets = {
        root.write_secret(SOMEWHERE),
        root.delete_secret(SOMEWHERE),
        root.write_secret(root.template_locator()),
        root.delete_secret(root.template_locator()),
    }
    assert len(secrets) == 4


def test_bound_values_can_not_run_into_each_other() -> None:
    """A name that ends where the next begins gives another key."""
    one = key_encryption_key(SECRET, rp_id="ab", deployment="c")
    other = key_encryption_key(SECRET, rp_id="a", deployment="bc")
    assert bytes(one.view) != bytes(other.view)


def test_a_root_key_has_32_bytes() -> None:
    """Anything else is a mistake of the caller."""
    with pytest.raises(ValueError, match="32 bytes"):
        RootKey(LockedBuffer(16), deployment="harbour-city")
