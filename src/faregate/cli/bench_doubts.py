"""`faregate bench doubts`: what the usual and the doubts of a liveness policy are chosen from."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from faregate.bench.report import require_bench_extra
from faregate.face.liveness import LivenessPolicy


def doubts(
    reports: Annotated[
        list[Path],
        typer.Argument(help="Folders of reports of bench liveness on development people."),
    ],
) -> None:
    """Show what living people usually show of each cue, and what each sum of doubts lets pass."""
    require_bench_extra()
    from faregate.bench.liveness import doubts_of, pooled  # noqa: PLC0415 - an extra
    from faregate.bench.liveness_doubts import living_measures  # noqa: PLC0415 - an extra
    from faregate.bench.liveness_report import doubts_document  # noqa: PLC0415 - an extra
    from faregate.bench.liveness_scores import read_scores  # noqa: PLC0415 - an extra
    from faregate.bench.liveness_words import (  # noqa: PLC0415 - an extra
        DOUBTS_HEAD,
        DOUBTS_SENTENCE,
        LIVING_MEASURES_HEAD,
        doubts_rows,
        living_measures_rows,
    )

    scores = pooled([read_scores(path) for path in reports])
    policy = LivenessPolicy()
    found = doubts_document(living_measures(scores.trials), doubts_of(scores, policy))
    console = Console()
    console.print(_table(LIVING_MEASURES_HEAD, living_measures_rows(found)))
    console.print(DOUBTS_SENTENCE)
    console.print(_table(DOUBTS_HEAD, doubts_rows(found)))
    console.print(f"In use: doubts of at most {policy.doubts_max:g}.")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(*head)
    for row in rows:
        table.add_row(*row)
    return table
