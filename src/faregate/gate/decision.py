"""Open, or ask for a card? One pure function, the same online and offline.

Start reading here: all that a gate ever decides about a person is in `decide`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain
from typing import Final

from faregate.ids import ConsentId, LeaseId

CARD_REQUEST: Final = "Please use your card or ticket."


class LeaseMode(StrEnum):
    """How a lease keeps its template closed until the rider is there."""

    PRESENCE = "presence"  # opened for 30 s by a token that the rider's phone shows
    WINDOW = "window"  # open as long as the travel window that the rider chose


class CardReason(StrEnum):
    """Why a card is asked for. Ordered as the checks run: from our fault to about the rider.

    The reason is for counters. The lane shows the same words whatever it is: the display must not
    tell a print of an unlocked rider from a stranger, nor either from a refused rider.
    """

    NOBODY_UNLOCKED = "nobody_unlocked"  # the camera was not opened
    NO_CLEAR_VIEW = "no_clear_view"  # somebody came, and there is no capture to decide about
    LIST_STALE = "list_stale"
    NOT_LIVE = "not_live"
    UNKNOWN_FACE = "unknown_face"
    AMBIGUOUS_FACE = "ambiguous_face"
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    NO_USES_LEFT = "no_uses_left"
    DENIED = "denied"  # a debt: pays by card until it is settled
    CANNOT_RECORD = "cannot_record"  # a ride that can't be written down is not begun

    @property
    def shown(self) -> str:
        """What the lane shows the person: a request, never a judgement."""
        return CARD_REQUEST


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePolicy:
    """Thresholds of one line, from `[gate.policy]`. Change one, rerun the bench.

    The scores' thresholds have no defaults: they belong to a model and come from its pack's card.
    """

    similarity_min: float
    """Cosine, -1 to 1. Its false match rate is in the card of the model pack."""

    margin_min: float
    """Lead over the best other rider present; from the same card."""

    liveness_min: float = 0.5
    """By construction, not by fitting: every liveness cue is scaled so that 0.5 is its boundary."""

    withdrawals_age_max: timedelta = timedelta(minutes=10)
    """Promise G6: a cut-off gate's windows stop within 10 minutes of a withdrawal."""

    deny_list_age_max: timedelta = timedelta(days=7)
    """Message 6: an older list of debts is nobody's fault in front of the gate; it is ignored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchCandidate:
    """One rider present, compared with the probe. `similarity` is a cosine, -1 to 1."""

    lease_id: LeaseId
    consent_id: ConsentId
    mode: LeaseMode
    similarity: float
    stop_hash: bytes
    not_before: datetime
    not_after: datetime
    uses_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GateEvidence:
    """All that a decision may depend on. If it is not here, it did not influence it."""

    liveness: float
    candidates: tuple[MatchCandidate, ...]  # best first
    stopped: frozenset[bytes]  # stop_hash of each lease that its rider stopped
    withdrawn: frozenset[ConsentId]
    withdrawals_as_of: datetime
    denied: frozenset[ConsentId]
    denied_as_of: datetime
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Open:
    """Open for the rider of this lease."""

    lease_id: LeaseId
    consent_id: ConsentId


@dataclass(frozen=True, slots=True)
class AskForCard:
    """Ask for a card or ticket: same lane, same fare, same time."""

    reason: CardReason


Answer = Open | AskForCard


def decide(evidence: GateEvidence, policy: GatePolicy) -> Answer:
    """Decide about one person in front of one gate: the first defect wins; without any, open.

    Liveness is judged before any identity, so that a picture of a rider is "not live" however
    well it matches. Comparisons are written so that a score that is not a number refuses.
    """
    if not evidence.candidates:
        unmatched = chain(_liveness_defects(evidence, policy), [CardReason.UNKNOWN_FACE])
        return AskForCard(next(unmatched))
    best = evidence.candidates[0]
    defect = next(
        chain(
            _list_defects(best, evidence, policy),
            _liveness_defects(evidence, policy),
            _match_defects(best, evidence, policy),
            _lease_defects(best, evidence, policy),
        ),
        None,
    )
    return Open(best.lease_id, best.consent_id) if defect is None else AskForCard(defect)


def _list_defects(
    best: MatchCandidate, evidence: GateEvidence, policy: GatePolicy
) -> Iterator[CardReason]:
    # A presence lease goes on to its end without news; a window does not (message 6).
    fresh = evidence.decided_at - evidence.withdrawals_as_of <= policy.withdrawals_age_max
    if best.mode is LeaseMode.WINDOW and not fresh:
        yield CardReason.LIST_STALE


def _liveness_defects(evidence: GateEvidence, policy: GatePolicy) -> Iterator[CardReason]:
    if not evidence.liveness >= policy.liveness_min:
        yield CardReason.NOT_LIVE


def _match_defects(
    best: MatchCandidate, evidence: GateEvidence, policy: GatePolicy
) -> Iterator[CardReason]:
    if not best.similarity >= policy.similarity_min:
        yield CardReason.UNKNOWN_FACE
    # Two leases of one rider do not compete: the margin is between persons.
    others = (other for other in evidence.candidates if other.consent_id != best.consent_id)
    if not all(best.similarity - other.similarity >= policy.margin_min for other in others):
        yield CardReason.AMBIGUOUS_FACE


def _lease_defects(
    best: MatchCandidate, evidence: GateEvidence, policy: GatePolicy
) -> Iterator[CardReason]:
    if best.stop_hash in evidence.stopped:
        yield CardReason.STOPPED
    if best.consent_id in evidence.withdrawn:
        yield CardReason.WITHDRAWN
    if evidence.decided_at < best.not_before:
        yield CardReason.NOT_YET_VALID
    if evidence.decided_at >= best.not_after:
        yield CardReason.EXPIRED
    if best.uses_left < 1:
        yield CardReason.NO_USES_LEFT
    current = evidence.decided_at - evidence.denied_as_of <= policy.deny_list_age_max
    if current and best.consent_id in evidence.denied:
        yield CardReason.DENIED
