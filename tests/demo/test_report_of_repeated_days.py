"""The demo's day, again and again: what is right once by luck is not right ten times."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from faregate.demo.report import DayReport

DAYS: Final = 10


@pytest.mark.long
@pytest.mark.demo
def test_ten_days_all_go_well(
    faregate_command: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Ten days of different recordings, in processes of their own: no figure is ever wrong."""
    reports = []
    for number in range(DAYS):
        path = tmp_path / f"day-{number}.json"
        subprocess.run(
            [faregate_command, "demo", "--once", "--seed", str(number), "--report", path],
            capture_output=True,
            check=True,
            timeout=300,
        )
        reports.append(DayReport(**json.loads(path.read_text("utf-8"))))
    record_property("days", len(reports))
    record_property("seconds a day, worst", max(report.seconds for report in reports))
    worst_p95 = max(report.frame_to_open_ms_p95 for report in reports)
    record_property("frame to open, 95th percentile of the worst day, ms", worst_p95)
    assert [report.wrong() for report in reports] == [()] * DAYS
