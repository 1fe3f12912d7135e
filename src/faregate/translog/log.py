"""The sequencer: one append-only file, one log key, any number of witnesses."""

import secrets
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

from faregate.errors import InvalidInputError, MachineError, VerificationError
from faregate.translog.checkpoint import Checkpoint, NoteSignature, NoteSigner, SignedNote
from faregate.translog.journal import Journal, Record, RecordKind
from faregate.translog.leaf import check_infrastructure_leaf, check_rider_leaf
from faregate.translog.merkle import MerkleTree, leaf_hash
from faregate.translog.verify import InclusionProof
from faregate.translog.witness import Cosigned, OldSizeConflict, WitnessLink

_RANDOM: Final = secrets.SystemRandom()


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPolicy:
    """How a log batches and publishes, from `[log]`."""

    quorum: int
    """Cosignatures that a checkpoint needs before the log serves proofs under it."""
    batch_max_s: int = 600
    """A rider leaf waits at most this long for company (protocol.md, Log: 10 minutes)."""
    batch_max_leaves: int = 64
    """A batch this large goes at once (protocol.md, Log)."""
    cosign_every_s: int = 3600
    """Age at which cosignatures are renewed; gates accept at most 24 h."""


class LeafAbsence(StrEnum):
    """Why there is no proof for a leaf."""

    PENDING = "pending"  # it waits for its batch, or the checkpoint over it for cosignatures
    UNKNOWN = "unknown"  # never seen, or lost with a restart before its batch: submit it again


@dataclass(frozen=True, slots=True)
class _Published:
    checkpoint: Checkpoint
    note: SignedNote


class OneFileLog:
    """A transparency log in one file, for one process.

    An entry is acknowledged once `find` gives its proof; from then on it survives a power cut and
    is never moved. Rider leaves wait for their batch in memory alone: written down in the order of
    arrival they would undo the shuffle. Whoever submits one keeps it until `find` gives a proof,
    and submits it again after a restart. Each leaf is sequenced once: adding it again changes
    nothing. Methods may be called from several threads.
    """

    def __init__(
        self,
        path: Path,
        *,
        signer: NoteSigner,
        witnesses: Sequence[WitnessLink],
        policy: LogPolicy,
    ) -> None:
        """Open the file made by `create`, and check every leaf against the signed roots.

        Raises `MachineError` if the file is missing, damaged or in use, `VerificationError`
        (`log_rewritten`, `note_signature`, `note_origin`) if its content is not what this key
        signed.
        """
        self._signer = signer
        self._witnesses = tuple(witnesses)
        self._policy = policy
        self._lock = threading.Lock()
        self._tree = MerkleTree()
        self._index: dict[bytes, int] = {}
        self._pending: dict[bytes, datetime] = {}
        self._cosigned_sizes = {witness.key.name: 0 for witness in self._witnesses}
        self._problems: dict[str, str] = {}
        self._latest: SignedNote | None = None
        self._published: _Published | None = None
        self._journal = Journal(path)
        with ExitStack() as unless_opened:
            unless_opened.callback(self._journal.close)
            self._replay(self._journal.take_records())
            unless_opened.pop_all()

    @staticmethod
    def create(path: Path) -> None:
        """Make the file of a new log, once. Raises `MachineError` if there is one."""
        Journal.create(path)

    @property
    def size(self) -> int:
        """The number of sequenced leaves."""
        return self._tree.size

    @property
    def witness_problems(self) -> Mapping[str, str]:
        """Witnesses without a cosignature on the newest checkpoint, and the code why.

        `unreachable` passes; anything else, above all `rolled_back`, `split_view` and
        `consistency`, says that this file is not the history that the witness saw.
        """
        return dict(self._problems)

    @property
    def published(self) -> SignedNote | None:
        """The newest checkpoint with a quorum of cosignatures; None before the first."""
        return self._published.note if self._published else None

    def add_infrastructure(self, leaf: bytes) -> InclusionProof | LeafAbsence:
        """Sequence a typed, signed document at once and give its proof.

        PENDING if too few witnesses answered; `run_due` asks them again. Riders' leaves that wait
        for their batch go on waiting. Raises `InvalidInputError`, `MachineError`.
        """
        check_infrastructure_leaf(leaf)
        with self._lock:
            if leaf_hash(leaf) not in self._index:
                self._sequence([leaf])
            if self._find(leaf) is LeafAbsence.PENDING:
                self._cosign()
            return self._find(leaf)

    def submit_rider(self, leaf: bytes, *, now: datetime) -> None:
        """Take a rider's 32-byte commitment into the next batch.

        Raises `InvalidInputError`, `MachineError`.
        """
        check_rider_leaf(leaf)
        with self._lock:
            if leaf_hash(leaf) not in self._index:
                self._pending.setdefault(leaf, now)
        self.run_due(now=now)

    def run_due(self, *, now: datetime) -> None:
        """Sequence a full or old batch, and renew or complete cosignatures.

        To be called at least once a second; it does nothing when nothing is due. Raises
        `MachineError`.
        """
        with self._lock:
            if self._batch_due(now):
                batch = list(self._pending)
                # The order of leaves must not tell the order of arrival.
                _RANDOM.shuffle(batch)
                self._sequence(batch)
            if self._cosigning_due(now):
                self._cosign()

    def find(self, leaf: bytes) -> InclusionProof | LeafAbsence:
        """Prove a leaf under the published checkpoint, or say why there is no proof."""
        with self._lock:
            return self._find(leaf)

    def close(self) -> None:
        """Release the file. A second call changes nothing."""
        self._journal.close()

    def _find(self, leaf: bytes) -> InclusionProof | LeafAbsence:
        if leaf in self._pending:
            return LeafAbsence.PENDING
        index = self._index.get(leaf_hash(leaf))
        if index is None:
            return LeafAbsence.UNKNOWN
        if self._published is None or index >= self._published.checkpoint.size:
            return LeafAbsence.PENDING
        checkpoint = self._published.checkpoint
        return InclusionProof.of(
            index,
            self._tree.inclusion_path(index, checkpoint.size),
            checkpoint=checkpoint,
            note=self._published.note,
        )

    def _batch_due(self, now: datetime) -> bool:
        if len(self._pending) >= self._policy.batch_max_leaves:
            return True
        longest = timedelta(seconds=self._policy.batch_max_s)
        return any(now - since >= longest for since in self._pending.values())

    def _cosigning_due(self, now: datetime) -> bool:
        if self._latest is None:
            return False
        if self._published is None or self._published.note.text != self._latest.text:
            return True
        quorum_reached_at = self._cosigned_times(self._latest)[self._policy.quorum - 1]
        return now - quorum_reached_at >= timedelta(seconds=self._policy.cosign_every_s)

    def _sequence(self, leaves: Sequence[bytes]) -> None:
        """Write leaves and the signed checkpoint over them in one commit, then take them over."""
        size_before = self._tree.size
        for leaf in leaves:
            self._tree.append(leaf_hash(leaf))
        size = self._tree.size
        checkpoint = Checkpoint(origin=self._signer.name, size=size, root=self._tree.root(size))
        text = checkpoint.text()
        note = SignedNote(text, (self._signer.sign(text),))
        records = [Record(RecordKind.LEAF, leaf) for leaf in leaves]
        try:
            # The signed checkpoint is on disk before anyone sees it: after a power cut this log
            # never signs another tree of that size.
            self._journal.append([*records, _checkpoint_record(note)])
        except MachineError:
            self._tree.truncate(size_before)
            raise
        for index, leaf in enumerate(leaves, size_before):
            self._index[leaf_hash(leaf)] = index
            self._pending.pop(leaf, None)
        self._latest = note

    def _cosign(self) -> None:
        """Ask every witness about the newest checkpoint; publish it once a quorum cosigned."""
        assert self._latest is not None, "only a sequenced tree is cosigned"
        own, *old = self._latest.signatures
        by_name = {signature.name: signature for signature in old}
        self._problems = {}
        for witness in self._witnesses:
            try:
                by_name[witness.key.name] = self._ask(witness, self._latest)
            except ConnectionError:
                self._problems[witness.key.name] = "unreachable"
            except VerificationError as error:
                self._problems[witness.key.name] = error.code
        note = SignedNote(self._latest.text, (own, *by_name.values()))
        if note != self._latest:
            self._journal.append([_checkpoint_record(note)])
            self._latest = note
            self._publish_with_quorum(note)

    def _ask(self, witness: WitnessLink, note: SignedNote) -> NoteSignature:
        """Get one verified cosignature; a witness that stands elsewhere is asked once more."""
        size = Checkpoint.parse(note.text).size
        name = witness.key.name
        for _ in range(2):
            old_size = self._cosigned_sizes[name]
            path = self._tree.consistency_path(old_size, size)
            match witness.add_checkpoint(note, old_size=old_size, path=path):
                case Cosigned(signature):
                    if not SignedNote(note.text, (signature,)).cosigned_at(
                        expected_key=witness.key
                    ):
                        raise VerificationError("cosignature", "Another key answered.")
                    self._cosigned_sizes[name] = size
                    return signature
                case OldSizeConflict(witnessed) if witnessed > size:
                    raise VerificationError("rolled_back", "The witness has seen a longer log.")
                case OldSizeConflict(witnessed):
                    self._cosigned_sizes[name] = witnessed
        raise VerificationError("witness_conflict", "The witness does not say where it stands.")

    def _replay(self, records: Sequence[Record]) -> None:
        """Rebuild the tree; each stored checkpoint must be the root over what is before it."""
        notes: list[SignedNote] = []
        for record in records:
            match record.kind:
                case RecordKind.LEAF:
                    hashed = leaf_hash(record.data)
                    self._index.setdefault(hashed, self._tree.size)
                    self._tree.append(hashed)
                case RecordKind.CHECKPOINT:
                    notes.append(self._checked(record.data))
        if not notes:
            return
        # Earlier signatures are implied: this one is over a root that contains their trees.
        notes[-1].verify(expected_key=self._signer.key)
        self._latest = notes[-1]
        for note in reversed(notes):
            if self._publish_with_quorum(note):
                break

    def _checked(self, data: bytes) -> SignedNote:
        try:
            note = SignedNote.parse(data.decode())
            checkpoint = Checkpoint.parse(note.text)
        except (UnicodeDecodeError, InvalidInputError) as error:
            raise VerificationError("log_rewritten", "A stored checkpoint is no note.") from error
        expected = Checkpoint(
            origin=self._signer.name,
            size=self._tree.size,
            root=self._tree.root(self._tree.size),
        )
        if checkpoint != expected:
            raise VerificationError("log_rewritten", "The log's leaves do not have its root.")
        return note

    def _publish_with_quorum(self, note: SignedNote) -> bool:
        """Serve proofs under this checkpoint from now on, if enough witnesses cosigned it."""
        if len(self._cosigned_times(note)) < self._policy.quorum:
            return False
        self._published = _Published(Checkpoint.parse(note.text), note)
        return True

    def _cosigned_times(self, note: SignedNote) -> list[datetime]:
        """Give each witness's newest cosignature time, newest first."""
        times = [note.cosigned_at(expected_key=witness.key) for witness in self._witnesses]
        return sorted((max(each) for each in times if each), reverse=True)


def _checkpoint_record(note: SignedNote) -> Record:
    return Record(RecordKind.CHECKPOINT, str(note).encode())
