"""`faregate bench liveness`: clips in, error rates of the product's liveness out."""

from collections.abc import Sequence
from dataclasses import dataclass

from faregate.bench.liveness_fit import cross_validated, fit_boundaries, leave_one_kind_out
from faregate.bench.liveness_rates import liveness_rates
from faregate.bench.liveness_report import Chosen, LivenessFindings, findings
from faregate.bench.liveness_run import OnTrial, PackChoice, run_clips
from faregate.bench.liveness_scores import Scores
from faregate.bench.liveness_trials import LIVE, Clip
from faregate.bench.people import Split
from faregate.errors import InvalidInputError
from faregate.face.liveness import LivenessPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipSet:
    """What to play, and what is known of all of it. `people` is None where nobody divided them."""

    clips: Sequence[Clip]
    generated: bool
    people: Split | None
    seed: int | None
    source: str
    """In words, for the report; no name of anybody and no path of this machine."""


def limited(clip_set: Sequence[Clip], limit: int) -> list[Clip]:
    """Give the first `limit` clips of each kind."""
    kept: list[Clip] = []
    counted: dict[str, int] = {}
    for clip in clip_set:
        kind = clip.label.kind
        counted[kind] = counted.get(kind, 0) + 1
        if counted[kind] <= limit:
            kept.append(clip)
    return kept


def measure_liveness(
    clip_set: ClipSet,
    choice: PackChoice,
    *,
    jobs: int,
    development: Scores | None,
    on_trial: OnTrial,
) -> LivenessFindings:
    """Play all clips and compute everything that the report says.

    `development` are the scores that boundaries are chosen on; without them, and with clips of
    development people, they are chosen on these. Raises `InvalidInputError` where clips would be
    chosen on that are reported, or generated and real ones put together.
    """
    policy = choice.open().liveness_policy
    if development is not None:
        _refuse_mixing(clip_set, choice, development)
    trials = run_clips(choice, clip_set.clips, jobs=jobs, on_trial=on_trial)
    scores = Scores(
        generated=clip_set.generated,
        people=clip_set.people,
        pack=choice.pack,
        trials=tuple(trials),
    )
    return findings(scores, policy, chosen=choose(scores, policy, development))


def choose(scores: Scores, policy: LivenessPolicy, development: Scores | None) -> Chosen | None:
    """Choose boundaries by the rule and test them; None where there is nothing to choose on."""
    if development is None:
        if scores.people is not Split.DEVELOPMENT:
            return None
        development = scores
    kinds = {trial.label.kind for trial in development.trials} - {LIVE}
    if len(kinds) == 1:
        return None  # without its only kind, nothing would be left to choose on
    fit = fit_boundaries(development.trials, policy)
    return Chosen(
        fit=fit,
        development=liveness_rates(development.trials, fit.judge),
        cross_validated=cross_validated(development.trials, policy),
        left_out=leave_one_kind_out(development.trials, scores.trials, policy),
    )


def _refuse_mixing(clip_set: ClipSet, choice: PackChoice, development: Scores) -> None:
    if development.generated is not clip_set.generated:
        raise InvalidInputError(
            "clips_mixed",
            "The scores to choose on and the clips to report on are generated in one case, real "
            "in the other.",
            remedy="Choose and report on clips of one sort: a figure never mixes them.",
        )
    if development.pack != choice.pack:
        raise InvalidInputError(
            "scores_pack",
            f"The scores to choose on are of the pack {development.pack}, not {choice.pack}.",
            remedy="Measure development clips with the same pack first.",
        )
    if development.people is not Split.DEVELOPMENT or clip_set.people is not Split.REPORT:
        raise InvalidInputError(
            "people_split",
            "Boundaries may be chosen on development people alone, and tested on the others.",
            remedy="Choose with --people development, then report with --people report.",
        )
