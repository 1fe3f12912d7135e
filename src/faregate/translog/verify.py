"""Is this leaf in the log, for everyone to see? What a wallet, a gate and an auditor ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Final

from pydantic import Field, StringConstraints

from faregate.errors import InvalidInputError, VerificationError
from faregate.translog.checkpoint import NOTE_BYTES_MAX, Checkpoint, NoteKey, SignedNote
from faregate.translog.merkle import leaf_hash, verify_inclusion_path
from faregate.wire.canonical import b64, unb64
from faregate.wire.document import B64Hash, Count, Document

PATH_MAX: Final = 53
"""The longest inclusion path: trees stay below 2^53 leaves."""


class InclusionProof(Document):
    """That a leaf is in the log, under a checkpoint that witnesses cosigned. Untrusted."""

    BYTES_MAX: ClassVar[int] = 16 * 1024
    index: Count
    size: Annotated[int, Field(ge=1, le=2**53 - 1)]
    hashes: Annotated[list[B64Hash], Field(max_length=PATH_MAX)]
    checkpoint: Annotated[str, StringConstraints(max_length=NOTE_BYTES_MAX)]
    """The signed note, whole, with the signatures of the log and its witnesses."""

    @classmethod
    def of(
        cls, index: int, path: Sequence[bytes], *, checkpoint: Checkpoint, note: SignedNote
    ) -> "InclusionProof":
        """Put a proof together."""
        return cls(
            index=index,
            size=checkpoint.size,
            hashes=[b64(one) for one in path],
            checkpoint=str(note),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedInclusion:
    """Proven: the leaf is number `index` under this checkpoint of the expected log."""

    index: int
    checkpoint: Checkpoint
    cosigned_at: datetime
    """When the quorum was reached: the time of the k-th newest witness's newest cosignature."""


def verify_inclusion(
    leaf: bytes,
    proof: InclusionProof,
    *,
    expected_log: NoteKey,
    expected_witnesses: Sequence[NoteKey],
    quorum: int,
    now: datetime,
    cosigned_within: timedelta,
) -> VerifiedInclusion:
    """Verify that `leaf` (its data, not its hash) is in the expected log and witnessed.

    Raises `VerificationError` with the code of the first defect: `trust_material`,
    `malformed_note`, `note_origin`, `note_signature`, `cosignature`, `quorum`, `quorum_age`,
    `proof_size`, `inclusion`.
    """
    # 1. Too little trust material is an error of its own: a quorum of nobody proves nothing.
    _check_trust_material(expected_witnesses, quorum)
    # 2. The expected log signed a checkpoint of its own.
    try:
        note = SignedNote.parse(proof.checkpoint)
        checkpoint = Checkpoint.parse(note.text)
    except InvalidInputError as error:
        raise VerificationError(error.code, error.message) from error
    if checkpoint.origin != expected_log.name:
        raise VerificationError("note_origin", "The checkpoint is of another log.")
    note.verify(expected_key=expected_log)
    # 3. A quorum of witnesses cosigned it, recently and not in the future.
    cosigned_at = _quorum_reached_at(note, expected_witnesses, quorum=quorum, now=now)
    if now - cosigned_at > cosigned_within:
        raise VerificationError("quorum_age", "The quorum of cosignatures is too old.")
    # 4. The leaf is under its root.
    if proof.size != checkpoint.size:
        raise VerificationError("proof_size", "The proof is for another size than the checkpoint.")
    verify_inclusion_path(
        leaf_hash(leaf),
        [unb64(one) for one in proof.hashes],
        index=proof.index,
        size=checkpoint.size,
        expected_root=checkpoint.root,
    )
    return VerifiedInclusion(index=proof.index, checkpoint=checkpoint, cosigned_at=cosigned_at)


def _check_trust_material(witnesses: Sequence[NoteKey], quorum: int) -> None:
    # A v1 cosignature does not commit to the witness's name (tlog-cosignature): one key under two
    # names would count twice.
    if len({witness.public for witness in witnesses}) != len(witnesses):
        raise VerificationError("trust_material", "Two witnesses share one key.")
    if not 1 <= quorum <= len(witnesses):
        raise VerificationError(
            "trust_material", f"A quorum of {quorum} of {len(witnesses)} witnesses is impossible."
        )


def _quorum_reached_at(
    note: SignedNote, witnesses: Sequence[NoteKey], *, quorum: int, now: datetime
) -> datetime:
    newest = sorted(
        (
            max(past)
            for witness in witnesses
            if (past := [at for at in note.cosigned_at(expected_key=witness) if at <= now])
        ),
        reverse=True,
    )
    if len(newest) < quorum:
        raise VerificationError(
            "quorum", f"{len(newest)} witnesses cosigned the checkpoint; {quorum} are needed."
        )
    return newest[quorum - 1]
