"""Epoch keys: signed, at most two, wiped after the last lease."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from faregate.consent.hpke import lease_info, open_, seal
from faregate.errors import VerificationError
from faregate.gate.epoch import LEASE_MAX, RENEWED_BEFORE, USED_FOR, EpochKeys, LiveEpoch
from faregate.ids import DeploymentId, EpochId, LineId
from faregate.wire.canonical import b64, unb64
from faregate.wire.document import verify_signature

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
DIGEST = bytes(range(32))
IDENTITY = Ed25519PrivateKey.from_private_bytes(bytes([7] * 32))


@pytest.fixture
def keys() -> EpochKeys:
    """Give the keys of a line that just started."""
    return EpochKeys(
        deployment=DeploymentId("harbour"),
        line=LineId("harbour-1"),
        identity=IDENTITY,
        release_digest=DIGEST,
    )


def opens(epoch: LiveEpoch) -> bool:
    """Whether what was sealed to an epoch still opens."""
    info = lease_info(deployment="harbour", line="harbour-1", epoch=epoch.epoch)
    sealed = seal(b"lease", unb64(epoch.signed.document.pk), info)
    try:
        return open_(sealed, epoch.recipient, info) == b"lease"
    except VerificationError:
        return False


def test_an_epoch_is_signed_by_the_line_and_names_its_software(keys: EpochKeys) -> None:
    """Wallets check the signature against the trust file and the digest against the log."""
    signed = keys.begin(EpochId(3), NOON)
    verify_signature(
        signed.document, signed.signature, expected_key=IDENTITY.public_key().public_bytes_raw()
    )
    document = signed.document
    assert (document.line, document.epoch) == ("harbour-1", 3)
    assert document.release_digest == b64(DIGEST)
    assert document.not_after - document.not_before == USED_FOR.total_seconds()
    assert opens(keys.live[0])


def test_a_new_epoch_is_due_before_the_old_one_ends(keys: EpochKeys) -> None:
    """There is time to log it, and none is due while one is young."""
    due = [keys.due(NOON)]
    keys.begin(EpochId(1), NOON)
    end = NOON + USED_FOR
    due += [keys.due(at) for at in (NOON, end - RENEWED_BEFORE - timedelta(seconds=1))]
    assert due == [True, False, False]
    assert keys.due(end - RENEWED_BEFORE)


def test_at_most_two_are_live_and_the_oldest_is_wiped(keys: EpochKeys) -> None:
    """A third epoch ends the first: what was sealed to it is junk from then on."""
    keys.begin(EpochId(1), NOON)
    first = keys.live[0]
    keys.begin(EpochId(2), NOON)
    assert opens(first)
    keys.begin(EpochId(3), NOON)
    assert [one.epoch for one in keys.live] == [3, 2]
    assert not opens(first)


def test_a_key_is_kept_to_the_end_of_the_last_lease(keys: EpochKeys) -> None:
    """Leases sealed in the last minute still open until they end."""
    keys.begin(EpochId(1), NOON)
    epoch = keys.live[0]
    last_lease_ends = NOON + USED_FOR + LEASE_MAX
    keys.end(last_lease_ends - timedelta(seconds=1))
    assert opens(epoch)
    keys.end(last_lease_ends)
    assert keys.live == ()
    assert not opens(epoch)


def test_wiping_ends_them_all(keys: EpochKeys) -> None:
    """After shutdown nothing opens."""
    keys.begin(EpochId(1), NOON)
    epoch = keys.live[0]
    keys.wipe()
    assert keys.live == ()
    assert not opens(epoch)


def test_private_keys_are_not_printed(keys: EpochKeys) -> None:
    """A log line of an epoch shows its document only."""
    keys.begin(EpochId(1), NOON)
    assert "recipient" not in repr(keys.live[0])
