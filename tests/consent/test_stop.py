"""Stop and acknowledgement: anonymous, of one size, and for one wallet."""

from typing import Final

import pytest

from faregate.consent.hpke import Recipient, lease_ack_info, seal
from faregate.consent.stop import ACK_SIZE, ack_box, make_stop, open_ack, seal_ack, stop_hash
from faregate.errors import VerificationError
from faregate.ids import LeaseId, LineId
from faregate.wire.canonical import b64, pack_frames, sha256
from faregate.wire.messages import LeaseAck

DEPLOYMENT: Final = "harbour-city"
LINE: Final = LineId("harbour-1")
LEASE: Final = LeaseId(b64(bytes([3]) * 16))
ACK: Final = LeaseAck(lease_id=LEASE, line=LINE, status="admitted")


def test_a_stop_is_found_by_the_hash_of_its_preimage() -> None:
    """The header carries the hash; only the wallet has what hashes to it."""
    preimage = bytes(range(32))
    assert stop_hash(make_stop(preimage)) == sha256(preimage)


def opened(sealed: bytes, key: Recipient) -> LeaseAck:
    """Open as the wallet of this lease does."""
    return open_ack(sealed, key, deployment=DEPLOYMENT, expected_lease_id=LEASE, expected_line=LINE)


@pytest.mark.parametrize("status", ["admitted", "lease_outlives_consent", "x" * 48])
def test_an_ack_reads_back_and_has_one_size(status: str) -> None:
    """The relay can't tell an admission from a refusal."""
    key = Recipient.generate()
    ack = ACK.model_copy(update={"status": status, "line": "a" * 48})
    sealed = seal_ack(ack, ack_key=key.public_bytes, deployment=DEPLOYMENT)
    assert len(sealed) == ACK_SIZE
    read = open_ack(
        sealed,
        key,
        deployment=DEPLOYMENT,
        expected_lease_id=LEASE,
        expected_line=LineId("a" * 48),
    )
    assert read == ack


def test_an_ack_for_something_else_is_refused() -> None:
    """Another lease, line, deployment, key or form."""
    key = Recipient.generate()
    public = key.public_bytes
    info = lease_ack_info(deployment=DEPLOYMENT, ack_box=b64(ack_box(public)))
    other_lease = ACK.model_copy(update={"lease_id": b64(bytes(16))})
    other_line = ACK.model_copy(update={"line": "harbour-2"})
    cases = {
        "lease": seal_ack(other_lease, ack_key=public, deployment=DEPLOYMENT),
        "line": seal_ack(other_line, ack_key=public, deployment=DEPLOYMENT),
        "deployment": seal_ack(ACK, ack_key=public, deployment="harbour-town"),
        "key": seal_ack(ACK, ack_key=Recipient.generate().public_bytes, deployment=DEPLOYMENT),
        "frames": seal(b"\xff" * 256, public, info),
        "document": seal(pack_frames(b"{}"), public, info),
    }
    codes = {}
    for name, sealed in cases.items():
        with pytest.raises(VerificationError) as refused:
            opened(sealed, key)
        codes[name] = refused.value.code
    assert codes == {
        "lease": "ack_lease",
        "line": "ack_lease",
        "deployment": "hpke",
        "key": "hpke",
        "frames": "ack_malformed",
        "document": "ack_malformed",
    }
