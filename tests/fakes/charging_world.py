"""An office with the demo's tariff, two lines that sign and seal like gates, and three riders."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from fakes.fares_world import TARIFF
from faregate.charging.day_close import DayCloser
from faregate.charging.day_store import DayStore
from faregate.charging.intake import Intake
from faregate.charging.notices import notices
from faregate.charging.passage_keys import PassageKeys
from faregate.charging.policy import ChargingPolicy
from faregate.charging.rating import Place
from faregate.charging.schema import STORE as CHARGING_STORE
from faregate.clock import ManualClock
from faregate.consent.hpke import Recipient, open_, receipt_bundle_info
from faregate.consent.mailbox import MAILBOX_STORE, Mailbox, mailbox_of
from faregate.consent.registry import REGISTRY_STORE, NoAccount
from faregate.db.engine import open_database, snapshot
from faregate.db.migrate import migrate
from faregate.errors import VerificationError
from faregate.fares.travel_day import travel_day
from faregate.gate.passage import seal_passage
from faregate.ids import AccountId, ConsentId, DeploymentId, LineId
from faregate.ledger.ledger import balances
from faregate.ledger.schema import STORE as LEDGER_STORE
from faregate.ledger.schema import TRANSFERS
from faregate.translog.log import LeafAbsence
from faregate.wire.canonical import b64, unpack_frames
from faregate.wire.document import verify_signature
from faregate.wire.messages import (
    Passage,
    ReceiptBundle,
    SealedPassage,
    SignedReceiptBundle,
)

DAY: Final = date(2026, 3, 2)
NEXT_DAY: Final = date(2026, 3, 3)
ZONE: Final = TARIFF.feed.agency_timezone
POLICY: Final = ChargingPolicy(
    deployment=DeploymentId("demo"),
    tariff=TARIFF,
    places={
        LineId("harbour-1"): Place(stop_id="harbour", network_id="metro"),
        LineId("museum-1"): Place(stop_id="museum", network_id="metro"),
    },
)
LEASE: Final = b64(bytes(16))
FARE: Final = 275


def at(clock: str, day: date = DAY) -> datetime:
    """Give an instant by the wall clock of the agency."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZONE)


def consent(account: str) -> ConsentId:
    """Give the consent id of a rider."""
    return ConsentId(b64(account.encode().ljust(16, b".")))


@dataclass(slots=True)
class Riders:
    """A registry in memory. A rider without a key was forgotten."""

    history: dict[AccountId, Recipient] = field(
        default_factory=lambda: {
            AccountId(name): Recipient.generate() for name in ("ada", "bo", "cy")
        }
    )

    def account_of(self, consent_id: ConsentId) -> AccountId | NoAccount:
        """Tell who pays for a consent."""
        for account in self.history:
            if consent(account) == consent_id:
                return account
        return NoAccount.UNBOUND

    def history_key_of(self, account: AccountId) -> bytes | NoAccount:
        """Give the key to seal receipts to."""
        known = self.history.get(account)
        return NoAccount.UNBOUND if known is None else known.public_bytes


@dataclass(slots=True)
class MemoryLog:
    """A log that is never cosigned."""

    leaves: list[bytes] = field(default_factory=list)

    def add_infrastructure(self, leaf: bytes) -> LeafAbsence:
        """Keep a leaf once."""
        if leaf not in self.leaves:
            self.leaves.append(leaf)
        return LeafAbsence.PENDING


class Line:
    """A gate line: numbers, signs and seals its events."""

    def __init__(self, name: str, keys: PassageKeys) -> None:
        self.name = LineId(name)
        self.identity = Ed25519PrivateKey.generate()
        self.boot = 1
        self.seq = 0
        self._keys = keys

    def restart(self) -> None:
        """Begin another boot."""
        self.boot, self.seq = self.boot + 1, 0

    def document(
        self,
        account: str,
        direction: Literal["entry", "exit"],
        when: datetime,
        *,
        outcome: Literal["authorised", "passed", "timed_out"] = "authorised",
        concerns: str = "",
    ) -> Passage:
        """Make the next event."""
        self.seq += 1
        return Passage(
            device=self.name,
            boot=self.boot,
            seq=self.seq,
            line=self.name,
            lane="lane-1",
            direction=direction,
            consent_id=consent(account),
            lease_id=LEASE,
            opened_at=int(when.timestamp()),
            outcome=outcome,
            concerns=concerns,
        )

    def seal(self, passage: Passage) -> SealedPassage:
        """Seal an event as the gate does."""
        day = travel_day(datetime.fromtimestamp(passage.opened_at, ZONE), ZONE)
        (key,) = (
            key
            for key in self._keys.public_keys(self.name, today=day)
            if key.day == day.isoformat()
        )
        return seal_passage(passage, identity=self.identity, key=key, deployment=POLICY.deployment)

    def passage(
        self,
        account: str,
        direction: Literal["entry", "exit"],
        when: datetime,
        *,
        outcome: Literal["passed", "timed_out", ""] = "passed",
    ) -> list[SealedPassage]:
        """Make both events of a passage; only the first if what became of it is not known."""
        first = self.document(account, direction, when)
        events = [self.seal(first)]
        if outcome:
            later = when + timedelta(seconds=2)
            second = self.document(
                account,
                direction,
                later,
                outcome=outcome,
                concerns=f"{first.device}/{first.boot}/{first.seq}",
            )
            events.append(self.seal(second))
        return events


class Office:
    """The office's parts on one database, and the two lines."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = open_database(folder / "office.db")
        migrate(self.engine, (LEDGER_STORE, CHARGING_STORE, MAILBOX_STORE, REGISTRY_STORE))
        self.passage_keys = PassageKeys(folder / "keys" / "passage")
        self.day_store = DayStore(folder / "keys" / "day")
        self.riders = Riders()
        self.log = MemoryLog()
        self.receipt_key = Ed25519PrivateKey.generate()
        self.harbour = Line("harbour-1", self.passage_keys)
        self.museum = Line("museum-1", self.passage_keys)
        self._lines = {line.name: line for line in (self.harbour, self.museum)}
        self.intake = Intake(
            self.engine,
            policy=POLICY,
            passage_keys=self.passage_keys,
            day_store=self.day_store,
            payers=self.riders,
            line_key=self._line_key,
        )
        self.closer = DayCloser(
            self.engine,
            policy=POLICY,
            day_store=self.day_store,
            passage_keys=self.passage_keys,
            history_keys=self.riders,
            receipt_key=self.receipt_key,
            log=self.log,
        )

    def _line_key(self, line: LineId, _day: str) -> bytes:
        if line not in self._lines:
            raise VerificationError("unknown_key", "There is no such line.")
        return self._lines[line].identity.public_key().public_bytes_raw()

    def ride(self, account: str, starts: str, day: date = DAY) -> list[SealedPassage]:
        """Make the four events of a ride from the harbour to the museum, 20 minutes long."""
        begins = at(starts, day)
        return [
            *self.harbour.passage(account, "entry", begins),
            *self.museum.passage(account, "exit", begins + timedelta(minutes=20)),
        ]

    def receive(self, passages: Sequence[SealedPassage], now: datetime | None = None) -> None:
        """Take a batch that nothing is wrong with."""
        assert self.intake.receive(passages, now=now or at("20:00")).refused == ()

    def charged(self) -> dict[str, int]:
        """Give what every account owes, in cents."""
        with snapshot(self.engine) as connection:
            return {
                account: balance.owed.minor
                for account in sorted(self.riders.history)
                for balance in balances(connection, account).values()
            }

    def causes(self) -> list[str]:
        """Give the causes of all transfers."""
        with snapshot(self.engine) as connection:
            return list(connection.scalars(select(TRANSFERS.c.cause).order_by(TRANSFERS.c.cause)))

    def noticed(self) -> dict[str, int]:
        """Give what staff are told, by kind."""
        with snapshot(self.engine) as connection:
            return {f"{one.line} {one.kind}": one.times for one in notices(connection)}

    def receipts(self, account: str) -> list[ReceiptBundle]:
        """Read a rider's mail with the rider's key, checking the office's signature."""
        history = self.riders.history[AccountId(account)]
        info = receipt_bundle_info(deployment=POLICY.deployment)
        mailbox = Mailbox(self.engine, clock=ManualClock(at("12:00")))
        bundles: list[ReceiptBundle] = []
        for mail in mailbox.fetch(mailbox_of(history.public_bytes)):
            (document,) = unpack_frames(open_(mail.sealed, history, info), count=1)
            signed = SignedReceiptBundle.parse(document)
            key = self.receipt_key.public_key().public_bytes_raw()
            verify_signature(signed.document, signed.signature, expected_key=key)
            bundles.append(signed.document)
        return bundles

    def rows(self, table: str) -> int:
        """Count the rows of a table."""
        with snapshot(self.engine) as connection:
            return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())  # noqa: S608 - the tests' own words


@contextmanager
def open_office(folder: Path) -> Iterator[Office]:
    """Open an office and close its database in the end."""
    office = Office(folder)
    try:
        yield office
    finally:
        office.engine.dispose()
