"""`faregate bench card`: a measured card, written from reports and nothing else."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from faregate.bench.report import require_bench_extra
from faregate.errors import InvalidInputError, MachineError

_BYTES_MAX: Final = 64 * 2**20

CardOf = Callable[[Sequence[Mapping[str, Any]]], str]


def card(
    reports: Annotated[
        list[Path], typer.Argument(help="The report.json of one bench or more, all of one kind.")
    ],
    *,
    out: Annotated[Path, typer.Option(help="The Markdown file to write.")],
) -> None:
    """Write a measured card from reports, such as docs/cards/face.md."""
    require_bench_extra()
    cards = _cards()
    documents = [_read(path) for path in reports]
    formats = {str(document.get("format")) for document in documents}
    if len(formats) != 1 or not formats <= set(cards):
        raise InvalidInputError(
            "card_reports",
            f"A card is made of reports of one kind; these are {', '.join(sorted(formats))}.",
            remedy=f"Name reports of {' or of '.join(cards)}.",
        )
    text = cards[formats.pop()](documents)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise MachineError(
            "card_unwritable", f"{out} can't be written: {error.strerror}.", remedy="Check --out."
        ) from error
    typer.echo(f"Written: {out}")


def _cards() -> Mapping[str, CardOf]:
    from faregate.bench.face_card import face_card  # noqa: PLC0415 - an extra
    from faregate.bench.face_report import FORMAT as FACES  # noqa: PLC0415 - an extra

    return {FACES: face_card}


def _read(path: Path) -> Mapping[str, Any]:
    try:
        with path.open("rb") as stream:
            content = stream.read(_BYTES_MAX + 1)
        found = json.loads(content) if len(content) <= _BYTES_MAX else None
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidInputError(
            "card_report", f"{path} can't be read: {error}.", remedy="Name a report.json."
        ) from error
    if not isinstance(found, dict):
        raise InvalidInputError(
            "card_report", f"{path} is no report.", remedy="Name a report.json of a bench."
        )
    return found
