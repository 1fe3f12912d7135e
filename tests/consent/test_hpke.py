"""HPKE: the RFC's vectors, and that nothing opens in another context."""

import json
import pickle
from collections.abc import Callable
from typing import Any

import cryptography_vectors
import pytest
from cryptography.hazmat.bindings._rust import openssl as rust_openssl
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from fakes.rfc9180 import seal_with
from faregate.consent.hpke import (
    OVERHEAD,
    SUITE,
    Recipient,
    capture_reply_info,
    lease_ack_info,
    lease_info,
    open_,
    open_into,
    passage_info,
    receipt_bundle_info,
    seal,
)
from faregate.consent.locked import LockedBuffer
from faregate.errors import VerificationError

INFO = lease_info(deployment="harbour-city", line="harbour-1", epoch=7)
SECRET = b"a lease key and a sealed template"


@pytest.fixture(scope="module")
def vector() -> dict[str, Any]:
    """Give RFC 9180's vector of our suite in base mode (from the package of vectors)."""
    with cryptography_vectors.open_vector_file("HPKE/test-vectors.json", "r") as file:
        vectors: list[dict[str, Any]] = json.load(file)
    (ours,) = (
        one
        for one in vectors
        if (one["mode"], one["kem_id"], one["kdf_id"], one["aead_id"]) == (0, 0x20, 1, 2)
    )
    return ours


def test_opens_the_vector_of_the_rfc(vector: dict[str, Any]) -> None:
    """Our suite is the one of the RFC: its first message opens (the later ones share a context)."""
    first = vector["encryptions"][0]
    # The public functions have no aad, which every vector has.
    plaintext = rust_openssl.hpke._decrypt_with_aad(
        SUITE,
        bytes.fromhex(vector["enc"] + first["ct"]),
        X25519PrivateKey.from_private_bytes(bytes.fromhex(vector["skRm"])),
        bytes.fromhex(vector["info"]),
        bytes.fromhex(first["aad"]),
    )
    assert plaintext == bytes.fromhex(first["pt"])


def test_the_oracle_makes_the_vector_of_the_rfc(vector: dict[str, Any]) -> None:
    """What the other tests are held against gives the RFC's bytes."""
    first = vector["encryptions"][0]
    sealed = seal_with(
        bytes.fromhex(first["pt"]),
        pk=bytes.fromhex(vector["pkRm"]),
        ephemeral=bytes.fromhex(vector["skEm"]),
        info=bytes.fromhex(vector["info"]),
        aad=bytes.fromhex(first["aad"]),
    )
    assert sealed == bytes.fromhex(vector["enc"] + first["ct"])


def test_opens_what_the_oracle_seals() -> None:
    """The open direction, without aad as all our messages are, against the second reading."""
    recipient = Recipient.generate()
    sealed = seal_with(SECRET, pk=recipient.public_bytes, ephemeral=bytes([5]) * 32, info=INFO)
    assert open_(sealed, recipient, INFO) == SECRET


def test_opens_into_locked_memory() -> None:
    """The plaintext lands in the buffer, whole."""
    recipient, into = Recipient.generate(), LockedBuffer(len(SECRET))
    sealed = seal(memoryview(bytearray(SECRET)), recipient.public_bytes, INFO)
    assert len(sealed) == len(SECRET) + OVERHEAD
    open_into(sealed, recipient, INFO, into=into)
    assert bytes(into.view) == SECRET


@pytest.mark.parametrize(
    "info",
    [
        lease_info(deployment="harbour-town", line="harbour-1", epoch=7),
        lease_info(deployment="harbour-city", line="harbour-2", epoch=7),
        lease_info(deployment="harbour-city", line="harbour-1", epoch=8),
        passage_info(deployment="harbour-city", line="harbour-1", day="2026-03-02"),
        capture_reply_info(deployment="harbour-city", reply_box="AAAAAAAAAAAAAAAAAAAAAA"),
        lease_ack_info(deployment="harbour-city", ack_box="AAAAAAAAAAAAAAAAAAAAAA"),
        receipt_bundle_info(deployment="harbour-city"),
        b"",
    ],
    ids=["deployment", "line", "epoch", "passage", "reply", "ack", "receipts", "empty"],
)
def test_another_context_does_not_open(info: bytes) -> None:
    """Each value that is bound keeps the message shut by itself (T34)."""
    recipient = Recipient.generate()
    sealed = seal(SECRET, recipient.public_bytes, INFO)
    with pytest.raises(VerificationError) as refused:
        open_(sealed, recipient, info)
    assert refused.value.code == "hpke"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda sealed: sealed[:-1],
        lambda sealed: sealed[: OVERHEAD - 1],
        lambda _: b"",
        lambda sealed: sealed + b"\x00",
        lambda sealed: bytes([sealed[0] ^ 1]) + sealed[1:],
        lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1]),
        lambda sealed: bytes(32) + sealed[32:],
    ],
    ids=["one short", "no tag", "empty", "one long", "other enc", "other tag", "low order"],
)
def test_changed_bytes_do_not_open(spoil: Callable[[bytes], bytes]) -> None:
    """Truncated, longer or changed: refused, and the buffer is as it was (T34)."""
    recipient, into = Recipient.generate(), LockedBuffer(len(SECRET))
    sealed = spoil(seal(SECRET, recipient.public_bytes, INFO))
    with pytest.raises(VerificationError) as by_bytes:
        open_(sealed, recipient, INFO)
    with pytest.raises(VerificationError) as by_buffer:
        open_into(sealed, recipient, INFO, into=into)
    assert (by_bytes.value.code, by_buffer.value.code) == ("hpke", "hpke")
    assert not any(into.view)


@pytest.mark.parametrize(
    "suite",
    [
        Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM),
        Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305),
        Suite(KEM.X25519, KDF.HKDF_SHA512, AEAD.AES_256_GCM),
    ],
    ids=["aes-128", "chacha20", "sha-512"],
)
def test_another_suite_does_not_open(suite: Suite) -> None:
    """The suite is part of what is bound (T34)."""
    recipient = Recipient.generate()
    public = X25519PrivateKey.from_private_bytes(recipient._private.view).public_key()
    with pytest.raises(VerificationError):
        open_(suite.encrypt(SECRET, public, INFO), recipient, INFO)


def test_another_key_or_a_wiped_one_does_not_open() -> None:
    """Only the private key opens, and wiping it ends that."""
    recipient = Recipient.generate()
    sealed = seal(SECRET, recipient.public_bytes, INFO)
    with pytest.raises(VerificationError):
        open_(sealed, Recipient.generate(), INFO)
    recipient.wipe()
    with pytest.raises(VerificationError):
        open_(sealed, recipient, INFO)


def test_refuses_a_public_key_of_low_order() -> None:
    """A point that would make the shared secret known is no key."""
    with pytest.raises(VerificationError) as refused:
        seal(SECRET, bytes(32), INFO)
    assert refused.value.code == "hpke_key"


def test_a_recipient_is_neither_printed_nor_pickled() -> None:
    """The private key stays in its process."""
    recipient = Recipient.generate()
    assert repr(recipient) == "Recipient()"
    with pytest.raises(TypeError):
        pickle.dumps(recipient)
