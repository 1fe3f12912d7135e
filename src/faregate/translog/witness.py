"""An independent cosigner: it signs only what extends all that it ever signed.

The steps are those of C2SP tlog-witness, without its HTTP: the witness keeps the latest checkpoint
of one log and cosigns another only behind a consistency proof from it.
"""

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from faregate.clock import Clock
from faregate.errors import InvalidInputError, MachineError, VerificationError
from faregate.translog.checkpoint import (
    Checkpoint,
    NoteKey,
    NoteSignature,
    NoteSigner,
    SignedNote,
)
from faregate.translog.merkle import EMPTY_ROOT, verify_consistency_path

PATH_MAX: Final = 63
"""tlog-witness: a request holds no more than 63 hashes."""


@dataclass(frozen=True, slots=True)
class Cosigned:
    """The witness cosigned; the signature is for the note's end."""

    signature: NoteSignature


@dataclass(frozen=True, slots=True)
class OldSizeConflict:
    """The proof does not start where the witness stands: it last cosigned `size` leaves."""

    size: int


class WitnessLink(Protocol):
    """How a log reaches a witness, which may be another process."""

    @property
    def key(self) -> NoteKey:
        """The witness's name and public key."""

    def add_checkpoint(
        self, note: SignedNote, *, old_size: int, path: Sequence[bytes]
    ) -> Cosigned | OldSizeConflict:
        """Ask for a cosignature, with the consistency proof from `old_size`.

        Idempotent: an answer that was lost may be asked for again. Raises `VerificationError`
        where the witness refuses, `ConnectionError` where it is not reached.
        """


class Witness:
    """A witness of one log. Its memory is one file, replaced atomically before it answers."""

    def __init__(self, path: Path, *, signer: NoteSigner, log: NoteKey, clock: Clock) -> None:
        """Open the memory at `path`, made by `create_memory`.

        Raises `MachineError` if it is missing or damaged: a witness without a memory would sign
        a second history.
        """
        self._path = path
        self._signer = signer
        self._log = log
        self._clock = clock
        self._lock = threading.Lock()
        self._latest = self._read()

    @staticmethod
    def create_memory(path: Path, *, log: NoteKey) -> None:
        """Make the memory of a witness that has seen nothing of `log`; once, when it is set up.

        Raises `MachineError` if there is one.
        """
        if path.exists():
            raise MachineError(
                "witness_memory_exists",
                f"The witness at {path} has a memory already.",
                remedy="Keep it: a witness must never forget what it signed.",
            )
        _replace(path, Checkpoint(origin=log.name, size=0, root=EMPTY_ROOT).text())

    @property
    def key(self) -> NoteKey:
        """The witness's name and public key."""
        return self._signer.key

    @property
    def latest(self) -> Checkpoint:
        """What the witness last cosigned; size 0 before the first."""
        return self._latest

    def add_checkpoint(
        self, note: SignedNote, *, old_size: int, path: Sequence[bytes]
    ) -> Cosigned | OldSizeConflict:
        """Cosign the checkpoint if it extends the latest one; see `WitnessLink`.

        Raises `VerificationError`: `malformed_note`, `note_origin`, `note_signature`, `rollback`,
        `split_view`, `consistency`.
        """
        # 1. The log itself signed it.
        try:
            checkpoint = Checkpoint.parse(note.text)
        except InvalidInputError as error:
            raise VerificationError(error.code, error.message) from error
        if checkpoint.origin != self._log.name:
            raise VerificationError("note_origin", "The checkpoint is of another log.")
        note.verify(expected_key=self._log)
        # Check and memory are one step: a race between two requests could roll the memory back.
        with self._lock:
            # 2. The proof starts where this witness stands.
            if old_size != self._latest.size:
                return OldSizeConflict(self._latest.size)
            # 3. The checkpoint extends the latest one.
            _check_extends(checkpoint, self._latest, path)
            # 4. Remember, then answer. The witness's own clock is what the time vouches for.
            if checkpoint != self._latest:
                _replace(self._path, checkpoint.text())
                self._latest = checkpoint
            return Cosigned(self._signer.cosign(note.text, self._clock.now()))

    def _read(self) -> Checkpoint:
        try:
            checkpoint = Checkpoint.parse(self._path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, InvalidInputError) as error:
            raise MachineError(
                "witness_memory",
                f"The witness's memory at {self._path} is missing or damaged.",
                remedy="Restore it; without it this key must not cosign again.",
            ) from error
        if checkpoint.origin != self._log.name:
            raise MachineError(
                "witness_memory",
                f"The witness's memory at {self._path} is of another log.",
                remedy=f"Give the memory of {self._log.name}.",
            )
        return checkpoint


def _check_extends(checkpoint: Checkpoint, latest: Checkpoint, path: Sequence[bytes]) -> None:
    if checkpoint.size < latest.size:
        raise VerificationError("rollback", "The log is shorter than the witness has seen it.")
    if checkpoint.size == latest.size and checkpoint.root != latest.root:
        raise VerificationError("split_view", "Two checkpoints of one size have different roots.")
    if len(path) > PATH_MAX:
        raise VerificationError("consistency", "The consistency proof is too long.")
    if latest.size == 0:
        # Everything extends the empty tree; a proof from it is empty (tlog-witness).
        if path:
            raise VerificationError("consistency", "A proof from the empty tree is empty.")
        return
    verify_consistency_path(
        path,
        old_size=latest.size,
        new_size=checkpoint.size,
        expected_old_root=latest.root,
        expected_new_root=checkpoint.root,
    )


def _replace(path: Path, text: str) -> None:
    """Write a file so that after a power cut either the old or the new one is there, whole."""
    beside = path.with_name(f"{path.name}.new")
    try:
        with beside.open("wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise MachineError(
            "witness_memory",
            f"The witness cannot write its memory at {path}: {error.strerror}.",
            remedy="Make the folder writable and free some space; nothing was cosigned.",
        ) from error
