"""Checkpoints as signed notes, and the cosignatures of witnesses.

Sources: C2SP signed-note v1.0.0, tlog-checkpoint v1.0.0, tlog-cosignature v1.0.0 (Ed25519).
Base64 here is the standard alphabet with padding, as C2SP has it; elsewhere it is base64url.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from faregate.errors import InvalidInputError, VerificationError

NOTE_BYTES_MAX: Final = 8 * 1024
SIGNATURES_MAX: Final = 16
_ED25519: Final = 0x01
_COSIGNATURE_V1: Final = 0x04
_KEY_ID_SIZE: Final = 4
_TIMESTAMP_SIZE: Final = 8
_TIMESTAMP_MAX: Final = 2**37
_HASH_SIZE: Final = 32
_SIZE_MAX: Final = 2**53 - 1
_SIGNATURE_LINE: Final = re.compile(r"\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,15}")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")


def key_name(deployment: str, name: str) -> str:
    """Name a log or witness key of a deployment; a log's name is its checkpoints' origin too.

    >>> key_name("harbour-city", "log")
    'faregate/harbour-city/log'
    """
    return f"faregate/{deployment}/{name}"


@dataclass(frozen=True, slots=True)
class NoteKey:
    """The name and Ed25519 public key (32 raw bytes) under which a log or witness signs notes."""

    name: str
    public: bytes

    @property
    def log_key_id(self) -> bytes:
        """Identify the key where it signs a note's text (type 0x01)."""
        return self._key_id(_ED25519)

    @property
    def cosignature_key_id(self) -> bytes:
        """Identify the key where it cosigns a checkpoint (type 0x04)."""
        return self._key_id(_COSIGNATURE_V1)

    def _key_id(self, kind: int) -> bytes:
        sequence = self.name.encode() + b"\n" + bytes([kind]) + self.public
        return hashlib.sha256(sequence).digest()[:_KEY_ID_SIZE]


@dataclass(frozen=True, slots=True)
class NoteSigner:
    """A log's or witness's private key with its name."""

    name: str
    private: Ed25519PrivateKey

    @property
    def key(self) -> NoteKey:
        """The public half."""
        return NoteKey(self.name, self.private.public_key().public_bytes_raw())

    def sign(self, text: str) -> "NoteSignature":
        """Sign a note's text as its author."""
        return NoteSignature(
            name=self.name, key_id=self.key.log_key_id, signature=self.private.sign(text.encode())
        )

    def cosign(self, text: str, at: datetime) -> "NoteSignature":
        """State that `text` is the largest consistent checkpoint seen as of `at`."""
        seconds = int(at.timestamp())
        signature = self.private.sign(_cosigned_message(text, seconds))
        return NoteSignature(
            name=self.name,
            key_id=self.key.cosignature_key_id,
            signature=seconds.to_bytes(_TIMESTAMP_SIZE, "big") + signature,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSignature:
    """One signature line: whose, and the bytes behind the key id."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"\u2014 {self.name} {_b64(self.key_id + self.signature)}\n"


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A text that ends in a newline, and signatures of which nothing is known yet."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"

    @classmethod
    def parse(cls, note: str) -> Self:
        """Read a note. Raises `InvalidInputError` for anything but a well-formed one."""
        if len(note.encode()) > NOTE_BYTES_MAX or _CONTROL.search(note):
            raise _malformed("is too long or holds control characters")
        text, separator, lines = note.rpartition("\n\n")
        if not separator or not text or not lines.endswith("\n"):
            raise _malformed("has no text or no signatures")
        signatures = [_parse_signature(line) for line in lines[:-1].split("\n")]
        if len(signatures) > SIGNATURES_MAX:
            raise _malformed(f"has more than {SIGNATURES_MAX} signatures")
        return cls(f"{text}\n", tuple(signatures))

    def verify(self, *, expected_key: NoteKey) -> None:
        """Check that the expected key signed the text. Raises `VerificationError`.

        Signatures of unknown keys say nothing and are ignored; a false one of this key refuses
        the note.
        """
        found = self._signed_by(expected_key.name, expected_key.log_key_id)
        if not found:
            raise VerificationError("note_signature", "The log's own key did not sign this note.")
        for signature in found:
            try:
                Ed25519PublicKey.from_public_bytes(expected_key.public).verify(
                    signature.signature, self.text.encode()
                )
            except InvalidSignature:
                raise VerificationError(
                    "note_signature", "The signature of the log does not hold."
                ) from None

    def cosigned_at(self, *, expected_key: NoteKey) -> tuple[datetime, ...]:
        """Give the times at which the expected witness cosigned: none, if it did not.

        Raises `VerificationError` where a cosignature under its name and key id is false.
        """
        found = self._signed_by(expected_key.name, expected_key.cosignature_key_id)
        return tuple(
            _verified_time(signature, self.text, expected_key.public) for signature in found
        )

    def _signed_by(self, name: str, key_id: bytes) -> list[NoteSignature]:
        return [one for one in self.signatures if (one.name, one.key_id) == (name, key_id)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A log's root at a size. This program writes and accepts no extension lines."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Give the note text."""
        return f"{self.origin}\n{self.size}\n{_b64(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a note text. Raises `InvalidInputError`."""
        match text.split("\n"):
            case [origin, size, root, ""] if origin and _SIZE.fullmatch(size):
                checkpoint = cls(origin=origin, size=int(size), root=_unb64(root))
            case _:
                raise _malformed("is not a checkpoint of three lines")
        if checkpoint.size > _SIZE_MAX or len(checkpoint.root) != _HASH_SIZE:
            raise _malformed("has a size or root hash out of range")
        return checkpoint


def _cosigned_message(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _verified_time(signature: NoteSignature, text: str, public: bytes) -> datetime:
    seconds = int.from_bytes(signature.signature[:_TIMESTAMP_SIZE], "big")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(
            signature.signature[_TIMESTAMP_SIZE:], _cosigned_message(text, seconds)
        )
    except InvalidSignature:
        raise VerificationError("cosignature", "A witness's cosignature does not hold.") from None
    if seconds > _TIMESTAMP_MAX:
        raise VerificationError("cosignature", "A witness's cosignature has no possible time.")
    return datetime.fromtimestamp(seconds, UTC)


def _parse_signature(line: str) -> NoteSignature:
    match = _SIGNATURE_LINE.fullmatch(line)
    if match is None:
        raise _malformed("has a signature line in another form")
    data = _unb64(match[2])
    if len(data) <= _KEY_ID_SIZE:
        raise _malformed("has a signature line that is too short")
    return NoteSignature(name=match[1], key_id=data[:_KEY_ID_SIZE], signature=data[_KEY_ID_SIZE:])


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _unb64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _malformed("holds something that is not base64") from None
    if _b64(data) != text:
        raise _malformed("holds base64 that is not canonical")
    return data


def _malformed(detail: str) -> InvalidInputError:
    return InvalidInputError(
        "malformed_note", f"A signed note {detail}.", remedy="Send the note as the log wrote it."
    )
