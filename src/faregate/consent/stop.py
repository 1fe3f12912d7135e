r"""Stop and acknowledgement (message 5): what the wallet says last, and what it hears first.

    stop_hash = SHA-256(preimage (32))
    ack box   = SHA-256("faregate/v1/ack-box\n" || ack_key (32))
    ack       = HPKE(ack_key, "lease-ack" info,
                     u32 length || JCS(LeaseAck), padded with zeros to 256 bytes)

The ack key is fresh for each line of each lease, so that a relay can't join a rider's lines by
their boxes.
"""

from typing import Final

from faregate.consent.hpke import OVERHEAD, Recipient, lease_ack_info, open_, seal
from faregate.errors import InvalidInputError, VerificationError
from faregate.ids import LeaseId, LineId
from faregate.wire.canonical import b64, pack_frames, pad, sha256, typed, unb64, unpack_frames
from faregate.wire.messages import LeaseAck, Stop

PLAINTEXT_SIZE: Final = 256
ACK_SIZE: Final = PLAINTEXT_SIZE + OVERHEAD
ADMITTED: Final = "admitted"


def make_stop(preimage: bytes) -> Stop:
    """Show the preimage: whoever shows it may stop the lease."""
    return Stop(preimage=b64(preimage))


def stop_hash(stop: Stop) -> bytes:
    """Give the hash by which lines index leases and remembered stops; 32 bytes."""
    return sha256(unb64(stop.preimage))


def ack_box(ack_key: bytes) -> bytes:
    """Name the reply box of an ack key; 32 bytes."""
    return sha256(typed("ack-box", ack_key))


def seal_ack(ack: LeaseAck, *, ack_key: bytes, deployment: str) -> bytes:
    """Seal a line's answer to the wallet; always `ACK_SIZE` bytes."""
    info = lease_ack_info(deployment=deployment, ack_box=b64(ack_box(ack_key)))
    return seal(pad(pack_frames(ack.jcs()), size=PLAINTEXT_SIZE), ack_key, info)


def open_ack(
    sealed: bytes,
    ack: Recipient,
    *,
    deployment: str,
    expected_lease_id: LeaseId,
    expected_line: LineId,
) -> LeaseAck:
    """Open a line's answer.

    Raises `VerificationError`: `hpke`, `ack_malformed`, `ack_lease`. Only who opened the lease
    knows the ack key; so an ack that opens comes from the line that the lease was sealed to.
    """
    info = lease_ack_info(deployment=deployment, ack_box=b64(ack_box(ack.public_bytes)))
    try:
        (document,) = unpack_frames(open_(sealed, ack, info), count=1)
        answer = LeaseAck.parse(document)
    except InvalidInputError as error:
        raise VerificationError("ack_malformed", error.message) from None
    if (answer.lease_id, answer.line) != (expected_lease_id, expected_line):
        raise VerificationError("ack_lease", "The answer is about another lease or line.")
    return answer
