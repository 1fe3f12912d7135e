"""Names and passage ids have one spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faregate.errors import InvalidInputError
from faregate.ids import PassageId, check_name


@pytest.mark.parametrize("name", ["a", "harbour-1", "9", "a" * 48])
def test_accepts_names(name: str) -> None:
    """Lower-case letters, digits and inner hyphens, up to 48 of them."""
    assert check_name(name, what="line") == name


@pytest.mark.parametrize("name", ["", "-a", "a-", "Harbour", "a b", "a/b", "ä", "a" * 49, "a\n"])
def test_refuses_other_names(name: str) -> None:
    """Anything else is refused, and the message says what it was to name."""
    with pytest.raises(InvalidInputError, match="cannot name a lane"):
        check_name(name, what="lane")


@given(
    device=st.from_regex(r"[a-z0-9]([a-z0-9-]{0,46}[a-z0-9])?", fullmatch=True),
    boot=st.integers(1, 2**53 - 1),
    seq=st.integers(1, 2**53 - 1),
)
def test_passage_id_round_trip(device: str, boot: int, seq: int) -> None:
    """Text and back is the same passage."""
    passage = PassageId(device, boot, seq)
    assert PassageId.parse(str(passage)) == passage


@pytest.mark.parametrize(
    "text",
    [
        "",
        "harbour",
        "harbour/1",
        "harbour/1/x",
        "harbour/-1/2",
        "H/1/2",
        "harbour/0/2",
        "harbour/1/02",
        "harbour/1/\u0663",
        "harbour/1/2\n",
    ],
)
def test_refuses_other_passage_ids(text: str) -> None:
    """Whatever is not device, boot and sequence number in their one spelling is refused."""
    with pytest.raises(InvalidInputError):
        PassageId.parse(text)
