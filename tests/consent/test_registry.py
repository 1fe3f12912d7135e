"""Consents at the office: bound before they are logged, and refused one way at a time."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from fakes.office_world import ACCOUNT, OTHER, Office, id_of, leaf_of
from faregate.consent.consent import ConsentSubmission
from faregate.consent.registry import (
    NoAccount,
)
from faregate.errors import VerificationError
from faregate.ids import ConsentId
from faregate.translog.log import LeafAbsence
from faregate.translog.verify import InclusionProof
from faregate.wire.canonical import b64, sha256, unb64


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Give an office without consents."""
    office = Office(tmp_path)
    yield office
    office.close()


def test_a_consent_is_bound_then_logged(office: Office) -> None:
    """When the log sees the leaf, the account is on disk; then the leaf is included."""
    submission = office.consent(office.wallet("a"))
    office.log.is_bound = lambda: office.registry.account_of(id_of(submission)) == ACCOUNT
    office.registry.submit_consent(submission, account=ACCOUNT)
    assert office.log.seen_bound == [True]
    assert office.log.find(leaf_of(submission)) is LeafAbsence.PENDING
    office.wait()
    assert isinstance(office.log.find(leaf_of(submission)), InclusionProof)
    assert office.count("unlogged_leaf") == 0
    assert office.registry.account_of(id_of(submission)) == ACCOUNT
    assert office.registry.history_key_of(ACCOUNT) == unb64(submission.history_pk)


def test_who_is_not_bound_has_no_account(office: Office) -> None:
    """Unknown consents and accounts are typed answers, not errors."""
    assert office.registry.account_of(ConsentId("unknown")) is NoAccount.UNBOUND
    assert office.registry.history_key_of(ACCOUNT) is NoAccount.UNBOUND


@pytest.mark.parametrize("fault", ["lose request", "lose answer"])
def test_a_submission_survives_a_lost_log(office: Office, fault: str) -> None:
    """Whatever was lost, the rider asks again, and one leaf is logged once."""
    submission = office.consent(office.wallet("a"))
    office.log.fault = fault
    with pytest.raises(ConnectionError):
        office.registry.submit_consent(submission, account=ACCOUNT)
    office.log.fault = ""
    before = office.world.log.size
    office.registry.submit_consent(submission, account=ACCOUNT)
    office.wait()
    office.registry.submit_consent(submission, account=ACCOUNT)
    office.wait()
    assert office.world.log.size == before + 1
    assert office.count("consent") == 1


def test_a_restart_submits_what_the_log_lost(office: Office) -> None:
    """The log's batch is in memory; the registry's list of leaves is not."""
    submission = office.consent(office.wallet("a"))
    office.log.fault = "lose request"
    with pytest.raises(ConnectionError):
        office.registry.submit_consent(submission, account=ACCOUNT)
    office.log.fault = ""
    office.restart()
    office.wait()
    assert isinstance(office.log.find(leaf_of(submission)), InclusionProof)


def _with_other_account(office: Office, submission: ConsentSubmission) -> None:
    office.registry.submit_consent(submission, account=OTHER)


def _with_other_salt(office: Office, submission: ConsentSubmission) -> None:
    changed = submission.model_copy(update={"salt_c": b64(bytes(32))})
    office.registry.submit_consent(changed, account=ACCOUNT)


def _with_other_terms(office: Office, submission: ConsentSubmission) -> None:
    document = submission.consent.document.model_copy(update={"lang": "de"})
    consent = submission.consent.model_copy(update={"document": document})
    office.registry.submit_consent(
        submission.model_copy(update={"consent": consent}), account=ACCOUNT
    )


def _with_other_certificate(office: Office, submission: ConsentSubmission) -> None:
    other = office.consent(office.wallet("b"))
    office.registry.submit_consent(
        submission.model_copy(update={"certificate": other.certificate}), account=ACCOUNT
    )


def _after_its_end(office: Office, submission: ConsentSubmission) -> None:
    office.world.clock.move_to(datetime(2027, 3, 3, tzinfo=UTC))
    _with_other_salt(office, submission)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_with_other_account, "consent_id_reused"),
        (_with_other_salt, "consent_id_reused"),
        (_with_other_terms, "assertion_challenge"),
        (_with_other_certificate, "certificate_passkey"),
        (_after_its_end, "consent_not_in_force"),
    ],
)
def test_refuses(
    office: Office, spoil: Callable[[Office, ConsentSubmission], None], code: str
) -> None:
    """Each single defect has its own code, and what was bound stays bound."""
    submission = office.consent(office.wallet("a"))
    office.registry.submit_consent(submission, account=ACCOUNT)
    with pytest.raises(VerificationError) as refused:
        spoil(office, submission)
    assert refused.value.code == code
    assert office.registry.account_of(id_of(submission)) == ACCOUNT
    assert office.count("consent") == 1


def test_leaves_do_not_name_their_consent(office: Office) -> None:
    """What waits for the log is a salted hash: without the salt nobody can look for it."""
    submission = office.consent(office.wallet("a"))
    office.log.fault = "lose request"
    with pytest.raises(ConnectionError):
        office.registry.submit_consent(submission, account=ACCOUNT)
    with office.engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM unlogged_leaf")).all()
    assert [tuple(row) for row in rows] == [(leaf_of(submission),)]
    unsalted = sha256(submission.consent.document.hashed(), submission.consent.assertion.hashed())
    assert leaf_of(submission) != unsalted
