"""Take passages from the lines: at least once sent, exactly once kept (message 8)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final, Protocol, assert_never

from sqlalchemy import Connection, Engine

from faregate.charging import arrivals
from faregate.charging.arrivals import Arrival
from faregate.charging.day_store import NOBODY, DayStore
from faregate.charging.notices import notice
from faregate.charging.passage_keys import PassageKeys
from faregate.charging.policy import ChargingPolicy
from faregate.charging.rating import Outcome, PassageEvent
from faregate.consent.hpke import open_, passage_info
from faregate.consent.registry import NoAccount
from faregate.db.engine import transaction
from faregate.errors import InvalidInputError, VerificationError
from faregate.fares.journeys import Direction
from faregate.fares.travel_day import travel_day
from faregate.ids import AccountId, ConsentId, LineId, PassageId
from faregate.wire.canonical import unb64
from faregate.wire.document import verify_signature
from faregate.wire.messages import DeviceAck, Passage, SealedPassage, SignedPassage

BATCH_MAX: Final = 1024

LineKey = Callable[[LineId, str], bytes]
"""Gives a line's identity key (32 raw bytes) of a day; raises `VerificationError`."""


class Payers(Protocol):
    """Who pays for a consent; the consent registry is one."""

    def account_of(self, consent_id: ConsentId) -> AccountId | NoAccount:
        """Tell who pays, also for a withdrawn consent until its day is closed."""


class Kept(StrEnum):
    """A passage that the office has."""

    NOW = "now"
    BEFORE = "before"  # a retry


class Refusal(StrEnum):
    """Why a passage was not taken. Each is counted for staff; it leaves a gap."""

    BODY_CONFLICT = "body_conflict"  # same id, other body: a broken or hostile device
    KEY_GONE = "key_gone"  # sealed to a key that was never made, or is destroyed
    NOT_PROVEN = "not_proven"  # does not open, or is not signed by that line
    MALFORMED = "malformed"  # opens and is signed, but says what a gate never says
    OTHER_LINE = "other_line"  # the device belongs to another line


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What became of a batch."""

    acks: tuple[DeviceAck, ...]
    """For each device and boot named in the batch that the office knows."""
    refused: tuple[tuple[PassageId, Refusal], ...]


class Intake:
    """The office's side of the lines' outboxes. Safe to call from several threads."""

    def __init__(
        self,
        engine: Engine,
        *,
        policy: ChargingPolicy,
        passage_keys: PassageKeys,
        day_store: DayStore,
        payers: Payers,
        line_key: LineKey,
    ) -> None:
        self._engine = engine
        self._policy = policy
        self._passage_keys = passage_keys
        self._day_store = day_store
        self._payers = payers
        self._line_key = line_key

    def receive(self, passages: Sequence[SealedPassage], *, now: datetime) -> Received:
        """Keep a batch in the store of today, all in one transaction.

        What has been kept before is left alone, so a batch whose answer was lost is sent again
        without effect. Acknowledged is only what has arrived without a gap **per device and
        boot**: never by a highest number, for events can overtake each other.
        Raises `InvalidInputError` for a batch that is too large.
        """
        if len(passages) > BATCH_MAX:
            raise InvalidInputError(
                "batch_too_large",
                f"{len(passages)} passages came at once.",
                remedy=f"Send at most {BATCH_MAX}.",
            )
        today = travel_day(now, self._policy.zone)
        refused: list[tuple[PassageId, Refusal]] = []
        with transaction(self._engine) as connection:
            for sealed in passages:
                what = self._take(connection, sealed, today)
                if isinstance(what, Refusal):
                    refused.append((_id(sealed), what))
                    # A made-up name is nobody's line: it must not grow a row of its own.
                    line = sealed.line if sealed.line in self._policy.places else ""
                    notice(connection, day=today, line=line, kind=f"refused:{what}")
            acks = arrivals.acks(connection, passages)
        return Received(acks=acks, refused=tuple(refused))

    def _take(self, connection: Connection, sealed: SealedPassage, today: date) -> Refusal | Kept:
        # 1. Has it come before?
        match arrivals.find(connection, sealed):
            case Arrival.SAME:
                return Kept.BEFORE
            case Arrival.OTHER_BODY:
                return Refusal.BODY_CONFLICT
            case Arrival.OTHER_LINE:
                return Refusal.OTHER_LINE
            case Arrival.NEW:
                pass
            case unforeseen:
                assert_never(unforeseen)
        # 2. Is it what that line signed?
        passage = self._prove(sealed)
        if isinstance(passage, Refusal):
            return passage
        # 3. Who pays? A consent that ended before the last day close is written off.
        payer = self._payers.account_of(ConsentId(passage.consent_id))
        if isinstance(payer, NoAccount):
            payer = NOBODY
        # 4. Keep it, under today's key.
        self._day_store.put(connection, today=today, account=payer, event=_event(passage))
        arrivals.keep(connection, sealed)
        return Kept.NOW

    def _prove(self, sealed: SealedPassage) -> Passage | Refusal:
        line = LineId(sealed.line)
        try:
            day = date.fromisoformat(sealed.day)
            recipient = self._passage_keys.recipient(line, day)
        except ValueError:
            return Refusal.MALFORMED
        if recipient is None:
            return Refusal.KEY_GONE
        info = passage_info(deployment=self._policy.deployment, line=sealed.line, day=sealed.day)
        try:
            signed = SignedPassage.parse(open_(unb64(sealed.sealed), recipient, info))
            passage = signed.document
            verify_signature(
                passage, signed.signature, expected_key=self._line_key(line, sealed.day)
            )
            about = _about(passage)
        except (VerificationError, InvalidInputError):
            return Refusal.NOT_PROVEN
        finally:
            recipient.wipe()
        outside = (sealed.device, sealed.boot, sealed.seq, sealed.line)
        inside = (passage.device, passage.boot, passage.seq, passage.line)
        is_first = passage.outcome == "authorised"
        if (
            outside != inside
            or about.device != passage.device
            or is_first != (not passage.concerns)
        ):
            return Refusal.MALFORMED
        return passage


def _id(sealed: SealedPassage) -> PassageId:
    return PassageId(sealed.device, sealed.boot, sealed.seq)


def _about(passage: Passage) -> PassageId:
    if passage.concerns:
        return PassageId.parse(passage.concerns)
    return PassageId(passage.device, passage.boot, passage.seq)


def _event(passage: Passage) -> PassageEvent:
    return PassageEvent(
        event_id=PassageId(passage.device, passage.boot, passage.seq),
        passage_id=_about(passage),
        line=LineId(passage.line),
        direction=Direction(passage.direction),
        opened_at=datetime.fromtimestamp(passage.opened_at, UTC),
        outcome=Outcome(passage.outcome),
    )
