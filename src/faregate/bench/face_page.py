"""report.html of `faregate bench faces`, made from report.json alone."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from faregate.bench.face_plots import det_figure, stages_figure
from faregate.bench.report import (
    Section,
    bullets,
    page,
    paragraph,
    plain_numbers,
    plot,
    svg_of,
    table,
)

Report = Mapping[str, Any]

_OTHERS: Final = {
    "plain": "the plain single-picture pipeline",
    "peer": "the face_recognition recipe",
}


def page_of(report: Report) -> str:
    """Give the page. No person's name or picture is in it, since none is in the report."""
    report = plain_numbers(report)
    data, pack = report["data"], report["pack"]
    return page(f"Faces: {pack['pack']} on {data['name']}", _sections(report))


def _sections(report: Report) -> Iterator[Section]:
    yield Section("In short", (bullets(_in_short(report)),))
    yield Section("What was measured, and how", (bullets(_how(report)),))
    yield _verification(report)
    yield _identification(report)
    yield _others(report)
    if report["groups"]:
        yield _groups(report)
    yield _speed(report)
    yield Section("What must not be concluded", (bullets(limits(report)),))


def percent(value: float | None, *, digits: int = 2) -> str:
    """Write a share as per cent; very small ones as a power of ten.

    >>> percent(0.0123), percent(1e-6), percent(None), percent(0.0)
    ('1.23 %', '1.0e-06', 'not known', '0 %')
    """
    if value is None:
        return "not known"
    if value == 0:
        return "0 %"
    if abs(value) < 10 ** -(digits + 2):
        return f"{value:.1e}"
    return f"{100 * value:.{digits}f} %"


def with_interval(rate: Report) -> str:
    """Write a rate with its interval."""
    if rate.get("value") is None:
        return str(rate.get("why", "not known"))
    low, high = rate["ci95"]
    return f"{percent(rate['value'])} ({percent(low)} to {percent(high)})"


def in_points(rate: Report) -> str:
    """Write a difference of rates with its interval, in percentage points."""
    low, high = rate["ci95"]
    value = rate["value"]
    return f"{100 * value:+.2f} points ({100 * low:+.2f} to {100 * high:+.2f})"


def limits(report: Report) -> Iterator[str]:
    """Say what the figures do not show."""
    data = report["data"]
    yield (
        f"The pictures are those of {data['name']}: {data['pictures']:,} of {data['people']:,} "
        "people. Riders at a gate look otherwise, and so do light, cameras and time between "
        "pictures. Measure on your own before you rely on a rate."
    )
    yield (
        "Frames of one approach resemble each other more than pictures taken on different days, "
        "which stand for them here: fusing frames of one approach gains less than fusing these."
    )
    if data["chosen_people"] == "development":
        yield (
            "These people were used to choose thresholds. The rates at thresholds that were chosen "
            "on them are too good; the report on the other half is the one to quote."
        )
    yield "A rate of 0 is not never: its interval says what so few people can prove."
    yield (
        "Intervals are over people, by drawing them anew. The data set itself, with its mistakes "
        "of names and its choice of people, is not drawn anew."
    )
    yield "Nothing here is about liveness: a photograph held up is a matter of its own report."
    yield "No accreditation: this is not a test by a laboratory to ISO/IEC 19795."


def _in_short(report: Report) -> Iterator[str]:
    level = report["fnmr_at_fmr"]["1e-3"]
    if level["value"] is not None:
        yield (
            "One picture against one picture: at a false match rate of 1 in 1,000, "
            f"{with_interval(level)} of comparisons of the same person are missed."
        )
    main = report["identification"][0]
    use = main["at_similarity_min"]
    if use["n_people"]:
        yield (
            f"At a gate with {main['riders']} riders present, {main['enrolled']} enrolled pictures "
            f"and {main['probe']} frames fused, with the pack's thresholds: "
            f"{use['n_people_missed']} of {use['n_people']} people were missed in any of their "
            f"trials. That is: not above {percent(use['not_above'])} of people (95 %, one-sided)."
        )
        yield (
            "The gate opened for another rider in "
            f"{with_interval(use['wrong_rider'])} of those trials, and for somebody who never "
            f"enrolled in {with_interval(use['fpir'])} of theirs."
        )
    failed = report["failure_to_acquire"]
    yield (
        f"No usable face in {failed['n_failed']} of {failed['n_pictures']:,} pictures: "
        f"{with_interval(failed)}."
    )
    gains = [
        (words, (report[name] or {}).get("fnmr_difference", {}).get("1e-3"))
        for name, words in _OTHERS.items()
    ]
    fused = f"single pictures, with {main['enrolled']} enrolled and {main['probe']} frames fused"
    gains.append((fused, report["fused"]["fnmr_difference"].get("1e-3")))
    for words, gain in gains:
        if gain:
            verdict = "fewer misses" if gain["ci95"][1] < 0 else "no difference that is sure"
            yield (
                f"Against {words}, at a false match rate of 1 in 1,000 and counting pictures "
                f"without a face as missed: {in_points(gain)}: {verdict}."
            )
    yield (
        f"One frame of 640 x 480 takes {_ms(report['frame_ms_p50'])} (95 % within "
        f"{_ms(report['frame_ms_p95'])}) for detection, liveness network and embedding on one "
        f"thread; the processor works {_ms(report['frame_cpu_ms_p50'])} on it."
    )


def _how(report: Report) -> Iterator[str]:
    data, machine, settings = report["data"], report["machine"], report["settings"]
    yield f"Made {report['made']} by faregate {report['version']}: {report['command']}"
    yield (
        f"Data: {data['name']}, people: {data['chosen_people']}. {data['people']:,} people, "
        f"{data['people_with_two_pictures']:,} of them with at least two of the "
        f"{data['pictures']:,} pictures. Of several faces in a picture the one nearest to the "
        "middle is taken."
    )
    yield f"Models: {report['pack']['title']}."
    yield (
        f"Machine: {machine['processor']}, {machine['cores']} cores, {machine['system']}, "
        f"Python {machine['python']}."
    )
    yield (
        f"Intervals: 95 %, {settings['bootstrap']:,} draws of people with replacement. A person "
        "drawn twice brings their mated comparisons twice; two people bring theirs as often as "
        "the product of their draws."
    )


def _verification(report: Report) -> Section:
    use = report["at_similarity_min"]
    rows = [
        (
            f"FMR {name}",
            with_interval(level),
            with_interval(level.get("with_failures", {})) if level["value"] is not None else "",
            _number(level["threshold"]) if level["value"] is not None else "",
        )
        for name, level in report["fnmr_at_fmr"].items()
    ]
    rows.append(
        (
            "threshold in use",
            with_interval(use["fnmr"]),
            with_interval(use["fnmr_with_failures"]),
            _number(use["threshold"]),
        )
    )
    curves = report["det"]
    figure = det_figure(curves, (use["fmr"]["value"] or 0, use["fnmr"]["value"] or 0))
    blocks = [
        paragraph(
            f"{use['n_mated']:,} comparisons of one person ({use['n_people_mated']:,} people), "
            f"{use['n_nonmated']:,} of different people, one picture against one picture. "
            f"Equal error rate: {with_interval(report['eer'])}. At the threshold in use: "
            f"{use['false_matches']:,} false matches, a rate of {with_interval(use['fmr'])}."
        ),
        table(
            ("", "missed (FNMR)", "with pictures without a face", "threshold"),
            rows,
            caption="What a threshold for a given false match rate misses",
        ),
        plot(
            svg_of(figure, title="Detection error trade-off"),
            caption="Further down is better. Each curve: all thresholds of one way.",
        ),
    ]
    blocks += _fused(report["fused"])
    ten = report["lfw_10fold_accuracy"]
    if ten is not None:
        blocks.append(
            paragraph(
                f"LFW's ten folds: {with_interval(ten)} of {ten['pairs_used']:,} pairs judged "
                f"rightly; {ten['pairs_skipped']:,} pairs are of people who are not in the data."
            )
        )
    return Section("One picture against one picture", tuple(blocks))


def _fused(fused: Report) -> Iterator[str]:
    rows = [
        (
            f"FMR {level}",
            with_interval(gain["plain"]),
            with_interval(gain["fused"]),
            in_points(gain),
            f"{gain['n_people']:,}",
        )
        for level, gain in fused["fnmr_difference"].items()
    ]
    if rows:
        yield table(
            ("", "plain single pictures", "fused", "difference", "people"),
            rows,
            caption=f"What fusing {fused['enrolled']} enrolled pictures and {fused['probe']} "
            "frames is worth, for people who have so many; pictures without a face are missed",
        )


def _identification(report: Report) -> Section:
    blocks = [
        paragraph(
            "A person walks up; riders are present. The gate's own rule decides: the best rider at "
            "or above the threshold, and ahead of every other by the margin of "
            f"{report['settings']['margin_min']}. FNIR: riders who were not recognised. FPIR: "
            "people who never enrolled, and opened the gate. Who is present, and which picture is "
            "what, is drawn anew for each of the trials of a person."
        ),
        _table_in_use(report["identification"], "At the thresholds in use"),
    ]
    rows = [
        (
            f"FPIR {name}, {_setting(one)}",
            with_interval(level),
            f"{level['n_people_missed']} of {level['n_people']}",
            percent(level["not_above"]),
            _number(level["threshold"]),
        )
        for one in report["identification"]
        for name, level in one["fnir_at_fpir"].items()
        if level["value"] is not None
    ]
    blocks.append(
        table(
            ("", "FNIR", "people missed in any trial", "people: not above", "threshold"),
            rows,
            caption="FNIR at the lowest threshold that keeps a given FPIR; lower FPIRs need more "
            "people",
        )
    )
    return Section("At a gate", tuple(blocks))


def _table_in_use(settings: Iterable[Report], caption: str) -> str:
    return table(
        ("", "FNIR", "people missed in any trial", "people: not above", "wrong rider", "FPIR"),
        [
            (
                _setting(one),
                with_interval(use["fnir"]),
                f"{use['n_people_missed']} of {use['n_people']}",
                percent(use["not_above"]),
                with_interval(use["wrong_rider"]),
                with_interval(use["fpir"]),
            )
            for one in settings
            for use in [one["at_similarity_min"]]
            if use["n_people"]
        ],
        caption=caption,
    )


def _setting(one: Report) -> str:
    return f"1 : {one['riders']}, {one['enrolled']} enrolled x {one['probe']} probe"


def _others(report: Report) -> Section:
    rows = []
    blocks = []
    for name, words in _OTHERS.items():
        other = report[name]
        if other is None:
            continue
        rows += [
            (
                f"FMR {level}: {words}",
                with_interval(found.get("with_failures", found)),
                with_interval(report["fnmr_at_fmr"][level].get("with_failures", {})),
                in_points(other["fnmr_difference"][level])
                if level in other["fnmr_difference"]
                else "",
            )
            for level, found in other["fnmr_at_fmr"].items()
            if found["value"] is not None
        ]
        failed = other["failure_to_acquire"]
        blocks.append(
            paragraph(
                f"{words.capitalize()} found no face in {failed['n_failed']:,} of "
                f"{failed['n_pictures']:,} pictures: {with_interval(failed)}."
            )
        )
    if not rows:
        text = "Nothing else was measured in this run."
        return Section("Beside others, on the same pictures", (paragraph(text),))
    blocks.append(
        table(
            ("", "theirs", "ours", "ours minus theirs"),
            rows,
            caption="Missed, with pictures without a face; the difference is paired over people",
        )
    )
    peer = report["peer"]
    if peer is not None:
        use = peer["at_similarity_min"]
        blocks.append(
            paragraph(
                "At the recipe's own distance of 0.6, its false match rate is "
                f"{with_interval(use['fmr'])} and it misses {with_interval(use['fnmr'])}. At a "
                "gate it keeps every enrolled picture and takes the nearest pair."
            )
        )
        blocks.append(_table_in_use(peer["identification"], "The recipe at a gate, distance 0.6"))
    return Section("Beside others, on the same pictures", tuple(blocks))


def _groups(report: Report) -> Section:
    rows = [
        (
            one["group"],
            f"{one['people']:,}",
            with_interval(one["fnmr"]),
            f"{one['n_mated']:,}",
            with_interval(one["fmr"]),
            f"{one['n_nonmated']:,}",
        )
        for one in report["groups"]
    ]
    threshold = report["groups"][0]["threshold"]
    return Section(
        "Groups of people",
        (
            paragraph(
                f"Errors within each group of the list, at one threshold for all ({threshold:.3f})."
                " The product itself never classifies anybody."
            ),
            table(("", "people", "FNMR", "mated", "FMR", "non-mated"), rows),
        ),
    )


def _speed(report: Report) -> Section:
    rows = [
        (
            f"{stage}, {what}",
            _ms(report["speed"][kind][stage]["p50"]),
            _ms(report["speed"][kind][stage]["p95"]),
            _ms(report["speed"][kind][stage]["cpu_p50"]),
        )
        for kind, what in (("pictures", "pictures"), ("frames_640x480", "frames of 640 x 480"))
        for stage in ("detect", "passive", "embed", "total", "peer")
    ]
    figure = stages_figure(report["speed"]["frames_640x480"])
    return Section(
        "Speed and memory",
        (
            table(
                ("", "median", "95 % within", "processor time, median"),
                rows,
                caption="One thread, after a warm-up; on a busy machine the first two include "
                "waiting",
            ),
            plot(
                svg_of(figure, title="What a frame's time is spent on"),
                caption="The median frame: where its time goes, and the whole recipe beside it.",
            ),
            paragraph(
                f"The models hold {_mib(report['models_rss_mib'])}. This bench at its largest "
                f"held {_mib(report['peak_rss_mib'])}, every comparison and the peer's models "
                "included."
            ),
        ),
    )


def _number(value: float | None) -> str:
    return "the margin alone" if value is None else f"{value:.4f}"


def _ms(value: float | None) -> str:
    return "not run" if value is None else f"{value:.1f} ms"


def _mib(value: float) -> str:
    return f"{value:,.0f} MiB"
