"""The bench of help detection: what its figures mean, and that it runs on any clip."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.seen_people import picture
from faregate.bench.assist import (
    AssistBench,
    AtRate,
    Growth,
    bench_assist,
    bench_document,
    bench_page,
    growth_of,
)
from faregate.bench.assist_labels import Label, LabelledSpan
from faregate.bench.assist_load import Load, as_fast_as_possible, in_real_time
from faregate.errors import InvalidInputError
from faregate.video.recording import write_clip

WALK = LabelledSpan(file="walk.mkv", start_s=0, end_s=2, label=Label.OTHER)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Write two seconds of nobody."""
    write_clip(tmp_path / "walk.mkv", (picture(0, tick=number) for number in range(20)), 10)
    return tmp_path / "walk.mkv"


@pytest.mark.parametrize(("slope", "grows"), [(0.0, False), (2.0, True)])
def test_growth_is_told_with_its_interval(slope: float, grows: bool) -> None:  # noqa: FBT001
    """Noise alone has an interval around nothing; a leak of 2 MiB per 1,000 looks has not."""
    chance = np.random.default_rng(3)
    readings = [
        (looks, 200 + slope * looks / 1000 + float(chance.normal(0, 0.3)))
        for looks in range(50, 20_050, 50)
    ]
    growth = growth_of(readings)
    low, high = growth.ci95
    assert growth.mib_per_1000 == pytest.approx(slope, abs=0.02)
    assert (low > 0.0) is grows
    assert low <= growth.mib_per_1000 <= high


@given(slope=st.floats(-5, 5), start=st.floats(50, 500))
def test_a_straight_line_is_found(slope: float, start: float) -> None:
    """Whatever comes before it is warmed up is left out."""
    readings = [(looks, start + slope * looks / 1000) for looks in range(1000, 11_000, 100)]
    readings[:10] = [(looks, 0.0) for looks, _ in readings[:10]]
    assert growth_of(readings).mib_per_1000 == pytest.approx(slope, abs=1e-6)


def test_too_few_readings_tell_nothing() -> None:
    """Two points are a line, whatever they are."""
    with pytest.raises(InvalidInputError, match="Too few looks"):
        growth_of([(50, 100.0), (100, 100.0)])


def test_a_load_decodes_everything_and_looks_at_its_rate(clip: Path, test_models: Path) -> None:
    """Three cameras of four seconds at 2 a second: 24 looks, give or take one each."""
    load = Load(clips=(clip,), models_dir=test_models, fps=2.0, cameras=3, seconds=4.0)
    done = as_fast_as_possible(load)
    assert done.video_s == pytest.approx(12.0, abs=0.5)
    assert done.looks == pytest.approx(24, abs=3)
    assert done.rss_mib > 50
    assert done.cpu_s > 0


def test_a_load_in_real_time_is_late_by_little(clip: Path, test_models: Path) -> None:
    """Each look has its lateness, never negative."""
    load = Load(clips=(clip,), models_dir=test_models, fps=2.0, cameras=2, seconds=2.0)
    done = in_real_time(load)
    assert done.wall_s >= 1.8
    assert len(done.late_s) == done.looks >= 6
    assert min(done.late_s) >= 0.0


@pytest.mark.parametrize(
    ("spans", "cores", "message"), [([WALK], 10_000, "cores"), ([], 1, "no labels")]
)
def test_odd_requests_are_refused(
    spans: list[LabelledSpan], cores: int, message: str, tmp_path: Path
) -> None:
    """Before anything is measured."""
    with pytest.raises(InvalidInputError, match=message):
        bench_assist(
            tmp_path,
            spans,
            models_dir=tmp_path,
            cores=cores,
            seconds=1.0,
            looks=100,
            told=lambda _: None,
        )


def test_the_report_has_its_keys() -> None:
    """The keys that other programs read, and a page that shows the same."""
    rate = AtRate(
        fps=5.0,
        cameras=8.0,
        cores=2,
        cpu_ms=250.0,
        looks_per_second=40.0,
        mib_per_camera=10.0,
        mib_of_a_process=150.0,
        run_cameras=6,
        late_ms_median=40.0,
        late_ms_p95=90.0,
        fall_to_alert_s=(5.9, 6.1),
    )
    growth = Growth(
        looks=20_000, mib_per_1000=0.01, ci95=(-0.02, 0.04), first_mib=150.0, last_mib=150.2
    )
    found = AssistBench(
        plain_cameras=2.0, plain_runs=(1.9, 2.1), plain_cpu_ms=1000.0, rates=(rate,), growth=growth
    )
    document = bench_document(found, measured=datetime(2026, 6, 1, tzinfo=UTC))
    assert document["rates"][0]["times_plain"] == 4.0
    assert document["rates"][0]["fall_to_alert_s"] == {"median": 6.0, "worst": 6.1, "n": 2}
    assert document["growth"]["ci95"] == [-0.02, 0.04]
    page = bench_page(document)
    assert "-0.020 to +0.040" in page
    assert "6.0 s of 2 falls" in page
