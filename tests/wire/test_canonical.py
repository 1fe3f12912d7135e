"""Canonical bytes: the RFC's examples, and laws that hold for everything."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faregate.errors import InvalidInputError
from faregate.wire.canonical import (
    JsonValue,
    b64,
    jcs,
    pack_frames,
    pack_frames_into,
    pad,
    sha256,
    typed,
    unb64,
    unpack_frames,
)

WHOLE = st.integers(-(2**53) + 1, 2**53 - 1)
DOCUMENTS = st.recursive(
    st.text(max_size=8) | WHOLE,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
PARTS = st.lists(st.binary(max_size=64), max_size=6)


def test_sorts_as_rfc_8785_does() -> None:
    """The example of RFC 8785, section 3.2.3: by UTF-16 code units, not by code points."""
    example = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    assert jcs(example).decode() == (
        '{"\\r":"Carriage Return","1":"One","\u0080":"Control",'
        '"\u00f6":"Latin Small Letter O With Diaeresis","\u20ac":"Euro Sign",'
        '"\U0001f600":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}'
    )


def test_escapes_as_rfc_8785_does() -> None:
    """The string of RFC 8785, section 3.2.2, with its bytes of section 3.2.4."""
    example = "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/"
    assert jcs({"string": example}) == bytes.fromhex(
        "7b22737472696e67223a22e282ac245c75303030665c6e4127425c225c5c5c5c5c222f227d"
    )


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        True,
        None,
        b"bytes",
        {"deep": [{"er": 0.5}]},
        {"list": (1, [False])},
        {1, 2},
        object(),
    ],
)
def test_refuses_what_has_several_spellings(value: object) -> None:
    """No float, boolean, null or bytes, however deep, and nothing that is not JSON."""
    with pytest.raises(TypeError, match="a signed document holds no"):
        jcs(value)  # type: ignore[arg-type]  # the point of the test


@given(value=DOCUMENTS)
def test_equal_documents_have_equal_bytes(value: JsonValue) -> None:
    """Neither the order of keys nor the kind of container is spelled."""
    assert jcs(_turned_round(value)) == jcs(value)


def _turned_round(value: JsonValue) -> JsonValue:
    match value:
        case str() | int():
            return value
        case Mapping():
            return {key: _turned_round(value[key]) for key in reversed(list(value))}
        case Sequence():
            return tuple(_turned_round(one) for one in value)


@given(data=st.binary(max_size=80))
def test_base64url_reads_back(data: bytes) -> None:
    """Every spelling that we give is one that we take, of the length that it has."""
    assert unb64(b64(data)) == data == unb64(b64(memoryview(data)), length=len(data))


@pytest.mark.parametrize(
    "text",
    ["A", "AB", "AA==", "A A", "+/+/", "AAA\n", "A\u00e9", "AAAAA", "=", "AAA-_"],
)
def test_another_spelling_is_refused(text: str) -> None:
    """Padding, other alphabets, white space and non-zero trailing bits: one value, one text."""
    with pytest.raises(InvalidInputError) as refused:
        unb64(text)
    assert refused.value.code == "base64url"


@pytest.mark.parametrize("length", [0, 2, 4])
def test_another_length_is_refused(length: int) -> None:
    """A hash is 32 bytes and nothing else."""
    with pytest.raises(InvalidInputError) as refused:
        unb64("AAAA", length=length)
    assert refused.value.code == "base64url"


def test_the_prefix_keeps_types_apart() -> None:
    """What is hashed as one type is another hash as the next."""
    assert typed("lease", b"{", b"}") == b"faregate/v1/lease\n{}"
    assert sha256(typed("lease", b"{}")) != sha256(typed("consent", b"{}"))
    assert sha256(b"ab", memoryview(b"c")) == sha256(b"abc")


@given(parts=PARTS, padding=st.integers(0, 16))
def test_frames_read_back(parts: list[bytes], padding: int) -> None:
    """Also when padded, and the same bytes from both writers."""
    framed = pack_frames(*parts)
    padded = pad(framed, size=len(framed) + padding)
    buffer = bytearray(b"\xff" * len(padded))
    pack_frames_into(memoryview(buffer), *parts)
    assert bytes(buffer) == padded
    assert [bytes(part) for part in unpack_frames(padded, count=len(parts))] == parts


@given(parts=PARTS.filter(bool), cut=st.integers(1, 8))
def test_truncated_frames_are_refused(parts: list[bytes], cut: int) -> None:
    """A message that lost its end is not a shorter message."""
    framed = pack_frames(*parts)
    with pytest.raises(InvalidInputError) as refused:
        unpack_frames(framed[: max(0, len(framed) - cut)], count=len(parts))
    assert refused.value.code == "frames"


def test_something_behind_the_last_part_is_refused() -> None:
    """Padding is zeros: nothing can be smuggled in it."""
    with pytest.raises(InvalidInputError) as refused:
        unpack_frames(pack_frames(b"one") + b"\x00\x01", count=1)
    assert refused.value.code == "frames"


def test_frames_are_views_of_the_message() -> None:
    """Whoever wipes the message has wiped its parts."""
    message = bytearray(pack_frames(b"secret", b"other"))
    secret, other = unpack_frames(message, count=2)
    message[:] = bytes(len(message))
    assert not any(secret)
    assert not any(other)


def test_what_does_not_fit_is_refused() -> None:
    """Neither writer cuts anything off."""
    with pytest.raises(ValueError, match="do not fit"):
        pad(b"abc", size=2)
    with pytest.raises(ValueError, match="do not fit"):
        pack_frames_into(memoryview(bytearray(6)), b"abc")
