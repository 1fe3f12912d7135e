"""Who may be looked at while choosing, and who only when reporting."""

import hashlib
from enum import StrEnum
from typing import Final

_LABEL: Final = "faregate-bench-people/v1\n"


class Split(StrEnum):
    """What the pictures of a person may be used for."""

    DEVELOPMENT = "development"  # to choose thresholds, weights and ways of doing things
    REPORT = "report"  # to measure what was chosen; nothing is ever chosen on these


def split_of(name: str) -> Split:
    """Give the half that a person belongs to: by the SHA-256 of the name, so for good.

    It depends on nothing else: not on the data set, not on who else is in it. Two data sets that
    hold the same person under the same name put them into the same half.
    """
    # A file name that is not UTF-8 comes with lone surrogates; it is a name like any other.
    first = hashlib.sha256((_LABEL + name).encode("utf-8", "surrogatepass")).digest()[0]
    return Split.REPORT if first & 1 else Split.DEVELOPMENT
