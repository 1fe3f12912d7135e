"""docs/cards/face.md, made from reports of `faregate bench faces`."""

from collections.abc import Iterator, Sequence
from typing import Final

from faregate.bench.face_words import (
    VARIANTS_HEAD,
    Report,
    in_points,
    limits,
    percent,
    variant_rows,
    variants_chosen,
    with_interval,
)
from faregate.bench.report import markdown_table, plain_numbers

_INTRO: Final = """\
How often the face models of each pack are wrong, on what, and how sure that is. Every figure comes
from a report of `faregate bench faces`; the commands are below. What the words mean:
[keys of the report](../reference/bench-faces.md). Intervals in parentheses are 95 %, over people.

A person is in the half `development` or `report` by a hash of their name. Ways of doing things were
chosen on development people and are judged on report people. The thresholds in use are older: they
were chosen on all of them, so that the report people's figures at them are not quite those of
strangers. What development people alone say of them stands in their rows.
"""


def face_card(reports: Sequence[Report]) -> str:
    """Give the card as Markdown, a row for each report, in their order."""
    reports = [plain_numbers(report) for report in reports]
    parts = [
        "# Card: faces",
        "<!-- Written by `faregate bench card`. Do not edit. -->",
        _INTRO,
        *_measured(reports),
        *_singles(reports),
        *_at_a_gate(reports),
        *_fused(reports),
        *_gains(reports),
        *_others(reports),
        *_variants(reports),
        *_speeds(reports),
        "## What must not be concluded",
        "\n".join(dict.fromkeys(f"- {line}" for report in reports for line in limits(report))),
        *_repeating(reports),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _measured(reports: Sequence[Report]) -> Iterator[str]:
    yield "## What was measured"
    yield markdown_table(
        ("pack, people", "people", "with two pictures", "pictures", "no usable face", "measured"),
        (
            (
                _name(report),
                f"{data['people']:,}",
                f"{data['people_with_two_pictures']:,}",
                f"{data['pictures']:,} of {data['name']}",
                f"{failed['n_failed']}: {with_interval(failed)}",
                report["made"][:10],
            )
            for report in reports
            for data, failed in [(report["data"], report["failure_to_acquire"])]
        ),
    )


def _singles(reports: Sequence[Report]) -> Iterator[str]:
    yield "## One picture against one picture"
    yield markdown_table(
        ("pack, people", "FMR", "FNMR", "threshold", "comparisons, mated and non-mated"),
        (row for report in reports for row in _levels(report)),
    )
    yield "At the thresholds in use, those of a gate:"
    yield markdown_table(
        ("pack, people", "threshold", "false matches", "FMR", "FNMR"),
        (_in_use(report) for report in reports),
    )
    rows = [
        (_name(report), with_interval(ten), f"{ten['pairs_used']:,}")
        for report in reports
        for ten in [report["lfw_10fold_accuracy"]]
        if ten is not None
    ]
    if rows:
        yield "LFW's ten folds, with the standard pairs whose people are here:"
        yield markdown_table(("pack, people", "judged rightly", "pairs used"), rows)


def _at_a_gate(reports: Sequence[Report]) -> Iterator[str]:
    yield "## At a gate"
    yield (
        "The gate's own rule, at the pack's own thresholds. A person is missed if any of their "
        "trials failed; the bound is one-sided, 95 %. FNIR and FPIR count trials."
    )
    yield markdown_table(
        ("pack, people", "setting", "people missed", "not above", "FNIR", "wrong rider", "FPIR"),
        (row for report in reports for row in _gate(report)),
    )
    yield (
        "The same where the threshold is only as high as an FPIR asks for. No threshold: the "
        "margin alone keeps it."
    )
    yield markdown_table(
        ("pack, people", "setting", "FPIR", "threshold", "people missed", "not above", "FNIR"),
        (row for report in reports for row in _gate_levels(report)),
    )


def _variants(reports: Sequence[Report]) -> Iterator[str]:
    for report in reports:
        if report.get("variants") is not None:
            yield f"## What was tried on single pictures: {_name(report)}"
            yield variants_chosen(report["variants"])
            yield markdown_table(VARIANTS_HEAD, variant_rows(report["variants"]))


def _speeds(reports: Sequence[Report]) -> Iterator[str]:
    yield "## Speed"
    yield (
        "One frame of 640 x 480 on one thread: detection, liveness network, embedding. The medians "
        "include waiting for a processor that was busy with other work; processor time does not."
    )
    yield markdown_table(
        ("pack, people", "median", "95 % within", "processor time, median", "recipe's median"),
        (_speed(report) for report in reports),
    )


def _repeating(reports: Sequence[Report]) -> Iterator[str]:
    yield "## How to repeat it"
    for report in reports:
        machine = report["machine"]["processor"]
        yield f"{_name(report)}, faregate {report['version']}, {machine}:"
        yield f"```sh\n{report['command']}\n```"
    yield "Files, by SHA-256:"
    files = (file for report in reports for file in report["pack"]["files"].items())
    yield "\n".join(dict.fromkeys(f"- `{name}`: `{digest}`" for name, digest in files))


def _name(report: Report) -> str:
    return f"{report['pack']['pack']}, {report['data']['chosen_people']}"


def _levels(report: Report) -> Iterator[Sequence[str]]:
    for name, level in report["fnmr_at_fmr"].items():
        if level["value"] is None:
            yield (_name(report), name, level["why"], "", "")
        else:
            counts = f"{level['n_mated']:,} and {level['n_nonmated']:,}"
            yield (
                _name(report),
                name,
                with_interval(level),
                f"{level['threshold']:.4f}",
                counts,
            )


def _in_use(report: Report) -> Sequence[str]:
    use = report["at_similarity_min"]
    return (
        _name(report),
        f"{use['threshold']:.4f}",
        f"{use['false_matches']} of {use['n_nonmated']:,}",
        with_interval(use["fmr"]),
        with_interval(use["fnmr"]),
    )


def _gate(report: Report) -> Iterator[Sequence[str]]:
    for one in report["identification"]:
        use = one["at_similarity_min"]
        if use["n_people"]:
            yield (
                _name(report),
                f"1 : {one['riders']}, {one['enrolled']} x {one['probe']} frames",
                f"{use['n_people_missed']} of {use['n_people']}",
                percent(use["not_above"]),
                with_interval(use["fnir"]),
                with_interval(use["wrong_rider"]),
                with_interval(use["fpir"]),
            )


def _gate_levels(report: Report) -> Iterator[Sequence[str]]:
    asked = (report["settings"]["enrolled"], report["settings"]["probe"])
    for one in report["identification"]:
        for name, level in one["fnir_at_fpir"].items():
            if level["value"] is not None and (one["enrolled"], one["probe"]) == asked:
                threshold = level["threshold"]
                yield (
                    _name(report),
                    f"1 : {one['riders']}, {one['enrolled']} x {one['probe']} frames",
                    name,
                    "none" if threshold is None else f"{threshold:.4f}",
                    f"{level['n_people_missed']} of {level['n_people']}",
                    percent(level["not_above"]),
                    with_interval(level),
                )


def _fused(reports: Sequence[Report]) -> Iterator[str]:
    yield (
        "Fused templates of different people that reached the threshold, the margin aside (the "
        "bound as if the comparisons were independent, which they are not):"
    )
    yield markdown_table(
        ("pack, people", "setting", "false matches", "at most"),
        (
            (
                _name(report),
                f"{one['enrolled']} x {one['probe']} frames",
                f"{one['fused_comparisons']['false_matches']} of {one['fused_comparisons']['n']:,}",
                percent(one["fused_comparisons"]["ci95_if_independent"][1], digits=4),
            )
            for report in reports
            for one in report["identification"][:1]
            if one["fused_comparisons"]["n"]
        ),
    )


def _gains(reports: Sequence[Report]) -> Iterator[str]:
    rows = [
        (
            _name(report),
            f"{report['fused']['enrolled']} x {report['fused']['probe']} frames",
            level,
            with_interval(gain["plain"]),
            with_interval(gain["fused"]),
            in_points(gain),
            f"{gain['n_people']:,}",
        )
        for report in reports
        for level, gain in report["fused"]["fnmr_difference"].items()
    ]
    if rows:
        yield (
            "What fusion is worth: plain single pictures, and fused templates of the same people, "
            "each at its own threshold for the FMR, a picture without a face counted as missed:"
        )
        head = ("pack, people", "setting", "FMR", "plain", "fused", "difference", "people")
        yield markdown_table(head, rows)


def _others(reports: Sequence[Report]) -> Iterator[str]:
    rows = [
        (
            _name(report),
            words,
            level,
            with_interval(report[other]["fnmr_at_fmr"][level]["with_failures"]),
            with_interval(report["fnmr_at_fmr"][level]["with_failures"]),
            in_points(gain),
        )
        for report in reports
        for other, words in (("plain", "plain single pictures"), ("peer", "face_recognition"))
        if report[other] is not None
        for level, gain in report[other]["fnmr_difference"].items()
        if any(gain["ci95"])  # a pack that looks once is the plain way itself
    ]
    if not rows:
        return
    yield "## Beside others, on the same pictures in the same run"
    yield (
        "FNMR, with a picture without a face counted as missed. The difference is ours minus "
        "theirs, paired over people. `face_recognition` is the popular recipe: HOG detector with "
        "one upsampling, 5 points, dlib's ResNet; each at its own threshold for the FMR."
    )
    yield markdown_table(("pack, people", "other", "FMR", "theirs", "ours", "difference"), rows)
    peers = [(report, report["peer"]) for report in reports if report["peer"] is not None]
    if peers:
        yield "The recipe at its own distance of 0.6, a rider being the nearest of their pictures:"
        yield markdown_table(
            ("people", "no usable face", "FMR", "FNMR", "wrong rider, 1 : N", "FPIR, 1 : N"),
            (
                (
                    report["data"]["chosen_people"],
                    with_interval(peer["failure_to_acquire"]),
                    with_interval(peer["at_similarity_min"]["fmr"]),
                    with_interval(peer["at_similarity_min"]["fnmr"]),
                    _of_gate(peer, "wrong_rider"),
                    _of_gate(peer, "fpir"),
                )
                for report, peer in peers
            ),
        )


def _of_gate(peer: Report, rate: str) -> str:
    one = peer["identification"][0]
    return f"{with_interval(one['at_similarity_min'][rate])}, N = {one['riders']}"


def _speed(report: Report) -> Sequence[str]:
    frames = report["speed"]["frames_640x480"]
    total, peer = frames["total"], frames["peer"]
    return (
        _name(report),
        _ms(total["p50"]),
        _ms(total["p95"]),
        _ms(total["cpu_p50"]),
        _ms(peer["p50"]),
    )


def _ms(value: float | None) -> str:
    return "not run" if value is None else f"{value:.1f} ms"
