"""Passage keys: 8 days ahead, the same for whoever asks, gone after 8 days."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from faregate.charging.passage_keys import PassageKeys
from faregate.consent.hpke import open_, passage_info, seal
from faregate.errors import InvalidInputError
from faregate.ids import LineId
from faregate.wire.canonical import unb64

TODAY = date(2026, 3, 2)
LINE, OTHER = LineId("harbour-1"), LineId("museum-1")


def test_gives_the_public_keys_of_eight_days(tmp_path: Path) -> None:
    """Today and the seven days after it, each with a key of its own, for each line."""
    keys = PassageKeys(tmp_path)
    mine = keys.public_keys(LINE, today=TODAY)
    assert [key.day for key in mine] == [
        (TODAY + timedelta(days=ahead)).isoformat() for ahead in range(8)
    ]
    others = keys.public_keys(OTHER, today=TODAY)
    assert len({key.pk for key in (*mine, *others)}) == 16
    assert PassageKeys(tmp_path).public_keys(LINE, today=TODAY) == mine
    assert keys.public_keys(LINE, today=TODAY + timedelta(days=1))[:-1] == mine[1:]


def test_opens_what_was_sealed_to_its_public_half(tmp_path: Path) -> None:
    """The private half of the line and day opens it."""
    keys = PassageKeys(tmp_path)
    info = passage_info(deployment="demo", line=LINE, day=TODAY.isoformat())
    sealed = seal(b"passage", unb64(keys.public_keys(LINE, today=TODAY)[0].pk), info)
    recipient = keys.recipient(LINE, TODAY)
    assert recipient is not None
    assert open_(sealed, recipient, info) == b"passage"


def test_destroys_up_to_a_day_for_one_line_only(tmp_path: Path) -> None:
    """Another line's keys, and those of later days, stay."""
    keys = PassageKeys(tmp_path)
    for line in (LINE, OTHER):
        keys.public_keys(line, today=TODAY)
    keys.destroy_up_to(LINE, TODAY + timedelta(days=1))
    kept = [
        [keys.recipient(line, TODAY + timedelta(days=ahead)) is not None for ahead in range(3)]
        for line in (LINE, OTHER)
    ]
    assert kept == [[False, False, True], [True, True, True]]


@pytest.mark.parametrize(("days", "kept"), [(8, True), (9, False)])
def test_a_key_lives_eight_days_after_its_day(tmp_path: Path, days: int, *, kept: bool) -> None:
    """On the eighth day a late passage can still be opened, on the ninth it can't."""
    keys = PassageKeys(tmp_path)
    keys.public_keys(LINE, today=TODAY)
    keys.destroy_expired(today=TODAY + timedelta(days=days))
    assert (keys.recipient(LINE, TODAY) is not None) == kept


def test_a_line_with_another_name_can_not_reach_out_of_the_folder(tmp_path: Path) -> None:
    """A name that is no name is refused before it is a path."""
    with pytest.raises(InvalidInputError):
        PassageKeys(tmp_path).recipient(LineId("../day/2026"), TODAY)
