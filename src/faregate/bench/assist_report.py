"""The report of `faregate assist evaluate`: stable keys for programs, a page for people."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from statistics import median
from typing import Any, Final

from faregate.assist.settings import AssistSettings
from faregate.bench.assist_evaluate import (
    ENTERS_S,
    ClipResult,
    Evaluation,
    FallResult,
    Rate,
    Share,
    alert_sensitivity,
    down_sensitivity,
)
from faregate.bench.report import Section, bullets, machine, pack_facts, page, paragraph, table
from faregate.models.manifest import PackManifest

_LIMITS: Final = (
    "Acted falls say little about real ones, and rooms little about a platform.",
    "Published accuracies did not carry over to unseen places, and these need not either.",
    "False alarms observed for minutes have an interval of hundreds an hour.",
    "Only weeks on the site's own cameras make that interval narrow.",
    "This is an aid to staff, not a medical device.",
)


def report_document(
    found: Evaluation,
    *,
    settings: AssistSettings,
    pack: PackManifest,
    continue_still_s: float,
    measured: datetime,
) -> dict[str, Any]:
    """Build report.json. The keys stay; new ones may be added."""
    falls = found.falls
    return {
        "report": "faregate-assist-evaluate/v1",
        "measured": measured.date().isoformat(),
        "machine": machine(),
        "pack": pack_facts(pack),
        "policy": _policy(settings),
        "continue_still_s": continue_still_s,
        "clips": len(found.clips),
        "down_sensitivity": {**_share(down_sensitivity(falls)), "within_s": ENTERS_S},
        "alert_sensitivity": _share(alert_sensitivity(falls)),
        "clips_too_short_to_alert": [fall.file for fall in falls if not fall.long_enough],
        "false_alarms_per_camera_hour": _rate(found.false_alarms),
        "time_to_alert_s": times_to_alert(found.to_alert_s),
        "clips_with_somebody_down_before_a_fall": [
            clip.file for clip in found.clips if clip.down_without_fall
        ],
        "by_clip": [_clip(clip) for clip in found.clips],
        "composites": {
            "two_people": [asdict(one) for one in found.two_people],
            "tracks": [asdict(one) for one in found.on_tracks],
        },
    }


def times_to_alert(seconds: Sequence[float]) -> dict[str, Any]:
    """Sum up the seconds from falls to their alerts; null where there is none."""
    return {
        "median": median(seconds) if seconds else None,
        "worst": max(seconds, default=None),
        "n": len(seconds),
    }


def _policy(settings: AssistSettings) -> dict[str, float]:
    watch, rate, pose = settings.watch, settings.rate, settings.pose
    return {
        "fallen_after_s": watch.fallen_after.total_seconds(),
        "still_after_s": watch.still_after.total_seconds(),
        "tracks_after_s": watch.tracks_after.total_seconds(),
        "fps_min": rate.fps_min,
        "fps_max": rate.fps_max,
        "side": pose.side,
        "columns": pose.columns,
        "rows": pose.rows,
    }


def _share(share: Share) -> dict[str, Any]:
    interval = share.interval
    return {
        "value": share.value,
        "ci95": None if interval is None else [interval.low, interval.high],
        "hits": share.hits,
        "of": share.of,
    }


def _rate(rate: Rate) -> dict[str, Any]:
    return {
        "value": rate.value,
        "ci95": [rate.interval.low, rate.interval.high],
        "events": rate.events,
        "observed_s": rate.observed_s,
    }


def _clip(clip: ClipResult) -> dict[str, Any]:
    return {
        "file": clip.file,
        "observed_s": clip.observed_s,
        "prolonged_s": clip.played_s - clip.observed_s,
        "looks": clip.looks,
        "falls": [_fall(fall) for fall in clip.falls],
        "false_alarms": [
            {"at_s": alarm.at_s, "kind": alarm.kind.value} for alarm in clip.false_alarms
        ],
    }


def _fall(fall: FallResult) -> dict[str, Any]:
    return {
        "start_s": fall.start_s,
        "down_after_s": fall.down_after_s,
        "alert_after_s": fall.alert_after_s,
        "kind": fall.kind,
        "long_enough": fall.long_enough,
        "alert_in_prolonged_part": fall.prolonged,
    }


def report_page(document: Mapping[str, Any]) -> str:
    """Build report.html from report.json's content."""
    return page(
        "Help detection on labelled clips",
        [
            Section("What was found", (_summary(document),)),
            Section(
                "Clip by clip",
                (
                    *_marked(document),
                    table(
                        ("Clip", "Lasts", "Fall at", "Down after", "Alert after", "False alarms"),
                        [row for clip in document["by_clip"] for row in _rows(clip)],
                        caption="In seconds; down and alert from the labelled start of the fall.",
                    ),
                ),
            ),
            Section("Composites", _composites(document["composites"])),
            Section("What must not be concluded", (bullets(_LIMITS),)),
            Section(
                "How it was measured",
                (
                    paragraph(
                        f"{document['measured']}, {document['machine']['processor']}, "
                        f"{document['pack']['title']}."
                    ),
                    table(
                        ("Setting", "Value"),
                        [(name, f"{value:g}") for name, value in document["policy"].items()],
                    ),
                ),
            ),
        ],
    )


def _marked(document: Mapping[str, Any]) -> tuple[str, ...]:
    seconds = document["continue_still_s"]
    if not seconds:
        return ()
    return (
        paragraph(
            f"Prolonged: the last second of every clip was repeated for {seconds:g} s. Alerts in "
            "that part are marked with a star; its time does not count as observed."
        ),
    )


def _summary(document: Mapping[str, Any]) -> str:
    rate, times = document["false_alarms_per_camera_hour"], document["time_to_alert_s"]
    return table(
        ("Measure", "Value", "95 % interval", "From"),
        [
            (
                f"Falls with the state down within {ENTERS_S:g} s",
                *_shown(document["down_sensitivity"]),
            ),
            ("Falls alerted about", *_shown(document["alert_sensitivity"])),
            (
                "Falls in clips too short for an alert",
                str(len(document["clips_too_short_to_alert"])),
                "",
                "",
            ),
            (
                "False alarms per camera-hour",
                f"{rate['value']:.2f}",
                f"{rate['ci95'][0]:.2f} to {rate['ci95'][1]:.2f}",
                f"{rate['events']} in {rate['observed_s']:.1f} s",
            ),
            (
                "Fall to alert, median and longest",
                "none" if times["median"] is None else f"{times['median']:.1f} s",
                "",
                "" if times["worst"] is None else f"longest {times['worst']:.1f} s of {times['n']}",
            ),
        ],
    )


def _shown(share: Mapping[str, Any]) -> tuple[str, str, str]:
    if share["value"] is None:
        return "none", "", "no clip lasts long enough"
    low, high = share["ci95"]
    return (
        f"{share['value']:.1%}",
        f"{low:.1%} to {high:.1%}",
        f"{share['hits']} of {share['of']}",
    )


def _rows(clip: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Give a row for each fall of a clip; its false alarms stand in the first."""
    alarms = ", ".join(
        f"{alarm['kind']} at {alarm['at_s']:.1f} s" for alarm in clip["false_alarms"]
    )
    falls = [
        (f"{fall['start_s']:.1f}", _seconds(fall["down_after_s"]), _alert(fall))
        for fall in clip["falls"]
    ]
    return [
        (
            clip["file"],
            f"{clip['observed_s']:.1f}",
            *fall,
            "see above" if number else alarms or "none",
        )
        for number, fall in enumerate(falls or [("", "", "")])
    ]


def _alert(fall: Mapping[str, Any]) -> str:
    if fall["alert_after_s"] is None and not fall["long_enough"]:
        return "clip too short"
    return _seconds(fall["alert_after_s"]) + ("*" if fall["alert_in_prolonged_part"] else "")


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.1f}"


def _composites(composites: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        paragraph("Put together from the clips, prolonged, and counted nowhere else."),
        table(
            ("Falls", "Beside", "Alerts (1 is right)"),
            [(one["fall"], one["other"], str(one["alerts"])) for one in composites["two_people"]],
            caption="Two people in one picture, one falls.",
        ),
        table(
            ("Clip", "Tracks alert after, s"),
            [(one["file"], _seconds(one["alert_after_s"])) for one in composites["tracks"]],
            caption="The lower half of the picture taken for tracks.",
        ),
    )
