"""Plots of a liveness bench: what each cue measured of whom, and the trade-off of the whole."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.stats import norm

from faregate.bench.liveness_trials import LIVE, Outcome, Trial
from faregate.face.liveness import LIVENESS_MIN, CueKind

_BINS: Final = 40
_CUT: Final = 0.005
"""Of each end of a cue's measures: the plot ends there, and its last bars hold what is beyond."""
_RATES: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4)
_LOWEST: Final = 0.0005
"""A rate of 0 has no place on a scale of normal deviates; it is drawn at this edge."""
# Okabe and Ito's colours, which people with any colour vision tell apart.
_COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")


def scores_by_kind(trials: Sequence[Trial]) -> dict[str, NDArray[np.float64]]:
    """Give the fused scores of the clips with a response; the living first, then attacks."""
    kinds = sorted({trial.label.kind for trial in trials}, key=lambda kind: (kind != LIVE, kind))
    return {
        kind: np.array(
            [
                trial.score
                for trial in trials
                if trial.label.kind == kind and trial.outcome is not Outcome.NO_RESPONSE
            ]
        )
        for kind in kinds
    }


def det_points(
    of_attacks: NDArray[np.float64], of_living: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give APCER and BPCER (K,) at every boundary that changes either, of those who responded."""
    edges = np.unique(np.concatenate([of_attacks, of_living, [LIVENESS_MIN]]))
    accepted = 1.0 - np.searchsorted(np.sort(of_attacks), edges, side="left") / len(of_attacks)
    refused = np.searchsorted(np.sort(of_living), edges, side="left") / len(of_living)
    return accepted, refused


def det_figure(trials: Sequence[Trial]) -> Figure:
    """Draw BPCER over APCER for each kind of attack, the fused score's boundary moving."""
    scores = scores_by_kind(trials)
    of_living = scores.pop(LIVE)
    figure = Figure(figsize=(6.0, 5.0), layout="constrained")
    axes = figure.subplots()
    for (kind, of_attacks), colour in zip(scores.items(), _COLOURS, strict=False):
        if len(of_attacks) and len(of_living):
            accepted, refused = det_points(of_attacks, of_living)
            axes.plot(_deviate(accepted), _deviate(refused), color=colour, label=_shown(kind))
            here = (
                np.mean(of_attacks >= LIVENESS_MIN, keepdims=True),
                np.mean(of_living < LIVENESS_MIN, keepdims=True),
            )
            axes.plot(*map(_deviate, here), "o", color=colour)
    ticks = _deviate(np.array(_RATES))
    names = [f"{rate:.1%}" for rate in _RATES]
    axes.set_xticks(ticks, names, rotation=45)
    axes.set_yticks(ticks, names)
    limits = _deviate(np.array([_LOWEST, 0.5]))
    axes.set_xlim(*limits)
    axes.set_ylim(*limits)
    axes.set_xlabel("APCER: attacks accepted (the left edge is 0)")
    axes.set_ylabel("BPCER: living people refused (the lower edge is 0)")
    axes.grid(visible=True, alpha=0.3)
    axes.legend(title="dot: the boundary in use")
    return figure


def _deviate(rates: NDArray[np.float64]) -> NDArray[np.float64]:
    clipped = np.clip(rates, _LOWEST, 1.0 - _LOWEST)
    found: NDArray[np.float64] = norm.ppf(clipped)
    return found


def cue_figure(
    kind: CueKind, trials: Sequence[Trial], boundary: float | None, *, unit: str = "measure"
) -> Figure:
    """Draw what a cue measured: one row for the living, one for each kind of attack."""
    measures = _measures(kind, trials)
    figure = Figure(figsize=(6.0, 0.6 + 0.75 * len(measures)), layout="constrained")
    rows: list[Axes] = list(figure.subplots(len(measures), sharex=True, squeeze=False)[:, 0])
    every = np.concatenate(list(measures.values()))
    low, high = np.quantile(every, [_CUT, 1.0 - _CUT]) if len(every) else (0.0, 1.0)
    if boundary is not None:
        low, high = min(low, boundary), max(high, boundary)
    edges = np.linspace(low, high if high > low else low + 1.0, _BINS + 1).tolist()
    for axes, (what, values) in zip(rows, measures.items(), strict=True):
        weights = np.full(len(values), 1.0 / max(len(values), 1))
        colour = _COLOURS[0] if what == LIVE else _COLOURS[1]
        axes.hist(np.clip(values, edges[0], edges[-1]), edges, weights=weights, color=colour)
        axes.set_ylabel(_shown(what), rotation=0, ha="right", va="center")
        axes.set_yticks([])
        if boundary is not None:
            axes.axvline(boundary, color="#000000", linestyle="--", linewidth=1)
    rows[-1].set_xlabel(unit)
    return figure


def _measures(kind: CueKind, trials: Sequence[Trial]) -> Mapping[str, NDArray[np.float64]]:
    kinds = sorted({trial.label.kind for trial in trials}, key=lambda one: (one != LIVE, one))
    return {
        what: np.array(
            [
                cue.measure
                for trial in trials
                if trial.label.kind == what
                for cue in trial.cues
                if cue.kind is kind and cue.judged and np.isfinite(cue.measure)
            ]
        )
        for what in kinds
    }


def _shown(kind: str) -> str:
    return kind.replace("_", " ")
