"""The files of a feed as rows of cells, wherever they lie: zip or folder, tidy or as published."""

import csv
import gc
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from typing import IO, Final, Self

from faregate.errors import InvalidInputError
from faregate.fares.findings import Findings, Place

_FILE_BYTES_MAX: Final = 256 * 1024 * 1024
# RuntimeError is zipfile's word for an encrypted file and for an unknown compression.
_UNREADABLE: Final = (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError)


class FeedFiles:
    """A feed's folder or zip file, open while the `with` block lasts.

    What is wrong with the text of a file goes to `findings`, and the rows that can be read are
    read. Raises `InvalidInputError` for what is no feed at all.
    """

    def __init__(self, path: Path, findings: Findings) -> None:
        self.path = path
        self.findings = findings
        with self._readable():
            self._archive = None if path.is_dir() else zipfile.ZipFile(path)
            names = (
                self._archive.namelist()
                if self._archive
                else [
                    file.relative_to(path).as_posix()
                    for pattern in ("*.txt", "*/*.txt")
                    for file in path.glob(pattern)
                ]
            )
        self._names = frozenset(names)
        self._folder = self._find_folder()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._archive:
            self._archive.close()

    def has(self, name: str) -> bool:
        """Tell whether the feed has a file."""
        return self._folder + name in self._names

    def rows(self, name: str, *fields: str) -> Iterator[tuple[Place, tuple[str, ...]]]:
        """Give the rows of a table, each as the stripped cells of two or more `fields`, in order.

        A column that is not there is empty in every row. No rows if the file is not there.
        """
        if not self.has(name):
            return
        with self._readable(), self._open(name) as data:
            text = io.TextIOWrapper(data, encoding="utf-8-sig", newline="")
            reader = csv.reader(text, strict=True, skipinitialspace=True)
            try:
                header = [cell.strip() for cell in next(reader, [])]
                self._check_header(name, header)
                width = len(header)
                pick = itemgetter(*(header.index(f) if f in header else width for f in fields))
                for line, cells in self._whole_rows(name, reader, width):
                    yield Place(name, line), tuple(map(str.strip, pick(cells)))
            except csv.Error as error:
                place = Place(name, reader.line_num)
                what = f"is not CSV: {error}."
                self.findings.fatal(place, "", "feed_csv", what, "Close every quotation mark.")
            except UnicodeDecodeError:
                place = Place(name, reader.line_num + 1)
                self.findings.fatal(place, "", "feed_encoding", "is not UTF-8.", "Save it so.")

    def _whole_rows(
        self, name: str, reader: Iterator[list[str]], width: int
    ) -> Iterator[tuple[int, list[str]]]:
        """Give the rows that hold something, padded to one cell more than there are columns."""
        previous = 1
        for cells in reader:
            line: int = reader.line_num  # type: ignore[attr-defined]  # csv's reader has no name
            if line - previous > 1:
                self.findings.warning(
                    Place(name, line),
                    "",
                    "feed_line_break",
                    f"began on line {previous + 1}: a value holds a line break.",
                    "Write each row on one line.",
                )
            previous = line
            if not any(cells):
                continue
            if len(cells) == width:  # nearly every row of most feeds
                cells.append("")
                yield line, cells
                continue
            if any(cells[width:]):
                self.findings.fatal(
                    Place(name, line),
                    "",
                    "feed_row",
                    f"has {len(cells)} cells for {width} columns.",
                    "Quote cells that hold a comma.",
                )
                continue
            yield line, [*cells[:width], *[""] * (width + 1 - len(cells)), ""]

    def _check_header(self, name: str, header: list[str]) -> None:
        for cell in sorted({cell for cell in header if cell and header.count(cell) > 1}):
            self.findings.fatal(
                Place(name, 1),
                cell,
                "feed_header",
                "names two columns.",
                "Keep the one that holds the values.",
            )

    def _find_folder(self) -> str:
        """Give the folder that holds the tables, "" for the root: some publishers zip a folder."""
        nested = [name for name in self._names if name.endswith("/agency.txt")]
        if "agency.txt" in self._names or len(nested) != 1:
            return ""
        self.findings.warning(
            Place(nested[0], 0),
            "",
            "feed_nested",
            "lies in a folder of the feed.",
            "Put the files at the root.",
        )
        return nested[0].removesuffix("agency.txt")

    def _open(self, name: str) -> IO[bytes]:
        file = self._folder + name
        if self._archive:
            size = self._archive.getinfo(file).file_size
            opened: IO[bytes] = self._archive.open(file)
        else:
            size = (self.path / file).stat().st_size
            opened = (self.path / file).open("rb")
        if size > _FILE_BYTES_MAX:
            opened.close()
            raise InvalidInputError(
                "feed_file_too_large",
                f"{name} is larger than {_FILE_BYTES_MAX} bytes.",
                remedy="Cut the feed to the network that has gates.",
            )
        return opened

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except _UNREADABLE as error:
            raise InvalidInputError(
                "feed_unreadable",
                f"The feed {self.path} cannot be read: {error}.",
                remedy="Name a GTFS zip file, or a folder that holds its .txt files.",
            ) from error


@contextmanager
def without_collection() -> Iterator[None]:
    """Pause the cycle collector: it looks again and again at rows that stay, for a third more time.

    Rows refer to nothing but text and numbers, so there is nothing for it to find.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
