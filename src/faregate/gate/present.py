"""The riders present at one line: the only templates in the clear, and the only way to a rider.

Promise G4: this module has the one function from a probe to a rider, `PresentRiders.nearest`, and
its only source is admitted leases.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import numpy as np

from faregate.consent.locked import LockedBuffer
from faregate.errors import VerificationError
from faregate.face.template import FaceTemplate
from faregate.gate.decision import LeaseMode, MatchCandidate
from faregate.ids import ConsentId, EpochId, LeaseId, ModelId

PRESENT_MAX: Final = 16
"""Message 5: at most 16 open at once. The measured error rates are for this many."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AdmittedLease:
    """A lease that was checked, and its template T in locked memory. Made by `admission.admit`.

    Whoever holds the lease wipes the template.
    """

    lease_id: LeaseId
    consent_id: ConsentId
    epoch: EpochId
    mode: LeaseMode
    not_before: datetime
    not_after: datetime
    uses: int
    uses_spent: int
    """At this line, before a restart."""

    stop_hash: bytes
    template: LockedBuffer = field(repr=False)


@dataclass(slots=True, eq=False)
class _Present:
    lease: AdmittedLease
    uses_left: int


class PresentRiders:
    """At most `PRESENT_MAX` riders with a live lease. Not thread-safe: its line holds the lock.

    Owns the templates from `add` on, and overwrites each in place with the last use, at the end
    of the lease, on stop, withdrawal, the end of its epoch, or when lists are too old for windows.
    """

    def __init__(self, *, model_id: ModelId, dimension: int) -> None:
        self._model_id = model_id
        self._dimension = dimension
        self._present: dict[LeaseId, _Present] = {}
        # Where each T is spread to float32 for one comparison, and wiped again.
        self._scratch = LockedBuffer(dimension * np.dtype(np.float32).itemsize)

    def __len__(self) -> int:
        return len(self._present)

    @property
    def full(self) -> bool:
        """Whether nobody else can be admitted for now."""
        return len(self._present) >= PRESENT_MAX

    def add(self, lease: AdmittedLease) -> None:
        """Take over an admitted lease, in the place of an older one of the same rider.

        Raises `ValueError` (and takes nothing over) if there is no room, no use left, or the
        lease is there already: admission refuses all of these. Raises `VerificationError` for a
        template of another model's length, or without any direction.
        """
        uses_left = lease.uses - lease.uses_spent
        no_room = self.full and lease.consent_id not in self.since
        if no_room or uses_left < 1 or lease.lease_id in self._present:
            raise ValueError("admission lets no such lease pass")
        if len(lease.template) != self._dimension or not any(lease.template.view):
            raise VerificationError("template_form", "The template is none of this model.")
        self._wipe_if(lambda other: other.consent_id == lease.consent_id)
        self._present[lease.lease_id] = _Present(lease, uses_left)

    @property
    def since(self) -> Mapping[ConsentId, datetime]:
        """Whose lease is here, and from when it is."""
        return {one.lease.consent_id: one.lease.not_before for one in self._present.values()}

    def camera_may_open(self, now: datetime) -> bool:
        """Whether anybody's window is live: without one the face camera stays closed (G9)."""
        return any(
            one.lease.not_before <= now < one.lease.not_after for one in self._present.values()
        )

    def nearest(self, probe: FaceTemplate) -> tuple[MatchCandidate, ...]:
        """Compare a probe with everyone present, best first.

        The probe stays the caller's, to wipe. Raises `ValueError` for one of another model.
        """
        if probe.model_id != self._model_id:
            raise ValueError(f"cannot compare {probe.model_id} with {self._model_id}")
        candidates = [
            MatchCandidate(
                lease_id=lease.lease_id,
                consent_id=lease.consent_id,
                mode=lease.mode,
                similarity=self._similarity(probe, lease.template),
                stop_hash=lease.stop_hash,
                not_before=lease.not_before,
                not_after=lease.not_after,
                uses_left=one.uses_left,
            )
            for one in self._present.values()
            for lease in [one.lease]
        ]
        candidates.sort(key=lambda candidate: -candidate.similarity)
        return tuple(candidates)

    def _similarity(self, probe: FaceTemplate, template: LockedBuffer) -> float:
        quantized = np.frombuffer(template.view, dtype=np.int8)
        spread = np.frombuffer(self._scratch.view, dtype=np.float32)
        np.copyto(spread, quantized)
        cosine = float(probe.vector @ spread) / float(np.sqrt(spread @ spread))
        self._scratch.wipe()
        return cosine

    def spend(self, lease_id: LeaseId) -> None:
        """Count one use; the last one wipes. Raises `KeyError` for a lease that is not here."""
        one = self._present[lease_id]
        one.uses_left -= 1
        if one.uses_left < 1:
            self._wipe_if(lambda lease: lease.lease_id == lease_id)

    def expire(self, now: datetime) -> None:
        """Wipe what is past its lease."""
        self._wipe_if(lambda lease: lease.not_after <= now)

    def stop(self, stop_hashes: Collection[bytes]) -> None:
        """Wipe what riders stopped."""
        self._wipe_if(lambda lease: lease.stop_hash in stop_hashes)

    def withdraw(self, consent_ids: Collection[ConsentId]) -> None:
        """Wipe what rests on a withdrawn consent."""
        self._wipe_if(lambda lease: lease.consent_id in consent_ids)

    def close_windows(self) -> None:
        """Wipe all windows: withdrawals may have happened that this line has not heard of."""
        self._wipe_if(lambda lease: lease.mode is LeaseMode.WINDOW)

    def keep_epochs(self, epochs: Collection[EpochId]) -> None:
        """Wipe what was sealed to an epoch that is over."""
        self._wipe_if(lambda lease: lease.epoch not in epochs)

    def wipe(self) -> None:
        """Wipe everyone: the line shuts down."""
        self._wipe_if(lambda _: True)

    def _wipe_if(self, over: Callable[[AdmittedLease], bool]) -> None:
        for lease_id, one in list(self._present.items()):
            if over(one.lease):
                one.lease.template.wipe()
                del self._present[lease_id]
