"""report.html of a liveness bench: made from report.json and the scores, with plots."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from faregate.bench.liveness_plots import cue_figure, det_figure
from faregate.bench.liveness_report import LivenessFindings, Made, report_document
from faregate.bench.liveness_scores import write_scores
from faregate.bench.liveness_trials import LIVE
from faregate.bench.report import (
    Section,
    bullets,
    page,
    paragraph,
    plot,
    svg_of,
    table,
    write_report,
)
from faregate.face.liveness import CueKind, LivenessPolicy

Document = Mapping[str, Any]


def write_findings(folder: Path, found: LivenessFindings, made: Made) -> list[str]:
    """Write report.json, report.html and scores.json; give the headline in sentences.

    Raises `MachineError` where the folder can't be written.
    """
    document = report_document(found, made)
    write_report(folder, document, report_page(found, document))
    write_scores(folder, found.scores)
    return headline_sentences(document)


def report_page(found: LivenessFindings, document: Document) -> str:
    """Give the whole page."""
    return page(
        "Liveness: how often an attack is accepted, and a living person refused",
        [
            _headline(document),
            _attacks(document),
            _living(document),
            _trade_off(found),
            _cues(found, document),
            *_chosen(document),
            _speed(document),
            Section("What must not be concluded", (bullets(limits(document)),)),
            _how(document),
        ],
    )


def percent(share: float) -> str:
    """Show a share as a reader wants it."""
    return f"{share:.1%}" if share in {0.0, 1.0} or share >= 0.1 else f"{share:.2%}"  # noqa: PLR2004


def shown_rate(rate: Document) -> str:
    """Show a rate with its exact interval."""
    low, high = rate["ci95"]
    return f"{percent(rate['value'])} ({percent(low)} to {percent(high)})"


def headline_sentences(document: Document) -> list[str]:
    """Give the report in sentences, worst first."""
    worst, bpcer, bpnrr = document["worst_kind"], document["bpcer"], document["bpnrr"]
    aims = document["aims"]
    sentences = [
        document["not_to_be_concluded"],
        (
            f"Worst kind of attack: {_kind(worst['kind'])}, accepted in {worst['accepted']} of "
            f"{worst['n']} clips: APCER {shown_rate(worst)}."
        ),
        (
            f"Living people refused in {bpcer['refused']} of {bpcer['n']} clips: BPCER "
            f"{shown_rate(bpcer)}; no response in {bpnrr['no_response']}."
        ),
        (
            f"The aim, APCER of the worst kind at most {percent(aims['apcer_worst_max'])} at BPCER "
            f"at most {percent(aims['bpcer_max'])}, is {_aim(aims)}."
        ),
    ]
    if document["decided_by_interval"]:
        kinds = ", ".join(_kind(kind) for kind in document["decided_by_interval"])
        sentences.append(
            f"Fewer than {document['clips_min']} clips of {kinds}: there the interval decides, "
            f"not the rate."
        )
    return sentences


def _aim(aims: Document) -> str:
    if aims["proven_at_95"]:
        return "met, at 95 % confidence for each of the two"
    return "met by the rates, but not proven by so many clips" if aims["met"] else "missed"


def _kind(kind: str) -> str:
    return kind.replace("_", " ")


def _headline(document: Document) -> Section:
    return Section("In short", (bullets(headline_sentences(document)),))


def attack_rows(document: Document) -> list[list[str]]:
    """Give one row for each kind of attack."""
    return [
        [
            _kind(kind),
            f"{rate['accepted']} of {rate['n']}",
            shown_rate(rate),
            percent(rate["not_above"]),
            _range(rate["ci95_people"]),
            f"{rate['people_affected']} of {rate['n_people']}",
            f"{document['apnrr'][kind]['no_response']}",
            shown_rate(rate["of_responded"]),
        ]
        for kind, rate in document["apcer"].items()
    ]


ATTACK_HEAD = (
    "Attack",
    "Accepted",
    "APCER (95 %, exact)",
    "Not above (95 %)",
    "By people (95 %)",
    "People with one accepted",
    "No response",
    "APCER of those with one",
)


def _range(interval: tuple[float, float]) -> str:
    low, high = interval
    return f"{percent(low)} to {percent(high)}"


def _attacks(document: Document) -> Section:
    return Section(
        "Attacks",
        (
            paragraph(
                "APCER: the share of presentations of a kind that was accepted as live (ISO/IEC "
                "30107-3). An attack without a response was not accepted. Exact intervals take "
                "each clip as independent; those by people (bootstrap) allow for clips of one "
                "person being alike."
            ),
            table(ATTACK_HEAD, attack_rows(document)),
        ),
    )


def living_rows(document: Document) -> list[list[str]]:
    """Give refusals and silence of the living."""
    return [
        [
            name,
            f"{rate[counted]} of {rate['n']}",
            shown_rate(rate),
            percent(rate["not_above"]),
            _range(rate["ci95_people"]),
            f"{rate['people_affected']} of {rate['n_people']}",
        ]
        for name, rate, counted in (
            ("refused (BPCER)", document["bpcer"], "refused"),
            ("no response (BPNRR)", document["bpnrr"], "no_response"),
        )
    ]


LIVING_HEAD = (
    "Living",
    "Clips",
    "Rate (95 %, exact)",
    "Not above (95 %)",
    "By people (95 %)",
    "People affected",
)


def _living(document: Document) -> Section:
    return Section(
        "Living people",
        (
            paragraph("Whoever is refused or gets no response is asked for a card."),
            table(LIVING_HEAD, living_rows(document)),
        ),
    )


def _trade_off(found: LivenessFindings) -> Section:
    figure = det_figure(found.scores.trials)
    caption = "Of the clips with a response, as the boundary of the fused score moves."
    drawn = plot(svg_of(figure, title="Trade-off of each kind of attack"), caption=caption)
    return Section("Trade-off", (drawn,))


def cue_rows(document: Document) -> list[list[str]]:
    """Give one row for each cue: what is refused with it alone, and what comes without it."""
    rows = []
    for cue, figures in document["cues"].items():
        attacks = {kind: one for kind, one in figures["clips"].items() if kind != LIVE}
        living = figures["clips"][LIVE]
        without = figures["without"]
        worst = without["worst_kind"]
        rows.append(
            [
                _kind(cue),
                f"{sum(one['refused'] for one in attacks.values())}",
                f"{sum(one['refused_alone'] for one in attacks.values())}",
                f"{living['refused']} ({living['refused_alone']})",
                f"{percent(without['apcer'][worst]['value'])} ({_kind(worst)})",
                percent(without["bpcer"]["value"]),
                percent(figures["alone"]["bpcer"]["value"]),
            ]
        )
    return rows


def cues_sentence(document: Document) -> str:
    """Say how cues become one verdict, and what only all together refused."""
    together = document["refused_together"]
    attacks = sum(number for kind, number in together.items() if kind != LIVE)
    return (
        "Every cue that judged must say live, one that must judge and did not means refusal, and "
        "what each falls short of the usual adds up. Refused by that sum and by no single cue: "
        f"{attacks} attacks and {together[LIVE]} clips of living people."
    )


CUE_HEAD = (
    "Cue",
    "Attacks refused",
    "of them by it alone",
    "Living refused (by it alone)",
    "Worst APCER without it",
    "BPCER without it",
    "BPCER if alone",
)


def _cues(found: LivenessFindings, document: Document) -> Section:
    plots = [
        plot(
            svg_of(
                cue_figure(one.cue, found.scores.trials, _boundary(one.cue, found.policy)),
                title=f"What the cue {_kind(one.cue)} measured",
            ),
            caption=(
                f"{_kind(one.cue)}: what it measured. Live is to the right of the dashed line."
            ),
        )
        for one in found.cues
    ]
    return Section(
        "Cues", (paragraph(cues_sentence(document)), table(CUE_HEAD, cue_rows(document)), *plots)
    )


def _boundary(kind: CueKind, policy: LivenessPolicy) -> float | None:
    return next((rule.boundary for rule in policy.rules if rule.kind is kind), None)


def left_out_rows(document: Document) -> list[list[str]]:
    """Give one row for each kind that the boundaries were chosen without."""
    return [
        [_kind(kind), shown_rate(one["apcer"]), shown_rate(one["bpcer"])]
        for kind, one in (document["leave_one_kind_out"] or {}).items()
    ]


LEFT_OUT_HEAD = ("Chosen without", "APCER on it (95 %)", "BPCER (95 %)")


def rule_sentence(document: Document) -> str:
    """Say what the rule is, and what it is worth on people that it did not see."""
    chosen = document["chosen"]
    crossed = chosen["cross_validated"]
    worst = crossed["worst_kind"]
    return (
        "On development people, each cue's boundary is set so that the worst kind is accepted "
        f"least while at most {percent(chosen['bpcer_budget'])} of the living are refused. "
        "Cross-validated over people, boundaries so chosen have a worst APCER of "
        f"{shown_rate(crossed['apcer'][worst])} ({_kind(worst)}) and a BPCER of "
        f"{shown_rate(crossed['bpcer'])}. Chosen without one kind of attack, and tested on it:"
    )


def _chosen(document: Document) -> Iterator[Section]:
    chosen = document["chosen"]
    if chosen is None:
        return
    rows = [[_kind(cue), f"{value:.4g}"] for cue, value in chosen["boundaries"].items()]
    yield Section(
        "Kinds of attack that nothing was chosen on",
        (
            paragraph(rule_sentence(document)),
            table(LEFT_OUT_HEAD, left_out_rows(document)),
            table(("Cue", "Live from"), rows, caption="Chosen with all kinds"),
            table(FUSION_HEAD, fusion_rows(document)),
        ),
    )


def fusion_rows(document: Document) -> list[list[str]]:
    """Give one row for each way to make one verdict of all cues."""
    rows = []
    for fusion, one in document["chosen"]["fusions"].items():
        known = one["cross_validated"]
        worst = known["worst_kind"]
        left_out = {kind: rates["apcer"][kind] for kind, rates in one["left_out"].items()}
        unseen = max(left_out, key=lambda kind: float(left_out[kind]["value"]), default=None)
        rows.append(
            [
                _kind(fusion),
                f"{shown_rate(known['apcer'][worst])} ({_kind(worst)})",
                shown_rate(known["bpcer"]),
                f"{shown_rate(left_out[unseen])} ({_kind(unseen)})" if unseen else "",
            ]
        )
    return rows


FUSION_HEAD = (
    "Fusion, chosen and tested on development people",
    "Worst APCER (95 %)",
    "BPCER (95 %)",
    "Worst APCER of a kind left out",
)


def limits(document: Document) -> list[str]:
    """Say what the figures do not show."""
    if not document["generated"]:
        return [
            document["not_to_be_concluded"],
            "Other cameras, light, people and attacks have other rates.",
        ]
    return [
        (
            f"{document['not_to_be_concluded']} Attacks and walk-ups were rendered from stills; no "
            "real print, screen, mask or person was in front of a camera."
        ),
        (
            "The rates hold for renderings drawn like these. What a renderer leaves out, such as "
            "the face of a living person that moves, or a better print, is in no figure here."
        ),
        "Masks, make-up, deep fakes and injected video are not among the kinds.",
        "Nothing here tells groups of people apart: the stills have no labels for that.",
        "A site measures with its own cameras and recordings before it trusts a face alone.",
    ]


def time_rows(document: Document) -> list[list[str]]:
    """Give when an answer comes, by the clip's own times, and what a frame costs one thread."""
    times = [
        [f"first frame to answer, {_kind(kind)}", *(f"{one[at]:.2f} s" for at in ("p50", "p95"))]
        for kind, one in document["time_to_decision_s"].items()
    ]
    costs = [
        [f"CPU for a frame: {_kind(sight)}", *(f"{one[at]:.1f} ms" for at in ("p50", "p95"))]
        for sight, one in document["frame_cpu_ms"].items()
    ]
    return times + costs


TIME_HEAD = ("Time", "Median", "95 %")


def _speed(document: Document) -> Section:
    said = (
        "When the answer came, by the clip's own times; and what a frame cost one thread, by what "
        "became of it (detection in all; fused ones are embedded as well)."
    )
    return Section("Time", (paragraph(said), table(TIME_HEAD, time_rows(document))))


def _how(document: Document) -> Section:
    data = document["data"]
    clips = ", ".join(f"{number} {_kind(kind)}" for kind, number in data["clips"].items())
    return Section(
        "How it was measured",
        (
            bullets(
                [
                    f"{data['source']}: {clips}; {data['n_people']} people.",
                    f"Pack {document['pack']['pack']}; Faregate {document['version']}.",
                    f"Made at {document['made_at']}.",
                    f"Command: {document['command']}",
                ]
            ),
        ),
    )
