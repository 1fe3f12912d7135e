"""Documents: one spelling each, and a signature that is for one type, key and content."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from faregate.errors import InvalidInputError, VerificationError
from faregate.wire.canonical import b64, unb64
from faregate.wire.document import Document, UnixSeconds, sign, verify_signature
from faregate.wire.messages import CosePublicKey, LeaseAck, Passage, Stop, WithdrawalRequest

KEY = Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32)
PUBLIC = KEY.public_key().public_bytes_raw()
OTHER = Ed25519PrivateKey.from_private_bytes(bytes([2]) * 32)
REQUEST = WithdrawalRequest(consent_id=b64(bytes(16)), deployment="harbour-city", day="2026-03-02")


@given(
    lease_id=st.binary(min_size=16, max_size=16),
    line=st.from_regex(r"[a-z0-9]([a-z0-9-]{0,46}[a-z0-9])?", fullmatch=True),
    status=st.from_regex(r"[a-z_]{1,48}", fullmatch=True),
)
def test_reads_back_its_own_bytes(lease_id: bytes, line: str, status: str) -> None:
    """Whatever the values: parse is the inverse of jcs."""
    ack = LeaseAck(lease_id=b64(lease_id), line=line, status=status)
    assert LeaseAck.parse(ack.jcs()) == ack
    assert LeaseAck.parse(memoryview(ack.jcs())) == ack


@given(indent=st.integers(0, 3), reverse=st.booleans(), ascii_only=st.booleans())
def test_reads_no_other_spelling(indent: int, reverse: bool, ascii_only: bool) -> None:  # noqa: FBT001 - drawn
    """The same values with other white space or another order are refused."""
    values = sorted(REQUEST.as_json().items(), reverse=reverse)
    text = json.dumps(dict(values), indent=indent or None, ensure_ascii=ascii_only)
    with pytest.raises(InvalidInputError) as refused:
        WithdrawalRequest.parse(text.encode())
    assert refused.value.code == "malformed_document"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff",
        b"{" * 1000,
        REQUEST.jcs() + b"\n",
        REQUEST.jcs().replace(b'"day"', b'"day":"2026-03-02","day"'),
        REQUEST.jcs().replace(b"harbour-city", b"Harbour-City"),
        REQUEST.jcs().replace(b"harbour-city", b"harbour-city-"),
        REQUEST.jcs().replace(b"harbour-city", b"h" * 49),
        REQUEST.jcs().replace(b"2026-03-02", b"2026-02-30"),
        REQUEST.jcs().replace(b"2026-03-02", b"20260302"),
        REQUEST.jcs().replace(b"2026-03-02", "２０２６-03-02".encode()),  # noqa: RUF001 - the point
        REQUEST.jcs().replace(b"AAAAAAAAAAAAAAAAAAAAAA", b"AAAAAAAAAAAAAAAAAAAAAB"),
        REQUEST.jcs().replace(b"}", b',"extra":1}'),
    ],
)
def test_anything_else_is_refused(data: bytes) -> None:
    """Junk, unknown or doubled fields, impossible days, names and ids."""
    with pytest.raises(InvalidInputError) as refused:
        WithdrawalRequest.parse(data)
    assert refused.value.code == "malformed_document"


@given(data=st.binary(min_size=1, max_size=128))
def test_a_passkey_in_a_document_can_always_be_decoded(data: bytes) -> None:
    """Text of the right letters that spells no bytes, or not canonically, is refused."""
    read = TypeAdapter(CosePublicKey).validate_python
    assert unb64(read(b64(data))) == data
    with pytest.raises(ValidationError):
        read(b64(data + bytes(-len(data) % 3)) + "A")  # a letter that is left over
    with pytest.raises(ValidationError):
        read(b64(data[: len(data) // 3 * 3] + b"\x00")[:-1] + "B")  # a bit that is left over


def test_every_instant_is_one_that_a_calendar_holds() -> None:
    """A document cannot make its reader fail on a date; a little may even be added to it."""
    read = TypeAdapter(UnixSeconds).validate_python
    assert datetime.fromtimestamp(read(2**37), UTC) + timedelta(days=400) < datetime.max.replace(
        tzinfo=UTC
    )
    for beyond in (-1, 2**37 + 1, 2**40):
        with pytest.raises(ValidationError):
            read(beyond)


def test_a_passage_names_another_in_one_spelling() -> None:
    """Digits are ASCII and have no leading zeros: one event has one name."""
    passage = Passage(
        device="harbour-1",
        boot=1,
        seq=2,
        line="harbour-1",
        lane="entry-1",
        direction="entry",
        consent_id=b64(bytes(16)),
        lease_id=b64(bytes(16)),
        opened_at=0,
        outcome="passed",
        concerns="harbour-1/1/1",
    )
    spelled = passage.jcs()
    assert Passage.parse(spelled) == passage
    for other in ("harbour-1/01/1", "harbour-1/1/0", "harbour-1/1/\u0661"):
        with pytest.raises(InvalidInputError):
            Passage.parse(spelled.replace(b"harbour-1/1/1", other.encode()))


def test_the_content_stays_out_of_the_error() -> None:
    """A document may hold what must not reach a log (T27)."""
    with pytest.raises(InvalidInputError) as refused:
        WithdrawalRequest.parse(REQUEST.jcs().replace(b"2026-03-02", b"canary-text"))
    assert "canary" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_a_document_that_is_too_large_is_not_read() -> None:
    """The bound comes before the parser."""

    class Small(Document):
        """A document of at most 16 bytes."""

        BYTES_MAX = 16
        text: str

    assert Small.parse(b'{"text":"12345"}').text == "12345"
    with pytest.raises(InvalidInputError, match="larger than 16 bytes"):
        Small.parse(b'{"text":"123456"}')


def test_a_signature_is_for_one_key_and_content() -> None:
    """Another signer, another key pasted in, other content: a code each."""
    signature = sign(REQUEST, KEY)
    verify_signature(REQUEST, signature, expected_key=PUBLIC)
    tomorrow = REQUEST.model_copy(update={"day": "2026-03-03"})
    pasted = sign(REQUEST, OTHER).model_copy(update={"key": b64(PUBLIC)})
    cases = {
        "key": (REQUEST, sign(REQUEST, OTHER)),
        "pasted": (REQUEST, pasted),
        "content": (tomorrow, signature),
    }
    codes = {}
    for name, (document, made) in cases.items():
        with pytest.raises(VerificationError) as refused:
            verify_signature(document, made, expected_key=PUBLIC)
        codes[name] = refused.value.code
    assert codes == {"key": "signing_key", "pasted": "signature", "content": "signature"}


def test_a_signature_is_for_one_type() -> None:
    """The same bytes under another type are another signing input."""

    class Twin(Stop):
        """A document with the fields of a Stop and another type."""

        TYPE = "twin"

    stop, twin = Stop(preimage=b64(bytes(32))), Twin(preimage=b64(bytes(32)))
    assert stop.jcs() == twin.jcs()
    assert stop.hashed() != twin.hashed()
    with pytest.raises(VerificationError):
        verify_signature(twin, sign(stop, KEY), expected_key=PUBLIC)
