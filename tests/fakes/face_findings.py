"""A whole run of `faregate bench faces` on people made of numbers: no picture, no model."""

from pathlib import Path

import numpy as np

from fakes.faces_in_numbers import made_up_people
from faregate.bench.face_groups import Groups
from faregate.bench.face_run import NO_FACE, Looked
from faregate.bench.face_speed import Speed, StageTimes
from faregate.bench.faces import PEER, PRODUCT, FacesFindings, FacesPlan, Peer, measure, with_plain
from faregate.bench.lfw_pairs import Pairs
from faregate.bench.people import Split
from faregate.bench.samples import Embedded
from faregate.models.manifest import shipped_manifests

PEOPLE, PICTURES = 40, 6


def looked_at(embedded: Embedded) -> Looked:
    """Say that a way made this of the pictures."""
    missing = int((~embedded.acquired).sum())
    return Looked(embedded=embedded, failures={NO_FACE: missing}, several=3)


def some_pairs() -> Pairs:
    """Pair the first two pictures of everyone, and the first with the next person's."""
    first = np.arange(PEOPLE, dtype=np.intp) * PICTURES
    return Pairs(
        one=np.concatenate([first, first]),
        other=np.concatenate([first + 1, np.roll(first, 1)]),
        mated=np.repeat([True, False], PEOPLE),
        fold=np.tile(np.arange(PEOPLE, dtype=np.intp) % 10, 2),
        folds=10,
        skipped=7,
    )


def made_up_findings() -> FacesFindings:
    """Measure them: the product's templates are better than the peer's, which also lacks some."""
    shipped = {manifest.pack: manifest for manifest in shipped_manifests()}
    plan = FacesPlan(
        dataset=Path("/nowhere/made-up"),
        pairs=Path("/nowhere/pairs.txt"),
        groups=Path("/nowhere/groups.csv"),
        pack="permissive-small",
        models_dir=Path("/nowhere/models"),
        people=Split.REPORT,
        riders=(4, 8),
        enrolled=3,
        probe=3,
        peer=Peer.MEASURED,
        jobs=1,
        seed=0,
        resamples=100,
    )
    looked = with_plain(
        {
            PRODUCT: looked_at(made_up_people(PEOPLE, pictures=PICTURES, noise=1.0)),
            PEER: looked_at(made_up_people(PEOPLE, pictures=PICTURES, noise=1.6, missing=0.02)),
        }
    )
    groups = Groups(names=("a", "b"), group=np.arange(PEOPLE, dtype=np.intp) % 2)
    measures = measure(
        looked,
        plan,
        shipped[plan.pack],
        pairs=some_pairs(),
        labels=groups,
        on_stage=lambda _stage, _total: None,
    )
    stage = StageTimes(p50=2.0, p95=3.0, cpu_p50=1.5)
    speed = Speed(pictures=9, detect=stage, passive=stage, embed=stage, total=stage, peer=stage)
    return FacesFindings(
        plan=plan,
        manifest=shipped[plan.pack],
        people=PEOPLE,
        pictures=PEOPLE * PICTURES,
        passed_over=1,
        measures=measures,
        on_pictures=speed,
        on_frames=speed,
        models_mib=50.0,
        peak_mib=300.0,
    )
