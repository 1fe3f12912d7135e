"""Signed notes and checkpoints are those of C2SP, byte for byte."""

import base64
import hashlib
from datetime import UTC, datetime
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from fakes.log_world import private_key
from faregate.errors import InvalidInputError, VerificationError
from faregate.translog.checkpoint import (
    Checkpoint,
    NoteKey,
    NoteSignature,
    NoteSigner,
    SignedNote,
)

AT: Final = datetime(2023, 3, 20, 12, 25, 47, tzinfo=UTC)  # 1679315147, as in tlog-cosignature
LOG: Final = NoteSigner("example.com/log", private_key(1))
WITNESS: Final = NoteSigner("witness.example.com/w1", private_key(2))
CHECKPOINT: Final = Checkpoint(origin="example.com/log", size=7, root=bytes(range(32)))
NOTE: Final = SignedNote(
    CHECKPOINT.text(), (LOG.sign(CHECKPOINT.text()), WITNESS.cosign(CHECKPOINT.text(), AT))
)

# Source: the documentation of golang.org/x/mod/sumdb/note.
GO_KEY: Final = NoteKey(
    "PeterNeumann", base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")[1:]
)
GO_NOTE: Final = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdng"
    "otpRZb6KE6RyyBwJnAM=\n"
)
# Source: C2SP tlog-cosignature v1.0.0.
C2SP_NOTE: Final = (
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n"
    "\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zh"
    "cyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "\u2014 witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJs"
    "X3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)


def test_a_note_of_another_implementation() -> None:
    """A note that Go signed verifies under its published verifier key."""
    assert GO_KEY.log_key_id.hex() == "c74f20a3"
    note = SignedNote.parse(GO_NOTE)
    note.verify(expected_key=GO_KEY)
    assert str(note) == GO_NOTE
    with pytest.raises(InvalidInputError, match="three lines"):
        Checkpoint.parse(note.text)


def test_the_published_checkpoint() -> None:
    """The example of the specification is read, and written again the same."""
    note = SignedNote.parse(C2SP_NOTE)
    checkpoint = Checkpoint.parse(note.text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.text() == note.text
    assert str(note) == C2SP_NOTE
    assert int.from_bytes(note.signatures[1].signature[:8], "big") == int(AT.timestamp())


def test_a_cosignature_is_over_the_specified_bytes() -> None:
    """Header line, time line and the note's text; key id of type 4, timestamp in front."""
    signature = WITNESS.cosign(CHECKPOINT.text(), AT)
    message = f"cosignature/v1\ntime 1679315147\n{CHECKPOINT.text()}".encode()
    Ed25519PublicKey.from_public_bytes(WITNESS.key.public).verify(signature.signature[8:], message)
    expected = hashlib.sha256(b"witness.example.com/w1\n\x04" + WITNESS.key.public).digest()
    assert signature.key_id == expected[:4]
    assert signature.signature[:8] == (1679315147).to_bytes(8, "big")
    assert NOTE.cosigned_at(expected_key=WITNESS.key) == (AT,)


def test_unknown_signatures_say_nothing() -> None:
    """A note that the expected key did not sign is refused; an absent cosignature is none."""
    other = NoteSigner("example.com/log", private_key(3))
    with pytest.raises(VerificationError) as refused:
        NOTE.verify(expected_key=other.key)
    assert refused.value.code == "note_signature"
    assert NOTE.cosigned_at(expected_key=other.key) == ()


def test_a_false_signature_of_a_known_key_refuses_the_note() -> None:
    """Signatures under a known name and key id must hold, also beside a good one."""
    false = NoteSignature(name=LOG.name, key_id=LOG.key.log_key_id, signature=bytes(64))
    note = SignedNote(NOTE.text, (*NOTE.signatures, false))
    with pytest.raises(VerificationError) as refused:
        note.verify(expected_key=LOG.key)
    assert refused.value.code == "note_signature"


def test_a_cosignature_moved_in_time_is_refused() -> None:
    """The time is signed: changing it breaks the cosignature."""
    (good,) = (one for one in NOTE.signatures if one.name == WITNESS.name)
    moved = NoteSignature(
        name=good.name,
        key_id=good.key_id,
        signature=(1679315148).to_bytes(8, "big") + good.signature[8:],
    )
    with pytest.raises(VerificationError) as refused:
        SignedNote(NOTE.text, (moved,)).cosigned_at(expected_key=WITNESS.key)
    assert refused.value.code == "cosignature"


@pytest.mark.parametrize("seconds", [2**37 + 1, 2**40, 2**63])
def test_an_impossible_time_is_refused(seconds: int) -> None:
    """A timestamp beyond any calendar is refused, though it is signed."""
    message = f"cosignature/v1\ntime {seconds}\n{NOTE.text}".encode()
    signature = NoteSignature(
        name=WITNESS.name,
        key_id=WITNESS.key.cosignature_key_id,
        signature=seconds.to_bytes(8, "big") + WITNESS.private.sign(message),
    )
    with pytest.raises(VerificationError, match="no possible time"):
        SignedNote(NOTE.text, (signature,)).cosigned_at(expected_key=WITNESS.key)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "text\n",
        "text\n\n",
        "\n\n\u2014 name AAAAAAA=\n",
        "text\n\n\u2014 name AAAAAAA=",
        "text\n\n- name AAAAAAA=\n",
        "text\n\n\u2014 na me AAAAAAA=\n",
        "text\n\n\u2014 na+me AAAAAAA=\n",
        "text\n\n\u2014 name AAAAAAA\n",
        "text\n\n\u2014 name AAAAAAB=\n",
        "text\n\n\u2014 name AAAA\n",
        "te\rxt\n\n\u2014 name AAAAAAA=\n",
        "text\n\n" + "\u2014 name AAAAAAA=\n" * 17,
        "text" * 4096 + "\n\n\u2014 name AAAAAAA=\n",
    ],
)
def test_malformed_notes(note: str) -> None:
    """Anything but a well-formed note is refused before a key is looked at."""
    with pytest.raises(InvalidInputError) as refused:
        SignedNote.parse(note)
    assert refused.value.code == "malformed_note"


ROOT: Final = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


@pytest.mark.parametrize(
    "text",
    [
        f"\n7\n{ROOT}\n",
        f"log\n07\n{ROOT}\n",
        f"log\n-7\n{ROOT}\n",
        f"log\n7\n{ROOT}",
        f"log\n7\n{ROOT}\nextension\n",
        "log\n7\nAAEC\n",
        f"log\n9999999999999999\n{ROOT}\n",
    ],
)
def test_malformed_checkpoints(text: str) -> None:
    """Three lines, a canonical size, a 32-byte root: nothing else is a checkpoint."""
    with pytest.raises(InvalidInputError) as refused:
        Checkpoint.parse(text)
    assert refused.value.code == "malformed_note"


@given(data=st.data(), flip=st.integers(1, 127))
def test_one_changed_byte_is_never_signed_and_cosigned(data: st.DataObject, flip: int) -> None:
    """A changed note is malformed, or loses the signature of the log or of the witness."""
    spoiled = bytearray(str(NOTE).encode())
    spoiled[data.draw(st.integers(0, len(spoiled) - 1))] ^= flip
    try:
        note = SignedNote.parse(spoiled.decode())
        note.verify(expected_key=LOG.key)
        cosigned = note.cosigned_at(expected_key=WITNESS.key)
    except (InvalidInputError, VerificationError, UnicodeDecodeError):
        return
    assert cosigned == ()
