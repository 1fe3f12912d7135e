"""The whole path on real faces, where data and models are at hand."""

import json
from datetime import UTC, datetime
from pathlib import Path

from faregate.bench.face_page import page_of
from faregate.bench.face_report import document
from faregate.bench.faces import FacesPlan, Peer, bench_faces
from faregate.bench.people import Split, split_of
from faregate.bench.report import plain_numbers

PEOPLE = 6
PICTURES_MIN = 6


def test_a_few_people_are_told_apart(test_data: Path, test_models: Path, tmp_path: Path) -> None:
    """Six people of the development half: every picture has its face, errors meet low.

    Nobody is mistaken at the pack's own thresholds, and no name stands in the report.
    """
    everyone = sorted((test_data / "faces" / "lfw").iterdir())
    chosen = [
        person
        for person in everyone
        if split_of(person.name) is Split.DEVELOPMENT
        and len(list(person.iterdir())) >= PICTURES_MIN
    ][:PEOPLE]
    for person in chosen:
        (tmp_path / person.name).symlink_to(person)
    seen: list[int] = []
    findings = bench_faces(
        FacesPlan(
            dataset=tmp_path,
            pairs=None,
            groups=None,
            pack="permissive-small",
            models_dir=test_models,
            people=Split.DEVELOPMENT,
            riders=(4,),
            enrolled=3,
            probe=3,
            peer=Peer.LEFT_OUT,
            jobs=2,
            seed=1,
            resamples=100,
            variants=False,
        ),
        on_picture=lambda: seen.append(1),
        on_stage=lambda _stage, _total: None,
    )
    report = plain_numbers(
        document(findings, made=datetime.now(UTC), version="0", command="faregate bench faces")
    )
    assert len(seen) == findings.pictures >= PEOPLE * PICTURES_MIN
    assert report["failure_to_acquire"]["n_failed"] == 0
    assert report["eer"]["value"] < 0.05
    gate = report["identification"][0]["at_similarity_min"]
    assert (gate["n_people"], gate["wrong_rider"]["value"]) == (PEOPLE, 0)
    assert gate["fpir"]["value"] == 0
    text = json.dumps(report) + page_of(report)
    assert not [person.name for person in chosen if person.name in text]
