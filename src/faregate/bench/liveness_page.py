"""report.html of a liveness bench: made from report.json and the scores, with plots."""

from collections.abc import Iterator
from pathlib import Path

from faregate.bench.liveness_plots import cue_figure, det_figure
from faregate.bench.liveness_report import LivenessFindings, Made, report_document
from faregate.bench.liveness_scores import write_scores
from faregate.bench.liveness_words import (
    ATTACK_HEAD,
    CUE_HEAD,
    DOUBTS_HEAD,
    DOUBTS_SENTENCE,
    LEFT_OUT_HEAD,
    LIVING_HEAD,
    LIVING_MEASURES_HEAD,
    TIME_HEAD,
    Document,
    attack_rows,
    cue_rows,
    cues_sentence,
    doubts_rows,
    headline_sentences,
    kind_words,
    left_out_rows,
    limits,
    living_measures_rows,
    living_rows,
    rule_sentence,
    time_rows,
)
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


def _headline(document: Document) -> Section:
    return Section("In short", (bullets(headline_sentences(document)),))


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


def _cues(found: LivenessFindings, document: Document) -> Section:
    plots = [
        plot(
            svg_of(
                cue_figure(one.cue, found.scores.trials, _boundary(one.cue, found.policy)),
                title=f"What the cue {kind_words(one.cue)} measured",
            ),
            caption=(
                f"{kind_words(one.cue)}: what it measured. Live is to the right of the dashed line."
            ),
        )
        for one in found.cues
    ]
    return Section(
        "Cues", (paragraph(cues_sentence(document)), table(CUE_HEAD, cue_rows(document)), *plots)
    )


def _boundary(kind: CueKind, policy: LivenessPolicy) -> float | None:
    return next((rule.boundary for rule in policy.rules if rule.kind is kind), None)


def _chosen(document: Document) -> Iterator[Section]:
    chosen = document["chosen"]
    if chosen is None:
        return
    rows = [[kind_words(cue), f"{value:.4g}"] for cue, value in chosen["boundaries"].items()]
    yield Section(
        "Kinds of attack that nothing was chosen on",
        (
            paragraph(rule_sentence(document)),
            table(LEFT_OUT_HEAD, left_out_rows(document)),
            table(("Cue", "Live from"), rows, caption="Chosen with all kinds"),
        ),
    )
    yield Section(
        "Doubts that add up, on development people",
        (
            paragraph(DOUBTS_SENTENCE),
            table(LIVING_MEASURES_HEAD, living_measures_rows(chosen)),
            table(DOUBTS_HEAD, doubts_rows(chosen)),
        ),
    )


def _speed(document: Document) -> Section:
    said = (
        "When the answer came, by the clip's own times; and what a frame cost one thread, by what "
        "became of it (detection in all; fused ones are embedded as well)."
    )
    return Section("Time", (paragraph(said), table(TIME_HEAD, time_rows(document))))


def _how(document: Document) -> Section:
    data = document["data"]
    clips = ", ".join(f"{number} {kind_words(kind)}" for kind, number in data["clips"].items())
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
