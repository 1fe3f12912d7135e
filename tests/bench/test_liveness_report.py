"""report.json, report.html and scores.json of a liveness bench: stable keys, and nobody's name."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fakes.liveness_trials import POLICY, drawn, scores, silent
from faregate.bench.liveness import choose
from faregate.bench.liveness_card import liveness_card
from faregate.bench.liveness_page import write_findings
from faregate.bench.liveness_report import (
    GENERATED_ONLY,
    Made,
    findings,
    report_document,
)
from faregate.bench.liveness_scores import SCORES_NAME, read_scores
from faregate.bench.liveness_trials import LIVE
from faregate.bench.liveness_words import headline_sentences
from faregate.bench.people import Split
from faregate.errors import InvalidInputError, MachineError
from faregate.face.capture import Sight
from faregate.face.liveness import CueKind

KINDS = ["bent_print", "print", "screen"]
MADE = Made(
    at=datetime(2026, 5, 4, 8, tzinfo=UTC),
    version="9.9",
    command="faregate bench liveness CLIPS --report DIR",
    machine={"processor": "a processor"},
    pack={"pack": "a-pack", "files": {}},
    source="Drawn numbers",
    seed=3,
)
REPORTED = scores([*drawn(KINDS, seed=1, people=10, each=20), silent(LIVE, number=999)])
DEVELOPMENT = scores(drawn(KINDS, seed=2, people=10, each=20), people=Split.DEVELOPMENT)
FOUND = findings(REPORTED, POLICY, chosen=choose(REPORTED, POLICY, DEVELOPMENT))
DOCUMENT = report_document(FOUND, MADE)


def _keys(value: object) -> Iterator[str]:
    """Give every key with a fixed meaning: kinds, cues and sights are data."""
    data = {*KINDS, LIVE, *CueKind, *Sight}
    match value:
        case Mapping():
            for key, inner in value.items():
                if key not in data:
                    yield key
                if key not in {"machine", "pack", "no_response_reasons"}:
                    yield from _keys(inner)
        case list():
            for inner in value:
                yield from _keys(inner)
        case _:
            pass


def test_every_key_is_documented(repository: Path) -> None:
    """The reference names each key of the document, and no key that is not there."""
    text = (repository / "docs" / "reference" / "bench-liveness.md").read_text("utf-8")
    rows = re.findall(r"^\| (`.+?) \|", text, re.MULTILINE)
    documented = {key for row in rows for key in re.findall(r"`(\w+)`", row)}
    used = set(_keys(DOCUMENT))
    prose = set(re.findall(r"`(\w+)`", text))
    assert documented - used == set()
    assert used - prose == set()


def test_the_headline_is_the_worst_kind() -> None:
    """The rate that leads is the highest of all kinds, never a mean."""
    worst = DOCUMENT["worst_kind"]
    assert worst["value"] == max(rate["value"] for rate in DOCUMENT["apcer"].values())
    sentences = headline_sentences(DOCUMENT)
    assert sentences[0] == GENERATED_ONLY
    assert worst["kind"].replace("_", " ") in sentences[1]
    assert "the interval decides" in sentences[-1]


def test_says_when_nothing_was_chosen() -> None:
    """A run on report people alone has no boundaries of its own."""
    bare = report_document(findings(REPORTED, POLICY), MADE)
    assert (bare["chosen"], bare["leave_one_kind_out"]) == (None, None)


def test_development_clips_are_chosen_on_themselves() -> None:
    """Their own report tells what the rule is worth, cross-validated over people."""
    chosen = choose(DEVELOPMENT, POLICY, None)
    assert chosen is not None
    assert {one.kind for one in chosen.left_out} == set(KINDS)
    assert choose(REPORTED, POLICY, None) is None


def test_one_kind_alone_is_not_left_out() -> None:
    """With nothing left to choose on, nothing is chosen."""
    only = scores(drawn(["print"], seed=1), people=Split.DEVELOPMENT)
    assert choose(only, POLICY, None) is None


def test_files_are_complete_and_load_nothing(tmp_path: Path) -> None:
    """Three files; the page has its plots inside, no script and no address to load from."""
    write_findings(tmp_path, FOUND, MADE)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "report.html",
        "report.json",
        SCORES_NAME,
    ]
    page = (tmp_path / "report.html").read_text("utf-8")
    assert page.count("<svg") == 3
    assert page.index(GENERATED_ONLY) < page.index("<table")
    assert "<script" not in page
    assert re.findall(r"""(?:src|href)\s*=\s*["'](?!#)[^"']*""", page) == []
    kept = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert kept["worst_kind"]["kind"] == DOCUMENT["worst_kind"]["kind"]


def test_scores_come_back(tmp_path: Path) -> None:
    """What is chosen on scores from a file is what would be chosen on the trials."""
    write_findings(tmp_path, FOUND, MADE)
    back = read_scores(tmp_path)
    assert (back.generated, back.people, back.pack) == (True, Split.REPORT, "a-pack")
    again = report_document(findings(back, POLICY), MADE)
    for key in ("apcer", "bpcer", "apnrr", "bpnrr", "worst_kind", "cues", "no_response_reasons"):
        assert again[key] == DOCUMENT[key]


def _spoiled(**changes: object) -> str:
    document: dict[str, Any] = {
        "format": "faregate-bench-liveness-scores/v1",
        "generated": True,
        "people": None,
        "pack": "a-pack",
        "clips": [],
    }
    return json.dumps({**document, **changes})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "scores_unreadable"),
        ("[]", "scores_unreadable"),
        (_spoiled(format="faregate-bench-liveness/v1"), "scores_format"),
        (_spoiled(people="everybody"), "scores_unreadable"),
        (_spoiled(clips=[{}]), "scores_unreadable"),
        (_spoiled(clips=7), "scores_unreadable"),
    ],
)
def test_refuses_what_are_no_scores(tmp_path: Path, text: str, code: str) -> None:
    """One clear error, with what to give instead."""
    path = tmp_path / SCORES_NAME
    path.write_text(text, "utf-8")
    with pytest.raises(InvalidInputError) as caught:
        read_scores(path)
    assert caught.value.code == code


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A report that can't be kept is an error of the machine."""
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(MachineError, match="report_unwritable"):
        write_findings(tmp_path / "file", FOUND, MADE)


def test_the_card_is_made_of_the_report_alone() -> None:
    """It says at the top what it does not prove, then the worst kind, and how to make it again."""
    text = liveness_card([DOCUMENT])
    assert text.index(GENERATED_ONLY) < text.index("Worst kind of attack")
    assert MADE.command in text
    for kind in KINDS:
        assert f"| {kind.replace('_', ' ')} | " in text
    assert liveness_card([json.loads(json.dumps(DOCUMENT))]) == text


def test_a_card_never_mixes_generated_and_real() -> None:
    """Two reports, one of each sort, are refused."""
    with pytest.raises(InvalidInputError, match="card_mixed"):
        liveness_card([DOCUMENT, {**DOCUMENT, "generated": False}])
