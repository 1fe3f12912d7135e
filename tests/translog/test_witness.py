"""The witness signs one growing history, and remembers which."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from fakes.log_world import START, private_key
from faregate.clock import ManualClock
from faregate.errors import MachineError, VerificationError
from faregate.translog.checkpoint import Checkpoint, NoteSigner, SignedNote
from faregate.translog.merkle import EMPTY_ROOT, MerkleTree, leaf_hash
from faregate.translog.witness import Cosigned, OldSizeConflict, Witness

LOG: Final = NoteSigner("faregate/harbour-city/log", private_key(1))
WITNESS: Final = NoteSigner("faregate/harbour-city/witness-1", private_key(2))
LEAVES: Final = [b"a", b"b", b"c", b"d", b"e"]


def _tree(leaves: Sequence[bytes]) -> MerkleTree:
    tree = MerkleTree()
    for leaf in leaves:
        tree.append(leaf_hash(leaf))
    return tree


HONEST: Final = _tree(LEAVES)
FORGED: Final = _tree([b"a", b"rewritten", b"c", b"d", b"e"])


def _note(tree: MerkleTree, size: int, signer: NoteSigner = LOG) -> SignedNote:
    text = Checkpoint(origin=signer.name, size=size, root=tree.root(size)).text()
    return SignedNote(text, (signer.sign(text),))


def _open(path: Path, signer: NoteSigner = LOG) -> Witness:
    return Witness(path, signer=WITNESS, log=signer.key, clock=ManualClock(START))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the memory of a witness that has cosigned three leaves."""
    path = tmp_path / "witness"
    Witness.create_memory(path, log=LOG.key)
    answer = _open(path).add_checkpoint(_note(HONEST, 3), old_size=0, path=())
    assert isinstance(answer, Cosigned)
    return path


def test_cosigns_a_growing_log(path: Path) -> None:
    """An extension behind a consistency proof is cosigned, at the witness's own time."""
    witness = _open(path)
    note = _note(HONEST, 5)
    answer = witness.add_checkpoint(note, old_size=3, path=HONEST.consistency_path(3, 5))
    assert isinstance(answer, Cosigned)
    cosigned = SignedNote(note.text, (*note.signatures, answer.signature))
    assert cosigned.cosigned_at(expected_key=WITNESS.key) == (START,)
    assert _open(path).latest.size == 5


def test_cosigns_the_same_again(path: Path) -> None:
    """A lost answer may be asked for again: the proof between equal sizes is empty."""
    answer = _open(path).add_checkpoint(_note(HONEST, 3), old_size=3, path=())
    assert isinstance(answer, Cosigned)


def test_says_where_it_stands(path: Path) -> None:
    """A proof from elsewhere gets no cosignature, but the size to start from."""
    witness = _open(path)
    for old_size in (0, 2, 5):
        answer = witness.add_checkpoint(_note(HONEST, 5), old_size=old_size, path=())
        assert answer == OldSizeConflict(3)
    assert witness.latest.size == 3


@pytest.mark.parametrize(
    ("note", "proof", "code"),
    [
        pytest.param(_note(HONEST, 2), (), "rollback", id="a truncated log"),
        pytest.param(_note(FORGED, 3), (), "split_view", id="another tree of the same size"),
        pytest.param(
            _note(FORGED, 5),
            FORGED.consistency_path(3, 5),
            "consistency",
            id="a rewritten leaf",
        ),
        pytest.param(_note(HONEST, 5), (), "consistency", id="no proof"),
        pytest.param(_note(HONEST, 5), (bytes(32),) * 64, "consistency", id="an endless proof"),
        pytest.param(
            _note(HONEST, 5, NoteSigner(LOG.name, private_key(9))),
            HONEST.consistency_path(3, 5),
            "note_signature",
            id="another key",
        ),
        pytest.param(
            _note(HONEST, 5, NoteSigner("faregate/elsewhere/log", private_key(1))),
            HONEST.consistency_path(3, 5),
            "note_origin",
            id="another log",
        ),
        pytest.param(
            SignedNote("hello\n", (LOG.sign("hello\n"),)), (), "malformed_note", id="no checkpoint"
        ),
    ],
)
def test_refuses_another_history(
    path: Path, note: SignedNote, proof: Sequence[bytes], code: str
) -> None:
    """What does not extend the remembered log is refused, and remembered is what was."""
    before = path.read_bytes()
    with pytest.raises(VerificationError) as refused:
        _open(path).add_checkpoint(note, old_size=3, path=proof)
    assert refused.value.code == code
    assert path.read_bytes() == before


def test_begins_with_the_empty_tree(tmp_path: Path) -> None:
    """From nothing everything is an extension, but the proof must be empty."""
    path = tmp_path / "witness"
    Witness.create_memory(path, log=LOG.key)
    witness = _open(path)
    assert (witness.latest.size, witness.latest.root) == (0, EMPTY_ROOT)
    with pytest.raises(VerificationError, match="from the empty tree is empty"):
        witness.add_checkpoint(_note(HONEST, 5), old_size=0, path=(bytes(32),))


def test_a_witness_without_memory_does_not_start(tmp_path: Path, path: Path) -> None:
    """Missing, damaged or foreign memory is an error; a good one is never overwritten."""
    with pytest.raises(MachineError) as refused:
        _open(tmp_path / "nowhere")
    assert refused.value.code == "witness_memory"
    with pytest.raises(MachineError, match="of another log"):
        _open(path, NoteSigner("faregate/elsewhere/log", private_key(1)))
    with pytest.raises(MachineError) as refused:
        Witness.create_memory(path, log=LOG.key)
    assert refused.value.code == "witness_memory_exists"
    path.write_bytes(b"\xff")
    with pytest.raises(MachineError, match="missing or damaged"):
        _open(path)


def test_no_cosignature_without_memory(path: Path) -> None:
    """If it cannot remember, it does not sign, and still stands where it stood."""
    witness = _open(path)
    (path.parent / "witness.new").mkdir()
    with pytest.raises(MachineError) as refused:
        witness.add_checkpoint(_note(HONEST, 5), old_size=3, path=HONEST.consistency_path(3, 5))
    assert refused.value.code == "witness_memory"
    assert witness.latest.size == 3
    assert _open(path).latest.size == 3
