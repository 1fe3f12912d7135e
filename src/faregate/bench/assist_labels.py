"""What happens in clips, and when: `file,start_s,end_s,label`; and from GMDCSA24's own CSV."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Final

from faregate.errors import InvalidInputError, MachineError

COLUMNS: Final = ("file", "start_s", "end_s", "label")
_SECONDS_MAX: Final = 24 * 3600.0
_ROWS_MAX: Final = 100_000


class Label(StrEnum):
    """What happens. A fall onto a bed is `down`, too."""

    DOWN = "down"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledSpan:
    """A part of a clip: `file` is its path under the folder of clips, with `/`."""

    file: str
    start_s: float
    end_s: float
    label: Label


def read_labels(path: Path) -> tuple[LabelledSpan, ...]:
    """Read labels. Raises `MachineError` (not there) and `InvalidInputError` (with the line)."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MachineError(
            "labels_unreadable", f"{path} can't be read: {error}.", remedy="Name a CSV file."
        ) from error
    rows = csv.reader(text.splitlines())
    if tuple(next(rows, ())) != COLUMNS:
        raise _wrong(path, 1, f"the first line is not {','.join(COLUMNS)}")
    spans = []
    for line, row in enumerate(rows, 2):
        if line > _ROWS_MAX:
            raise _wrong(path, line, "there are too many lines")
        if row:
            spans.append(_span(path, line, row))
    return tuple(spans)


def _span(path: Path, line: int, row: Sequence[str]) -> LabelledSpan:
    if len(row) != len(COLUMNS):
        raise _wrong(path, line, f"there are {len(row)} columns, not {len(COLUMNS)}")
    file, start, end, label = row
    try:
        start_s, end_s = float(start), float(end)
    except ValueError as error:
        raise _wrong(path, line, "start_s or end_s is no number") from error
    if not 0 <= start_s < end_s <= _SECONDS_MAX:
        raise _wrong(path, line, "start_s is not before end_s, in a day")
    if label not in set(Label):
        raise _wrong(path, line, f"{label!r} is neither down nor other")
    name = PurePosixPath(file)
    if name.is_absolute() or ".." in name.parts or not file:
        raise _wrong(path, line, "the file is not below the folder of clips")
    return LabelledSpan(file=file, start_s=start_s, end_s=end_s, label=Label(label))


def _wrong(path: Path, line: int, what: str) -> InvalidInputError:
    return InvalidInputError("labels", f"{path}:{line}: {what}.", remedy="Correct that line.")


def write_labels(path: Path, spans: Iterable[LabelledSpan]) -> None:
    """Write labels. Raises `MachineError` where the file can't be written."""
    try:
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(COLUMNS)
            for span in spans:
                times = (f"{span.start_s:g}", f"{span.end_s:g}")
                writer.writerow((span.file, *times, span.label.value))
    except OSError as error:
        raise MachineError(
            "labels_unwritable",
            f"{path} can't be written: {error.strerror}.",
            remedy="Choose another file.",
        ) from error


_CLASS: Final = re.compile(r"([A-Za-z][A-Za-z /]*?)\s*(?:\([A-Z]*\)?)?\s*\[([^\]]*)\]")
_NUMBERS: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(?:to\s*)?(\d+(?:\.\d+)?)")


def convert_gmdcsa24(folder: Path) -> tuple[LabelledSpan, ...]:
    """Read GMDCSA24 as it is published: `<subject>/ADL.csv` and `Fall.csv` beside their clips.

    `Falling` of any kind is down, every other class is other; neighbouring spans of one label are
    joined. Clips that the CSV names but the folder lacks are left out, and so are spans that end
    before they begin (one does). Raises `InvalidInputError` where nothing is found.
    """
    spans: list[LabelledSpan] = []
    for table in sorted(folder.glob("*/*.csv")):
        for line in table.read_text(encoding="utf-8-sig").splitlines()[1:]:
            clip = table.with_suffix("") / line.split(",")[0].strip()
            if clip.is_file():
                name = clip.relative_to(folder).as_posix()
                spans += _joined(_classes(name, line.rpartition(",")[2]))
    if not spans:
        raise InvalidInputError(
            "labels_none",
            f"{folder} has no clips with labels of GMDCSA24.",
            remedy="Name the folder that holds its subjects.",
        )
    return tuple(spans)


def _classes(file: str, text: str) -> Iterator[LabelledSpan]:
    for name, times in _CLASS.findall(text):
        label = Label.DOWN if name.strip() == "Falling" else Label.OTHER
        for start, end in _NUMBERS.findall(times):
            if float(start) < float(end):
                yield LabelledSpan(file=file, start_s=float(start), end_s=float(end), label=label)


def _joined(spans: Iterable[LabelledSpan]) -> list[LabelledSpan]:
    joined: list[LabelledSpan] = []
    for span in sorted(spans, key=lambda one: (one.label, one.start_s)):
        last = joined[-1] if joined else None
        if last and last.label is span.label and span.start_s <= last.end_s:
            joined[-1] = LabelledSpan(
                file=span.file,
                start_s=last.start_s,
                end_s=max(last.end_s, span.end_s),
                label=span.label,
            )
        else:
            joined.append(span)
    return sorted(joined, key=lambda one: one.start_s)
