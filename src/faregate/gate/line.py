"""One gate line: what it knows and holds, what it decides, and what it writes down.

It decides alone, with or without the office. `gate.rounds` keeps it supplied; `gate.lane` looks
at people and moves the turnstile.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from faregate.clock import Clock
from faregate.consent.stop import stop_hash
from faregate.consent.trust import Trust
from faregate.errors import MachineError, VerificationError
from faregate.face.capture import FaceCapture
from faregate.fares.travel_day import travel_day
from faregate.gate.actuator import Direction
from faregate.gate.admission import (
    AdmissionTerms,
    Admitted,
    LeaseRefused,
    LeaseUnopened,
    LineMemory,
    admit,
)
from faregate.gate.bundle import NO_NEWS, verify_bundle
from faregate.gate.decision import (
    AskForCard,
    CardReason,
    GateEvidence,
    GatePolicy,
    Open,
    decide,
)
from faregate.gate.epoch import EpochKeys
from faregate.gate.outbox import Outbox, SpentUse, lease_line_hash
from faregate.gate.passage import seal_passage
from faregate.gate.present import PresentRiders
from faregate.gate.unsafe import UnsafeEvidenceObserver
from faregate.ids import LaneId, LeaseId, PassageId
from faregate.wire.messages import (
    Passage,
    PassageKey,
    SealedPassage,
    SignedBundle,
    SignedGateEpoch,
    Stop,
)

STOP_REMEMBERED: Final = timedelta(hours=12)
"""A stop may arrive before its lease does: it is remembered for as long as a lease can last."""
STOPS_MAX: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSettings:
    """What one line is set up with, and keeps while it runs."""

    terms: AdmissionTerms
    policy: GatePolicy
    zone: ZoneInfo
    """The wall clock of its travel days."""


@dataclass(frozen=True, slots=True)
class Authorised:
    """A passage that is on the disk: now the gate may open. Whose it is stays with the line."""

    passage_id: PassageId


class GateLine:
    """The state of one line, shared by its lanes and its rounds; safe between their threads.

    Owns the epoch keys and the templates of the riders present. Everything else survives in the
    outbox or comes again from the office.
    """

    def __init__(
        self,
        *,
        settings: LineSettings,
        trust: Trust,
        identity: Ed25519PrivateKey,
        release_digest: bytes,
        outbox: Outbox,
        clock: Clock,
        unsafe_observer: UnsafeEvidenceObserver | None = None,
    ) -> None:
        self.terms = settings.terms
        self.clock = clock
        self.outbox = outbox
        self._policy = settings.policy
        self._zone = settings.zone
        self._trust = trust
        self._identity = identity
        self._unsafe_observer = unsafe_observer
        self._lock = threading.RLock()
        self._epochs = EpochKeys(
            deployment=settings.terms.deployment,
            line=settings.terms.line,
            identity=identity,
            release_digest=release_digest,
        )
        self._present = PresentRiders(
            model_id=settings.terms.model_id, dimension=settings.terms.dimension
        )
        self._unpublished: list[SignedGateEpoch] = []
        self._news = NO_NEWS
        self._seen: dict[LeaseId, datetime] = {}  # until the lease's not_after
        self._stopped: dict[bytes, datetime] = {}  # when it was heard
        self._open: dict[PassageId, Passage] = {}  # until its outcome, at most one for each lane

    # Who is here

    def camera_may_open(self) -> bool:
        """Whether anybody's window is live at this line: without one no lane opens its camera."""
        with self._lock:
            now = self._tend()
            return self._present.camera_may_open(now)

    @property
    def unlocked(self) -> int:
        """How many riders are present."""
        with self._lock:
            self._tend()
            return len(self._present)

    def admit(self, sealed: bytes) -> Admitted | LeaseRefused | LeaseUnopened:
        """Check a sealed lease, and take in its rider if everything holds."""
        with self._lock:
            now = self._tend()
            outcome = admit(
                sealed, terms=self.terms, trust=self._trust, memory=self._memory(now), now=now
            )
            if isinstance(outcome, Admitted):
                self._present.add(outcome.lease)
                self._seen[outcome.lease.lease_id] = outcome.lease.not_after
            return outcome

    def stop(self, stops: Iterable[Stop]) -> None:
        """Wipe the leases that riders stopped, and remember stops that came before their lease."""
        with self._lock:
            now = self._tend()
            heard = {stop_hash(stop): now for stop in stops}
            self._present.stop(heard)
            for one in heard:
                self._stopped.pop(one, None)  # heard again: to the end of the order
            self._stopped |= heard
            for oldest in list(self._stopped)[:-STOPS_MAX]:
                del self._stopped[oldest]

    def accept_bundle(self, signed: SignedBundle) -> None:
        """Believe a bundle, and wipe what rests on a consent that was withdrawn.

        Raises `VerificationError`, and goes on with the last good one.
        """
        with self._lock:
            now = self._tend()
            self._news = verify_bundle(
                signed,
                trust=self._trust,
                expected_line=self.terms.line,
                known=self._news,
                now=now,
            )
            self._present.withdraw(self._news.withdrawn)

    def epochs_to_publish(self) -> tuple[SignedGateEpoch, ...]:
        """Give the epochs that are not in the log yet, after beginning a new one if it is due.

        Else the newest one again: an office that was restarted must be able to offer it.
        """
        with self._lock:
            now = self._tend()
            if self._epochs.due(now):
                self._unpublished.append(self._epochs.begin(self.outbox.next_epoch(), now))
                self._tend()
            return tuple(self._unpublished) or (self._epochs.live[0].signed,)

    def epoch_published(self, signed: SignedGateEpoch) -> None:
        """Take note that an epoch is in the log: wallets seal to it from now on."""
        with self._lock:
            self._unpublished = [one for one in self._unpublished if one != signed]

    def forget(self) -> int:
        """Drop what the disk need not keep; give how many undelivered passages were lost by it."""
        with self._lock:
            now = self._tend()
            return self.outbox.forget(today=travel_day(now, self._zone), now=now)

    def shut_down(self) -> None:
        """Wipe every template and key. The line admits nobody until a new epoch begins."""
        with self._lock:
            self._present.wipe()
            self._epochs.wipe()

    # Who passes

    def answer(
        self, capture: FaceCapture, *, lane: LaneId, direction: Direction
    ) -> Authorised | AskForCard:
        """Decide about one person, and write the passage down before anything moves.

        An entry takes one use of the lease, and so does an exit. The capture stays the caller's,
        to wipe.
        """
        with self._lock:
            now = self._tend()
            candidates = self._present.nearest(capture.template)
            evidence = GateEvidence(
                liveness=capture.liveness.score,
                candidates=candidates,
                stopped=frozenset(one.stop_hash for one in candidates) & self._stopped.keys(),
                withdrawn=self._news.withdrawn,
                withdrawals_as_of=self._news.withdrawals_as_of,
                denied=self._news.denied,
                denied_as_of=self._news.denied_as_of,
                decided_at=now,
            )
            answer = decide(evidence, self._policy)
            if self._unsafe_observer is not None:
                self._unsafe_observer.observe(evidence, self._policy, answer)
            match answer:
                case AskForCard():
                    return answer
                case Open():
                    return self._authorise(answer, lane=lane, direction=direction)

    def conclude(self, authorised: Authorised, outcome: Literal["passed", "timed_out"]) -> None:
        """Write down what became of a passage, as an event of its own.

        To be called once for each `Authorised`. Raises `MachineError` if the disk takes no more.
        """
        with self._lock:
            first = self._open.pop(authorised.passage_id)
            passage = self._passage(
                lane=LaneId(first.lane),
                direction=Direction(first.direction),
                consent_id=first.consent_id,
                lease_id=first.lease_id,
                outcome=outcome,
                concerns=str(authorised.passage_id),
            )
            self.outbox.add(self._seal(passage))

    def _authorise(
        self, answer: Open, *, lane: LaneId, direction: Direction
    ) -> Authorised | AskForCard:
        lease_id = answer.lease_id
        use = SpentUse(lease_line_hash(lease_id, self.terms.line), self._seen[lease_id])
        try:
            passage = self._passage(
                lane=lane,
                direction=direction,
                consent_id=answer.consent_id,
                lease_id=lease_id,
                outcome="authorised",
                concerns="",
            )
            self.outbox.add(self._seal(passage), [use])
        except (MachineError, VerificationError):
            # The office gave no usable key for today, or the disk is full or fails: a ride that
            # can't be written down is not begun.
            return AskForCard(CardReason.CANNOT_RECORD)
        self._present.spend(lease_id)
        passage_id = PassageId(passage.device, passage.boot, passage.seq)
        self._open[passage_id] = passage
        return Authorised(passage_id)

    def _passage(
        self,
        *,
        lane: LaneId,
        direction: Direction,
        consent_id: str,
        lease_id: str,
        outcome: Literal["authorised", "passed", "timed_out"],
        concerns: str,
    ) -> Passage:
        number = self.outbox.next_id()
        return Passage(
            device=number.device,
            boot=number.boot,
            seq=number.seq,
            line=self.terms.line,
            lane=lane,
            direction="entry" if direction is Direction.ENTRY else "exit",
            consent_id=consent_id,
            lease_id=lease_id,
            opened_at=int(self.clock.now().timestamp()),
            outcome=outcome,
            concerns=concerns,
        )

    def _seal(self, passage: Passage) -> SealedPassage:
        return seal_passage(
            passage,
            identity=self._identity,
            key=self._passage_key(),
            deployment=self.terms.deployment,
        )

    def _passage_key(self) -> PassageKey:
        today = travel_day(self.clock.now(), self._zone).isoformat()
        keys = [key for key in self._news.passage_keys if key.day == today]
        if len(keys) != 1:
            raise MachineError(
                "passage_key_missing",
                f"The bundle has {len(keys)} passage keys for {today}.",
                remedy="Connect the line to the office; until then cards are asked for.",
            )
        return keys[0]

    # What time does

    def _tend(self) -> datetime:
        """Wipe all that is over its time, and give the time."""
        now = self.clock.now()
        self._epochs.end(now)
        self._present.keep_epochs({one.epoch for one in self._epochs.live})
        self._present.expire(now)
        if not self._withdrawals_fresh(now):
            self._present.close_windows()
        self._seen = {lease: ends for lease, ends in self._seen.items() if now < ends}
        # In the order in which they were heard: the first to keep ends the search.
        while self._stopped and self._stopped[next(iter(self._stopped))] <= now - STOP_REMEMBERED:
            del self._stopped[next(iter(self._stopped))]
        return now

    def _withdrawals_fresh(self, now: datetime) -> bool:
        return now - self._news.withdrawals_as_of <= self._policy.withdrawals_age_max

    def _memory(self, now: datetime) -> LineMemory:
        return LineMemory(
            keys={one.epoch: one.recipient for one in self._epochs.live},
            seen=self._seen.keys(),
            stopped=self._stopped.keys(),
            withdrawn=self._news.withdrawn,
            withdrawals_fresh=self._withdrawals_fresh(now),
            present=self._present.since,
            full=self._present.full,
            uses_spent=lambda lease_id: self.outbox.uses_spent(
                lease_line_hash(lease_id, self.terms.line)
            ),
        )
