"""Rates in words, for the page, the card and the command line of a liveness bench."""

from collections.abc import Mapping
from typing import Any

from faregate.bench.liveness_trials import LIVE

Document = Mapping[str, Any]
"""A report.json, or a part of it."""


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
            f"Worst kind of attack: {kind_words(worst['kind'])}, accepted in "
            f"{worst['accepted']} of {worst['n']} clips: APCER {shown_rate(worst)}."
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
        kinds = ", ".join(kind_words(kind) for kind in document["decided_by_interval"])
        sentences.append(
            f"Fewer than {document['clips_min']} clips of {kinds}: there the interval decides, "
            f"not the rate."
        )
    return sentences


def _aim(aims: Document) -> str:
    if aims["proven_at_95"]:
        return "met, at 95 % confidence for each of the two"
    return "met by the rates, but not proven by so many clips" if aims["met"] else "missed"


def kind_words(kind: str) -> str:
    """Write the name of a kind or a cue as a reader wants it."""
    return kind.replace("_", " ")


def attack_rows(document: Document) -> list[list[str]]:
    """Give one row for each kind of attack."""
    return [
        [
            kind_words(kind),
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
                kind_words(cue),
                f"{sum(one['refused'] for one in attacks.values())}",
                f"{sum(one['refused_alone'] for one in attacks.values())}",
                f"{living['refused']} ({living['refused_alone']})",
                f"{percent(without['apcer'][worst]['value'])} ({kind_words(worst)})",
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


def left_out_rows(document: Document) -> list[list[str]]:
    """Give one row for each kind that the boundaries were chosen without."""
    return [
        [kind_words(kind), shown_rate(one["apcer"]), shown_rate(one["bpcer"])]
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
        f"{shown_rate(crossed['apcer'][worst])} ({kind_words(worst)}) and a BPCER of "
        f"{shown_rate(crossed['bpcer'])}. Chosen without one kind of attack, and tested on it:"
    )


LIVING_MEASURES_HEAD = ("Cue", "Median of the living", "Standard deviation", "Clips")


def living_measures_rows(chosen: Document) -> list[list[str]]:
    """Give one row for each cue: what `Usual` of the product's policy is taken from."""
    return [
        [kind_words(cue), f"{one['middle']:.4g}", f"{one['spread']:.3g}", f"{one['n']}"]
        for cue, one in chosen["living"].items()
    ]


DOUBTS_SENTENCE = (
    "How far the cues may fall short of the usual in all, in standard deviations; beside it, "
    "boundaries alone, which may refuse as many of the living; cross-validated over people."
)

DOUBTS_HEAD = (
    "Doubts at most",
    "Living refused",
    "Attacks accepted",
    "Boundaries alone: living refused",
    "attacks accepted",
)


def doubts_rows(chosen: Document) -> list[list[str]]:
    """Give one row for each sum of doubts, beside boundaries alone that refuse as many."""
    return [
        [f"{one['doubts_max']:g}", *_counted(one["together"]), *_counted(one["boundaries_alone"])]
        for one in chosen["doubts"]
    ]


def _counted(rates: Document) -> tuple[str, str]:
    """Give how many of the living are refused, and how many attacks of which kinds pass."""

    def count(rate: Document) -> int:
        return round(float(rate["value"]) * int(rate["n"]))

    passed = {kind_words(kind): count(rate) for kind, rate in rates["apcer"].items()}
    named = ", ".join(f"{number} {kind}" for kind, number in passed.items() if number)
    return f"{count(rates['bpcer'])} of {rates['bpcer']['n']}", named or "none"


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
        [
            f"first frame to answer, {kind_words(kind)}",
            *(f"{one[at]:.2f} s" for at in ("p50", "p95")),
        ]
        for kind, one in document["time_to_decision_s"].items()
    ]
    costs = [
        [f"CPU for a frame: {kind_words(sight)}", *(f"{one[at]:.1f} ms" for at in ("p50", "p95"))]
        for sight, one in document["frame_cpu_ms"].items()
    ]
    return times + costs


TIME_HEAD = ("Time", "Median", "95 %")
