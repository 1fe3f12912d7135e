"""Wraps and the paper code: two unlockers, either of which is enough and nothing else is."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.rider_world import seeded_fill
from faregate.consent.derivation import RootKey
from faregate.consent.locked import LockedBuffer
from faregate.consent.record import SealedRecord, verify_delete_secret, verify_write_secret
from faregate.consent.wrap import (
    Unlocker,
    UnlockerKind,
    locate_wrap,
    make_wraps,
    open_wrap,
    read_paper_code,
    show_paper_code,
)
from faregate.errors import InvalidInputError, VerificationError

DEPLOYMENT: Final = "harbour-city"
RP_ID: Final = "wallet.localhost"
RRK: Final = bytes(range(100, 132))
PASSKEY: Final = Unlocker(UnlockerKind.PASSKEY, LockedBuffer.copy_of(bytes([1]) * 32))
PAPER: Final = Unlocker(UnlockerKind.PAPER, LockedBuffer.copy_of(bytes([2]) * 16))


Attempt = tuple[bytes, Unlocker, str, str]
"""Blob, unlocker, RP ID and deployment."""


def root() -> RootKey:
    """Make the rider's root key."""
    return RootKey(LockedBuffer.copy_of(RRK), deployment=DEPLOYMENT)


def wraps(seed: str = "wraps") -> tuple[SealedRecord, ...]:
    """Wrap it twice."""
    return make_wraps(
        root(),
        (PASSKEY, PAPER),
        rp_id=RP_ID,
        deployment=DEPLOYMENT,
        fill=seeded_fill(seed),
    )


@pytest.mark.parametrize("unlocker", [PASSKEY, PAPER], ids=["passkey", "paper"])
def test_either_unlocker_opens_its_own_wrap(unlocker: Unlocker) -> None:
    """It is found by the unlocker alone, and gives the same root key."""
    found = {one.locator: one for one in wraps()}
    record = found[locate_wrap(unlocker, deployment=DEPLOYMENT)]
    opened = open_wrap(record.blob, unlocker, rp_id=RP_ID, deployment=DEPLOYMENT)
    assert bytes(opened.secret.view) == RRK
    verify_write_secret(record, opened.write_secret(record.locator))
    verify_delete_secret(record, opened.delete_secret(record.locator))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda blob: (blob[:-1], PASSKEY, RP_ID, DEPLOYMENT),
        lambda blob: (blob + b"\x00", PASSKEY, RP_ID, DEPLOYMENT),
        lambda blob: (bytes([blob[0] ^ 1]) + blob[1:], PASSKEY, RP_ID, DEPLOYMENT),
        lambda blob: (blob[:20] + bytes([blob[20] ^ 1]) + blob[21:], PASSKEY, RP_ID, DEPLOYMENT),
        lambda blob: (blob[:-1] + bytes([blob[-1] ^ 1]), PASSKEY, RP_ID, DEPLOYMENT),
        lambda blob: (blob, PAPER, RP_ID, DEPLOYMENT),
        lambda blob: (blob, replace(PASSKEY, kind=UnlockerKind.PAPER), RP_ID, DEPLOYMENT),
        lambda blob: (blob, PASSKEY, "localhost", DEPLOYMENT),
        lambda blob: (blob, PASSKEY, RP_ID, "harbour-town"),
    ],
    ids=["short", "long", "id", "nonce", "tag", "secret", "kind", "rp id", "deployment"],
)
def test_nothing_else_opens_it(spoil: Callable[[bytes], Attempt]) -> None:
    """Each value that is bound keeps the wrap shut by itself."""
    blob, unlocker, rp_id, deployment = spoil(wraps()[0].blob)
    with pytest.raises(VerificationError) as refused:
        open_wrap(blob, unlocker, rp_id=rp_id, deployment=deployment)
    assert refused.value.code == "wrap"


def test_one_kind_of_unlocker_is_not_enough() -> None:
    """One lost phone must not cost a rider the history."""
    for unlockers in ((PASSKEY,), (PASSKEY, PASSKEY), ()):
        with pytest.raises(ValueError, match="2 kinds"):
            make_wraps(root(), unlockers, rp_id=RP_ID, deployment=DEPLOYMENT)


def test_wraps_have_nothing_in_common() -> None:
    """Neither place nor secrets join a rider's two wraps, and wrapping again gives other bytes."""
    passkey, paper = wraps()
    again, _ = wraps("other randomness")
    assert passkey.locator != paper.locator
    assert not {passkey.write_hash, passkey.delete_hash} & {paper.write_hash, paper.delete_hash}
    assert passkey.blob != again.blob
    assert passkey.locator == again.locator


@given(code=st.binary(min_size=16, max_size=16))
def test_a_paper_code_reads_back(code: bytes) -> None:
    """As written, and as people type it."""
    text = show_paper_code(LockedBuffer.copy_of(code))
    sloppy = text.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert bytes(read_paper_code(text).view) == code == bytes(read_paper_code(sloppy).view)


@given(code=st.binary(min_size=16, max_size=16), at=st.integers(0, 27), to=st.integers(1, 31))
def test_a_mistyped_character_is_noticed(code: bytes, at: int, to: int) -> None:
    """Almost always: the checksum has ten bits, and what passes it opens no wrap."""
    symbols = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    text = show_paper_code(LockedBuffer.copy_of(code)).replace("-", "")
    wrong = text[:at] + symbols[(symbols.index(text[at]) + to) % 32] + text[at + 1 :]
    try:
        read = bytes(read_paper_code(wrong).view)
    except InvalidInputError:
        return
    assert read != code


@pytest.mark.parametrize("text", ["", "000G", "U" * 28, "0" * 27, "0" * 29, "000é" * 7])
def test_what_is_no_paper_code_is_refused(text: str) -> None:
    """Too short, too long, or with letters that are not used."""
    with pytest.raises(InvalidInputError) as refused:
        read_paper_code(text)
    assert refused.value.code == "paper_code"
