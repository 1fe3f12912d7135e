"""What help detection costs: cameras on some cores, fall to alert, memory, and whether it grows."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

from scipy.stats import linregress
from scipy.stats import t as student

from faregate.assist.movenet import MultiPose
from faregate.assist.rate_control import RatePolicy
from faregate.assist.settings import AssistSettings
from faregate.bench.assist_evaluate import evaluate
from faregate.bench.assist_labels import Label, LabelledSpan
from faregate.bench.assist_load import (
    Done,
    Load,
    as_fast_as_possible,
    each_in_a_process,
    in_real_time,
    memory_over,
    plain_recipe,
)
from faregate.bench.assist_report import times_to_alert
from faregate.bench.report import Section, bullets, machine, page, paragraph, table
from faregate.errors import InvalidInputError
from faregate.models.pack import verify

RATES: Final = (1.0, 2.0, 5.0)
"""Looks a second: the least, which the rule for tracks allows; the most by default; one between."""

_CROWD: Final = 4
"""Cameras of one process whose memory is compared with that of one camera alone."""

_HEADROOM: Final = 0.8
"""Share of the cameras that fit which is run in real time: a full machine has no reserve."""

_WARM_SHARE: Final = 0.2
"""First part of the memory readings that is left out: allocators and decoders fill their pools."""

_BLOCKS: Final = 20
"""Readings of memory follow each other closely; means of blocks of them do so much less."""

_STILL_S: Final = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AtRate:
    """Cameras looked at so many times a second."""

    fps: float
    cameras: float
    """How many fit: seconds of video that all cores get through in a second."""
    cores: int
    cpu_ms: float
    """Of one core, for one second of one camera; it holds on a busy machine, too."""
    looks_per_second: float
    mib_per_camera: float
    """What one more camera adds to a process that has one already."""
    mib_of_a_process: float
    """With one camera: network, libraries and decoder."""
    run_cameras: int
    """How many were run in real time, with some reserve."""
    late_ms_median: float
    late_ms_p95: float
    fall_to_alert_s: tuple[float, ...]
    """In the time of the clips; what it takes to answer comes on top, as above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """Memory against looks: a slope with its 95 % interval, of block means after warming up."""

    looks: int
    mib_per_1000: float
    ci95: tuple[float, float]
    first_mib: float
    last_mib: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistBench:
    """All that was measured."""

    plain_cameras: float
    """The plain recipe on all cores: seconds of video in a second, before and after the rest."""
    plain_runs: tuple[float, ...]
    plain_cpu_ms: float
    """Of one core, for one second of one camera."""
    rates: tuple[AtRate, ...]
    growth: Growth


def bench_assist(
    folder: Path,
    spans: Sequence[LabelledSpan],
    *,
    models_dir: Path,
    cores: int,
    seconds: float,
    looks: int,
    told: Callable[[str], None],
) -> AssistBench:
    """Measure on labelled clips. Raises what reading clips and opening the pack raises."""
    if not 1 <= cores <= (os.cpu_count() or 1):
        raise InvalidInputError(
            "bench_cores", f"There are no {cores} cores.", remedy=f"Use 1 to {os.cpu_count()}."
        )
    files = sorted({span.file for span in spans})
    if not files:
        raise InvalidInputError("labels_none", "There are no labels.", remedy="Add some.")
    load = Load(
        clips=tuple(folder / file for file in files),
        models_dir=models_dir,
        fps=1.0,
        cameras=1,
        seconds=seconds,
    )
    told("the plain recipe")
    plain = list(each_in_a_process(plain_recipe, [load]))
    falls = [span for span in spans if span.label is Label.DOWN]
    rates = []
    for fps in RATES:
        told(f"{fps:g} a second")
        rates.append(_at_rate(replace(load, fps=fps), cores, falls, folder))
    told("the plain recipe, again")
    plain += each_in_a_process(plain_recipe, [load])
    told(f"memory over {looks} looks")
    [readings] = each_in_a_process(
        partial(memory_over, looks=looks), [replace(load, fps=RATES[-1])]
    )
    return AssistBench(
        plain_cameras=sum(one.video_s / one.wall_s for one in plain) / len(plain),
        plain_runs=tuple(one.video_s / one.wall_s for one in plain),
        plain_cpu_ms=_cpu_ms(plain),
        rates=tuple(rates),
        growth=growth_of(readings),
    )


def _cpu_ms(done: Sequence[Done]) -> float:
    return 1000 * sum(one.cpu_s for one in done) / sum(one.video_s for one in done)


def _at_rate(load: Load, cores: int, falls: Sequence[LabelledSpan], folder: Path) -> AtRate:
    # As much video for each rate as there are looks: the sparser ones would be over at once.
    video = replace(load, seconds=load.seconds * RATES[-1] / load.fps)
    done = each_in_a_process(as_fast_as_possible, [video] * cores)
    cameras = sum(one.video_s / one.wall_s for one in done)
    [alone] = each_in_a_process(as_fast_as_possible, [replace(load, seconds=2.0)])
    [crowd] = each_in_a_process(as_fast_as_possible, [replace(load, cameras=_CROWD, seconds=2.0)])
    run = max(int(cameras * _HEADROOM), 1)
    shares = [run // cores + (number < run % cores) for number in range(cores)]
    live = each_in_a_process(
        in_real_time, [replace(load, cameras=share) for share in shares if share]
    )
    late_ms = sorted(late * 1000 for one in live for late in one.late_s)
    return AtRate(
        fps=load.fps,
        cameras=cameras,
        cores=cores,
        cpu_ms=_cpu_ms(done),
        looks_per_second=sum(one.looks / one.wall_s for one in done),
        mib_per_camera=(crowd.rss_mib - alone.rss_mib) / (_CROWD - 1),
        mib_of_a_process=alone.rss_mib,
        run_cameras=run,
        late_ms_median=median(late_ms),
        late_ms_p95=quantiles(late_ms, n=20)[-1],
        fall_to_alert_s=_fall_to_alert(load, falls, folder),
    )


def _fall_to_alert(load: Load, falls: Sequence[LabelledSpan], folder: Path) -> tuple[float, ...]:
    """Play the falls at that rate, prolonged; missed ones are not in it."""
    if not falls:
        return ()
    pose = MultiPose(verify("pose", load.models_dir), threads=1)
    found = evaluate(
        folder,
        falls,
        looker=pose,
        wide_looker=pose,
        settings=AssistSettings(rate=RatePolicy(fps_min=load.fps, fps_max=load.fps)),
        continue_still_s=_STILL_S,
        told=lambda _: None,
    )
    return found.to_alert_s


def growth_of(readings: Sequence[tuple[int, float]]) -> Growth:
    """Fit a line to block means of (looks, MiB). Raises `InvalidInputError` for too few."""
    kept = readings[int(len(readings) * _WARM_SHARE) :]
    size = max(len(kept) // _BLOCKS, 1)
    blocks = [kept[start : start + size] for start in range(0, len(kept) - size + 1, size)]
    points = [
        (sum(x for x, _ in block) / size, sum(y for _, y in block) / size) for block in blocks
    ]
    degrees = len(points) - 2
    if degrees < 1:
        raise InvalidInputError(
            "bench_looks", "Too few looks to tell growth.", remedy="Look more often."
        )
    line = linregress(*zip(*points, strict=True))
    slope = float(line.slope)
    half = float(student.ppf(0.975, degrees) * line.stderr)
    return Growth(
        looks=readings[-1][0],
        mib_per_1000=slope * 1000,
        ci95=((slope - half) * 1000, (slope + half) * 1000),
        first_mib=kept[0][1],
        last_mib=kept[-1][1],
    )


def bench_document(found: AssistBench, *, measured: datetime) -> dict[str, Any]:
    """Build report.json. The keys stay; new ones may be added."""
    growth = found.growth
    return {
        "report": "faregate-bench-assist/v1",
        "measured": measured.date().isoformat(),
        "machine": machine(),
        "plain_recipe": {
            "cameras": found.plain_cameras,
            "runs": list(found.plain_runs),
            "cpu_ms_per_camera_second": found.plain_cpu_ms,
        },
        "rates": [
            {
                "fps": one.fps,
                "cores": one.cores,
                "cameras": one.cameras,
                "times_plain": one.cameras / found.plain_cameras,
                "cpu_ms_per_camera_second": one.cpu_ms,
                "looks_per_second": one.looks_per_second,
                "mib_per_camera": one.mib_per_camera,
                "mib_of_a_process": one.mib_of_a_process,
                "run_in_real_time": one.run_cameras,
                "late_ms": {"median": one.late_ms_median, "p95": one.late_ms_p95},
                "fall_to_alert_s": times_to_alert(one.fall_to_alert_s),
            }
            for one in found.rates
        ],
        "growth": {
            "looks": growth.looks,
            "mib_per_1000_looks": growth.mib_per_1000,
            "ci95": list(growth.ci95),
            "first_mib": growth.first_mib,
            "last_mib": growth.last_mib,
        },
    }


def bench_page(document: Mapping[str, Any]) -> str:
    """Build report.html from report.json's content."""
    rates, cores = document["rates"], document["rates"][0]["cores"]
    made = f"{document['measured']}, {document['machine']['processor']}."
    return page(
        "Help detection under load",
        [
            Section(
                f"Cameras on {cores} cores, decoding included",
                (_cameras_table(rates), _plain_words(document["plain_recipe"])),
            ),
            Section(
                "In real time, with a fifth of the machine in reserve",
                (
                    table(
                        ("Looks a second", "Cameras", "Late, median", "Late, 95 %", "To alert"),
                        [_live_row(one) for one in rates],
                        caption="Late: from when a picture is due to when it has been looked at.",
                    ),
                ),
            ),
            Section("Memory", (_memory_list(rates), _growth_words(document["growth"]))),
            Section("How it was measured", (paragraph(made),)),
        ],
    )


def _cameras_table(rates: Sequence[Mapping[str, Any]]) -> str:
    return table(
        ("Looks a second", "Cameras that fit", "Times the plain recipe", "CPU"),
        [
            (
                f"{one['fps']:g}",
                f"{one['cameras']:.1f}",
                f"{one['times_plain']:.1f}",
                f"{one['cpu_ms_per_camera_second']:.0f} ms",
            )
            for one in rates
        ],
    )


def _plain_words(plain: Mapping[str, Any]) -> str:
    return paragraph(
        f"The plain recipe, postures of every picture one after the other: {plain['cameras']:.2f} "
        f"cameras, in the same run, and {plain['cpu_ms_per_camera_second']:.0f} ms of CPU. CPU is "
        "of one core, for one second of one camera; a busy machine changes it little."
    )


def _live_row(one: Mapping[str, Any]) -> tuple[str, ...]:
    late, alert = one["late_ms"], one["fall_to_alert_s"]
    return (
        f"{one['fps']:g}",
        str(one["run_in_real_time"]),
        f"{late['median']:.0f} ms",
        f"{late['p95']:.0f} ms",
        "none" if alert["median"] is None else f"{alert['median']:.1f} s of {alert['n']} falls",
    )


def _memory_list(rates: Sequence[Mapping[str, Any]]) -> str:
    return bullets(
        f"{one['mib_per_camera']:.1f} MiB a camera at {one['fps']:g} a second, "
        f"beside {one['mib_of_a_process']:.0f} MiB of a process"
        for one in rates
    )


def _growth_words(growth: Mapping[str, Any]) -> str:
    low, high = growth["ci95"]
    return paragraph(
        f"Over {growth['looks']} looks: {growth['mib_per_1000_looks']:+.3f} MiB per 1,000 looks, "
        f"95 % interval {low:+.3f} to {high:+.3f}."
    )
