"""The log's file: nothing acknowledged is lost, nothing half is read, damage is not cut off."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faregate.errors import MachineError
from faregate.translog.journal import Journal, Record, RecordKind

FIRST: Final = [
    Record(RecordKind.LEAF, b"one"),
    Record(RecordKind.CHECKPOINT, b"checkpoint of one\n"),
]
SECOND: Final = [
    Record(RecordKind.LEAF, b"two"),
    Record(RecordKind.LEAF, b"three\x00\x00"),
    Record(RecordKind.CHECKPOINT, b"checkpoint of three\n"),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give a journal file with two commits."""
    path = tmp_path / "log"
    _fill(path)
    return path


def _fill(path: Path) -> None:
    Journal.create(path)
    journal = Journal(path)
    journal.append(FIRST)
    journal.append(SECOND)
    journal.close()


def _read(path: Path) -> list[Record]:
    journal = Journal(path)
    records = list(journal.take_records())
    journal.close()
    return records


def _commit_sizes(folder: Path) -> tuple[bytes, int]:
    """Give the whole file, and where its second commit starts."""
    whole, first = folder / "whole", folder / "first"
    _fill(whole)
    Journal.create(first)
    journal = Journal(first)
    journal.append(FIRST)
    journal.close()
    return whole.read_bytes(), first.stat().st_size


def test_what_was_appended_is_read_back(path: Path) -> None:
    """Records come back in order; reading changes nothing."""
    assert _read(path) == FIRST + SECOND
    assert _read(path) == FIRST + SECOND


@pytest.mark.parametrize("tail", [b"", bytes(1), bytes(5000)], ids=["cut", "a zero", "zeros"])
def test_every_torn_write_of_the_second_commit(tmp_path: Path, tail: bytes) -> None:
    """Wherever the power fails, the first commit is whole, the second there wholly or not.

    And the file takes the next commit as if nothing had been.
    """
    data, start = _commit_sizes(tmp_path)
    torn = tmp_path / "torn"
    for length in range(start, len(data)):
        torn.write_bytes(data[:length] + tail)
        journal = Journal(torn)
        assert list(journal.take_records()) == FIRST, length
        journal.append(SECOND)
        journal.close()
        assert _read(torn) == FIRST + SECOND, length
        torn.unlink()


@given(data=st.data(), flip=st.integers(1, 255))
def test_damage_is_refused_not_cut_off(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, flip: int
) -> None:
    """A changed byte in an acknowledged commit never reads as a shorter, healthy log."""
    folder = tmp_path_factory.mktemp("journal")
    whole, start = _commit_sizes(folder)
    spoiled = bytearray(whole)
    spoiled[data.draw(st.integers(0, start - 1))] ^= flip
    damaged = folder / "damaged"
    damaged.write_bytes(spoiled)
    with pytest.raises(MachineError) as refused:
        Journal(damaged)
    assert refused.value.code == "log_damaged"
    assert damaged.read_bytes() == spoiled


def test_an_unknown_kind_of_record_is_refused(path: Path) -> None:
    """A record of a later version is not skipped."""
    unknown = Record(RecordKind.CHECKPOINT, b"x")
    object.__setattr__(unknown, "kind", 9)
    journal = Journal(path)
    with pytest.raises(ValueError, match="ends with its checkpoint"):
        journal.append([unknown])
    journal.append([unknown, *FIRST[1:]])
    journal.close()
    with pytest.raises(MachineError) as refused:
        Journal(path)
    assert refused.value.code == "log_damaged"


def test_one_process_at_a_time(path: Path) -> None:
    """A second sequencer would fork the log."""
    journal = Journal(path)
    with pytest.raises(MachineError) as refused:
        Journal(path)
    assert refused.value.code == "log_in_use"
    journal.close()
    journal.close()
    assert _read(path) == FIRST + SECOND


def test_a_missing_log_is_not_made_silently(tmp_path: Path) -> None:
    """A wrong path must not start a second history, nor a set-up overwrite one."""
    with pytest.raises(MachineError) as refused:
        Journal(tmp_path / "nowhere")
    assert refused.value.code == "log_file"
    Journal.create(tmp_path / "log")
    with pytest.raises(MachineError) as refused:
        Journal.create(tmp_path / "log")
    assert refused.value.code == "log_file"


@pytest.fixture
def failing_sync(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Let the disk fail."""

    def fail(_fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    yield monkeypatch
    monkeypatch.undo()


def test_a_failed_sync_ends_the_journal(path: Path, failing_sync: pytest.MonkeyPatch) -> None:
    """After a failed sync nothing more is acknowledged until the file was read again."""
    journal = Journal(path)
    with pytest.raises(MachineError) as refused:
        journal.append(FIRST)
    assert refused.value.code == "log_write"
    failing_sync.undo()
    with pytest.raises(MachineError, match="an earlier write failed"):
        journal.append(FIRST)
    journal.close()
    assert _read(path)[: len(FIRST + SECOND)] == FIRST + SECOND


def test_records_have_a_limit(path: Path) -> None:
    """Nothing empty or oversized gets into the file."""
    journal = Journal(path)
    for data in (b"", bytes(64 * 1024 + 1)):
        with pytest.raises(ValueError, match="a record holds 1 to"):
            journal.append([Record(RecordKind.CHECKPOINT, data)])
    journal.close()
    assert _read(path) == FIRST + SECOND
