"""report.json: stable keys, each described, and nobody's name."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fakes.face_findings import PEOPLE, made_up_findings
from faregate.bench.face_card import face_card
from faregate.bench.face_page import page_of
from faregate.bench.face_report import document, level_name
from faregate.bench.report import plain_numbers

CONTAINERS = {"product"}
NAMED_FREELY = {
    "fnmr_at_fmr",
    "fnir_at_fpir",
    "fnmr_difference",
    "files",
    "libraries",
    "reasons",
    "det",
}
"""Levels, model files, libraries, reasons and ways are named by what they are."""


@pytest.fixture(scope="module")
def report() -> Mapping[str, Any]:
    """Give the report of a made-up run, as a reader of the file gets it."""
    found = document(
        made_up_findings(),
        made=datetime(2026, 6, 1, 12, tzinfo=UTC),
        version="0.0",
        command="faregate bench faces made-up",
    )
    text: Mapping[str, Any] = json.loads(json.dumps(plain_numbers(found), allow_nan=False))
    return text


def _keys(value: object, within: str = "") -> Iterator[str]:
    """Give every key with a fixed meaning."""
    match value:
        case Mapping():
            free = within in NAMED_FREELY
            for key, inner in value.items():
                if not free:
                    yield key
                yield from _keys(inner, "" if free else key)
        case list():
            for inner in value:
                yield from _keys(inner)
        case _:
            pass


def test_each_key_is_described_and_each_description_has_a_key(
    report: Mapping[str, Any], repository: Path
) -> None:
    """The reference page names the keys that there are, no more and no less."""
    page = (repository / "docs" / "reference" / "bench-faces.md").read_text("utf-8")
    rows = "".join(line for line in page.splitlines() if line.startswith("| `"))
    named = set(re.findall(r"`([a-z0-9_]+)`", rows)) - {"development", "report", "all", "null"}
    keys = set(_keys(report))
    assert keys - named == set()
    assert named - keys - CONTAINERS == set()


def test_keys_that_others_rely_on(report: Mapping[str, Any]) -> None:
    """What the project promised to publish, with counts beside each rate."""
    level = report["fnmr_at_fmr"]["1e-3"]
    assert {"value", "ci95", "threshold", "n_mated", "n_nonmated", "n_people"} <= set(level)
    assert level["n_people"] == PEOPLE
    assert report["lfw_10fold_accuracy"]["pairs_used"] == 2 * PEOPLE
    assert report["fnir_at_fpir"]["1e-1"]["n_people"] == PEOPLE
    for key in ("detect_ms_p50", "embed_ms_p50", "frame_ms_p95", "peak_rss_mib"):
        assert report[key] > 0
    assert report["failure_to_acquire"]["n_failed"] == 0
    assert report["peer"]["failure_to_acquire"]["n_failed"] > 0


def test_a_level_without_enough_comparisons_says_so(report: Mapping[str, Any]) -> None:
    """No figure, and how many comparisons it would take."""
    level = report["fnmr_at_fmr"]["1e-6"]
    assert level["value"] is None
    assert "3,000,000" in level["why"]


def test_better_is_told_from_worse(report: Mapping[str, Any]) -> None:
    """The made-up product misses less than the made-up peer, and fused less than single."""
    assert report["peer"]["fnmr_difference"]["1e-2"]["ci95"][1] < 0
    assert report["fused"]["fnmr_difference"]["1e-2"]["ci95"][1] < 0
    assert report["plain"]["fnmr_difference"]["1e-2"]["value"] == 0


@pytest.mark.parametrize(
    ("rate", "name"), [(0.1, "1e-1"), (1e-3, "1e-3"), (1e-6, "1e-6"), (3e-2, "3e-2")]
)
def test_level_names(rate: float, name: str) -> None:
    """As the keys have them."""
    assert level_name(rate) == name


def test_the_page_says_it_in_words(report: Mapping[str, Any]) -> None:
    """Misses with their bound, both others, each group, and what must not be concluded."""
    page = page_of(report)
    product = report["identification"][0]["at_similarity_min"]
    assert f"{product['n_people_missed']} of {product['n_people']} people were missed" in page
    assert "not above" in page
    for words in ("face_recognition recipe", "plain single-picture", "fewer misses", "No accred"):
        assert words in page
    assert page.count("<svg") == 2
    assert "<script" not in page
    assert "/nowhere" not in page


def test_the_page_without_peer_and_groups(report: Mapping[str, Any]) -> None:
    """What was not measured is left out, not shown as nothing."""
    page = page_of({**report, "peer": None, "plain": None, "groups": [], "det": {}})
    assert "Groups of people" not in page
    assert "Nothing else was measured in this run" in page


def test_the_card_has_a_row_for_each_report(report: Mapping[str, Any]) -> None:
    """Rates with intervals, thresholds, the command, the files, the limits; the same each time."""
    other = {**report, "data": {**report["data"], "chosen_people": "development"}}
    card = face_card([report, other])
    assert card == face_card([report, other])
    for words in (
        "permissive-small, report | 1e-3",
        "permissive-small, development | 1e-3",
        "faregate bench faces made-up",
        "face_detection_yunet_2023mar.onnx",
        "must not be concluded",
        "too good; the report",
        "2026-06-01",
    ):
        assert words in card
    assert card.count("| --- |") >= 8


def test_a_card_without_peer(report: Mapping[str, Any]) -> None:
    """No empty tables."""
    assert "Beside others" not in face_card([{**report, "peer": None, "plain": None}])
