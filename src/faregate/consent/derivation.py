r"""Keys from secrets: HKDF-SHA256 (RFC 5869) without salt, into locked memory.

The info is `"faregate/v1/<label>\n"` and the bound values, each behind its u32 length
(PC: paper code):

| label           | from             | bound             | gives                              |
|-----------------|------------------|-------------------|------------------------------------|
| kek             | PRF output or PC | RP ID, deployment | AES-256 key over the RRK           |
| wrap-locator    | PRF output or PC | deployment        | locator of the wrap                |
| template-key    | RRK              | deployment        | K_T, AES-256                       |
| locator         | RRK              | deployment        | locator of the sealed template     |
| history-key     | RRK              | deployment        | X25519 private key                 |
| write-secret    | RRK              | locator           | write secret of the record there   |
| delete-secret   | RRK              | locator           | delete secret of the record there  |

Locators are bound as their base64url text.
"""

from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from faregate.consent.hpke import Recipient
from faregate.consent.locked import LockedBuffer
from faregate.ids import Locator
from faregate.wire.canonical import b64, pack_frames, sha256, typed

KEY_SIZE: Final = 32
PRF_INPUT: Final = sha256(b"faregate/v1/kek")
"""What the passkey's PRF is evaluated over."""


class RootKey:
    """The rider's root key RRK: all of a rider's other keys come from it. Wiped by its user."""

    __slots__ = ("_deployment", "secret")

    secret: LockedBuffer
    """The key itself; the owner is whoever unwrapped it."""

    def __init__(self, secret: LockedBuffer, *, deployment: str) -> None:
        if len(secret) != KEY_SIZE:
            raise ValueError(f"a root key has {KEY_SIZE} bytes, got {len(secret)}")
        self.secret = secret
        self._deployment = deployment.encode()

    def template_key(self) -> LockedBuffer:
        """Derive K_T, which seals the template at the office."""
        return derive(self.secret, "template-key", self._deployment)

    def template_locator(self) -> Locator:
        """Derive where the sealed template lies."""
        return _locator(derive(self.secret, "locator", self._deployment))

    def history(self) -> Recipient:
        """Derive the key pair that the rider's receipts are sealed to."""
        return Recipient(derive(self.secret, "history-key", self._deployment))

    def write_secret(self, locator: Locator) -> bytes:
        """Derive what replaces the record at `locator`."""
        return bytes(derive(self.secret, "write-secret", locator.encode()).view)

    def delete_secret(self, locator: Locator) -> bytes:
        """Derive what deletes the record at `locator`. The wallet stores it: it opens nothing."""
        return bytes(derive(self.secret, "delete-secret", locator.encode()).view)


def key_encryption_key(secret: LockedBuffer, *, rp_id: str, deployment: str) -> LockedBuffer:
    """Derive the KEK that wraps the root key for one unlocker."""
    return derive(secret, "kek", rp_id.encode(), deployment.encode())


def wrap_locator(secret: LockedBuffer, *, deployment: str) -> Locator:
    """Derive where an unlocker's wrap lies: findable with the unlocker alone."""
    return _locator(derive(secret, "wrap-locator", deployment.encode()))


def derive(secret: LockedBuffer, label: str, *bound: bytes) -> LockedBuffer:
    """Derive 32 bytes for one purpose."""
    derived = LockedBuffer(KEY_SIZE)
    hkdf = HKDF(SHA256(), length=KEY_SIZE, salt=None, info=typed(label, pack_frames(*bound)))
    hkdf.derive_into(secret.view, derived.view)
    return derived


def _locator(derived: LockedBuffer) -> Locator:
    return Locator(b64(derived.view))
