"""An outbox in memory, for tests that are not about the disk. Keeps the contract of `Outbox`."""

from collections.abc import Sequence
from datetime import date, datetime

from faregate.errors import InvalidInputError, MachineError
from faregate.gate.outbox import BATCH_MAX, FROM_THE_START, KEPT_AT_MOST, ROWS_MAX, SpentUse
from faregate.ids import EpochId, PassageId
from faregate.wire.messages import DayClose, DeviceAck, SealedPassage


class Disk:
    """What survives a restart of a `MemoryOutbox`."""

    def __init__(self) -> None:
        """Begin empty."""
        self.boots: dict[int, list[int]] = {}  # boot: [last seq, acknowledged seq]
        self.rows: dict[tuple[int, int], SealedPassage] = {}
        self.spent: dict[bytes, tuple[int, datetime]] = {}
        self.epoch = 0


class MemoryOutbox:
    """The outbox on a `Disk` that is no disk."""

    def __init__(self, disk: Disk, *, device: str, rows_max: int = ROWS_MAX) -> None:
        """Count one boot."""
        self._disk = disk
        self._device = device
        self._rows_max = rows_max
        self._boot = max(disk.boots, default=0) + 1
        disk.boots[self._boot] = [0, 0]

    @property
    def boot(self) -> int:
        """How many times this device has started, this time included."""
        return self._boot

    def next_id(self) -> PassageId:
        """Give the id that the next new passage must have. Takes nothing."""
        return PassageId(self._device, self._boot, self._disk.boots[self._boot][0] + 1)

    def add(self, passage: SealedPassage, spent: Sequence[SpentUse] = ()) -> None:
        """Keep the passage and count its spent uses."""
        if self._disk.rows.get((passage.boot, passage.seq)) == passage:
            return
        if PassageId(passage.device, passage.boot, passage.seq) != self.next_id():
            raise ValueError("another number is next")
        if len(self._disk.rows) >= self._rows_max:
            raise MachineError("outbox_full", "Full.", remedy="Connect.")
        self._disk.rows[passage.boot, passage.seq] = passage
        self._disk.boots[self._boot][0] = passage.seq
        for use in spent:
            uses = self.uses_spent(use.lease_line) + 1
            self._disk.spent[use.lease_line] = (uses, use.not_after)

    def uses_spent(self, lease_line: bytes) -> int:
        """Give how many uses of a lease were spent."""
        return self._disk.spent[lease_line][0] if lease_line in self._disk.spent else 0

    def pending(
        self, limit: int = BATCH_MAX, *, after: tuple[int, int] = FROM_THE_START
    ) -> tuple[SealedPassage, ...]:
        """Give passages that are not acknowledged."""
        waiting = [
            row
            for (boot, seq), row in sorted(self._disk.rows.items())
            if seq > self._disk.boots[boot][1] and (boot, seq) > after
        ]
        return tuple(waiting[:limit])

    def acknowledge(self, ack: DeviceAck) -> None:
        """Stop sending what has arrived."""
        boot = self._disk.boots.get(ack.boot)
        if ack.device != self._device or boot is None or ack.seq > boot[0]:
            raise InvalidInputError("ack_unknown", "Unknown.", remedy="Check.")
        boot[1] = max(boot[1], ack.seq)

    def settle(self, close: DayClose) -> None:
        """Drop what a day close counts."""
        for last in close.last:
            for boot, seq in list(self._disk.rows):
                arrived = seq <= min(last.seq, self._disk.boots[boot][1])
                if (last.device, last.boot) == (self._device, boot) and arrived:
                    del self._disk.rows[boot, seq]

    def forget(self, *, today: date, now: datetime) -> int:
        """Drop what is over its time."""
        disk = self._disk
        disk.spent = {key: kept for key, kept in disk.spent.items() if kept[1] > now}
        first_kept = (today - KEPT_AT_MOST).isoformat()
        old = [key for key, row in disk.rows.items() if row.day < first_kept]
        lost = sum(1 for boot, seq in old if seq > disk.boots[boot][1])
        for key in old:
            del disk.rows[key]
        used = {boot for boot, _ in disk.rows} | {self._boot}
        disk.boots = {boot: kept for boot, kept in disk.boots.items() if boot in used}
        return lost

    def next_epoch(self) -> EpochId:
        """Take the next number of an epoch."""
        self._disk.epoch += 1
        return EpochId(self._disk.epoch)
