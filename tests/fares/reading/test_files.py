"""Feeds come as zip or folder, tidy or as published; none can fill the memory."""

import gc
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from fakes.fares_world import write_feed
from fakes.feed_texts import GOOD_FEED
from faregate.errors import InvalidInputError
from faregate.fares.findings import Findings
from faregate.fares.read_feed import read_feed
from faregate.fares.reading import files as module
from faregate.fares.reading.files import FeedFiles, without_collection

_AGENCY = GOOD_FEED["agency.txt"].encode()


def _zip(path: Path, prefix: str = "", change: tuple[str, str] = ("", "")) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in GOOD_FEED.items():
            archive.writestr(prefix + name, text.replace(*change) if change[0] else text)
    return path


def test_a_zip_is_read_like_a_folder(tmp_path: Path) -> None:
    """Both kinds of feed give the same tables."""
    assert read_feed(_zip(tmp_path / "feed.zip")) == read_feed(
        write_feed(tmp_path / "folder", GOOD_FEED)
    )


@pytest.mark.parametrize(
    "untidy",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\n\n"),
        lambda text: text.rstrip("\n"),
        lambda text: "".join(f"{line},,\n" for line in text.splitlines()),
        lambda text: text.replace(",", " ,  "),
        lambda text: text.replace("\n", ",nonsense\n", 1),
        lambda text: text + ",,\n",
    ],
    ids=[
        "byte order mark",
        "CR LF",
        "blank lines",
        "no final line break",
        "commas at each end",
        "spaces",
        "an unknown column, its cells missing",
        "a row of commas",
    ],
)
def test_reads_what_publishers_write(tmp_path: Path, untidy: Callable[[str], str]) -> None:
    """What spreadsheets and scripts leave behind changes no table but the line numbers."""
    folder = write_feed(tmp_path, {name: untidy(text) for name, text in GOOD_FEED.items()})
    good = read_feed(write_feed(tmp_path / "good", GOOD_FEED))
    feed = read_feed(folder)
    assert (feed.stops, feed.services, feed.timeframes) == (
        good.stops,
        good.services,
        good.timeframes,
    )
    assert [rule.fare_product_id for rule in feed.fare_leg_rules] == ["single", "single"]
    assert len(feed.fare_transfer_rules) == 2


def test_a_zipped_folder_is_read(tmp_path: Path) -> None:
    """Some publishers zip a folder; with two of them nobody can tell which one is meant."""
    path = _zip(tmp_path / "feed.zip", "metro/")
    assert read_feed(path).routes.keys() == {"m1", "b1"}
    findings = Findings()
    with FeedFiles(path, findings) as files:
        assert files.has("agency.txt")
    assert [row.code for row in findings] == ["feed_nested"]
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("bus/agency.txt", _AGENCY)
    with pytest.raises(InvalidInputError) as caught:
        read_feed(path)
    assert caught.value.code == "feed_file_missing"


def test_refuses_what_is_no_feed(tmp_path: Path) -> None:
    """A missing path and a file that is no zip give one clear error each."""
    (tmp_path / "notes.txt").write_text("not a feed")
    for path in (tmp_path / "missing.zip", tmp_path / "notes.txt"):
        with pytest.raises(InvalidInputError) as caught:
            read_feed(path)
        assert caught.value.code == "feed_unreadable"


def test_refuses_a_damaged_zip(tmp_path: Path) -> None:
    """A packed file whose bytes were changed is told, not priced."""
    path = _zip(tmp_path / "feed.zip")
    data = bytearray(path.read_bytes())
    start = 30 + len("agency.txt")
    data[start : start + 20] = bytes(20)
    path.write_bytes(data)
    with pytest.raises(InvalidInputError) as caught:
        read_feed(path)
    assert caught.value.code == "feed_unreadable"


def test_refuses_an_encrypted_zip(tmp_path: Path) -> None:
    """A feed behind a password is told, not taken for a bug."""
    path = tmp_path / "feed.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("agency.txt", _AGENCY)
    data = path.read_bytes()
    header = data.index(b"PK\x01\x02")
    spoiled = bytearray(data)
    spoiled[6:8] = spoiled[header + 8 : header + 10] = struct.pack("<H", 1)
    path.write_bytes(spoiled)
    with pytest.raises(InvalidInputError) as caught:
        read_feed(path)
    assert caught.value.code == "feed_unreadable"


@pytest.mark.parametrize("packed", [True, False], ids=["zip", "folder"])
def test_refuses_an_oversized_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, packed: bool
) -> None:
    """No file of a feed can fill the memory, packed or not."""
    monkeypatch.setattr(module, "_FILE_BYTES_MAX", 20)
    path = _zip(tmp_path / "feed.zip") if packed else write_feed(tmp_path, GOOD_FEED)
    with pytest.raises(InvalidInputError) as caught:
        read_feed(path)
    assert caught.value.code == "feed_file_too_large"


@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_is_left_as_it_was(*, enabled: bool) -> None:
    """Reading pauses the cycle collector and puts it back, on or off."""
    was = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        with without_collection():
            assert not gc.isenabled()
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if was else gc.disable)()
