"""What the office answers to lines and wallets, before there is any HTTP around it.

Each method is one request. It trusts nobody: documents are verified by the parts that take them,
and what goes out is signed or sealed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from faregate.charging.day_close import CloseResult, DayCloser
from faregate.charging.intake import Intake
from faregate.charging.passage_keys import PassageKeys
from faregate.clock import Clock
from faregate.consent.consent import ConsentSubmission
from faregate.consent.epoch import EpochOffer
from faregate.consent.mailbox import Mailbox
from faregate.consent.record_store import SealedRecordStore
from faregate.consent.registry import ConsentRegistry
from faregate.consent.relay import NoReply, PostOutcome, Relay
from faregate.consent.trust import Trust
from faregate.consent.withdrawal import SignedWithdrawal
from faregate.errors import InvalidInputError, VerificationError
from faregate.fares.travel_day import travel_day
from faregate.gate.office_link import StopPage
from faregate.ids import AccountId, LineId
from faregate.translog.leaf import infrastructure_leaf
from faregate.translog.log import LeafAbsence, OneFileLog
from faregate.translog.verify import InclusionProof
from faregate.wire.canonical import b64
from faregate.wire.document import sign, verify_signature
from faregate.wire.messages import (
    Bundle,
    DenyList,
    DeviceAck,
    SealedPassage,
    SignedBundle,
    SignedDayClose,
    SignedGateEpoch,
    SignedRelease,
    Stop,
)

_MS_PER_S: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeParts:
    """The parts that the office is put together from; `bootstrap.build_office` makes them."""

    trust: Trust
    log: OneFileLog
    release: SignedRelease
    registry: ConsentRegistry
    records: SealedRecordStore
    relay: Relay
    mailbox: Mailbox
    intake: Intake
    closer: DayCloser
    passage_keys: PassageKeys
    tariff_version: str
    zone: ZoneInfo
    clock: Clock


class Office:
    """The back office's requests. It is the `OfficeLink` of lines that run beside it."""

    def __init__(self, parts: OfficeParts, *, bundle_key: Ed25519PrivateKey) -> None:
        self._parts = parts
        self._bundle_key = bundle_key
        self._bundle_version = 0
        self._epochs: dict[LineId, SignedGateEpoch] = {}

    # Lines

    def publish_epoch(self, epoch: SignedGateEpoch) -> None:
        """Log an epoch that its line's identity signed. Again changes nothing.

        Wallets are offered the epoch that began last: every earlier one is in the log, for anybody
        to send again. Raises `VerificationError` for another deployment or signature,
        `ConnectionError` while the log has no quorum: the line asks again.
        """
        parts, document = self._parts, epoch.document
        if document.deployment != parts.trust.deployment:
            raise VerificationError("deployment", "The epoch is of another deployment.")
        identity = parts.trust.key_of("line", document.line, self._today_utc())
        verify_signature(document, epoch.signature, expected_key=identity)
        if isinstance(parts.log.add_infrastructure(infrastructure_leaf(epoch)), LeafAbsence):
            raise ConnectionError("the log has no quorum of witnesses")
        line = LineId(document.line)
        offered = self._epochs.get(line, epoch)
        if offered.document.not_before <= document.not_before:
            self._epochs[line] = epoch

    def fetch_bundle(self, line: LineId) -> SignedBundle:
        """Sign what this line needs now (message 12)."""
        parts, now = self._parts, self._parts.clock.now()
        issued = int(now.timestamp())
        # Never back, also after a restart: a version is the time in milliseconds, or one more.
        self._bundle_version = max(self._bundle_version + 1, int(now.timestamp() * _MS_PER_S))
        bundle = Bundle(
            deployment=parts.trust.deployment,
            line=line,
            version=self._bundle_version,
            issued=issued,
            trust_file_hash=b64(parts.trust.hash),
            passage_keys=parts.passage_keys.public_keys(line, today=travel_day(now, parts.zone)),
            tariff_version=parts.tariff_version,
            deny_list=DenyList(as_of=issued, consent_ids=[]),
            withdrawals=parts.registry.withdrawal_list(),
        )
        return SignedBundle(document=bundle, signature=sign(bundle, self._bundle_key))

    def take_leases(self, line: LineId) -> Sequence[bytes]:
        """Take the waiting leases of a line off the relay."""
        return self._parts.relay.take_leases(line)

    def take_stops(self, line: LineId, after: int) -> StopPage:
        """Give the stops behind a cursor; the same for every line."""
        del line  # every line hears every stop: the relay does not know where a lease is used
        batch = self._parts.relay.take_stops(after)
        return StopPage(batch.stops, batch.cursor)

    def deliver(self, passages: Sequence[SealedPassage]) -> Sequence[DeviceAck]:
        """Take sealed passages; see `Intake.receive`."""
        return self._parts.intake.receive(passages, now=self._parts.clock.now()).acks

    def take_day_closes(self, line: LineId) -> Sequence[SignedDayClose]:
        """Give the day closes of a line of the last 8 days."""
        return self._parts.closer.day_closes(line)

    def send_reply(self, box: bytes, reply: bytes) -> None:
        """Put a line's or kiosk's reply into a relay box."""
        self._parts.relay.put_reply(box, reply)

    # Wallets

    @property
    def trust(self) -> Trust:
        """The verified trust file of this deployment."""
        return self._parts.trust

    @property
    def records(self) -> SealedRecordStore:
        """The shelf of sealed records: no login, no name."""
        return self._parts.records

    @property
    def mailbox(self) -> Mailbox:
        """The boxes that receipts wait in: no login, no name."""
        return self._parts.mailbox

    def epoch_offer(self, line: LineId) -> EpochOffer:
        """Give a line's epoch and release with fresh proofs. Raises `InvalidInputError`."""
        epoch = self._epochs.get(line)
        if epoch is None:
            raise InvalidInputError(
                "line_without_epoch",
                f"The line {line} has published no epoch.",
                remedy="Wait until the line has reached the office, then tap again.",
            )
        return EpochOffer(
            epoch=epoch,
            epoch_inclusion=self._proven(infrastructure_leaf(epoch)),
            release=self._parts.release,
            release_inclusion=self._proven(infrastructure_leaf(self._parts.release)),
        )

    def submit_consent(self, submission: ConsentSubmission, *, account: AccountId) -> None:
        """Bind a consent to the signed-in rider's account, and log it (message 3)."""
        self._parts.registry.submit_consent(submission, account=account)

    def find_leaf(self, leaf: bytes) -> InclusionProof | LeafAbsence:
        """Prove a rider's own leaf, or say that it still waits."""
        return self._parts.log.find(leaf)

    def post_lease(self, line: LineId, sealed: bytes, *, not_after: datetime) -> PostOutcome:
        """Queue a sealed lease for its line: no login, no address kept."""
        return self._parts.relay.post_lease(line, sealed, not_after=not_after)

    def post_stop(self, stop: Stop) -> None:
        """Tell every line to wipe a lease: anonymous."""
        self._parts.relay.post_stop(stop)

    def get_reply(self, box: bytes) -> bytes | NoReply:
        """Give what lies in a relay box."""
        return self._parts.relay.get_reply(box)

    def withdraw(self, signed: SignedWithdrawal) -> None:
        """End a consent (message 10)."""
        self._parts.registry.withdraw(signed)

    # Time

    def run_due(self) -> None:
        """Do what is due: rider leaves into the log, old rows away. At least once a second."""
        self._parts.log.run_due(now=self._parts.clock.now())
        self._parts.registry.log_pending_leaves()
        self._parts.relay.purge()

    def close_day(self, day: date) -> CloseResult:
        """Drop what is past its time, then close a travel day.

        Raises what `DayCloser.close` raises.
        """
        parts = self._parts
        # First, so that the close overwrites these bytes with its own.
        parts.registry.purge()
        parts.records.purge()
        parts.mailbox.purge()
        return parts.closer.close(day, now=parts.clock.now())

    def _proven(self, leaf: bytes) -> InclusionProof:
        proof = self._parts.log.find(leaf)
        if isinstance(proof, LeafAbsence):
            raise VerificationError("not_logged", "What the line declares is not in the log.")
        return proof

    def _today_utc(self) -> str:
        return self._parts.clock.now().date().isoformat()
