"""What all signed documents have in common."""

from datetime import date
from typing import Annotated, ClassVar, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from faregate.errors import InvalidInputError, VerificationError
from faregate.wire.canonical import JsonValue, b64, jcs, sha256, typed, unb64


def _check_day(day: str) -> str:
    date.fromisoformat(day)
    return day


def check_b64(text: str) -> str:
    """Return `text` if it is the one base64url spelling of some bytes. Raises `ValueError`.

    For fields whose length is not fixed: a pattern alone admits text that no reader can decode.
    """
    try:
        unb64(text)
    except InvalidInputError as error:
        raise ValueError(error.message) from None
    return text


Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,46}[a-z0-9])?$")]
"""A deployment, line, lane, kiosk or device: see `ids.check_name`."""
B64Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{21}[AQgw]$")]
"""16 bytes, base64url."""
B64Hash = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$")]
"""32 bytes, base64url: a SHA-256 hash, an X25519 or an Ed25519 public key."""
Day = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), AfterValidator(_check_day)
]
"""A calendar or travel day that exists, ISO 8601."""
UnixSeconds = Annotated[int, Field(ge=0, le=2**37)]
"""An instant. The bound, in the year 6325, keeps each inside what a calendar can hold."""
Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
ModelName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9./-]{0,63}$")]


class Document(BaseModel):
    """A frozen document with one canonical spelling. Unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    BYTES_MAX: ClassVar[int] = 64 * 1024

    def as_json(self) -> dict[str, JsonValue]:
        """Give the document as plain JSON values."""
        return self.model_dump(mode="json")

    def jcs(self) -> bytes:
        """Give the canonical bytes (RFC 8785)."""
        return jcs(self.as_json())

    @classmethod
    def parse(cls, data: bytes | memoryview) -> Self:
        """Read canonical bytes. Raises `InvalidInputError` for anything but the one spelling."""
        raw = bytes(data[: cls.BYTES_MAX + 1])
        if len(raw) > cls.BYTES_MAX:
            raise _malformed(cls.__name__, f"is larger than {cls.BYTES_MAX} bytes")
        try:
            document = cls.model_validate_json(raw)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "the document"
            raise _malformed(cls.__name__, f"{where}: {first['msg']}") from None
        if document.jcs() != raw:
            raise _malformed(cls.__name__, "is not in canonical form (RFC 8785)")
        return document


class SignedType(Document):
    """A document that is signed or hashed under a type name of its own."""

    TYPE: ClassVar[str]

    def signing_input(self) -> bytes:
        r"""Give the bytes under the signature: `faregate/v1/<type>\n` and the JCS document."""
        return typed(self.TYPE, self.jcs())

    def hashed(self) -> bytes:
        """Give the SHA-256 of the signing input; 32 bytes."""
        return sha256(self.signing_input())


class Signature(Document):
    """An Ed25519 signature and the public key that made it."""

    key: B64Hash
    signature: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{85}[AQgw]$")]


def sign(document: SignedType, key: Ed25519PrivateKey) -> Signature:
    """Sign a document."""
    return Signature(
        key=b64(key.public_key().public_bytes_raw()),
        signature=b64(key.sign(document.signing_input())),
    )


def verify_signature(document: SignedType, signature: Signature, *, expected_key: bytes) -> None:
    """Check that `expected_key` (32 raw bytes) signed this document. Raises `VerificationError`."""
    if unb64(signature.key) != expected_key:
        raise VerificationError("signing_key", f"The {document.TYPE} is signed by another key.")
    try:
        Ed25519PublicKey.from_public_bytes(expected_key).verify(
            unb64(signature.signature), document.signing_input()
        )
    except InvalidSignature:
        raise VerificationError(
            "signature", f"The signature of the {document.TYPE} does not hold."
        ) from None


def _malformed(name: str, detail: str) -> InvalidInputError:
    # The content stays out of the message: a document may hold what must not reach a log.
    return InvalidInputError(
        "malformed_document", f"{name} {detail}.", remedy="Send the document as it was made."
    )
