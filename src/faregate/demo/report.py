"""What the day came to: counted figures, what each must be, and the report file."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from faregate.demo.stage import Figure, shown_money
from faregate.errors import MachineError
from faregate.money import Money

_ZERO: Final = (
    "strangers_opened",
    "prints_opened",
    "stopped_opened",
    "camera_opens_idle",
    "duplicate_charges",
    "templates_at_rest_clear",
    "rows_after_withdrawal",
    "ride_details_after_close",
    "unlocked_after_withdrawal",
    "files_changed_by_refused",
)
_AT_LEAST_ONE: Final = (
    "opened",
    "exits_opened",
    "controls_opened",
    "stopped_seen",
    "idle_walk_ups",
    "requests_lost",
    "answers_lost",
    "ride_details_before_close",
    "rows_before_withdrawal",
    "strangers_seen",
    "prints_seen",
    "prints_matched_but_refused",
    "offline_rides",
    "withdrawn_ids_kept",
    "ledger_rows_kept",
)
_AS_STAGED: Final = {
    "enrolled": "riders",
    "templates_looked_for": "riders",
    "charges": "rides_staged",
    "charged_minor": "charged_expected_minor",
    "receipts_minor": "charged_expected_minor",
}
"""What was counted in the stores, and what it must equal."""
_LABELS: Final = {
    "enrolled": "Riders enrolled",
    "opened": "Openings by face, in and out",
    "exits_opened": "Exits by face, where a ride ends",
    "charges": "Rides charged",
    "duplicate_charges": "Rides charged twice",
    "offline_rides": "Rides begun without a network",
    "requests_lost": "Requests that the network lost on the way",
    "answers_lost": "Answers that the network lost on the way back",
    "second_tries": "Riders not recognised at the first try",
    "strangers_seen": "Strangers whom the gate compared",
    "strangers_opened": "Strangers let in by face",
    "prints_seen": "Printed photos held up",
    "prints_matched_but_refused": "Printed photos like enough, refused as not live",
    "prints_opened": "Printed photos let in",
    "controls_opened": "Openings for A with what the photo could not use",
    "stopped_seen": "Walk-ups of A after Stop",
    "stopped_opened": "Openings for A after Stop",
    "idle_walk_ups": "Walk-ups with nobody unlocked",
    "camera_opens_idle": "Camera openings with nobody unlocked",
    "files_changed_by_refused": "Files written while somebody was refused",
    "templates_looked_for": "Templates looked for in every file",
    "templates_at_rest_clear": "Readable templates in any file",
    "ride_details_before_close": "Details of rides and their keys, before day close",
    "ride_details_after_close": "Details of rides and their keys, after the last day close",
    "unlocked_after_withdrawal": "Riders unlocked a minute after withdrawal",
    "rows_before_withdrawal": "Traces of A before withdrawal",
    "rows_after_withdrawal": "Traces of A after withdrawal and day close",
    "withdrawn_ids_kept": "Withdrawn ids kept, so that no gate opens",
    "ledger_rows_kept": "Amounts kept for A, one a day",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DayReport:
    """The figures of one day, each counted from the running system; keys are stable.

    `frame_to_open_ms_*` run from the arrival of the frame that completed the evidence to the
    command to the turnstile, on the monotonic clock.
    """

    riders: int
    """Whom the script let enrol."""
    enrolled: int
    rides_staged: int
    """Rides that the script let riders take."""
    opened: int
    exits_opened: int
    controls_opened: int
    charged_minor: int
    currency: str
    charges: int
    strangers_seen: int
    strangers_opened: int
    prints_seen: int
    prints_matched_but_refused: int
    prints_opened: int
    stopped_seen: int
    stopped_opened: int
    idle_walk_ups: int
    camera_opens_idle: int
    files_changed_by_refused: int
    offline_rides: int
    requests_lost: int
    answers_lost: int
    duplicate_charges: int
    templates_looked_for: int
    templates_at_rest_clear: int
    ride_details_before_close: int
    ride_details_after_close: int
    unlocked_after_withdrawal: int
    rows_before_withdrawal: int
    rows_after_withdrawal: int
    withdrawn_ids_kept: int
    ledger_rows_kept: int
    second_tries: int
    """Riders who were asked for the card by mistake, and walked up once more."""
    reasons: Mapping[str, int]
    frame_to_open_ms_p50: float
    frame_to_open_ms_p95: float
    charged_expected_minor: int
    """Entries by face that somebody passed, times the flat fare of the feed."""
    receipts_minor: int
    """What the riders' receipts add up to."""
    pack: str
    seconds: float

    def wrong(self) -> tuple[str, ...]:
        """Name the figures that are not what they must be; empty when the day went well."""
        counts = {key: int(getattr(self, key)) for key in (*_ZERO, *_AT_LEAST_ONE)}
        return (
            *(key for key in _ZERO if counts[key] != 0),
            *(key for key in _AT_LEAST_ONE if counts[key] < 1),
            *(
                key
                for key, staged in _AS_STAGED.items()
                if getattr(self, key) != getattr(self, staged)
            ),
        )

    def figures(self) -> tuple[Figure, ...]:
        """Give the figures in words, for page and terminal."""
        wrong = self.wrong()
        return (
            Figure(
                label="Charged in all",
                value=shown_money(Money(self.charged_minor, self.currency)),
                right="charged_minor" not in wrong,
            ),
            Figure(
                label="On the riders' receipts in all",
                value=shown_money(Money(self.receipts_minor, self.currency)),
                right="receipts_minor" not in wrong,
            ),
            *(
                Figure(label=label, value=str(getattr(self, key)), right=key not in wrong)
                for key, label in _LABELS.items()
            ),
            Figure(
                label="From the deciding frame to the open command",
                value=f"median {self.frame_to_open_ms_p50:.0f} ms, "
                f"95th percentile {self.frame_to_open_ms_p95:.0f} ms",
                right=True,
            ),
        )

    def write(self, path: Path) -> None:
        """Write the report as JSON, whole or not at all. Raises `MachineError`."""
        beside = _beside(path)
        try:
            beside.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
            beside.replace(path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise _unwritable(path, error) from error


def check_writable(path: Path) -> None:
    """Refuse a report path before the day is played. Raises `MachineError`.

    A device or pipe is refused too: the report replaces what is there, and must not replace that.
    """
    if path.exists() and not path.is_file():
        raise _unwritable(path, None)
    try:
        # Tried, not asked: permissions do not tell all, for root least of all.
        _beside(path).touch()
        _beside(path).unlink()
    except OSError as error:
        raise _unwritable(path, error) from error


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.new")


def _unwritable(path: Path, error: OSError | None) -> MachineError:
    why = f": {error.strerror}" if error is not None else ""
    return MachineError(
        "report_unwritable",
        f"The report {path} cannot be written{why}.",
        remedy="Name a file in a folder that exists and that you may write.",
    )
