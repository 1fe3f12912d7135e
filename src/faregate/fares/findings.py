"""What is wrong with a feed: which cell, against which rule, how bad, and what to do about it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from faregate.errors import InvalidInputError


class Severity(StrEnum):
    """How bad a finding is, worst first."""

    FATAL = "fatal"  # no fare of this feed could be trusted: it is not read
    ERROR = "error"  # the reference forbids it; what it means for fares is clear all the same
    WARNING = "warning"  # legal or harmless, and most likely not meant
    NOTE = "note"  # read past on purpose: only proposed, not adopted


RULES: Final[dict[str, str]] = {
    "currency_code": "A currency is an ISO 4217 alphabetical code.",
    "feed_amount": "An amount is a decimal value, not finer than the currency's smallest unit.",
    "feed_amount_decimals": "An amount has the decimals that ISO 4217 gives its currency.",
    "feed_conditional": "A conditionally required or forbidden field follows its condition.",
    "feed_csv": "A file is comma-separated text as RFC 4180 describes it.",
    "feed_date": "A date is written YYYYMMDD and exists.",
    "feed_default_category": "Of the categories of a product, exactly one is the default.",
    "feed_duplicate": "A primary key names one row.",
    "feed_encoding": "A file is UTF-8.",
    "feed_enum": "An enumerated field has one of the values that the reference lists.",
    "feed_field_missing": "A required field has a value in every row.",
    "feed_file_missing": "A required file is there and has rows.",
    "feed_header": "The first line names each column once, without spaces around the names.",
    "feed_line_break": "A value holds no line break.",
    "feed_nested": "The files lie at the root of the feed, not in a folder of it.",
    "feed_network_twice": "networks.txt and route_networks.txt exclude routes.network_id.",
    "feed_number": "A number is written in digits and lies in the range of its field.",
    "feed_parent": "A parent_station is a station, of a boarding area a platform, never itself.",
    "feed_proposed": "Only fields and files that the reference has adopted decide fares.",
    "feed_reference": "A foreign id names a row of the table that it refers to.",
    "feed_row": "A row has no more cells than there are columns.",
    "feed_time": "A local time is written HH:MM:SS and is at most 24:00:00.",
    "feed_timeframes": "Timeframes of one group and service have a length and do not overlap.",
    "feed_timezone": "A time zone is a name of the IANA list; all agencies share one.",
    "feed_unused": "What the fare rules name occurs in the feed.",
    "feed_zone": "A fare zone is the zone_id of some stop.",
}
"""By code of a finding: the rule it is about, after the adopted GTFS Schedule reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One defect of one cell, row or file."""

    severity: Severity
    code: str
    """Stable and machine-readable; a key of `RULES`."""
    file: str
    line: int
    """Where the row ends, from 1 for the header; 0 where the whole file is meant."""
    field: str
    """Empty where the whole row or file is meant."""
    what: str
    """Continues "<file> line <line>, <field> …"."""
    remedy: str

    @property
    def rule(self) -> str:
        """What the reference asks for."""
        return RULES[self.code]

    @property
    def message(self) -> str:
        """One sentence that names file, line and field."""
        line = f" line {self.line}" if self.line else ""
        return f"{self.file}{line}{', ' if self.field else ''}{self.field} {self.what}"

    def __str__(self) -> str:
        return f"{self.severity}: {self.message} {self.rule} {self.remedy} [{self.code}]"


@dataclass(frozen=True, slots=True)
class Place:
    """A row of a file, so that a check can say where it looked."""

    file: str
    line: int


@dataclass(slots=True)
class Findings:
    """What was found in one feed, in the order in which it was read."""

    rows: list[Finding] = field(default_factory=list)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def valid(self) -> bool:
        """Whether nothing is worse than a warning."""
        return not any(row.severity in (Severity.FATAL, Severity.ERROR) for row in self.rows)

    def fatal(self, place: Place, field: str, code: str, what: str, remedy: str) -> None:
        """Add a defect that no fare can be trusted with."""
        self._add(Severity.FATAL, place, field, code, what, remedy)

    def error(self, place: Place, field: str, code: str, what: str, remedy: str) -> None:
        """Add a defect that the reference forbids and that leaves the fares clear."""
        self._add(Severity.ERROR, place, field, code, what, remedy)

    def warning(self, place: Place, field: str, code: str, what: str, remedy: str) -> None:
        """Add what is legal or harmless, and most likely not meant."""
        self._add(Severity.WARNING, place, field, code, what, remedy)

    def note(self, place: Place, field: str, code: str, what: str, remedy: str) -> None:
        """Add what was read past on purpose."""
        self._add(Severity.NOTE, place, field, code, what, remedy)

    def raise_fatal(self) -> None:
        """Raise `InvalidInputError` for the first fatal finding, if there is one."""
        for row in self.rows:
            if row.severity is Severity.FATAL:
                raise InvalidInputError(row.code, row.message, remedy=row.remedy)

    def _add(  # the six parts of a finding
        self, severity: Severity, place: Place, field: str, code: str, what: str, remedy: str
    ) -> None:
        self.rows.append(
            Finding(
                severity=severity,
                code=code,
                file=place.file,
                line=place.line,
                field=field,
                what=what,
                remedy=remedy,
            )
        )
