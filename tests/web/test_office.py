"""The office's requests: what lines and wallets get, and what is refused."""

from datetime import date, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fakes.small_deployment import LINE, SmallDeployment
from faregate.charging.day_close import CloseResult
from faregate.consent.epoch import verify_epoch
from faregate.consent.release import release_digest
from faregate.consent.stop import ACK_SIZE
from faregate.consent.trust import OFFICE
from faregate.errors import InvalidInputError, VerificationError
from faregate.gate.epoch import EpochKeys
from faregate.ids import DeploymentId, EpochId
from faregate.translog.log import LeafAbsence
from faregate.wire.canonical import b64
from faregate.wire.document import verify_signature
from faregate.wire.messages import SignedGateEpoch, Stop


def epoch_of(
    small: SmallDeployment, key: Ed25519PrivateKey, *, deployment: str = "", number: int = 1
) -> SignedGateEpoch:
    """Begin an epoch of the line, signed by `key`."""
    keys = EpochKeys(
        deployment=DeploymentId(deployment or small.deployment.name),
        line=LINE,
        identity=key,
        release_digest=release_digest(),
    )
    return keys.begin(EpochId(number), small.clock.now())


def test_an_epoch_is_offered_with_proofs_that_a_wallet_accepts(small: SmallDeployment) -> None:
    """What a wallet fetches about a line passes every check that the wallet makes."""
    office = small.role.office
    signed = epoch_of(small, small.line_key)
    office.publish_epoch(signed)
    size = small.log.size
    office.publish_epoch(signed)
    assert small.log.size == size
    verified = verify_epoch(
        office.epoch_offer(LINE), trust=small.trust, expected_line=LINE, now=small.clock.now()
    )
    assert b64(verified.pk) == signed.document.pk


def test_an_epoch_of_somebody_else_is_not_logged(small: SmallDeployment) -> None:
    """Only the line's own identity gets a key into the log."""
    size = small.log.size
    with pytest.raises(VerificationError):
        small.role.office.publish_epoch(epoch_of(small, Ed25519PrivateKey.generate()))
    assert small.log.size == size
    with pytest.raises(InvalidInputError, match="published no epoch"):
        small.role.office.epoch_offer(LINE)


def test_an_epoch_of_another_deployment_is_not_logged(small: SmallDeployment) -> None:
    """An operator of two networks may use one line key: its epochs still belong to one."""
    size = small.log.size
    with pytest.raises(VerificationError, match="another deployment"):
        small.role.office.publish_epoch(epoch_of(small, small.line_key, deployment="other-city"))
    assert small.log.size == size


def test_an_old_epoch_that_comes_again_is_not_offered(small: SmallDeployment) -> None:
    """Everybody can read old epochs in the log and send them; a restarted line begins anew."""
    office = small.role.office
    old = epoch_of(small, small.line_key, number=7)
    office.publish_epoch(old)
    small.clock.advance(timedelta(minutes=1))
    new = epoch_of(small, small.line_key, number=1)  # the line's disk was replaced
    office.publish_epoch(new)
    office.publish_epoch(old)
    assert office.epoch_offer(LINE).epoch == new


def test_bundles_never_go_back(small: SmallDeployment) -> None:
    """Each bundle is signed, newer than the last, also while the clock stands still."""
    office = small.role.office
    first, second = office.fetch_bundle(LINE), office.fetch_bundle(LINE)
    assert second.document.version > first.document.version
    small.clock.advance(timedelta(days=1))
    third = office.fetch_bundle(LINE)
    assert third.document.version > second.document.version
    key = small.trust.key_of("office-bundle", OFFICE, "2026-05-05")
    verify_signature(third.document, third.signature, expected_key=key)
    assert [one.day for one in third.document.passage_keys][:2] == ["2026-05-05", "2026-05-06"]
    assert third.document.trust_file_hash == b64(small.trust.hash)


def test_every_line_hears_every_stop_once(small: SmallDeployment) -> None:
    """A stop goes round by cursor; posted twice it is still one."""
    office = small.role.office
    stop = Stop(preimage=b64(bytes(32)))
    office.post_stop(stop)
    office.post_stop(stop)
    page = office.take_stops(LINE, 0)
    assert page.stops == (stop,)
    assert office.take_stops(LINE, page.cursor).stops == ()


def test_a_reply_lies_in_its_box_for_ten_minutes(small: SmallDeployment) -> None:
    """A box gives what was put there, and is empty later."""
    office, box = small.role.office, bytes(32)
    office.send_reply(box, bytes(ACK_SIZE))
    assert office.get_reply(box) == bytes(ACK_SIZE)
    small.clock.advance(timedelta(minutes=11))
    office.run_due()
    assert not isinstance(office.get_reply(box), bytes)


def test_a_leaf_that_nobody_submitted_is_unknown(small: SmallDeployment) -> None:
    """No proof is made up."""
    assert small.role.office.find_leaf(bytes(32)) is LeafAbsence.UNKNOWN


def test_a_day_is_closed_once_and_told_to_its_line(small: SmallDeployment) -> None:
    """The second request changes nothing; the line finds the signed close."""
    office, day = small.role.office, date(2026, 5, 4)
    with pytest.raises(InvalidInputError, match="is not over yet"):
        office.close_day(day)
    small.clock.advance(timedelta(days=1))
    assert office.close_day(day) is CloseResult.CLOSED
    assert office.close_day(day) is CloseResult.ALREADY_CLOSED
    (close,) = office.take_day_closes(LINE)
    assert (close.document.line, close.document.day) == (LINE, "2026-05-04")
    assert (close.document.accepted, close.document.charged) == (0, 0)
