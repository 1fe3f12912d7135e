"""Bytes that two sides must agree on: JCS documents, base64url, framed parts.

A document holds text, whole numbers, lists and objects only: no float, no null, no boolean, so
that every implementation writes the same bytes (RFC 8785). What is signed or hashed is always
prefixed with its type: a signature over one type can never pass for another.
"""

import base64
import binascii
import hashlib
import struct
from collections.abc import Mapping, Sequence
from typing import Final

import rfc8785

from faregate.errors import InvalidInputError

_PREFIX: Final = "faregate/v1/"
_FRAME: Final = struct.Struct(">I")

JsonValue = str | int | Sequence["JsonValue"] | Mapping[str, "JsonValue"]


def jcs(value: JsonValue) -> bytes:
    """Encode a document as RFC 8785 bytes. Raises `TypeError` for any other type."""
    _refuse_ambiguous(value)
    return rfc8785.dumps(value)


def _refuse_ambiguous(value: object) -> None:
    match value:
        case bool() | float() | bytes() | None:
            raise TypeError(f"a signed document holds no {type(value).__name__}")
        case str() | int():
            pass
        case Mapping():
            for inner in value.values():
                _refuse_ambiguous(inner)
        case Sequence():
            for inner in value:
                _refuse_ambiguous(inner)
        case _:
            raise TypeError(f"a signed document holds no {type(value).__name__}")


def typed(type_name: str, *parts: bytes) -> bytes:
    r"""Prefix bytes with their type: `faregate/v1/<type>\n`.

    >>> typed("code", b"abc")
    b'faregate/v1/code\nabc'
    """
    return f"{_PREFIX}{type_name}\n".encode("ascii") + b"".join(parts)


def sha256(*parts: bytes | bytearray | memoryview) -> bytes:
    """Hash the concatenation of the parts; 32 bytes."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


def b64(data: bytes | bytearray | memoryview) -> str:
    """Encode as base64url without padding (RFC 4648, section 5).

    >>> b64(bytes([251, 255]))
    '-_8'
    """
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unb64(text: str, *, length: int | None = None) -> bytes:
    """Decode unpadded base64url, strictly: the only accepted spelling is the one `b64` gives.

    Raises `InvalidInputError` for any other spelling, or another `length` than the expected one.
    """
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInputError(
            "base64url", "A field is not base64url.", remedy="Send unpadded base64url."
        ) from error
    if b64(data) != text or (length is not None and len(data) != length):
        raise InvalidInputError(
            "base64url",
            f"A field does not spell {'its' if length is None else length} bytes canonically.",
            remedy="Send unpadded base64url with zero trailing bits.",
        )
    return data


def pack_frames(*parts: bytes | bytearray | memoryview) -> bytes:
    """Join parts, each behind its length as a big-endian u32."""
    return b"".join(chunk for part in parts for chunk in (_FRAME.pack(len(part)), part))


def pack_frames_into(buffer: memoryview, *parts: bytes | bytearray | memoryview) -> None:
    """Write framed parts to the front of `buffer` and zeros behind them, without another copy.

    Raises `ValueError` if they do not fit.
    """
    needed = sum(_FRAME.size + len(part) for part in parts)
    if needed > len(buffer):
        raise ValueError(f"{needed} bytes do not fit into {len(buffer)}")
    rest = buffer
    for part in parts:
        _FRAME.pack_into(rest, 0, len(part))
        end = _FRAME.size + len(part)
        rest[_FRAME.size : end] = part
        rest = rest[end:]
    rest[:] = bytes(len(rest))


def unpack_frames(data: bytes | bytearray | memoryview, *, count: int) -> tuple[memoryview, ...]:
    """Split `count` framed parts off the front, as views into `data`; zero padding may follow.

    Views copy nothing: whoever wipes `data` has wiped the parts. Raises `InvalidInputError` for
    truncated input or anything but zeros behind the last part.
    """
    rest = memoryview(data)
    parts: list[memoryview] = []
    for _ in range(count):
        if len(rest) < _FRAME.size:
            raise _truncated()
        (size,) = _FRAME.unpack(rest[: _FRAME.size])
        rest = rest[_FRAME.size :]
        if len(rest) < size:
            raise _truncated()
        parts.append(rest[:size])
        rest = rest[size:]
    if any(rest):
        raise InvalidInputError(
            "frames", "There is something behind the last part.", remedy="Pad with zeros only."
        )
    return tuple(parts)


def _truncated() -> InvalidInputError:
    return InvalidInputError(
        "frames", "A framed message is cut short.", remedy="Send the whole message again."
    )


def pad(data: bytes, *, size: int) -> bytes:
    """Pad with zeros to exactly `size` bytes. Raises `ValueError` if it does not fit."""
    if len(data) > size:
        raise ValueError(f"{len(data)} bytes do not fit into {size}")
    return data + bytes(size - len(data))
