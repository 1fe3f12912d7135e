"""What the day came to: counted figures, what each must be, and the report file."""

import json
import os
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
)
_AT_LEAST_ONE: Final = (
    "enrolled",
    "opened",
    "controls_opened",
    "strangers_seen",
    "prints_seen",
    "prints_matched_but_refused",
    "offline_rides",
    "charges",
    "withdrawn_ids_kept",
    "ledger_rows_kept",
)
_LABELS: Final = {
    "enrolled": "Riders enrolled",
    "opened": "Openings by face, in and out",
    "charges": "Rides charged",
    "duplicate_charges": "Rides charged twice",
    "offline_rides": "Rides begun without a network",
    "second_tries": "Riders not recognised at the first try",
    "strangers_seen": "Strangers that the camera saw",
    "strangers_opened": "Strangers let in by face",
    "prints_seen": "Printed photos held up",
    "prints_matched_but_refused": "Printed photos like enough, refused as not live",
    "prints_opened": "Printed photos let in",
    "controls_opened": "Openings for A with what the photo could not use",
    "stopped_opened": "Openings for A after Stop",
    "camera_opens_idle": "Camera openings with nobody unlocked",
    "templates_at_rest_clear": "Readable templates in any file",
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

    enrolled: int
    opened: int
    controls_opened: int
    charged_minor: int
    currency: str
    charges: int
    strangers_seen: int
    strangers_opened: int
    prints_seen: int
    prints_matched_but_refused: int
    prints_opened: int
    stopped_opened: int
    camera_opens_idle: int
    offline_rides: int
    duplicate_charges: int
    templates_at_rest_clear: int
    rows_after_withdrawal: int
    withdrawn_ids_kept: int
    ledger_rows_kept: int
    second_tries: int
    """Riders who were asked for the card by mistake, and walked up once more."""
    reasons: Mapping[str, int]
    frame_to_open_ms_p50: float
    frame_to_open_ms_p95: float
    charged_expected_minor: int
    """Rides that the script took, times the flat fare of the feed."""
    pack: str
    skipped: tuple[str, ...]
    """What this run did not show, and why."""
    seconds: float

    def wrong(self) -> tuple[str, ...]:
        """Name the figures that are not what they must be; empty when the day went well."""
        counts = {key: int(getattr(self, key)) for key in (*_ZERO, *_AT_LEAST_ONE)}
        return (
            *(key for key in _ZERO if counts[key] != 0),
            *(key for key in _AT_LEAST_ONE if counts[key] < 1),
            *(("charged_minor",) if self.charged_minor != self.charged_expected_minor else ()),
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
        beside = path.with_name(f".{path.name}.new")
        try:
            beside.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
            beside.replace(path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise _unwritable(path, error) from error


def check_writable(path: Path) -> None:
    """Refuse a report path before the day is played. Raises `MachineError`."""
    folder = path.resolve().parent
    if path.is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
        raise _unwritable(path, None)


def _unwritable(path: Path, error: OSError | None) -> MachineError:
    why = f": {error.strerror}" if error is not None else ""
    return MachineError(
        "report_unwritable",
        f"The report {path} cannot be written{why}.",
        remedy="Name a file in a folder that exists and that you may write.",
    )
