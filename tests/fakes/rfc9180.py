"""HPKE base mode a second time, from RFC 9180's text, with the ephemeral key handed in.

An oracle for tests and goldens alone. It stands on the same X25519, HMAC and AES-GCM, but shares
nothing else with the library under test; `test_hpke` holds it to the RFC's vectors.
"""

import hmac
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

_KEM_X25519: Final = 0x0020
_KDF_SHA256: Final = 0x0001
_AEAD_AES256GCM: Final = 0x0002
_KEM_SUITE: Final = b"KEM" + _KEM_X25519.to_bytes(2, "big")
_HPKE_SUITE: Final = b"HPKE" + b"".join(
    number.to_bytes(2, "big") for number in (_KEM_X25519, _KDF_SHA256, _AEAD_AES256GCM)
)


def seal_with(
    plaintext: bytes, *, pk: bytes, ephemeral: bytes, info: bytes, aad: bytes = b""
) -> bytes:
    """Seal with a known ephemeral private key; `enc || ciphertext || tag`."""
    private = X25519PrivateKey.from_private_bytes(ephemeral)
    enc = private.public_key().public_bytes_raw()
    shared = _extract_and_expand(
        private.exchange(X25519PublicKey.from_public_bytes(pk)), context=enc + pk
    )
    key, nonce = _key_schedule(shared, info)
    return enc + AESGCM(key).encrypt(nonce, plaintext, aad)


def _extract_and_expand(dh: bytes, *, context: bytes) -> bytes:
    prk = _labeled_extract(b"", b"eae_prk", dh, suite=_KEM_SUITE)
    return _labeled_expand(prk, b"shared_secret", context, length=32, suite=_KEM_SUITE)


def _key_schedule(shared: bytes, info: bytes) -> tuple[bytes, bytes]:
    context = (
        b"\x00"
        + _labeled_extract(b"", b"psk_id_hash", b"", suite=_HPKE_SUITE)
        + _labeled_extract(b"", b"info_hash", info, suite=_HPKE_SUITE)
    )
    secret = _labeled_extract(shared, b"secret", b"", suite=_HPKE_SUITE)
    return (
        _labeled_expand(secret, b"key", context, length=32, suite=_HPKE_SUITE),
        _labeled_expand(secret, b"base_nonce", context, length=12, suite=_HPKE_SUITE),
    )


def _labeled_extract(salt: bytes, label: bytes, ikm: bytes, *, suite: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + ikm, "sha256")


def _labeled_expand(prk: bytes, label: bytes, info: bytes, *, length: int, suite: bytes) -> bytes:
    labeled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return HKDFExpand(SHA256(), length=length, info=labeled).derive(prk)
