"""The office's registry of consents: who pays for which consent, until it ends.

Three things are kept apart on purpose. Gates know consent ids only; here a consent id meets an
account; sealed records lie elsewhere (`record_store`) without either. After the day close that
follows a consent's end nothing is left of it but its id on the withdrawal list.

Deleted rows must not linger: databases are opened with `secure_delete`, and whoever closes a day
calls `db.engine.forget_deleted` afterwards, because the write-ahead log and moved pages keep copies
until then.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    Table,
    Text,
    delete,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from faregate.clock import Clock
from faregate.consent.certificate import NOT_YET_LOGGED, utc_day, verify_certificate
from faregate.consent.consent import ConsentSubmission, consent_leaf, verify_consent
from faregate.consent.tombstones import Tombstones
from faregate.consent.trust import Trust
from faregate.consent.withdrawal import SignedWithdrawal, Tombstone, verify_withdrawal
from faregate.db.engine import snapshot, transaction
from faregate.db.migrate import Store
from faregate.errors import VerificationError
from faregate.ids import AccountId, ConsentId
from faregate.translog.log import LeafAbsence
from faregate.translog.verify import InclusionProof
from faregate.wire.canonical import unb64
from faregate.wire.messages import Consent, WithdrawalList

_NOT_WITHDRAWN: Final = -1
_METADATA: Final = MetaData()

# All tables: without a rowid, so that rows lie in the order of random ids, not of arrival.

# Kept until the day close after withdrawal or expiry.
_CONSENTS: Final = Table(
    "consent",
    _METADATA,
    Column("consent_id", Text, primary_key=True),
    Column("submission", LargeBinary, nullable=False),  # JCS of the ConsentSubmission: salt_c too
    Column("not_after", Text, nullable=False),
    Column("withdrawn_at", Integer, nullable=False),  # Unix seconds; -1: in force
    sqlite_with_rowid=False,
)
# Kept until the day close after withdrawal or expiry. Afterwards a passage is written off.
_ACCOUNTS: Final = Table(
    "account_consent",
    _METADATA,
    Column("consent_id", Text, primary_key=True),
    Column("account", Text, nullable=False, index=True),
    sqlite_with_rowid=False,
)
# Kept until the last consent of the account is deleted. Receipts are sealed to the newest key.
_HISTORY_KEYS: Final = Table(
    "account_history_key",
    _METADATA,
    Column("account", Text, primary_key=True),
    Column("history_pk", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
# Kept until the leaf has its inclusion proof: some ten minutes.
_UNLOGGED: Final = Table(
    "unlogged_leaf",
    _METADATA,
    Column("leaf", LargeBinary, primary_key=True),
    sqlite_with_rowid=False,
)

REGISTRY_STORE: Final = Store(
    name="registry",
    metadata=_METADATA,
    migrations=Path(__file__).parent / "migrations" / "registry",
)


class RiderLog(Protocol):
    """The log, as far as the registry uses it; `OneFileLog` is one."""

    def submit_rider(self, leaf: bytes, *, now: datetime) -> None:
        """Take a 32-byte commitment into the next batch. Again changes nothing."""

    def find(self, leaf: bytes) -> InclusionProof | LeafAbsence:
        """Prove a leaf, or say why there is no proof."""


class NoAccount(Enum):
    """Nobody pays for this consent, or no longer: a passage is written off."""

    UNBOUND = "unbound"


@dataclass(frozen=True, slots=True)
class RegistryPolicy:
    """Where this deployment's riders sign."""

    rp_id: str
    wallet_origin: str


class ConsentRegistry:
    """Consents in the office's database. Methods may be called from several threads.

    Each call may be made again when its answer was lost.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        tombstones: Tombstones,
        trust: Trust,
        log: RiderLog,
        policy: RegistryPolicy,
        clock: Clock,
    ) -> None:
        """Use a migrated database; settles first what a crash or a restored backup left open."""
        self._engine = engine
        self._tombstones = tombstones
        self._trust = trust
        self._log = log
        self._policy = policy
        self._clock = clock
        self._replay_tombstones()
        self.log_pending_leaves()

    def submit_consent(self, submission: ConsentSubmission, *, account: AccountId) -> None:
        """Take a consent and log it (message 3). The same one again changes nothing.

        `account` is the signed-in rider's, never the submission's to say.
        Raises `VerificationError`: `consent_withdrawn`, `consent_id_reused`, or what
        `verify_certificate` and `verify_consent` raise.
        """
        document = submission.consent.document
        now = self._clock.now()
        # 1. A kiosk saw this rider's face, and the rider's passkey signed this consent.
        passkey = unb64(document.passkey)
        certificate = verify_certificate(
            submission.certificate,
            trust=self._trust,
            expected_deployment=self._trust.deployment,
            expected_passkey=passkey,
            expected_tc=unb64(document.tc),
            expected_model_id=document.model_id,
            consent_index=NOT_YET_LOGGED,
        )
        verified = verify_consent(
            submission.consent,
            expected_deployment=self._trust.deployment,
            expected_rp_id=self._policy.rp_id,
            expected_wallet_origin=self._policy.wallet_origin,
            expected_passkey=passkey,
            certificate=certificate,
            now=now,
        )
        # 2. What ended stays ended.
        if self._tombstones.has_consent(verified.consent_id):
            raise VerificationError("consent_withdrawn", "This consent was withdrawn.")
        # 3. First it is bound to an account, on disk: an included leaf means a payable account.
        leaf = consent_leaf(unb64(submission.salt_c), document, submission.consent.assertion)
        with transaction(self._engine) as connection:
            _bind(connection, submission, account=account, leaf=leaf)
        # 4. Then the leaf goes to the log. After a crash `log_pending_leaves` does it.
        self._log.submit_rider(leaf, now=now)

    def withdraw(self, signed: SignedWithdrawal) -> None:
        """End a consent (message 10). On return it is on the withdrawal list, for good.

        The rider's sealed records are deleted apart from it, by their own secrets. Again changes
        nothing. Raises `VerificationError`: `consent_unknown`, or what `verify_withdrawal` raises.
        """
        consent_id = ConsentId(signed.document.consent_id)
        now = self._clock.now()
        with transaction(self._engine) as connection:
            row = _find(connection, consent_id)
            if row is None:
                if self._tombstones.has_consent(consent_id):
                    return
                raise VerificationError("consent_unknown", "There is no such consent.")
            # 1. The consent's own passkey signed it.
            verified = verify_withdrawal(
                signed,
                consent=_document(row),
                expected_deployment=self._trust.deployment,
                expected_rp_id=self._policy.rp_id,
                expected_wallet_origin=self._policy.wallet_origin,
            )
            # 2. It is marked, and its leaf kept for the log. A second time logs no second leaf.
            if row.withdrawn_at == _NOT_WITHDRAWN:
                _mark_withdrawn(connection, consent_id, now)
                connection.execute(insert(_UNLOGGED), {"leaf": verified.leaf})
        # 3. It is on the list that gates fetch. After a crash `_replay_tombstones` does it.
        self._tombstones.add_consents([verified.tombstone])
        # 4. Everyone can see that a consent ended, and nobody whose.
        self.log_pending_leaves()

    def withdrawal_list(self) -> WithdrawalList:
        """Give the list for the bundles: ids only, until their consents would have ended."""
        now = self._clock.now()
        return WithdrawalList(
            as_of=int(now.timestamp()),
            consent_ids=list(self._tombstones.withdrawn(today=utc_day(now))),
        )

    def account_of(self, consent_id: ConsentId) -> AccountId | NoAccount:
        """Tell who pays for a consent, also a withdrawn one until its day is closed."""
        with snapshot(self._engine) as connection:
            found = connection.execute(
                select(_ACCOUNTS.c.account).where(_ACCOUNTS.c.consent_id == consent_id)
            ).scalar_one_or_none()
        return NoAccount.UNBOUND if found is None else AccountId(found)

    def history_key_of(self, account: AccountId) -> bytes | NoAccount:
        """Give the newest HPKE public key (32 bytes) to seal the account's receipts to."""
        with snapshot(self._engine) as connection:
            found: bytes | None = connection.execute(
                select(_HISTORY_KEYS.c.history_pk).where(_HISTORY_KEYS.c.account == account)
            ).scalar_one_or_none()
        return NoAccount.UNBOUND if found is None else found

    def log_pending_leaves(self) -> None:
        """Submit what the log does not know, and forget what it has proven.

        To be called with the log's own `run_due`: the log keeps a batch in memory only.
        """
        with snapshot(self._engine) as connection:
            leaves = connection.execute(select(_UNLOGGED.c.leaf)).scalars().all()
        for leaf in leaves:
            match self._log.find(leaf):
                case InclusionProof():
                    with transaction(self._engine) as connection:
                        connection.execute(delete(_UNLOGGED).where(_UNLOGGED.c.leaf == leaf))
                case LeafAbsence.UNKNOWN:
                    self._log.submit_rider(leaf, now=self._clock.now())
                case LeafAbsence.PENDING:
                    pass

    def purge(self) -> None:
        """Drop tombstones of consents that would have ended by now. Call it after a day close."""
        self._tombstones.purge(today=utc_day(self._clock.now()))

    def _replay_tombstones(self) -> None:
        """Make the two databases agree: whichever says that a consent ended is right."""
        with transaction(self._engine) as connection:
            marked = [
                Tombstone(consent_id=row.consent_id, not_after=row.not_after)
                for row in connection.execute(
                    select(_CONSENTS).where(_CONSENTS.c.withdrawn_at != _NOT_WITHDRAWN)
                )
            ]
            open_ids = connection.execute(
                select(_CONSENTS.c.consent_id).where(_CONSENTS.c.withdrawn_at == _NOT_WITHDRAWN)
            ).scalars()
            for consent_id in open_ids.all():
                if self._tombstones.has_consent(ConsentId(consent_id)):
                    _mark_withdrawn(connection, ConsentId(consent_id), self._clock.now())
        self._tombstones.add_consents(marked)


def close_day(connection: Connection, *, ended_at: datetime) -> None:
    """Delete the consents that ended before the closed travel day did, and who paid for them.

    Runs in the caller's transaction, after the day's receipts are sealed: rides of a travel day
    are rated while its riders' accounts are still bound. `ended_at` is the end of that travel day.
    """
    ended = select(_CONSENTS.c.consent_id).where(
        or_(
            _CONSENTS.c.withdrawn_at.between(0, int(ended_at.timestamp())),
            _CONSENTS.c.not_after < utc_day(ended_at),
        )
    )
    connection.execute(delete(_ACCOUNTS).where(_ACCOUNTS.c.consent_id.in_(ended)))
    connection.execute(delete(_CONSENTS).where(_CONSENTS.c.consent_id.in_(ended)))
    connection.execute(
        delete(_HISTORY_KEYS).where(_HISTORY_KEYS.c.account.not_in(select(_ACCOUNTS.c.account)))
    )


def _bind(
    connection: Connection, submission: ConsentSubmission, *, account: AccountId, leaf: bytes
) -> None:
    document = submission.consent.document
    consent_id = ConsentId(document.consent_id)
    row = _find(connection, consent_id)
    if row is not None:
        bound = connection.execute(
            select(_ACCOUNTS.c.account).where(_ACCOUNTS.c.consent_id == consent_id)
        ).scalar_one()
        if (row.submission, bound) != (submission.jcs(), account):
            raise VerificationError("consent_id_reused", "This consent id has another content.")
        return
    connection.execute(insert(_ACCOUNTS), {"consent_id": consent_id, "account": account})
    history = insert(_HISTORY_KEYS).values(account=account, history_pk=unb64(submission.history_pk))
    connection.execute(
        history.on_conflict_do_update(
            index_elements=["account"], set_={"history_pk": history.excluded.history_pk}
        )
    )
    connection.execute(
        insert(_CONSENTS),
        {
            "consent_id": consent_id,
            "submission": submission.jcs(),
            "not_after": document.not_after,
            "withdrawn_at": _NOT_WITHDRAWN,
        },
    )
    connection.execute(insert(_UNLOGGED), {"leaf": leaf})


def _mark_withdrawn(connection: Connection, consent_id: ConsentId, now: datetime) -> None:
    connection.execute(
        update(_CONSENTS)
        .where(_CONSENTS.c.consent_id == consent_id)
        .values(withdrawn_at=int(now.timestamp()))
    )


def _find(connection: Connection, consent_id: ConsentId) -> Row[tuple[object, ...]] | None:
    return connection.execute(select(_CONSENTS).where(_CONSENTS.c.consent_id == consent_id)).first()


def _document(row: Row[tuple[object, ...]]) -> Consent:
    return ConsentSubmission.parse(row.submission).consent.document
