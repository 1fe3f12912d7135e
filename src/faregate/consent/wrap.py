r"""Wraps: the root key under each of the rider's unlockers, kept by the office.

    blob = wrap_id (16) || nonce (12) || AES-256-GCM(KEK, RRK (32), aad = JCS{deployment, kind,
           wrap_id}) (32 + 16)                                                 in all 76 bytes

at `wrap_locator(unlocker)`; kind is `passkey` or `paper`. The paper code is 16 random bytes,
shown as 26 characters of Crockford's base32 (the last one holds the last three bits, shifted left
by two) and two more of a checksum, in groups of four:

    checksum = first 10 bits of SHA-256("faregate/v1/paper-code\n" || code)

A code on paper is text that a person sees, so it also passes through a `str`, which can't be
wiped; a PRF output never does.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from faregate.consent.derivation import KEY_SIZE, RootKey, key_encryption_key, wrap_locator
from faregate.consent.locked import LockedBuffer, RandomFill, random_bytes
from faregate.consent.record import SealedRecord
from faregate.errors import InvalidInputError, VerificationError
from faregate.ids import Locator
from faregate.wire.canonical import b64, jcs, sha256, typed

PAPER_CODE_SIZE: Final = 16
WRAPS_MIN: Final = 2
"""One lost unlocker must not cost a rider the history."""

_WRAP_ID_SIZE: Final = 16
_NONCE_SIZE: Final = 12
_TAG_SIZE: Final = 16
_BLOB_SIZE: Final = _WRAP_ID_SIZE + _NONCE_SIZE + KEY_SIZE + _TAG_SIZE
_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS: Final = str.maketrans(
    "OILabcdefghjkmnpqrstvwxyzoil", "011ABCDEFGHJKMNPQRSTVWXYZ011", "- "
)
_CODE_BITS: Final = 140
_CHECK_BITS: Final = 10
_FILL_BITS: Final = 2


class UnlockerKind(StrEnum):
    """What opens a wrap."""

    PASSKEY = "passkey"
    PAPER = "paper"


@dataclass(frozen=True, slots=True)
class Unlocker:
    """A PRF output (32 bytes) or a paper code (16 bytes); the holder wipes it."""

    kind: UnlockerKind
    secret: LockedBuffer = field(repr=False)


def make_wraps(
    root: RootKey,
    unlockers: tuple[Unlocker, ...],
    *,
    rp_id: str,
    deployment: str,
    fill: RandomFill | None = None,
) -> tuple[SealedRecord, ...]:
    """Wrap the root key once per unlocker. Raises `ValueError` for fewer than two kinds."""
    if len({unlocker.kind for unlocker in unlockers}) < WRAPS_MIN:
        raise ValueError(f"a root key needs unlockers of {WRAPS_MIN} kinds")
    return tuple(
        _wrap(root, unlocker, rp_id=rp_id, deployment=deployment, fill=fill)
        for unlocker in unlockers
    )


def _wrap(
    root: RootKey,
    unlocker: Unlocker,
    *,
    rp_id: str,
    deployment: str,
    fill: RandomFill | None,
) -> SealedRecord:
    locator = wrap_locator(unlocker.secret, deployment=deployment)
    wrap_id = random_bytes(_WRAP_ID_SIZE, fill)
    nonce = random_bytes(_NONCE_SIZE, fill)
    with key_encryption_key(unlocker.secret, rp_id=rp_id, deployment=deployment) as kek:
        wrapped = AESGCM(kek.view).encrypt(
            nonce, root.secret.view, _aad(deployment, unlocker.kind, wrap_id)
        )
    return SealedRecord(
        locator=locator,
        blob=wrap_id + nonce + wrapped,
        write_hash=sha256(root.write_secret(locator)),
        delete_hash=sha256(root.delete_secret(locator)),
    )


def open_wrap(blob: bytes, unlocker: Unlocker, *, rp_id: str, deployment: str) -> RootKey:
    """Unwrap the root key; the caller wipes it. Raises `VerificationError`: `wrap`."""
    if len(blob) != _BLOB_SIZE:
        raise VerificationError("wrap", "A wrap has another length.")
    wrap_id, nonce = blob[:_WRAP_ID_SIZE], blob[_WRAP_ID_SIZE : _WRAP_ID_SIZE + _NONCE_SIZE]
    secret = LockedBuffer(KEY_SIZE)
    with key_encryption_key(unlocker.secret, rp_id=rp_id, deployment=deployment) as kek:
        try:
            AESGCM(kek.view).decrypt_into(
                nonce,
                blob[_WRAP_ID_SIZE + _NONCE_SIZE :],
                _aad(deployment, unlocker.kind, wrap_id),
                secret.view,
            )
        except InvalidTag:
            raise VerificationError("wrap", "This unlocker does not open the wrap.") from None
    return RootKey(secret, deployment=deployment)


def locate_wrap(unlocker: Unlocker, *, deployment: str) -> Locator:
    """Tell where the wrap of this unlocker lies."""
    return wrap_locator(unlocker.secret, deployment=deployment)


def show_paper_code(code: LockedBuffer) -> str:
    """Spell a paper code for the rider to write down.

    >>> show_paper_code(LockedBuffer.copy_of(bytes(range(16))))
    '000G-40R4-0M30-E209-185G-R38E-1W51'
    """
    number = (int.from_bytes(code.view, "big") << _FILL_BITS) << _CHECK_BITS | _checksum(code)
    text = "".join(_CROCKFORD[number >> shift & 31] for shift in range(_CODE_BITS - 5, -1, -5))
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def read_paper_code(text: str) -> LockedBuffer:
    """Read what a person typed: any case, O for 0, I and L for 1, with or without hyphens.

    Raises `InvalidInputError`: `paper_code`.
    """
    symbols = text.translate(_READ_AS)
    if len(symbols) * 5 != _CODE_BITS or not set(symbols) <= set(_CROCKFORD):
        raise _unreadable("has 28 characters in groups of four")
    number = 0
    for symbol in symbols:
        number = number << 5 | _CROCKFORD.index(symbol)
    code = LockedBuffer.copy_of(
        (number >> (_CHECK_BITS + _FILL_BITS)).to_bytes(PAPER_CODE_SIZE, "big")
    )
    if number & ((1 << (_CHECK_BITS + _FILL_BITS)) - 1) != _checksum(code):
        code.wipe()
        raise _unreadable("does not match its last two characters")
    return code


def _checksum(code: LockedBuffer) -> int:
    digest = sha256(typed("paper-code"), code.view)
    return int.from_bytes(digest[:2], "big") >> (16 - _CHECK_BITS)


def _aad(deployment: str, kind: UnlockerKind, wrap_id: bytes) -> bytes:
    return jcs({"deployment": deployment, "kind": kind.value, "wrap_id": b64(wrap_id)})


def _unreadable(detail: str) -> InvalidInputError:
    return InvalidInputError(
        "paper_code", f"A paper code {detail}.", remedy="Type it as it is written on the paper."
    )
