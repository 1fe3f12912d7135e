"""The bytes of a lease: the largest legal one fits, and every one has the same size."""

import hashlib
from datetime import UTC, datetime
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.log_world import private_key
from faregate.consent.consent import SignedConsent
from faregate.consent.hpke import OVERHEAD
from faregate.consent.lease import (
    LEASE_KEY_SIZE,
    MODE_LIMITS,
    PLAINTEXT_SIZE,
    SEALED_SIZE,
    STEP,
    STEP_SIZE,
    LeaseProof,
    pack_lease_into,
    seal_lease,
)
from faregate.consent.locked import LockedBuffer
from faregate.consent.passkey import Assertion
from faregate.ids import LineId
from faregate.translog.checkpoint import Checkpoint, NoteSigner, SignedNote, key_name
from faregate.translog.verify import InclusionProof
from faregate.wire.canonical import b64, unpack_frames
from faregate.wire.document import Signature
from faregate.wire.messages import (
    CaptureCertificate,
    Consent,
    LeaseHeader,
    LeaseLine,
    Mode,
    SignedCaptureCertificate,
)

LONGEST_NAME: Final = "n" * 48
HASH: Final = b64(bytes([255]) * 32)
ID: Final = b64(bytes([255]) * 16)
LARGEST_INT: Final = 2**53 - 1
LATEST: Final = 2**37
DAY: Final = "2026-03-02"
LARGEST_DIMENSION: Final = 512
LARGEST_ASSERTION: Final = Assertion(
    credential_id="A" * 344,
    client_data_json="A" * 684,
    authenticator_data="A" * 344,
    signature="A" * 108,
)


def largest_inclusion() -> InclusionProof:
    """Make a proof of 30 hashes under a checkpoint that four witnesses with long names cosigned."""
    origin = key_name(LONGEST_NAME, "l" * 48)
    checkpoint = Checkpoint(origin=origin, size=LARGEST_INT, root=bytes([255]) * 32)
    signers = [NoteSigner(key_name(LONGEST_NAME, f"{n}" * 48), private_key(n)) for n in range(1, 5)]
    at = datetime(2026, 3, 2, tzinfo=UTC)
    signatures = (
        NoteSigner(origin, private_key(9)).sign(checkpoint.text()),
        *(signer.cosign(checkpoint.text(), at) for signer in signers),
    )
    return InclusionProof.of(
        LARGEST_INT - 1,
        [bytes([255]) * 32] * 30,
        checkpoint=checkpoint,
        note=SignedNote(checkpoint.text(), signatures),
    )


def largest_proof(mode: Mode) -> LeaseProof:
    """Make the longest documents that each field's bounds allow."""
    header = LeaseHeader(
        lease_id=ID,
        deployment=LONGEST_NAME,
        consent_id=ID,
        tc=HASH,
        mode=mode,
        uses=32,
        not_before=LATEST,
        not_after=LATEST,
        stop_hash=HASH,
        lines=[
            LeaseLine(line=f"{number}" * 48, epoch=LARGEST_INT, pk_hash=HASH, steps_hash=HASH)
            for number in range(8)
        ],
    )
    consent = Consent(
        consent_id=ID,
        deployment=LONGEST_NAME,
        controller="\U0001f687" * 120,
        purpose="fare",
        modes=["presence", "window"],
        model_id="m" * 64,
        tc=HASH,
        certificate_hash=HASH,
        notice_hash=HASH,
        lang="eng",
        day=DAY,
        not_after=DAY,
        passkey="A" * 171,
    )
    certificate = CaptureCertificate(
        deployment=LONGEST_NAME,
        kiosk=LONGEST_NAME,
        captured_at="kiosk",
        model_id="m" * 64,
        tc=HASH,
        bind=HASH,
        liveness_level=9,
        day=DAY,
    )
    return LeaseProof(
        header=header,
        lease_assertion=LARGEST_ASSERTION,
        consent=SignedConsent(document=consent, assertion=LARGEST_ASSERTION),
        salt_c=HASH,
        certificate=SignedCaptureCertificate(
            document=certificate, signature=Signature(key=HASH, signature=b64(bytes(64)))
        ),
        inclusion=largest_inclusion(),
        ack_key=HASH,
    )


def test_the_largest_legal_lease_fits() -> None:
    """8 lines, 144 steps, 512 numbers, 30 hashes, 4 cosignatures, and the longest of all else."""
    steps_max = MODE_LIMITS["presence"].duration_max // STEP
    proof = largest_proof("presence")
    inner = bytes([255]) * (32 + LARGEST_DIMENSION + 16)
    plaintext = LockedBuffer(PLAINTEXT_SIZE)
    steps = bytes([255]) * (steps_max * STEP_SIZE)
    pack_lease_into(
        plaintext,
        lease_key=memoryview(bytes(LEASE_KEY_SIZE)),
        steps=steps,
        inner=inner,
        proof=proof,
    )
    assert steps_max == 144
    key, read_steps, read_inner, document = unpack_frames(plaintext.view, count=4)
    assert (bytes(key), bytes(read_steps), bytes(read_inner)) == (bytes(32), steps, inner)
    assert LeaseProof.parse(document) == proof
    used = 4 * 4 + len(key) + len(steps) + len(inner) + len(document)
    # What is left is the room for a longer checkpoint; less than this, and a field has grown.
    assert PLAINTEXT_SIZE - used >= 512


def test_one_that_does_not_fit_is_refused() -> None:
    """A checkpoint with too many witnesses makes no lease of another size."""
    inclusion = largest_inclusion()
    longer = inclusion.model_copy(update={"checkpoint": inclusion.checkpoint * 4})
    proof = largest_proof("presence").model_copy(update={"inclusion": longer})
    with pytest.raises(ValueError, match="do not fit"):
        pack_lease_into(
            LockedBuffer(PLAINTEXT_SIZE),
            lease_key=memoryview(bytes(LEASE_KEY_SIZE)),
            steps=bytes(144 * STEP_SIZE),
            inner=bytes(560),
            proof=proof,
        )


@given(dimension=st.integers(1, LARGEST_DIMENSION))
def test_every_sealed_lease_has_one_size(dimension: int) -> None:
    """The relay learns nothing from it."""
    epoch_pk = bytes([9]) + bytes(31)
    proof = largest_proof("window")
    line = proof.header.lines[0].model_copy(update={"pk_hash": b64(_hash(epoch_pk))})
    header = proof.header.model_copy(update={"lines": [line]})
    sealed = seal_lease(
        proof.model_copy(update={"header": header}),
        line=LineId(line.line),
        epoch_pk=epoch_pk,
        lease_key=LockedBuffer.random(LEASE_KEY_SIZE),
        salted_template=LockedBuffer(32 + dimension),
    )
    assert len(sealed) == SEALED_SIZE == 20 * 1024 + OVERHEAD


def _hash(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


@pytest.mark.parametrize("line", ["harbour-9", "0" * 48])
def test_nothing_is_sealed_to_a_line_that_the_header_does_not_name(line: str) -> None:
    """Neither another line nor another key of a named one."""
    with pytest.raises(ValueError, match="does not name"):
        seal_lease(
            largest_proof("window"),
            line=LineId(line),
            epoch_pk=bytes(32),
            lease_key=LockedBuffer.random(LEASE_KEY_SIZE),
            salted_template=LockedBuffer(160),
        )
