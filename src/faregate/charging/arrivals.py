"""Which events of which device have arrived: recognises retries, knows gaps, acknowledges.

Every function works inside the caller's transaction. Nothing here names a rider.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, delete, exists, func, select, tuple_
from sqlalchemy.dialects.sqlite import insert

from faregate.charging.schema import DEVICES, RECEIVED
from faregate.ids import LineId
from faregate.wire.canonical import sha256
from faregate.wire.messages import DeviceAck, SealedPassage

_GAPS_MAX: Final = 64
_ACKS_MAX: Final = 64


class Arrival(StrEnum):
    """What is known of an event that comes in. Ordered as the checks run."""

    OTHER_LINE = "other_line"  # the device belongs to another line
    SAME = "same"
    OTHER_BODY = "other_body"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Gap:
    """Events that must exist, for later ones have arrived: `first` to `last`, inclusive."""

    device: str
    boot: int
    first: int
    last: int


def find(connection: Connection, sealed: SealedPassage) -> Arrival:
    """Tell whether this event has arrived before, and with this body."""
    device = connection.execute(
        select(DEVICES).where(DEVICES.c.device == sealed.device, DEVICES.c.boot == sealed.boot)
    ).one_or_none()
    if device is not None and device.line != sealed.line:
        return Arrival.OTHER_LINE
    digest = connection.scalar(
        select(RECEIVED.c.digest).where(
            RECEIVED.c.device == sealed.device,
            RECEIVED.c.boot == sealed.boot,
            RECEIVED.c.seq == sealed.seq,
        )
    )
    if digest is not None:
        return Arrival.SAME if digest == _digest(sealed) else Arrival.OTHER_BODY
    # Below the mark without a digest: its day is closed, and the mark alone remembers it.
    known = device is not None and sealed.seq <= device.contiguous
    return Arrival.SAME if known else Arrival.NEW


def keep(connection: Connection, sealed: SealedPassage) -> None:
    """Remember a new event, and move its device's mark over all that now has no gap before it."""
    connection.execute(
        insert(RECEIVED).values(
            device=sealed.device, boot=sealed.boot, seq=sealed.seq, digest=_digest(sealed)
        )
    )
    connection.execute(
        insert(DEVICES)
        .values(
            device=sealed.device,
            boot=sealed.boot,
            line=sealed.line,
            contiguous=0,
            head_day=sealed.day,
        )
        .on_conflict_do_nothing()
    )
    of_boot = (DEVICES.c.device == sealed.device, DEVICES.c.boot == sealed.boot)
    mark = connection.scalars(select(DEVICES.c.contiguous).where(*of_boot)).one()
    for seq in _beyond(connection, sealed.device, sealed.boot, mark):
        if seq != mark + 1:
            break
        mark = seq
    connection.execute(
        DEVICES.update()
        .where(*of_boot)
        .values(contiguous=mark, head_day=func.max(DEVICES.c.head_day, sealed.day))
    )


def acks(connection: Connection, passages: Sequence[SealedPassage]) -> tuple[DeviceAck, ...]:
    """Give the marks of the devices and boots that a batch names, as far as they are known."""
    named = {(one.device, one.boot) for one in passages}
    known = connection.execute(
        select(DEVICES)
        .where(tuple_(DEVICES.c.device, DEVICES.c.boot).in_(named))
        .order_by(DEVICES.c.device, DEVICES.c.boot)
    )
    return tuple(DeviceAck(device=row.device, boot=row.boot, seq=row.contiguous) for row in known)


def marks_of(connection: Connection, line: LineId) -> list[DeviceAck]:
    """Give the marks of a line's devices, the newest boots first; at most 64."""
    rows = connection.execute(
        select(DEVICES)
        .where(DEVICES.c.line == line)
        .order_by(DEVICES.c.boot.desc(), DEVICES.c.device)
        .limit(_ACKS_MAX)
    )
    return [DeviceAck(device=row.device, boot=row.boot, seq=row.contiguous) for row in rows]


def gaps(connection: Connection) -> tuple[Gap, ...]:
    """List what is missing, at most 64 gaps: numbers below others that have arrived."""
    found: list[Gap] = []
    for device in connection.execute(select(DEVICES).order_by(DEVICES.c.device, DEVICES.c.boot)):
        expected = device.contiguous + 1
        for seq in _beyond(connection, device.device, device.boot, device.contiguous):
            if seq > expected:
                found.append(Gap(device.device, device.boot, expected, seq - 1))
            expected = seq + 1
    return tuple(found[:_GAPS_MAX])


def is_past(connection: Connection, line: LineId, day: date) -> bool:
    """Tell whether a line has nothing more to deliver for `day` or earlier.

    Outboxes deliver in order, so it has when no number is missing and each device's newest boot
    has sent an event sealed under a later day's key. A silent line has not.
    """
    newest = select(func.max(DEVICES.c.head_day)).where(DEVICES.c.line == line)
    heads = connection.scalars(newest.group_by(DEVICES.c.device)).all()
    missing = connection.scalar(
        select(
            exists().where(
                DEVICES.c.line == line,
                RECEIVED.c.device == DEVICES.c.device,
                RECEIVED.c.boot == DEVICES.c.boot,
                RECEIVED.c.seq > DEVICES.c.contiguous,
            )
        )
    )
    return bool(heads) and all(head > day.isoformat() for head in heads) and not missing


def forget_acknowledged(connection: Connection) -> None:
    """Drop the digests of what was acknowledged: from now on the mark alone knows a retry."""
    acknowledged = (
        select(DEVICES.c.contiguous)
        .where(DEVICES.c.device == RECEIVED.c.device, DEVICES.c.boot == RECEIVED.c.boot)
        .scalar_subquery()
    )
    connection.execute(delete(RECEIVED).where(RECEIVED.c.seq <= acknowledged))


def _beyond(connection: Connection, device: str, boot: int, mark: int) -> Sequence[int]:
    return connection.scalars(
        select(RECEIVED.c.seq)
        .where(RECEIVED.c.device == device, RECEIVED.c.boot == boot, RECEIVED.c.seq > mark)
        .order_by(RECEIVED.c.seq)
    ).all()


def _digest(sealed: SealedPassage) -> bytes:
    return sha256(sealed.jcs())
