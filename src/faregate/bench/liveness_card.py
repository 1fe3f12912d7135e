"""docs/cards/liveness.md, made from reports of `faregate bench liveness`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from faregate.bench.liveness_words import (
    ATTACK_HEAD,
    CUE_HEAD,
    LEFT_OUT_HEAD,
    LIVING_HEAD,
    TIME_HEAD,
    attack_rows,
    cue_rows,
    cues_sentence,
    headline_sentences,
    kind_words,
    left_out_rows,
    limits,
    living_rows,
    rule_sentence,
    time_rows,
)
from faregate.bench.report import markdown_table
from faregate.errors import InvalidInputError

Report = Mapping[str, Any]

_INTRO: Final = """\
How often an attack with somebody's picture is taken for the person, and how often a living person
is refused. Every figure comes from a report of `faregate bench liveness`; the commands are below.
What the words mean: [keys of the report](../reference/bench-liveness.md)."""


def liveness_card(reports: Sequence[Report]) -> str:
    """Give the card as Markdown, a part for each report, in their order.

    Raises `InvalidInputError` for reports on generated and on real clips together.
    """
    if len({report["generated"] for report in reports}) != 1:
        raise InvalidInputError(
            "card_mixed",
            "A card is of generated clips or of recordings, not of both.",
            remedy="Write one card for each.",
        )
    parts = [
        "# Card: liveness",
        "<!-- Written by `faregate bench card`. Do not edit. -->",
        f"**{reports[0]['not_to_be_concluded']}**",
        _INTRO,
        *(part for report in reports for part in _parts(report)),
        "## What must not be concluded",
        _bullets(limits(reports[0])),
        "## How to make it again",
        *(_how(report) for report in reports),
        "How DEVELOPMENT is made: [the guide](../guides/measure-liveness.md).",
    ]
    return "\n\n".join(parts) + "\n"


def _parts(report: Report) -> Iterator[str]:
    data = report["data"]
    clips = ", ".join(f"{number} {kind_words(kind)}" for kind, number in data["clips"].items())
    yield f"## `{report['pack']['pack']}`"
    yield f"{data['source']}: {clips}. Measured on {report['made_at'][:10]}."
    yield _bullets(headline_sentences(report)[1:])
    yield "### Attacks"
    yield markdown_table(ATTACK_HEAD, attack_rows(report))
    yield "### Living people"
    yield markdown_table(LIVING_HEAD, living_rows(report))
    yield "### What each cue adds"
    yield cues_sentence(report)
    yield markdown_table(CUE_HEAD, cue_rows(report))
    yield "### Time"
    yield markdown_table(TIME_HEAD, time_rows(report))
    if report["chosen"] is not None:
        yield "### Kinds of attack that nothing was chosen on"
        yield rule_sentence(report)
        yield markdown_table(LEFT_OUT_HEAD, left_out_rows(report))


def _how(report: Report) -> str:
    lines = [f"    {report['command']}"]
    if report["data"]["seed"] is not None:
        lines.insert(0, f"`{report['pack']['pack']}`, seed {report['data']['seed']}:\n")
    return "\n".join(lines)


def _bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)
