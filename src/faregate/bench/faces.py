"""Measure a pack on a folder of people: verification, identification, the peer, speed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.bench.error_rates import Comparisons, compare_all, person_weights
from faregate.bench.face_folder import read_face_folder
from faregate.bench.face_groups import GroupRates, Groups, measure_groups, read_groups
from faregate.bench.face_run import Looked, OnPicture, failures_by_person, look_at_all
from faregate.bench.face_speed import (
    FRAME,
    Speed,
    as_frame,
    memory_mib,
    peak_memory_mib,
    read_some,
    time_stages,
)
from faregate.bench.face_ways import (
    PEER_DISTANCE_MAX,
    OpenWay,
    frame_of,
    open_peer,
    open_product,
)
from faregate.bench.identification import (
    FPIR_LEVELS,
    AtFpir,
    Fused,
    Join,
    Setting,
    at_threshold,
    fused_comparisons,
    has_trials_for,
    rate_over_people,
    run_trials,
    threshold_at_fpir,
)
from faregate.bench.joins import BestSingle, FusedTemplates
from faregate.bench.lfw_pairs import Pairs, TenFold, read_pairs, ten_fold
from faregate.bench.people import Split
from faregate.bench.samples import Embedded
from faregate.bench.verification import (
    Measured,
    Verification,
    difference,
    verify_singles,
)
from faregate.face.pipeline import open_models
from faregate.models.manifest import PackManifest
from faregate.models.pack import VerifiedPack, verify

OnStage = Callable[[str, int | None], None]
"""Told what begins, and of how many pictures."""

PRODUCT: Final = "product"
PLAIN: Final = "plain"
PEER: Final = "peer"

_TIMED: Final = 60
"""Pictures whose stages are timed."""

_FMR_OF_GROUPS: Final = 1e-3


class Peer(StrEnum):
    """Whether the `face_recognition` recipe is measured too."""

    MEASURED = "measured"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class FacesPlan:
    """What to measure, as the command line gives it. `people` None: everyone."""

    dataset: Path
    pairs: Path | None
    groups: Path | None
    pack: str
    models_dir: Path
    people: Split | None
    riders: tuple[int, ...]
    enrolled: int
    probe: int
    peer: Peer
    jobs: int
    seed: int
    resamples: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """One setting: what happens at the threshold in use, and at each rate that can be judged."""

    setting: Setting
    in_use: AtFpir
    levels: Mapping[float, AtFpir]
    trials_mated: int
    trials_nonmated: int
    alike: int
    alike_false: int
    """Comparisons of fused templates of different people, and how many reached the threshold."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OfWay:
    """All that was measured of one way."""

    pictures: int
    failures: Mapping[str, int]
    failure_to_acquire: Measured
    several: int
    verification: Verification
    fused: Verification
    """The same of templates fused from k and m pictures, of people who have so many."""

    ten_fold: TenFold | None
    identified: tuple[Identified, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FusedGain:
    """FNMR of both, with failures to acquire, and the paired difference."""

    fused: Measured
    plain: Measured
    difference: Measured
    people: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measures:
    """All counts. `differences`: by other way and false match rate, ours minus theirs.

    `fused_gain`: by false match rate, the product's fused templates minus the plain way's single
    pictures, of the same people.
    """

    ways: Mapping[str, OfWay]
    differences: Mapping[str, Mapping[float, Measured]]
    fused_gain: Mapping[float, FusedGain]
    groups: Sequence[GroupRates]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FacesFindings:
    """All of it."""

    plan: FacesPlan
    manifest: PackManifest
    people: int
    pictures: int
    passed_over: int
    measures: Measures
    on_pictures: Speed
    on_frames: Speed
    models_mib: float
    peak_mib: float


def bench_faces(plan: FacesPlan, *, on_picture: OnPicture, on_stage: OnStage) -> FacesFindings:
    """Measure everything that `plan` asks for. Pictures and templates stay in memory.

    Raises `InvalidInputError` for a data set, pairs or groups that can't be used, and what
    `faregate.models.pack.verify` raises.
    """
    cv2.setNumThreads(1)  # as a gate runs: its lanes share the processor
    pack = verify(plan.pack, plan.models_dir)
    folder = read_face_folder(plan.dataset, only=plan.people)
    pairs = None if plan.pairs is None else read_pairs(plan.pairs, folder)
    labels = None if plan.groups is None else read_groups(plan.groups, folder)
    before = memory_mib()
    models = open_models(pack, threads=1)
    models.detector.detect(frame_of(np.zeros((*FRAME, 3), np.uint8)))
    models_mib = memory_mib() - before
    ways = _ways(plan, pack)
    on_stage(f"looking at {len(folder.names)} people", len(folder.pictures))
    looked = with_plain(look_at_all(folder, ways, jobs=plan.jobs, on_picture=on_picture))
    measures = measure(looked, plan, pack.manifest, pairs=pairs, labels=labels, on_stage=on_stage)
    for found in looked.values():
        found.embedded.wipe()
    on_stage("timing the stages", None)
    sample = read_some(folder.pictures, number=_TIMED, seed=plan.seed)
    peer = (open_peer(plan.models_dir),) if PEER in ways else ()
    return FacesFindings(
        plan=plan,
        manifest=pack.manifest,
        people=len(folder.names),
        pictures=len(folder.pictures),
        passed_over=folder.passed_over,
        measures=measures,
        on_pictures=time_stages(models, peer, sample),
        on_frames=time_stages(models, peer, [as_frame(pixels) for pixels in sample]),
        models_mib=models_mib,
        peak_mib=peak_memory_mib(),
    )


def measure(
    looked: Mapping[str, Looked],
    plan: FacesPlan,
    manifest: PackManifest,
    *,
    pairs: Pairs | None,
    labels: Groups | None,
    on_stage: OnStage,
) -> Measures:
    """Count everything, from what each way made of the same pictures."""
    people = looked[PRODUCT].embedded.people
    weights = person_weights(people, resamples=plan.resamples, seed=plan.seed)
    ways: dict[str, OfWay] = {}
    groups: Sequence[GroupRates] = ()
    fused_gain: Mapping[float, FusedGain] = {}
    for name, found in looked.items():
        on_stage(f"comparing: {name}", None)
        comparisons = compare_all(found.embedded)
        ways[name] = _of_way(name, found, comparisons, weights, plan, manifest, pairs)
        if name == PRODUCT and labels is not None:
            threshold = _threshold_of_groups(ways[name])
            groups = measure_groups(comparisons, labels, weights, threshold=threshold)
        if name == PLAIN:
            enough = _with_pictures(found.embedded, plan.enrolled + plan.probe)
            fused_gain = _fused_gain(ways[PRODUCT].fused, comparisons, weights, enough)
    return Measures(ways=ways, differences=_differences(ways), fused_gain=fused_gain, groups=groups)


def _ways(plan: FacesPlan, pack: VerifiedPack) -> Mapping[str, OpenWay]:
    """Give what is measured. Fails before the first picture where the peer is not installed."""
    ways: dict[str, OpenWay] = {PRODUCT: lambda: open_product(pack)}
    if plan.peer is Peer.MEASURED:
        open_peer(plan.models_dir)
        ways[PEER] = lambda: open_peer(plan.models_dir)
    return ways


def with_plain(looked: Mapping[str, Looked]) -> Mapping[str, Looked]:
    """Add the plain way: each picture embedded once, as a gate embeds a frame, on both sides."""
    product = looked[PRODUCT]
    plain = replace(product, embedded=replace(product.embedded, references=product.embedded.probes))
    return {PRODUCT: product, PLAIN: plain, **looked}


def _with_pictures(embedded: Embedded, number: int) -> NDArray[np.intp]:
    """Give the people who have so many pictures, whether or not a face is found in each."""
    return np.flatnonzero(np.bincount(embedded.person, minlength=embedded.people) >= number)


def _fused_gain(
    fused: Verification, plain: Comparisons, weights: NDArray[np.int64], people: NDArray[np.intp]
) -> Mapping[float, FusedGain]:
    """Compare with single pictures of those `people` who have enough pictures to fuse."""
    theirs = np.isin(plain.mated_person, people)
    singles = verify_singles(
        replace(plain, mated_person=plain.mated_person[theirs], mated=plain.mated[theirs]),
        weights,
        threshold=fused.at_threshold.threshold,
    )
    return {
        fmr: FusedGain(
            fused=ours.fnmr_user,
            plain=singles.levels[fmr].fnmr_user,
            difference=difference(ours, singles.levels[fmr]),
            people=len(people),
        )
        for fmr, ours in fused.levels.items()
        if fmr in singles.levels and len(people)
    }


def _of_way(
    name: str,
    looked: Looked,
    comparisons: Comparisons,
    weights: NDArray[np.int64],
    plan: FacesPlan,
    manifest: PackManifest,
    pairs: Pairs | None,
) -> OfWay:
    embedded = looked.embedded
    threshold = -PEER_DISTANCE_MAX if name == PEER else manifest.card.similarity_min
    join: Join = BestSingle() if name == PEER else FusedTemplates(manifest.model_id)
    margin_min = 0.0 if name == PEER else manifest.card.margin_min
    failed = failures_by_person(looked)
    pictures = np.bincount(embedded.person, minlength=embedded.people).astype(np.int64)
    return OfWay(
        pictures=len(embedded.person),
        failures=looked.failures,
        failure_to_acquire=rate_over_people(failed, pictures, weights),
        several=looked.several,
        verification=verify_singles(comparisons, weights, threshold=threshold),
        fused=verify_singles(
            fused_comparisons(
                embedded,
                Setting(riders=1, enrolled=plan.enrolled, probe=plan.probe, margin_min=margin_min),
                join,
                seed=plan.seed,
            ),
            weights,
            threshold=threshold,
        ),
        ten_fold=None if pairs is None else ten_fold(embedded, pairs, weights),
        identified=tuple(
            _identified(run_trials(embedded, setting, join, seed=plan.seed), threshold, weights)
            for setting in _settings(plan, margin_min)
        )
        if name != PLAIN
        else (),
    )


def _settings(plan: FacesPlan, margin_min: float) -> Iterator[Setting]:
    """Give what was asked for, then the same with fewer pictures: what fusion is worth."""
    fewest = min(plan.riders)
    asked = [(riders, plan.enrolled, plan.probe) for riders in plan.riders]
    fewer = [(fewest, plan.enrolled, 1), (fewest, 1, 1)]
    for riders, enrolled, probe in dict.fromkeys([*asked, *fewer]):
        yield Setting(riders=riders, enrolled=enrolled, probe=probe, margin_min=margin_min)


def _identified(fused: Fused, threshold: float, weights: NDArray[np.int64]) -> Identified:
    margin_min = fused.setting.margin_min
    return Identified(
        setting=fused.setting,
        in_use=at_threshold(fused, threshold, weights),
        levels={
            fpir: at_threshold(
                fused,
                threshold_at_fpir(fused.nonmated, fpir=fpir, margin_min=margin_min),
                weights,
            )
            for fpir in FPIR_LEVELS
            if has_trials_for(fused, fpir)
        },
        trials_mated=len(fused.mated.person),
        trials_nonmated=len(fused.nonmated.person),
        alike=len(fused.alike),
        alike_false=int((fused.alike >= threshold).sum()),
    )


def _differences(ways: Mapping[str, OfWay]) -> Mapping[str, Mapping[float, Measured]]:
    ours = ways[PRODUCT].verification.levels
    return {
        name: {
            fmr: difference(ours[fmr], theirs)
            for fmr, theirs in way.verification.levels.items()
            if fmr in ours
        }
        for name, way in ways.items()
        if name != PRODUCT
    }


def _threshold_of_groups(product: OfWay) -> float:
    """Take a threshold that leaves something to see: of a false match rate of 1e-3, if it can."""
    levels = product.verification.levels
    at = levels.get(_FMR_OF_GROUPS, product.verification.at_threshold)
    return at.threshold
