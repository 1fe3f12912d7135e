"""The office's stores of consent, on files, with riders whose wallets use them.

Nothing is faked but randomness and the network's faults.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, func, select
from sqlalchemy import table as sa_table

from fakes.log_world import LogWorld
from fakes.rider_world import (
    ORIGIN,
    POLICY,
    RP_ID,
    RiderWorld,
    make_authenticator,
    make_rider_world,
    seeded_fill,
)
from faregate.consent.consent import ConsentSubmission, consent_leaf
from faregate.consent.record_store import RECORD_STORE, RecordPolicy, SealedRecordStore
from faregate.consent.registry import (
    REGISTRY_STORE,
    ConsentRegistry,
    RegistryPolicy,
    close_day,
)
from faregate.consent.tombstones import TOMBSTONE_STORE, Tombstones
from faregate.consent.wallet import Wallet
from faregate.db.engine import forget_deleted, open_database, transaction
from faregate.db.migrate import migrate
from faregate.ids import AccountId, ConsentId
from faregate.translog.log import LeafAbsence
from faregate.translog.verify import InclusionProof
from faregate.wire.canonical import unb64

ACCOUNT: Final = AccountId("account-a")
OTHER: Final = AccountId("account-b")
LAST_DAY: Final = date(2027, 3, 2)


@dataclass
class LossyLog:
    """The real log, whose requests or answers can be lost."""

    world: LogWorld
    fault: str = ""
    submitted: list[bytes] = field(default_factory=list)
    seen_bound: list[bool] = field(default_factory=list)
    is_bound: Callable[[], bool] = lambda: True

    def submit_rider(self, leaf: bytes, *, now: datetime) -> None:
        """Hand on, or fail before or after."""
        self.seen_bound.append(self.is_bound())
        if self.fault == "lose request":
            raise ConnectionError("request lost")
        self.world.log.submit_rider(leaf, now=now)
        self.submitted.append(leaf)
        if self.fault == "lose answer":
            raise ConnectionError("answer lost")

    def find(self, leaf: bytes) -> InclusionProof | LeafAbsence:
        """Hand on."""
        return self.world.log.find(leaf)


class Office:
    """The registry with its databases, and a rider whose wallet uses the real record store."""

    def __init__(self, folder: Path) -> None:
        """Make everything in `folder`."""
        self.folder = folder
        self.rider: RiderWorld = make_rider_world(folder)
        self.world = self.rider.log_world
        self.log = LossyLog(self.world)
        self.engine = open_database(folder / "office.db")
        self.tombstone_engine = open_database(folder / "tombstones.db")
        migrate(self.engine, (REGISTRY_STORE, RECORD_STORE))
        migrate(self.tombstone_engine, (TOMBSTONE_STORE,))
        self.restart()

    def restart(self) -> None:
        """Open the registry and the records again."""
        tombstones = Tombstones(self.tombstone_engine)
        self.records = SealedRecordStore(
            self.engine, tombstones=tombstones, clock=self.world.clock, policy=RecordPolicy()
        )
        self.registry = ConsentRegistry(
            self.engine,
            tombstones=tombstones,
            trust=self.rider.trust,
            log=self.log,
            policy=RegistryPolicy(RP_ID, ORIGIN),
            clock=self.world.clock,
        )

    def wallet(self, seed: str) -> Wallet:
        """Give the wallet of a new rider."""
        return Wallet(
            POLICY,
            authenticator=make_authenticator(f"{seed}/passkey"),
            records=self.records,
            fill=seeded_fill(seed),
        )

    def consent(self, wallet: Wallet) -> ConsentSubmission:
        """Take a wallet to a signed consent that the office has not seen."""
        wallet.set_up()
        wallet.accept_capture(self.rider.capture(wallet.offer()), trust=self.rider.trust)
        return wallet.consent(not_after=LAST_DAY, now=self.world.now)

    def wait(self, span: timedelta = timedelta(seconds=2)) -> None:
        """Let time pass, and what is due be done."""
        self.world.clock.advance(span)
        self.world.log.run_due(now=self.world.now)
        self.registry.log_pending_leaves()

    def close_day(self) -> None:
        """Close the travel day that ends now."""
        with transaction(self.engine) as connection:
            close_day(connection, ended_at=self.world.now)
        self.registry.purge()
        forget_deleted(self.engine)

    def count(self, table: str) -> int:
        """Count rows."""
        return count_rows(self.engine, table)

    def close(self) -> None:
        """Close the databases."""
        self.engine.dispose()
        self.tombstone_engine.dispose()


def count_rows(engine: Engine, table: str) -> int:
    """Count the rows of a table."""
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(sa_table(table))).scalar_one()


def leaf_of(submission: ConsentSubmission) -> bytes:
    """Give the leaf of a consent."""
    signed = submission.consent
    return consent_leaf(unb64(submission.salt_c), signed.document, signed.assertion)


def id_of(submission: ConsentSubmission) -> ConsentId:
    """Give the id of a consent."""
    return ConsentId(submission.consent.document.consent_id)


def enrolled(office: Office) -> tuple[Wallet, ConsentSubmission]:
    """Take a rider to a consent that is logged and bound to `ACCOUNT`."""
    wallet = office.wallet("a")
    submission = office.consent(wallet)
    office.registry.submit_consent(submission, account=ACCOUNT)
    office.wait()
    proof = office.log.find(leaf_of(submission))
    assert isinstance(proof, InclusionProof)
    wallet.consent_logged(proof, trust=office.rider.trust, now=office.world.now)
    return wallet, submission
