r"""HPKE (RFC 9180), base mode, one message per encapsulation; and what each message binds.

Suite 1 is DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. Sealed bytes are
`enc (32) || ciphertext || tag (16)`; the aad is empty, all context is in `info`:

    info = "faregate/v1/hpke\n" || JCS{type, ...}

| type            | further fields                       | sealed by -> to                     |
|-----------------|--------------------------------------|-------------------------------------|
| lease           | suite, deployment, line, epoch       | wallet -> epoch key of the line     |
| capture-reply   | deployment, reply_box                | kiosk -> session key of the wallet  |
| lease-ack       | suite, deployment, ack_box           | line -> ack key of the wallet       |
| passage         | suite, deployment, line, day         | line -> passage key of the office   |
| receipt-bundle  | suite, deployment                    | office -> history key of the rider  |
"""

from typing import Final, NoReturn, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from faregate.consent.locked import LockedBuffer, RandomFill, move_into
from faregate.errors import VerificationError
from faregate.wire.canonical import jcs, typed
from faregate.wire.messages import SUITE_X25519_AES256GCM

PUBLIC_KEY_SIZE: Final = 32
OVERHEAD: Final = 32 + 16
"""How much longer sealed bytes are than what they hold: the encapsulated key and the tag."""

SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class Recipient:
    """A key pair that others seal to. The private half lies in locked memory until `wipe`."""

    __slots__ = ("_private", "public_bytes")

    public_bytes: bytes
    """The public key, 32 raw bytes."""

    def __init__(self, private: LockedBuffer) -> None:
        """Take over 32 private bytes (RFC 7748 clamps them)."""
        self._private = private
        self.public_bytes = self._key().public_key().public_bytes_raw()

    @classmethod
    def generate(cls, fill: RandomFill | None = None) -> Self:
        """Make a fresh key pair."""
        return cls(LockedBuffer.random(32, fill))

    def wipe(self) -> None:
        """Overwrite the private key in place: nothing that was sealed to it opens again."""
        self._private.wipe()

    def _key(self) -> X25519PrivateKey:
        # Made for each use: OpenSSL's own copy is cleansed when the object goes.
        return X25519PrivateKey.from_private_bytes(self._private.view)

    def decrypt(self, sealed: bytes | memoryview, info: bytes) -> bytes:
        """Open sealed bytes. Raises `VerificationError`: `hpke`."""
        try:
            return SUITE.decrypt(sealed, self._key(), info)
        except InvalidTag:
            # Another key, another context, changed or cut short: HPKE can't tell them apart.
            raise VerificationError("hpke", "A sealed message does not open.") from None

    def __repr__(self) -> str:
        return "Recipient()"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a private key stays in its process")


def seal(plaintext: bytes | bytearray | memoryview, pk: bytes, info: bytes) -> bytes:
    """Seal `plaintext` to a public key (32 raw bytes).

    The plaintext stays the caller's, to wipe. Raises `VerificationError` `hpke_key` for a public
    key that can't be one (a point of low order).
    """
    try:
        return SUITE.encrypt(plaintext, X25519PublicKey.from_public_bytes(pk), info)
    except ValueError:
        raise VerificationError("hpke_key", "Nothing can be sealed to this public key.") from None


def open_(sealed: bytes | memoryview, recipient: Recipient, info: bytes) -> bytes:
    """Open what holds no secret that must be wiped. Raises `VerificationError`: `hpke`."""
    return recipient.decrypt(sealed, info)


def open_into(
    sealed: bytes | memoryview, recipient: Recipient, info: bytes, *, into: LockedBuffer
) -> None:
    """Open into locked memory and overwrite the library's own output before it is released.

    `into` must be `len(sealed) - OVERHEAD` bytes long. Raises `VerificationError` (`hpke`) and
    leaves `into` as it was, also for another length.
    """
    if len(sealed) - OVERHEAD != len(into):
        raise VerificationError("hpke", "A sealed message has an unexpected length.")
    move_into(into.view, lambda: recipient.decrypt(sealed, info))


def lease_info(*, deployment: str, line: str, epoch: int) -> bytes:
    """Bind a lease to its line and epoch."""
    return _info(
        "lease", suite=SUITE_X25519_AES256GCM, deployment=deployment, line=line, epoch=epoch
    )


def capture_reply_info(*, deployment: str, reply_box: str) -> bytes:
    """Bind a kiosk's reply to the box that the wallet chose."""
    return _info("capture-reply", deployment=deployment, reply_box=reply_box)


def lease_ack_info(*, deployment: str, ack_box: str) -> bytes:
    """Bind a line's answer to the box that it is left in."""
    return _info("lease-ack", suite=SUITE_X25519_AES256GCM, deployment=deployment, ack_box=ack_box)


def passage_info(*, deployment: str, line: str, day: str) -> bytes:
    """Bind a passage to its line and the travel day of the key."""
    return _info("passage", suite=SUITE_X25519_AES256GCM, deployment=deployment, line=line, day=day)


def receipt_bundle_info(*, deployment: str) -> bytes:
    """Bind a receipt bundle to its deployment; its day is inside, signed."""
    return _info("receipt-bundle", suite=SUITE_X25519_AES256GCM, deployment=deployment)


def _info(type_name: str, **bound: str | int) -> bytes:
    return typed("hpke", jcs({"type": type_name, **bound}))
