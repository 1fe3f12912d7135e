"""Names for things. Text ids are public names; random ids are base64url of 16 random bytes.

This module makes no id: randomness is handed in by the part that owns the thing.
"""

import re
from dataclasses import dataclass
from typing import Final, NewType, Self

from faregate.errors import InvalidInputError

DeploymentId = NewType("DeploymentId", str)
LineId = NewType("LineId", str)  # one gate line: a row of lanes, one process
LaneId = NewType("LaneId", str)
KioskId = NewType("KioskId", str)
CameraId = NewType("CameraId", str)
ModelId = NewType("ModelId", str)  # the pack and embedder that made a template
ConsentId = NewType("ConsentId", str)  # all a gate ever knows of a rider; random
LeaseId = NewType("LeaseId", str)  # random
AccountId = NewType("AccountId", str)  # who pays; the office knows it, gates never do
EpochId = NewType("EpochId", int)  # counts up per line, never reused
Locator = NewType("Locator", str)  # where a sealed record lies; random to everyone but its rider
ReceiptId = NewType("ReceiptId", str)  # random, one per ride

_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?")
_COUNT: Final = re.compile(r"[1-9][0-9]{0,15}")


def check_name(text: str, *, what: str) -> str:
    """Return `text` if it may name a deployment, line, lane, kiosk or camera; else raise.

    At most 48 characters: lower-case letters, digits and inner hyphens. The bound keeps the
    largest legal lease inside its fixed size.

    >>> check_name("harbour-1", what="line")
    'harbour-1'
    """
    if _NAME.fullmatch(text) is None:
        raise InvalidInputError(
            "name",
            f"{text!r} cannot name a {what}.",
            remedy="Use 1 to 48 lower-case letters, digits and inner hyphens.",
        )
    return text


@dataclass(frozen=True, slots=True, order=True)
class PassageId:
    """One event of one device: `seq` counts from 1 without gaps within a (device, boot)."""

    device: str
    boot: int
    seq: int

    def __str__(self) -> str:
        return f"{self.device}/{self.boot}/{self.seq}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read back `str(passage_id)`, its one spelling. Raises `InvalidInputError`."""
        match text.rsplit("/", 2):
            case [device, boot, seq] if _COUNT.fullmatch(boot) and _COUNT.fullmatch(seq):
                return cls(check_name(device, what="device"), int(boot), int(seq))
            case _:
                raise InvalidInputError(
                    "passage_id",
                    "A text is not a passage id.",
                    remedy="It looks like harbour-1/3/42: device, boot, sequence number.",
                )
