"""What staff should look at, counted by day, line and kind. It names no rider or time of day."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from faregate.charging.schema import NOTICES
from faregate.ids import LineId


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """How often something happened at a line on a day."""

    day: date
    line: LineId
    kind: str
    """`refused:<Refusal>`, `fare_unknown:<UnknownReason>`, `late_half`, `late_ride` or
    `written_off`."""
    times: int


def notice(connection: Connection, *, day: date, line: str, kind: str) -> None:
    """Count something once more, in the caller's transaction."""
    row = insert(NOTICES).values(day=day.isoformat(), line=line, kind=kind, times=1)
    connection.execute(
        row.on_conflict_do_update(
            index_elements=[NOTICES.c.day, NOTICES.c.line, NOTICES.c.kind],
            set_={"times": NOTICES.c.times + 1},
        )
    )


def notices(connection: Connection) -> tuple[Notice, ...]:
    """List all notices, oldest day first."""
    rows = connection.execute(
        select(NOTICES).order_by(NOTICES.c.day, NOTICES.c.line, NOTICES.c.kind)
    )
    return tuple(
        Notice(
            day=date.fromisoformat(row.day), line=LineId(row.line), kind=row.kind, times=row.times
        )
        for row in rows
    )
