"""Withdrawals: ended for good at once, gone after the day close, whatever crashed in between."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fakes.office_world import ACCOUNT, OTHER, Office, count_rows, enrolled, id_of
from faregate.consent.consent import ConsentSubmission
from faregate.consent.registry import (
    NoAccount,
    close_day,
)
from faregate.consent.tombstones import Tombstones
from faregate.consent.withdrawal import SignedWithdrawal
from faregate.db.engine import forget_deleted, open_database, transaction
from faregate.errors import VerificationError
from faregate.wire.canonical import b64, unb64


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Give an office without consents."""
    office = Office(tmp_path)
    yield office
    office.close()


def test_a_withdrawal_is_on_the_list_at_once(office: Office) -> None:
    """Message 10: listed, logged, and its passages of today still paid for."""
    wallet, submission = enrolled(office)
    size = office.world.log.size
    office.registry.withdraw(wallet.withdraw(now=office.world.now).signed)
    listed = office.registry.withdrawal_list()
    assert listed.consent_ids == [id_of(submission)]
    assert listed.as_of == int(office.world.now.timestamp())
    assert office.registry.account_of(id_of(submission)) == ACCOUNT
    office.wait()
    assert office.world.log.size == size + 1


@pytest.mark.parametrize("fault", ["lose request", "lose answer"])
def test_a_withdrawal_survives_a_lost_log(office: Office, fault: str) -> None:
    """It counts though the log is not reached, and is logged once when it is."""
    wallet, submission = enrolled(office)
    signed = wallet.withdraw(now=office.world.now).signed
    size = office.world.log.size
    office.log.fault = fault
    with pytest.raises(ConnectionError):
        office.registry.withdraw(signed)
    assert office.registry.withdrawal_list().consent_ids == [id_of(submission)]
    office.log.fault = ""
    office.registry.withdraw(signed)
    office.registry.withdraw(wallet.withdraw(now=office.world.now).signed)
    office.wait()
    assert office.world.log.size == size + 1


def test_only_its_rider_withdraws(office: Office) -> None:
    """Another passkey, another deployment or an unknown consent ends nothing."""
    wallet, submission = enrolled(office)
    signed = wallet.withdraw(now=office.world.now).signed
    stranger = office.wallet("b")
    office.registry.submit_consent(office.consent(stranger), account=OTHER)
    theirs = stranger.withdraw(now=office.world.now).signed
    forged = signed.model_copy(update={"assertion": theirs.assertion})
    unknown = signed.document.model_copy(update={"consent_id": b64(bytes(16))})
    for attempt, code in (
        (forged, "assertion_challenge"),
        (signed.model_copy(update={"document": unknown}), "consent_unknown"),
    ):
        with pytest.raises(VerificationError) as refused:
            office.registry.withdraw(attempt)
        assert refused.value.code == code
    assert office.registry.withdrawal_list().consent_ids == []
    assert office.registry.account_of(id_of(submission)) == ACCOUNT


def test_what_was_withdrawn_is_not_taken_again(office: Office) -> None:
    """Also after the day close, when the consent itself is gone."""
    wallet, submission = enrolled(office)
    signed = wallet.withdraw(now=office.world.now).signed
    office.registry.withdraw(signed)
    for _ in range(2):
        with pytest.raises(VerificationError) as refused:
            office.registry.submit_consent(submission, account=ACCOUNT)
        assert refused.value.code == "consent_withdrawn"
        office.close_day()
    office.registry.withdraw(signed)
    assert office.registry.withdrawal_list().consent_ids == [id_of(submission)]


def _needles(submission: ConsentSubmission, locators: list[str]) -> list[bytes]:
    """Give all that would name the rider, raw and as text."""
    document = submission.consent.document
    ids = [
        document.consent_id,
        *locators,
        submission.consent.assertion.credential_id,
        document.passkey,
        submission.salt_c,
        submission.history_pk,
        document.tc,
    ]
    return [spelling for one in ids for spelling in (one.encode(), unb64(one))]


def _found(folder: Path, needles: list[bytes]) -> set[str]:
    return {
        path.name
        for path in folder.rglob("*")
        if path.is_file()
        for needle in needles
        if needle in path.read_bytes()
    }


def test_after_day_close_only_the_withdrawn_id_is_left(office: Office) -> None:
    """No raw byte of the rider's ids is in any file but the tombstones, and of those one id."""
    wallet, submission = enrolled(office)
    withdrawal = wallet.withdraw(now=office.world.now)
    locators = [one.locator for one in withdrawal.deletions]
    needles = _needles(submission, [str(one) for one in locators])
    assert "office.db-wal" in _found(office.folder, needles)
    office.registry.withdraw(withdrawal.signed)
    for deletion in withdrawal.deletions:
        office.records.delete(deletion.locator, deletion.delete_secret)
    office.wait(timedelta(hours=20))
    office.close_day()
    forget_deleted(office.tombstone_engine)
    assert _found(office.folder, needles) == {"tombstones.db"}
    assert _found(office.folder, [one for one in needles if one != needles[0]]) == set()
    for table in ("consent", "account_consent", "account_history_key", "sealed_record"):
        assert office.count(table) == 0
    assert office.registry.account_of(id_of(submission)) is NoAccount.UNBOUND


def test_a_day_close_keeps_what_its_day_needs(office: Office) -> None:
    """A withdrawal after the end of the closed travel day waits for the next close."""
    wallet, submission = enrolled(office)
    ended_at = office.world.now
    office.wait(timedelta(hours=1))
    office.registry.withdraw(wallet.withdraw(now=office.world.now).signed)
    with transaction(office.engine) as connection:
        close_day(connection, ended_at=ended_at)
    assert office.registry.account_of(id_of(submission)) == ACCOUNT
    assert office.registry.history_key_of(ACCOUNT) == unb64(submission.history_pk)


def test_an_expired_consent_goes_and_is_not_listed(office: Office) -> None:
    """After its last day nothing of it is kept, not even its id."""
    wallet, submission = enrolled(office)
    office.world.clock.move_to(datetime(2027, 3, 2, 12, tzinfo=UTC))
    office.close_day()
    assert office.count("consent") == 1
    office.registry.withdraw(wallet.withdraw(now=office.world.now).signed)
    assert office.registry.withdrawal_list().consent_ids == [id_of(submission)]
    office.world.clock.move_to(datetime(2027, 3, 3, 12, tzinfo=UTC))
    assert office.registry.withdrawal_list().consent_ids == []
    office.close_day()
    assert office.count("consent") == 0
    assert count_rows(office.tombstone_engine, "tombstone_consent") == 0


def test_an_account_keeps_the_key_of_its_other_consent(office: Office) -> None:
    """Receipts go to the newest history key for as long as the account has a consent."""
    wallet, _ = enrolled(office)
    second = office.consent(office.wallet("b"))
    office.registry.submit_consent(second, account=ACCOUNT)
    office.registry.withdraw(wallet.withdraw(now=office.world.now).signed)
    office.wait()
    office.close_day()
    assert office.registry.history_key_of(ACCOUNT) == unb64(second.history_pk)
    assert office.count("account_consent") == 1


def test_a_restored_backup_knows_who_withdrew(office: Office) -> None:
    """G6: an older database is corrected by the tombstones before anything is served."""
    wallet, submission = enrolled(office)
    forget_deleted(office.engine)
    shutil.copy(office.folder / "office.db", office.folder / "backup.db")
    office.registry.withdraw(wallet.withdraw(now=office.world.now).signed)
    office.engine.dispose()
    office.engine = open_database(office.folder / "backup.db")
    office.restart()
    assert office.registry.withdrawal_list().consent_ids == [id_of(submission)]
    office.wait()
    office.close_day()
    assert office.registry.account_of(id_of(submission)) is NoAccount.UNBOUND


def test_a_crash_between_the_two_databases(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A withdrawal that was marked but not yet listed is listed after the restart."""
    wallet, submission = enrolled(office)

    def crash(_self: Tombstones, _tombstones: object) -> None:
        raise OSError("power cut")

    signed: SignedWithdrawal = wallet.withdraw(now=office.world.now).signed
    with monkeypatch.context() as patched:
        patched.setattr(Tombstones, "add_consents", crash)
        with pytest.raises(OSError, match="power cut"):
            office.registry.withdraw(signed)
    assert office.registry.withdrawal_list().consent_ids == []
    office.restart()
    assert office.registry.withdrawal_list().consent_ids == [id_of(submission)]
