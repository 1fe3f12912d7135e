"""Rates in words, for the page and the card of `faregate bench faces`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Report = Mapping[str, Any]
"""A report.json, or a part of it, as read back."""


def percent(value: float | None, *, digits: int = 2) -> str:
    """Write a share as per cent; very small ones as a power of ten.

    >>> percent(0.0123), percent(1e-6), percent(None), percent(0.0)
    ('1.23 %', '1.0e-06', 'not known', '0 %')
    """
    if value is None:
        return "not known"
    if value == 0:
        return "0 %"
    if abs(value) < 10 ** -(digits + 2):
        return f"{value:.1e}"
    return f"{100 * value:.{digits}f} %"


def with_interval(rate: Report) -> str:
    """Write a rate with its interval."""
    if rate.get("value") is None:
        return str(rate.get("why", "not known"))
    low, high = rate["ci95"]
    return f"{percent(rate['value'])} ({percent(low)} to {percent(high)})"


def in_points(rate: Report) -> str:
    """Write a difference of rates with its interval, in percentage points."""
    low, high = rate["ci95"]
    value = rate["value"]
    return f"{100 * value:+.2f} points ({100 * low:+.2f} to {100 * high:+.2f})"


VARIANTS_HEAD = ("", "FMR", "FNMR", "minus one upright crop", "chosen in folds")


def variant_rows(variants: Report) -> Iterator[Sequence[str]]:
    """Give a row for each variant and level; the first column names the variant."""
    for one in variants["ways"]:
        for level, rate in one["fnmr_at_fmr"].items():
            gain = one["fnmr_difference"].get(level)
            yield (
                one["name"],
                level,
                with_interval(rate),
                in_points(gain) if gain else "",
                f"{one['chosen_in_folds']} of 5",
            )


def variants_chosen(variants: Report) -> str:
    """Say what choosing gives on people who were not chosen on."""
    return (
        "Choosing on four fifths of these people and judging on the last, five times over, at a "
        f"false match rate of 1e-3: {percent(variants['fnmr_held_out'])} missed, against "
        f"{percent(variants['fnmr_held_out_plain'])} with one upright crop."
    )


def limits(report: Report) -> Iterator[str]:
    """Say what the figures do not show."""
    data = report["data"]
    yield (
        f"The pictures are those of {data['name']}. Riders at a gate look otherwise, and so do "
        "light, cameras and time between pictures. Measure on your own before you rely on a rate."
    )
    yield (
        "Frames of one approach resemble each other more than pictures taken on different days, "
        "which stand for them here: fusing frames of one approach gains less than fusing these."
    )
    if data["chosen_people"] == "development":
        yield (
            "Development people are there to choose on. Their rates are too good; the report on "
            "the other half is the one to quote."
        )
    yield "A rate of 0 is not never: its interval says what so few people can prove."
    yield (
        "Intervals are over people, by drawing them anew. The data set itself, with its mistakes "
        "of names and its choice of people, is not drawn anew."
    )
    yield "Nothing here is about liveness: a photograph held up is a matter of its own report."
    yield "No accreditation: this is not a test by a laboratory to ISO/IEC 19795."
