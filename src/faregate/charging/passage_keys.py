"""Passage keys: the office's HPKE pair for each line and travel day, 8 days ahead (message 8)."""

from datetime import date, timedelta
from pathlib import Path
from typing import Final

from faregate.charging.key_folder import KeyFolder
from faregate.consent.hpke import Recipient
from faregate.consent.locked import LockedBuffer
from faregate.ids import LineId, check_name
from faregate.wire.canonical import b64
from faregate.wire.messages import SUITE_X25519_AES256GCM, PassageKey

DAYS_AHEAD: Final = 8
"""A line that was cut off goes on recording for as long as its bundle holds keys."""
DAYS_KEPT: Final = 8
"""A passage that arrives later than this after its day can't be read any more."""


class PassageKeys:
    """The private halves, as files; the public halves go into the lines' bundles."""

    def __init__(self, folder: Path) -> None:
        """Use or make the folder. Raises `MachineError` if it can't be written."""
        self._folder = KeyFolder(folder)

    def public_keys(self, line: LineId, *, today: date) -> list[PassageKey]:
        """Give the public keys of this line for today and the 7 days after it, made as needed."""
        days = [today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD)]
        return [self._public_key(line, day) for day in days]

    def _public_key(self, line: LineId, day: date) -> PassageKey:
        recipient = _recipient(self._folder.get_or_create(_name(line, day)))
        public = b64(recipient.public_bytes)
        recipient.wipe()
        return PassageKey(day=day.isoformat(), suite=SUITE_X25519_AES256GCM, pk=public)

    def recipient(self, line: LineId, day: date) -> Recipient | None:
        """Give the key pair to open passages with, or None if it was never made or is gone.

        The caller wipes it.
        """
        private = self._folder.get(_name(line, day))
        return None if private is None else _recipient(private)

    def destroy_up_to(self, line: LineId, day: date) -> None:
        """Destroy this line's keys of `day` and earlier: nothing more will come under them."""
        for name in self._folder.names():
            if _parse(name)[0] == line and _parse(name)[1] <= day:
                self._folder.destroy(name)

    def destroy_expired(self, *, today: date) -> None:
        """Destroy all keys of days more than 8 days ago, whatever is still missing."""
        for name in self._folder.names():
            if _parse(name)[1] + _KEPT < today:
                self._folder.destroy(name)


_KEPT: Final = timedelta(days=DAYS_KEPT)


def _recipient(private: bytes) -> Recipient:
    return Recipient(LockedBuffer.copy_of(private))


def _name(line: LineId, day: date) -> str:
    return f"{check_name(line, what='line')}.{day.isoformat()}"


def _parse(name: str) -> tuple[LineId, date]:
    line, _, day = name.rpartition(".")
    return LineId(line), date.fromisoformat(day)
