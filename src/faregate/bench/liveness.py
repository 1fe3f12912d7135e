"""`faregate bench liveness`: clips in, error rates of the product's liveness out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from faregate.bench.liveness_doubts import DoubtsRates, compare_doubts, living_measures
from faregate.bench.liveness_fit import (
    TooFewToFitError,
    cross_validated,
    fit_boundaries,
    leave_one_kind_out,
)
from faregate.bench.liveness_rates import liveness_rates
from faregate.bench.liveness_report import Chosen, LivenessFindings, findings
from faregate.bench.liveness_run import OnTrial, PackChoice, run_clips
from faregate.bench.liveness_scores import Scores
from faregate.bench.liveness_trials import Clip, Outcome, Trial
from faregate.bench.people import Split
from faregate.errors import InvalidInputError
from faregate.face.liveness import LIVENESS_MIN, LivenessPolicy, fuse


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
        refuse_mixing(
            development, generated=clip_set.generated, people=clip_set.people, pack=choice.pack
        )
    trials = run_clips(choice, clip_set.clips, jobs=jobs, on_trial=on_trial)
    scores = Scores(
        generated=clip_set.generated,
        people=clip_set.people,
        pack=choice.pack,
        trials=tuple(trials),
    )
    return findings(scores, policy, chosen=choose(scores, policy, development))


def judged_again(scores: Scores, policy: LivenessPolicy) -> Scores:
    """Give the same clips as this policy judges what the cues measured. Nothing is played.

    Right only while the policy requires the same cues: on those it depends when an answer comes.
    """
    return replace(scores, trials=tuple(_judged_again(trial, policy) for trial in scores.trials))


def _judged_again(trial: Trial, policy: LivenessPolicy) -> Trial:
    if trial.outcome is Outcome.NO_RESPONSE:
        return trial
    liveness = fuse(trial.cues, policy)
    outcome = Outcome.LIVE if liveness.score >= LIVENESS_MIN else Outcome.ATTACK
    return replace(trial, outcome=outcome, score=liveness.score, cues=liveness.cues)


def choose(scores: Scores, policy: LivenessPolicy, development: Scores | None) -> Chosen | None:
    """Choose boundaries by the rule and test them; None where there is too little to choose on."""
    if development is None:
        if scores.people is not Split.DEVELOPMENT:
            return None
        development = scores
    try:
        fit = fit_boundaries(development.trials, policy)
        return Chosen(
            fit=fit,
            development=liveness_rates(development.trials, fit.judge),
            cross_validated=cross_validated(development.trials, policy),
            living=living_measures(development.trials),
            doubts=compare_doubts(development.trials, policy),
            left_out=leave_one_kind_out(development.trials, scores.trials, policy),
        )
    except TooFewToFitError:
        return None  # the rates are worth a report all the same


def pooled(several: Sequence[Scores]) -> Scores:
    """Give one or more runs on development people as one.

    A person counts as one by number: rightly where all runs are on the same stills, and as people
    alike where they are not. Raises `InvalidInputError` for other people, and for unlike runs.
    """
    for scores in several:
        _refuse_unlike(several[0], generated=scores.generated, pack=scores.pack)
        if scores.people is not Split.DEVELOPMENT:
            raise InvalidInputError(
                "people_split",
                "Nothing is chosen on people who are reported, nor on people whom nobody divided.",
                remedy="Name reports of faregate bench liveness --people development.",
            )
    return replace(several[0], trials=tuple(trial for run in several for trial in run.trials))


def doubts_of(scores: Scores, policy: LivenessPolicy) -> tuple[DoubtsRates, ...]:
    """Compare sums of doubts. Raises `InvalidInputError` with too few clips."""
    try:
        return compare_doubts(scores.trials, policy)
    except TooFewToFitError as error:
        raise InvalidInputError(
            "doubts_too_few",
            f"{len(scores.trials)} clips are too few to judge some people by others.",
            remedy="Measure more people, and attacks that come near enough to be judged.",
        ) from error


def _refuse_unlike(development: Scores, *, generated: bool, pack: str) -> None:
    if development.generated is not generated:
        raise InvalidInputError(
            "clips_mixed",
            "Some of the clips are generated, and some are recordings.",
            remedy="Choose and report on clips of one sort: a figure never mixes them.",
        )
    if development.pack != pack:
        raise InvalidInputError(
            "scores_pack",
            f"The scores to choose on are of the pack {development.pack}, not {pack}.",
            remedy="Measure development clips with the same pack first.",
        )


def refuse_mixing(development: Scores, *, generated: bool, people: Split | None, pack: str) -> None:
    """Raise `InvalidInputError` where boundaries for such clips may not be chosen on these."""
    _refuse_unlike(development, generated=generated, pack=pack)
    if development.people is not Split.DEVELOPMENT or people is not Split.REPORT:
        raise InvalidInputError(
            "people_split",
            "Boundaries may be chosen on development people alone, and tested on the others.",
            remedy="Choose with --people development, then report with --people report.",
        )
