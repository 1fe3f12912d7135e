"""Plots of `faregate bench faces`, drawn from report.json alone."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from matplotlib.figure import Figure

_STYLES: Final = {"product": ("#0b5fa5", "-"), "plain": ("#c05a00", "--"), "peer": ("#555555", ":")}
_LABELS: Final = {
    "product": "this pack",
    "plain": "the same, plain single pictures",
    "peer": "face_recognition recipe",
}
_LOWEST_MISS: Final = 1e-4


def det_figure(curves: Mapping[str, Sequence[Sequence[float]]], in_use: Sequence[float]) -> Figure:
    """Draw detection error trade-off curves, both axes logarithmic.

    `curves` holds [FMR, FNMR] points by way; `in_use` is the point of the pack's own threshold.
    """
    figure = Figure(figsize=(6.4, 4.6))
    axes = figure.add_subplot()
    for name, points in curves.items():
        shown = [(fmr, max(fnmr, _LOWEST_MISS)) for fmr, fnmr in points if fmr > 0]
        colour, line = _STYLES[name]
        axes.plot(*zip(*shown, strict=True), line, color=colour, label=_LABELS[name])
    fmr, fnmr = in_use
    if fmr > 0 and fnmr > 0:
        axes.plot([fmr], [fnmr], "o", color=_STYLES["product"][0], label="threshold in use")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_ylim(_LOWEST_MISS, 1.0)
    axes.set_xlabel("false match rate (FMR)")
    axes.set_ylabel("false non-match rate (FNMR)")
    axes.grid(visible=True, which="major", color="#dddddd", linewidth=0.6)
    axes.legend(frameon=False)
    return figure


def stages_figure(speed: Mapping[str, Any]) -> Figure:
    """Draw what the median frame spends where, and the peer's whole way."""
    figure = Figure(figsize=(6.4, 1.9))
    axes = figure.add_subplot()
    left = 0.0
    for name, colour in (("detect", "#0b5fa5"), ("passive", "#7fb2dd"), ("embed", "#c05a00")):
        width = speed[name]["p50"]
        if width is not None:
            axes.barh(["this pack"], [width], left=left, color=colour, label=name)
            left += width
    if speed["peer"]["p50"] is not None:
        axes.barh(["recipe"], [speed["peer"]["p50"]], color="#999999", label="whole recipe")
    axes.set_xlabel("ms a frame of 640 x 480, one thread, median")
    axes.legend(frameon=False, ncols=4, loc="upper center", bbox_to_anchor=(0.5, 1.35))
    return figure
