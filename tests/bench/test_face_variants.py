"""Variants: what each embeds, and a choice that is judged on people not chosen on."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from fakes.faces_in_numbers import made_up_people
from faregate.bench.error_rates import person_weights
from faregate.bench.face_folder import FaceFolder
from faregate.bench.face_variants import PLAIN, VARIANTS, compare_variants, embed_variants
from faregate.bench.faces import FacesPlan, Peer, bench_faces
from faregate.errors import InvalidInputError
from faregate.face.pipeline import open_models
from faregate.models.pack import verify
from faregate.scenes.portraits import rider_a, rider_b


def test_the_better_way_is_chosen_and_judged_elsewhere() -> None:
    """Less noise is better: chosen in every fold, and better on the people left out."""
    people = 40
    found = compare_variants(
        {
            PLAIN: made_up_people(people, pictures=5, noise=1.4),
            "clearer": made_up_people(people, pictures=5, noise=1.1),
            "worse": made_up_people(people, pictures=5, noise=2.0),
        },
        person_weights(people, resamples=100, seed=1),
    )
    rates = {one.name: one for one in found.rates}
    assert [rates[name].chosen for name in (PLAIN, "clearer", "worse")] == [0, 5, 0]
    assert rates["clearer"].gain[1e-3].interval.high < 0 < rates["worse"].gain[1e-3].interval.low
    assert rates[PLAIN].gain[1e-3].value == 0.0
    assert found.held_out < found.held_out_plain


def test_every_variant_sees_the_same_person(tmp_path: Path) -> None:
    """Each way's vectors are of unit length, like the plain one, and unlike the other person's."""
    pictures = []
    for number, portrait in enumerate((rider_a(), rider_b())):
        pictures.append(tmp_path / f"{number}.png")
        cv2.imwrite(str(pictures[-1]), portrait.pixels[:, :, ::-1])
    (tmp_path / "broken.png").write_bytes(b"no picture")
    folder = FaceFolder(
        names=("a", "b"),
        pictures=(*pictures, tmp_path / "broken.png"),
        person=np.array([0, 1, 1]),
        passed_over=0,
    )
    seen: list[int] = []
    made = embed_variants(
        folder,
        open_models(verify("pip-offline", tmp_path), threads=1),
        on_picture=lambda: seen.append(1),
    )
    assert len(seen) == 2
    assert made.keys() == VARIANTS.keys()
    plain = made[PLAIN].probes
    for one in made.values():
        assert one.acquired.tolist() == [True, True, False]
        np.testing.assert_allclose(np.linalg.norm(one.probes[:2], axis=1), 1.0, atol=1e-3)
        same = (one.probes[:2] * plain[:2]).sum(axis=1)
        assert (same > 0.9).all()
        assert (same > (one.probes[:2] * plain[1::-1]).sum(axis=1)).all()


def test_who_is_reported_is_never_chosen_on(tmp_path: Path) -> None:
    """Neither on the report half nor on everyone."""
    plan = FacesPlan(
        dataset=tmp_path,
        pairs=None,
        groups=None,
        pack="pip-offline",
        models_dir=tmp_path,
        people=None,
        riders=(4,),
        enrolled=3,
        probe=3,
        peer=Peer.LEFT_OUT,
        jobs=1,
        seed=1,
        resamples=100,
        variants=True,
    )
    with pytest.raises(InvalidInputError, match="development people alone"):
        bench_faces(plan, on_picture=lambda: None, on_stage=lambda _stage, _total: None)
