"""Inclusion is proven by the log, a quorum of witnesses and the path, or it is not proven."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.log_world import COSIGNED_WITHIN, LogWorld, make_log_world, private_key
from faregate.errors import InvalidInputError, VerificationError
from faregate.translog.checkpoint import Checkpoint, NoteKey, NoteSigner, SignedNote
from faregate.translog.log import LogPolicy
from faregate.translog.verify import InclusionProof, verify_inclusion
from faregate.wire.canonical import b64

LEAF: Final = b"faregate/v1/gate-epoch\n{...............}"
Arguments = dict[str, Any]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> LogWorld:
    """Give a log with 3 of 4 witnesses and a dozen leaves."""
    world = make_log_world(
        tmp_path_factory.mktemp("log"), witness_count=4, policy=LogPolicy(quorum=3)
    )
    for number in range(11):
        world.logged(LEAF + str(number).encode())
    world.logged(LEAF)
    return world


@pytest.fixture(scope="module")
def good(world: LogWorld) -> Arguments:
    """Give arguments that verify."""
    return {
        "leaf": LEAF,
        "proof": world.logged(LEAF),
        "expected_log": world.signer.key,
        "expected_witnesses": [witness.key for witness in world.witnesses],
        "quorum": 3,
        "now": world.now,
        "cosigned_within": COSIGNED_WITHIN,
    }


def test_a_good_proof(good: Arguments) -> None:
    """What was logged is proven, with its place and the time of the quorum."""
    included = verify_inclusion(**good)
    assert included.index == 11
    assert included.checkpoint.size == 12
    assert included.cosigned_at == good["now"]


def _with_note(change: Callable[[SignedNote], SignedNote]) -> Callable[[Arguments], Arguments]:
    def spoil(good: Arguments) -> Arguments:
        note = change(SignedNote.parse(good["proof"].checkpoint))
        return good | {"proof": good["proof"].model_copy(update={"checkpoint": str(note)})}

    return spoil


def _with_proof(**changes: object) -> Callable[[Arguments], Arguments]:
    return lambda good: good | {"proof": good["proof"].model_copy(update=changes)}


def _without_witnesses(note: SignedNote) -> SignedNote:
    return SignedNote(note.text, note.signatures[:-2])


def _without_log(note: SignedNote) -> SignedNote:
    return SignedNote(note.text, note.signatures[1:])


def _signed_elsewhere(note: SignedNote) -> SignedNote:
    other = NoteSigner("faregate/elsewhere/log", private_key(1))
    text = Checkpoint(origin=other.name, size=12, root=bytes(32)).text()
    return SignedNote(text, (other.sign(text), *note.signatures[1:]))


def _cosigned_for_another_text(note: SignedNote) -> SignedNote:
    checkpoint = Checkpoint.parse(note.text)
    signer = NoteSigner(checkpoint.origin, private_key(1))
    text = Checkpoint(origin=checkpoint.origin, size=13, root=checkpoint.root).text()
    return SignedNote(text, (signer.sign(text), *note.signatures[1:]))


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda good: good | {"quorum": 0}, "trust_material"),
        (lambda good: good | {"quorum": 5}, "trust_material"),
        (lambda good: good | {"expected_witnesses": []}, "trust_material"),
        (
            lambda good: (
                good
                | {
                    "expected_witnesses": [
                        *good["expected_witnesses"],
                        NoteKey("another name", good["expected_witnesses"][0].public),
                    ]
                }
            ),
            "trust_material",
        ),
        (_with_proof(checkpoint="nothing"), "malformed_note"),
        (_with_note(_signed_elsewhere), "note_origin"),
        (_with_note(_without_log), "note_signature"),
        (_with_note(_cosigned_for_another_text), "cosignature"),
        (_with_note(_without_witnesses), "quorum"),
        (lambda good: good | {"now": good["now"] - timedelta(seconds=1)}, "quorum"),
        (
            lambda good: good | {"now": good["now"] + COSIGNED_WITHIN + timedelta(seconds=1)},
            "quorum_age",
        ),
        (_with_proof(size=11), "proof_size"),
        (_with_proof(index=10), "inclusion"),
        (_with_proof(hashes=[b64(bytes(32))] * 3), "inclusion"),
        (lambda good: good | {"leaf": LEAF + b"0"}, "inclusion"),
    ],
)
def test_refuses(good: Arguments, spoil: Callable[[Arguments], Arguments], code: str) -> None:
    """Each single defect has its own code, in the order of the checks."""
    with pytest.raises(VerificationError) as refused:
        verify_inclusion(**spoil(good))
    assert refused.value.code == code


def test_the_last_moment(good: Arguments) -> None:
    """A quorum exactly as old as is allowed still counts."""
    now = good["now"] + COSIGNED_WITHIN
    assert verify_inclusion(**good | {"now": now}).index == 11


def test_the_age_is_that_of_the_kth_newest(tmp_path: Path) -> None:
    """One fresh witness does not refresh the quorum, and two cosignatures of it count once."""
    world = make_log_world(tmp_path, witness_count=3, policy=LogPolicy(quorum=2))
    proof = world.logged(LEAF)
    first_cosigned = world.now
    world.clock.advance(timedelta(hours=20))
    note = SignedNote.parse(proof.checkpoint)
    fresh = world.witnesses[0]._signer.cosign(note.text, world.now)
    refreshed = SignedNote(note.text, (*note.signatures, fresh))
    included = verify_inclusion(
        LEAF,
        proof.model_copy(update={"checkpoint": str(refreshed)}),
        expected_log=world.signer.key,
        expected_witnesses=[witness.key for witness in world.witnesses],
        quorum=2,
        now=world.now,
        cosigned_within=COSIGNED_WITHIN,
    )
    assert included.cosigned_at == first_cosigned


@given(data=st.data(), flip=st.integers(1, 255))
def test_one_changed_byte_is_never_proven(good: Arguments, data: st.DataObject, flip: int) -> None:
    """A changed proof is no document, or proves nothing, or says the very same."""
    spoiled = bytearray(good["proof"].jcs())
    spoiled[data.draw(st.integers(0, len(spoiled) - 1))] ^= flip
    try:
        proof = InclusionProof.parse(bytes(spoiled))
        included = verify_inclusion(**good | {"proof": proof})
    except (InvalidInputError, VerificationError):
        return
    # A signature line that is no longer a witness's says nothing; the other three still do.
    assert included == verify_inclusion(**good)


def test_a_proof_travels(good: Arguments) -> None:
    """The document's canonical bytes give the document."""
    assert InclusionProof.parse(good["proof"].jcs()) == good["proof"]
