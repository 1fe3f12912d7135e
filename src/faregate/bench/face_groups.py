"""Differences between groups of people (ISO/IEC 19795-10), where a list says who is in which.

In the bench alone: the product never classifies anybody, and a report names groups, not people.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from faregate.bench.error_rates import Comparisons
from faregate.bench.face_folder import FaceFolder
from faregate.bench.verification import AtThreshold, verify_singles
from faregate.errors import InvalidInputError

_BYTES_MAX: Final = 32 * 2**20
_GROUPS_MAX: Final = 50
_COLUMNS: Final = ["person", "group"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Groups:
    """`group` (P,) numbers the group of each person, -1 for none, in the order of `names`."""

    names: tuple[str, ...]
    group: NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupRates:
    """Both errors within one group, at the threshold of all people together.

    A non-mated comparison here is of two people of the group.
    """

    group: str
    people: int
    mated: int
    nonmated: int
    rates: AtThreshold


def read_groups(path: Path, folder: FaceFolder) -> Groups:
    """Read a CSV file with the columns person and group. Raises `InvalidInputError`.

    People of the list who are not in the folder are passed over; so are people without a group.
    """
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream.read(_BYTES_MAX).splitlines())
            columns = list(reader.fieldnames or ())
            rows = [(row.get("person") or "", row.get("group") or "") for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInputError(
            "groups_unreadable", f"{path} can't be read: {error}.", remedy="Check --groups."
        ) from error
    if not set(_COLUMNS) <= set(columns):
        raise InvalidInputError(
            "groups_columns",
            f"{path} lacks the columns person and group.",
            remedy="Begin it with the line: person,group",
        )
    listed = {person: group for person, group in rows if person and group}
    names = tuple(sorted({listed[name] for name in folder.names if name in listed}))
    if not 0 < len(names) <= _GROUPS_MAX:
        raise InvalidInputError(
            "groups_absent",
            f"{path} puts the people of the folder into {len(names)} groups.",
            remedy=f"Name people as their folders are called, in 1 to {_GROUPS_MAX} groups.",
        )
    number = {name: index for index, name in enumerate(names)}
    return Groups(
        names=names,
        group=np.array([number.get(listed.get(name, ""), -1) for name in folder.names], np.intp),
    )


def within(comparisons: Comparisons, members: NDArray[np.bool_]) -> Comparisons:
    """Leave the comparisons among `members` (P,) only."""
    mated = members[comparisons.mated_person]
    nonmated = members[comparisons.one] & members[comparisons.other]
    return replace(
        comparisons,
        mated_person=comparisons.mated_person[mated],
        mated=comparisons.mated[mated],
        nonmated=comparisons.nonmated[nonmated],
        one=comparisons.one[nonmated],
        other=comparisons.other[nonmated],
        acquired=np.where(members, comparisons.acquired, 0),
    )


def measure_groups(
    comparisons: Comparisons, groups: Groups, weights: NDArray[np.int64], *, threshold: float
) -> Sequence[GroupRates]:
    """Measure each group by itself at one threshold for all."""
    found = []
    for number, name in enumerate(groups.names):
        members = groups.group == number
        theirs = within(comparisons, members)
        rates = verify_singles(theirs, weights, threshold=threshold, levels=())
        found.append(
            GroupRates(
                group=name,
                people=int(members.sum()),
                mated=rates.mated,
                nonmated=rates.nonmated,
                rates=rates.at_threshold,
            )
        )
    return found
