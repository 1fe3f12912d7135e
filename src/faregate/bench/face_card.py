"""docs/cards/face.md, made from reports of `faregate bench faces`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from faregate.bench.face_page import in_points, limits, percent, with_interval
from faregate.bench.report import plain_numbers

Report = Mapping[str, Any]

_INTRO: Final = """\
How often the face models of each pack are wrong, on what, and how sure that is. Every figure comes
from a report of `faregate bench faces`; the commands are below. What the words mean:
[keys of the report](../reference/bench-faces.md). Thresholds were chosen on the people called
`development` and are judged on those called `report`; a person's half follows from a hash of
their name. Intervals in parentheses are 95 %, over people.
"""


def face_card(reports: Sequence[Report]) -> str:
    """Give the card as Markdown, a row for each report, in their order."""
    reports = [plain_numbers(report) for report in reports]
    parts = [
        "# Card: faces",
        "<!-- Written by `faregate bench card`. Do not edit. -->",
        _INTRO,
        "## What was measured",
        _table(
            ("pack", "people", "with two pictures", "pictures", "no usable face", "measured"),
            (
                (
                    report["pack"]["pack"],
                    f"{report['data']['people']:,}, {report['data']['chosen_people']}",
                    f"{report['data']['people_with_two_pictures']:,}",
                    f"{report['data']['pictures']:,} of {report['data']['name']}",
                    (
                        f"{report['failure_to_acquire']['n_failed']}: "
                        f"{with_interval(report['failure_to_acquire'])}"
                    ),
                    report["made"][:10],
                )
                for report in reports
            ),
        ),
        "## One picture against one picture",
        _table(
            ("pack, people", "FMR", "FNMR", "threshold", "comparisons, mated and non-mated"),
            (row for report in reports for row in _levels(report)),
        ),
        "At the thresholds in use, those of a gate:",
        _table(
            ("pack, people", "threshold", "false matches", "FMR", "FNMR"),
            (_in_use(report) for report in reports),
        ),
        "## At a gate",
        (
            "The gate's own rule, at the pack's own thresholds. A person is missed if any of their "
            "trials failed; the bound is one-sided, 95 %."
        ),
        _table(
            (
                "pack, people",
                "setting",
                "people missed",
                "not above",
                "FNIR",
                "wrong rider",
                "FPIR",
            ),
            (row for report in reports for row in _gate(report)),
        ),
        *_fused(reports),
        *_gains(reports),
        *_others(reports),
        "## Speed",
        (
            "One frame of 640 x 480 on one thread: detection, liveness network, embedding. "
            "Processor time is what a machine with nothing else to do would take."
        ),
        _table(
            ("pack, people", "median", "95 % within", "processor time, median", "recipe's median"),
            (_speed(report) for report in reports),
        ),
        "## What must not be concluded",
        "\n".join(dict.fromkeys(f"- {line}" for report in reports for line in limits(report))),
        "## How to repeat it",
        "\n\n".join(
            f"{_name(report)}, faregate {report['version']}, {report['machine']['processor']}:\n\n"
            f"```sh\n{report['command']}\n```"
            for report in reports
        ),
        "Files, by SHA-256:",
        "\n".join(
            dict.fromkeys(
                f"- `{name}`: `{digest}`"
                for report in reports
                for name, digest in report["pack"]["files"].items()
            )
        ),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _name(report: Report) -> str:
    return f"{report['pack']['pack']}, {report['data']['chosen_people']}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


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


def _fused(reports: Sequence[Report]) -> Iterator[str]:
    yield (
        "Fused templates of different people that reached the threshold, the margin aside (the "
        "bound as if the comparisons were independent, which they are not):"
    )
    yield _table(
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
        yield _table(head, rows)


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
    ]
    if not rows:
        return
    yield "## Beside others, on the same pictures in the same run"
    yield (
        "FNMR, with a picture without a face counted as missed. The difference is ours minus "
        "theirs, paired over people. `face_recognition` is the popular recipe: HOG detector with "
        "one upsampling, 5 points, dlib's ResNet; each at its own threshold for the FMR."
    )
    yield _table(("pack, people", "other", "FMR", "theirs", "ours", "difference"), rows)
    peers = [(report, report["peer"]) for report in reports if report["peer"] is not None]
    if peers:
        yield "The recipe at its own distance of 0.6, a rider being the nearest of their pictures:"
        yield _table(
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
