"""The log: acknowledged means kept, batched means shuffled, rewritten means found out."""

import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from fakes.log_world import COSIGNED_WITHIN, LogWorld, make_log_world, open_log, private_key
from faregate.errors import InvalidInputError, MachineError, VerificationError
from faregate.translog.checkpoint import Checkpoint, NoteKey, NoteSignature, NoteSigner, SignedNote
from faregate.translog.journal import Journal, Record, RecordKind
from faregate.translog.log import LeafAbsence, LogPolicy, OneFileLog
from faregate.translog.merkle import MerkleTree, leaf_hash
from faregate.translog.verify import InclusionProof, VerifiedInclusion, verify_inclusion
from faregate.translog.witness import Cosigned, OldSizeConflict, Witness, WitnessLink

DOCUMENT: Final = b"faregate/v1/gate-epoch\n{...............}"
OTHER: Final = b"faregate/v1/day-close\n{................}"
RIDERS: Final = [bytes([number]) * 32 for number in range(70)]


@pytest.fixture
def world(tmp_path: Path) -> LogWorld:
    """Give an empty log with one witness and batches of one second."""
    return make_log_world(tmp_path)


def _verified(world: LogWorld, leaf: bytes, proof: object) -> VerifiedInclusion:
    assert isinstance(proof, InclusionProof)
    return verify_inclusion(
        leaf,
        proof,
        expected_log=world.signer.key,
        expected_witnesses=[witness.key for witness in world.witnesses],
        quorum=world.policy.quorum,
        now=world.now,
        cosigned_within=COSIGNED_WITHIN,
    )


def _wait(world: LogWorld, seconds: int) -> None:
    world.clock.advance(timedelta(seconds=seconds))
    world.log.run_due(now=world.now)


def test_infrastructure_is_sequenced_at_once(world: LogWorld) -> None:
    """The answer is the proof; asking again gives it again and adds nothing."""
    first = _verified(world, DOCUMENT, world.log.add_infrastructure(DOCUMENT))
    second = _verified(world, OTHER, world.log.add_infrastructure(OTHER))
    again = _verified(world, DOCUMENT, world.log.add_infrastructure(DOCUMENT))
    assert (first.index, second.index, again.index) == (0, 1, 0)
    assert world.log.size == 2


def test_riders_wait_for_company(world: LogWorld) -> None:
    """A rider's leaf is pending until its batch is due, also while documents go past it."""
    for _ in range(2):
        world.log.submit_rider(RIDERS[0], now=world.now)
    world.log.submit_rider(RIDERS[1], now=world.now)
    _verified(world, DOCUMENT, world.log.add_infrastructure(DOCUMENT))
    assert world.log.find(RIDERS[0]) is LeafAbsence.PENDING
    assert world.log.find(RIDERS[2]) is LeafAbsence.UNKNOWN
    _wait(world, 1)
    indexes = {_verified(world, leaf, world.log.find(leaf)).index for leaf in RIDERS[:2]}
    assert indexes == {1, 2}
    world.log.submit_rider(RIDERS[0], now=world.now)
    _wait(world, 1)
    assert world.log.size == 3


def test_a_full_batch_goes_at_once(world: LogWorld) -> None:
    """The 64th leaf completes a batch."""
    for leaf in RIDERS[:63]:
        world.log.submit_rider(leaf, now=world.now)
    assert world.log.find(RIDERS[0]) is LeafAbsence.PENDING
    world.log.submit_rider(RIDERS[63], now=world.now)
    assert world.log.size == 64


def test_a_batch_is_shuffled(world: LogWorld) -> None:
    """The order of leaves does not tell who came first (the chance of a miss is 1 in 64!)."""
    for leaf in RIDERS[:64]:
        world.log.submit_rider(leaf, now=world.now)
    order = [_verified(world, leaf, world.log.find(leaf)).index for leaf in RIDERS[:64]]
    assert sorted(order) == list(range(64))
    assert order != list(range(64))


def test_the_kinds_of_leaves_are_kept_apart(world: LogWorld) -> None:
    """No document gets in as a commitment, no commitment as a document."""
    for leaf in (b"", bytes(31), bytes(33), DOCUMENT):
        with pytest.raises(InvalidInputError) as refused:
            world.log.submit_rider(leaf, now=world.now)
        assert refused.value.code == "rider_leaf"
    for leaf in (bytes(32), bytes(64), b"faregate/v1/x\n", DOCUMENT + bytes(65536)):
        with pytest.raises(InvalidInputError) as refused:
            world.log.add_infrastructure(leaf)
        assert refused.value.code == "infrastructure_leaf"
    assert world.log.size == 0


def test_a_restart_keeps_what_was_acknowledged(world: LogWorld) -> None:
    """Proven leaves are there with the same index; a leaf in a batch is submitted again."""
    empty = world.log.published
    assert empty is None
    before = _verified(world, DOCUMENT, world.log.add_infrastructure(DOCUMENT))
    world.log.submit_rider(RIDERS[0], now=world.now)
    published = world.log.published
    assert published is not None
    world.log.close()
    log = world.reopened()
    assert log.published == published
    assert _verified(world, DOCUMENT, log.find(DOCUMENT)).index == before.index
    assert log.find(RIDERS[0]) is LeafAbsence.UNKNOWN
    assert log.size == 1


def test_cosignatures_are_renewed(world: LogWorld) -> None:
    """Proofs stay fresh enough for gates though nothing new is logged."""
    world.log.add_infrastructure(DOCUMENT)
    for _ in range(26):
        _wait(world, 3600)
    included = _verified(world, DOCUMENT, world.log.find(DOCUMENT))
    assert included.cosigned_at == world.now
    assert world.log.size == 1


def test_a_failed_write_acknowledges_nothing(
    world: LogWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk is an error to whoever adds; after a restart the log goes on."""
    world.log.add_infrastructure(DOCUMENT)

    def fail(_journal: Journal, _records: Sequence[Record]) -> None:
        raise MachineError("log_write", "full", remedy="free some space")

    with monkeypatch.context() as patched:
        patched.setattr(Journal, "append", fail)
        with pytest.raises(MachineError):
            world.log.add_infrastructure(OTHER)
    assert world.log.size == 1
    assert world.log.find(OTHER) is LeafAbsence.UNKNOWN
    assert _verified(world, OTHER, world.log.add_infrastructure(OTHER)).index == 1


class Unreachable:
    """A witness that is down, or takes the request and loses the answer."""

    def __init__(self, witness: Witness) -> None:
        self.witness = witness
        self.fault = "lose request"

    @property
    def key(self) -> NoteKey:
        """The witness's own key."""
        return self.witness.key

    def add_checkpoint(
        self, note: SignedNote, *, old_size: int, path: Sequence[bytes]
    ) -> Cosigned | OldSizeConflict:
        """Fail as told, or hand on."""
        if self.fault == "lose request":
            raise ConnectionError("request lost")
        answer = self.witness.add_checkpoint(note, old_size=old_size, path=path)
        if self.fault == "lose answer":
            raise ConnectionError("answer lost")
        return answer


@pytest.mark.parametrize("fault", ["lose request", "lose answer"])
def test_no_proof_before_the_quorum(tmp_path: Path, fault: str) -> None:
    """Without its witnesses the log keeps entries, proves nothing new, and catches up."""
    world = make_log_world(tmp_path)
    world.log.close()
    link = Unreachable(world.witnesses[0])
    log = OneFileLog(tmp_path / "log", signer=world.signer, witnesses=[link], policy=world.policy)
    link.fault = ""
    _verified(world, DOCUMENT, log.add_infrastructure(DOCUMENT))
    link.fault = fault
    assert log.add_infrastructure(OTHER) is LeafAbsence.PENDING
    assert log.witness_problems == {link.key.name: "unreachable"}
    assert _verified(world, DOCUMENT, log.find(DOCUMENT)).checkpoint.size == 1
    link.fault = ""
    log.run_due(now=world.now)
    assert log.witness_problems == {}
    assert _verified(world, OTHER, log.find(OTHER)).index == 1


def test_a_quorum_does_without_the_rest(tmp_path: Path) -> None:
    """Three of four witnesses are enough, and a restart keeps what they signed."""
    world = make_log_world(tmp_path, witness_count=4, policy=LogPolicy(quorum=3))
    world.log.close()
    down = Unreachable(world.witnesses[3])
    links: list[WitnessLink] = [*world.witnesses[:3], down]
    log = OneFileLog(tmp_path / "log", signer=world.signer, witnesses=links, policy=world.policy)
    _verified(world, DOCUMENT, log.add_infrastructure(DOCUMENT))
    assert log.witness_problems == {down.key.name: "unreachable"}
    down.fault = ""
    world.clock.advance(timedelta(hours=1))
    log.run_due(now=world.now)
    assert log.witness_problems == {}
    _verified(world, DOCUMENT, log.find(DOCUMENT))


class Impostor:
    """A witness whose answers are signed by another key."""

    def __init__(self, witness: Witness, signer: NoteSigner) -> None:
        self.witness = witness
        self.signer = signer

    @property
    def key(self) -> NoteKey:
        """The key that the log expects."""
        return self.witness.key

    def add_checkpoint(
        self, note: SignedNote, *, old_size: int, path: Sequence[bytes]
    ) -> Cosigned | OldSizeConflict:
        """Cosign everything, whoever asks."""
        assert old_size == 0
        assert not path
        return Cosigned(self.signer.cosign(note.text, self.witness._clock.now()))


class Undecided(Impostor):
    """A witness that never stands where the log asks from."""

    def add_checkpoint(
        self, note: SignedNote, *, old_size: int, path: Sequence[bytes]
    ) -> Cosigned | OldSizeConflict:
        """Answer the other of two sizes."""
        assert len(path) <= 1
        assert note.signatures
        return OldSizeConflict(1 - old_size)


class Liar(Impostor):
    """A witness that signs something else under its own key."""

    def add_checkpoint(
        self, note: SignedNote, *, old_size: int, path: Sequence[bytes]
    ) -> Cosigned | OldSizeConflict:
        """Give a signature that does not hold."""
        assert old_size == 0
        assert not path
        signed = self.witness._signer.cosign(note.text, self.witness._clock.now())
        return Cosigned(NoteSignature(name=signed.name, key_id=signed.key_id, signature=bytes(72)))


@pytest.mark.parametrize(
    ("kind", "code"),
    [(Impostor, "cosignature"), (Liar, "cosignature"), (Undecided, "witness_conflict")],
)
def test_false_cosignatures_count_for_nothing(
    tmp_path: Path, kind: type[Impostor], code: str
) -> None:
    """What a witness answers is verified before it is stored or served."""
    world = make_log_world(tmp_path)
    world.log.close()
    link = kind(world.witnesses[0], NoteSigner("faregate/harbour-city/other", private_key(9)))
    log = OneFileLog(tmp_path / "log", signer=world.signer, witnesses=[link], policy=world.policy)
    assert log.add_infrastructure(DOCUMENT) is LeafAbsence.PENDING
    assert log.witness_problems == {link.key.name: code}


def _forge(world: LogWorld, leaves: Sequence[bytes], signer: NoteSigner) -> None:
    """Write a whole new file as someone with `signer`'s key could."""
    tree = MerkleTree()
    for leaf in leaves:
        tree.append(leaf_hash(leaf))
    text = Checkpoint(origin=world.signer.name, size=tree.size, root=tree.root(tree.size)).text()
    path = world.folder / "log"
    path.unlink()
    Journal.create(path)
    journal = Journal(path)
    note = SignedNote(text, (signer.sign(text),))
    journal.append(
        [
            *(Record(RecordKind.LEAF, leaf) for leaf in leaves),
            Record(RecordKind.CHECKPOINT, str(note).encode()),
        ]
    )
    journal.close()


@pytest.mark.parametrize(
    ("leaves", "code"),
    [
        pytest.param([OTHER, DOCUMENT], "split_view", id="T21 another tree of the same size"),
        pytest.param([OTHER, DOCUMENT, OTHER], "consistency", id="T20 a rewritten leaf"),
        pytest.param([DOCUMENT], "rolled_back", id="T20 a truncated log"),
    ],
)
def test_the_witness_finds_out_a_log_that_signs_another_history(
    world: LogWorld, leaves: list[bytes], code: str
) -> None:
    """With the log's own key a new file opens, but no proof under it is ever served."""
    for leaf in (DOCUMENT, OTHER):
        world.logged(leaf)
    world.log.close()
    _forge(world, leaves, world.signer)
    log = world.reopened()
    log.run_due(now=world.now)
    assert set(log.witness_problems.values()) == {code}
    assert log.find(leaves[-1]) is LeafAbsence.PENDING
    assert log.published is None


def test_a_rewritten_file_does_not_open(world: LogWorld) -> None:
    """Without the log's key a leaf, signature or checkpoint cannot be exchanged."""
    world.logged(DOCUMENT)
    world.log.close()
    path = world.folder / "log"
    good = path.read_bytes()
    _forge(world, [DOCUMENT], NoteSigner(world.signer.name, private_key(9)))
    with pytest.raises(VerificationError) as refused:
        world.reopened()
    assert refused.value.code == "note_signature"

    path.unlink()
    Journal.create(path)
    journal = Journal(path)
    note = _checkpoint_of(good, world)
    journal.append([Record(RecordKind.LEAF, OTHER), Record(RecordKind.CHECKPOINT, note)])
    journal.close()
    with pytest.raises(VerificationError) as refused:
        world.reopened()
    assert refused.value.code == "log_rewritten"

    path.unlink()
    Journal.create(path)
    journal = Journal(path)
    journal.append([Record(RecordKind.CHECKPOINT, b"no note")])
    journal.close()
    for _ in range(2):  # a refused file is not left locked
        with pytest.raises(VerificationError, match="no note"):
            world.reopened()


def _checkpoint_of(data: bytes, world: LogWorld) -> bytes:
    """Give the signed checkpoint out of a log file's bytes."""
    copied = world.folder / "copy"
    copied.write_bytes(data)
    journal = Journal(copied)
    (checkpoint, *_) = (
        record.data for record in journal.take_records() if record.kind is RecordKind.CHECKPOINT
    )
    journal.close()
    return checkpoint


def test_every_torn_write_keeps_every_proof(world: LogWorld, tmp_path: Path) -> None:
    """Wherever a write stops, each leaf that had a proof has one that verifies."""
    world.logged(DOCUMENT)
    acknowledged = (world.folder / "log").stat().st_size
    world.logged(OTHER)
    world.log.close()
    data = (world.folder / "log").read_bytes()
    torn = tmp_path / "torn"
    for length in range(acknowledged, len(data), 7):
        torn.mkdir()
        (torn / "log").write_bytes(data[:length])
        log = open_log(torn, world)
        assert _verified(world, DOCUMENT, log.find(DOCUMENT)).index == 0
        log.close()
        shutil.rmtree(torn)
