"""The report names every figure that is not what it must be."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from faregate.demo.report import DayReport, check_writable
from faregate.errors import MachineError

GOOD = DayReport(
    riders=2,
    enrolled=2,
    rides_staged=4,
    opened=8,
    exits_opened=4,
    controls_opened=1,
    charged_minor=1100,
    charged_expected_minor=1100,
    receipts_minor=1100,
    currency="EUR",
    charges=4,
    strangers_seen=1,
    strangers_opened=0,
    prints_seen=1,
    prints_matched_but_refused=1,
    prints_opened=0,
    stopped_seen=1,
    stopped_opened=0,
    idle_walk_ups=1,
    camera_opens_idle=0,
    files_changed_by_refused=0,
    offline_rides=1,
    requests_lost=2,
    answers_lost=2,
    duplicate_charges=0,
    templates_looked_for=2,
    templates_at_rest_clear=0,
    ride_details_before_close=17,
    ride_details_after_close=0,
    unlocked_after_withdrawal=0,
    rows_before_withdrawal=9,
    rows_after_withdrawal=0,
    withdrawn_ids_kept=1,
    ledger_rows_kept=1,
    second_tries=0,
    reasons={"not_live": 1},
    frame_to_open_ms_p50=80.0,
    frame_to_open_ms_p95=120.0,
    pack="pip-offline",
    seconds=40.0,
)


def test_a_good_day_has_nothing_wrong() -> None:
    """The figures of a good day are all right, on the page too."""
    assert GOOD.wrong() == ()
    assert all(figure.right for figure in GOOD.figures())


@pytest.mark.parametrize(
    "bad",
    [
        {"strangers_opened": 1},
        {"prints_opened": 1},
        {"stopped_opened": 1},
        {"camera_opens_idle": 1},
        {"duplicate_charges": 1},
        {"templates_at_rest_clear": 1},
        {"rows_after_withdrawal": 1},
        {"ride_details_after_close": 1},
        {"files_changed_by_refused": 1},
        {"unlocked_after_withdrawal": 1},
        {"enrolled": 1},
        {"exits_opened": 0},
        {"stopped_seen": 0},
        {"idle_walk_ups": 0},
        {"requests_lost": 0},
        {"answers_lost": 0},
        {"templates_looked_for": 1},
        {"ride_details_before_close": 0},
        {"rows_before_withdrawal": 0},
        {"receipts_minor": 825},
        {"opened": 0},
        {"controls_opened": 0},
        {"strangers_seen": 0},
        {"prints_seen": 0},
        {"prints_matched_but_refused": 0},
        {"offline_rides": 0},
        {"charges": 3},
        {"charges": 5},
        {"withdrawn_ids_kept": 0},
        {"ledger_rows_kept": 0},
        {"charged_minor": 825},
    ],
    ids=lambda bad: next(iter(bad)),
)
def test_each_defect_is_named(bad: dict[str, int]) -> None:
    """One figure off is one name in the list, and one figure marked on the page."""
    report = replace(GOOD, **bad)  # type: ignore[arg-type]  # the table holds whole numbers only
    assert report.wrong() == tuple(bad)
    assert sum(not figure.right for figure in report.figures()) == 1


def test_writes_the_report_whole(tmp_path: Path) -> None:
    """The file holds every key, and nothing is left beside it."""
    path = tmp_path / "report.json"
    GOOD.write(path)
    assert json.loads(path.read_text())["reasons"] == {"not_live": 1}
    assert list(tmp_path.iterdir()) == [path]


def test_refuses_an_unwritable_report_before_the_day(tmp_path: Path) -> None:
    """A folder that isn't there is told at once, not after a minute."""
    with pytest.raises(MachineError, match="cannot be written"):
        check_writable(tmp_path / "none" / "report.json")
    with pytest.raises(MachineError, match="cannot be written"):
        check_writable(tmp_path)
    with pytest.raises(MachineError, match="cannot be written"):
        check_writable(Path("/proc/report.json"))
    with pytest.raises(MachineError, match="cannot be written"):
        check_writable(Path("/dev/null"))  # it would be replaced by a file
    check_writable(tmp_path / "report.json")
    assert list(tmp_path.iterdir()) == []
