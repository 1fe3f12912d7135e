"""Locked memory: in place, wiped, never printed or pickled."""

import gc
import pickle
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from faregate.consent.locked import (
    LockedBuffer,
    LockedMemoryWarning,
    fill_random,
    random_bytes,
    wipe_bytes,
)


@pytest.fixture
def nothing_lockable() -> Iterator[None]:
    """Set the limit on locked memory to zero for a moment."""
    soft, hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, hard))
    yield
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (soft, hard))


def _status(field: str) -> str:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (line,) = (one for one in lines if one.startswith(f"{field}:"))
    return line.split()[1]


def _locked_kib() -> int:
    gc.collect()
    return int(_status("VmLck"))


def test_the_pages_are_locked() -> None:
    """The kernel counts them, and counts them out when the buffer goes."""
    before = _locked_kib()
    buffer = LockedBuffer(8 * 1024)
    assert _locked_kib() - before == 8
    del buffer
    assert _locked_kib() == before


def test_wiped_in_place() -> None:
    """Every view of the bytes sees zeros, after `wipe` and after a `with`."""
    buffer = LockedBuffer.copy_of(b"salt", b"template")
    seen = buffer.view[4:]
    assert bytes(seen) == b"template"
    buffer.wipe()
    assert not any(seen)
    with LockedBuffer.random(64) as other:
        view = other.view
        assert any(view)
    assert not any(view)


def test_wiped_when_an_error_ends_the_block() -> None:
    """The way out does not matter."""
    buffer = LockedBuffer.copy_of(b"secret")
    with pytest.raises(LookupError), buffer:
        raise LookupError
    assert not any(buffer.view)


def test_warns_where_nothing_can_be_locked(nothing_lockable: None) -> None:
    """Best effort, and said so; the root user of a container is above the limit."""
    del nothing_lockable
    if _may_lock_beyond_the_limit():
        buffer = LockedBuffer(16)
    else:
        with pytest.warns(LockedMemoryWarning, match="ulimit -l"):
            buffer = LockedBuffer(16)
    assert len(buffer) == 16


def _may_lock_beyond_the_limit() -> bool:
    cap_ipc_lock = 14
    return bool(int(_status("CapEff"), 16) >> cap_ipc_lock & 1)


def test_neither_printed_nor_pickled() -> None:
    """Not even by accident, in a log line or a worker's queue."""
    buffer = LockedBuffer.copy_of(b"secret")
    assert repr(buffer) == "LockedBuffer(6)"
    with pytest.raises(TypeError):
        pickle.dumps(buffer)


@pytest.mark.parametrize("size", [0, -1])
def test_has_a_size(size: int) -> None:
    """An empty secret is a mistake."""
    with pytest.raises(ValueError, match="positive"):
        LockedBuffer(size)


def test_random_bytes_differ() -> None:
    """The whole buffer is filled, and anew each time."""
    buffer = bytearray(4096)
    fill_random(memoryview(buffer))
    assert any(buffer[:64])
    assert any(buffer[-64:])
    assert random_bytes(32) != random_bytes(32)


def test_overwrites_bytes_of_a_sole_owner() -> None:
    """A fresh object is zeroed in place; one that others see is refused, short ones left alone."""
    fresh = b"".join((b"secret", bytes([1, 2, 3])))
    wipe_bytes(fresh)
    assert fresh == bytes(9)
    shared = bytes([4, 5, 6, 7])
    another_name = shared
    with pytest.raises(ValueError, match="elsewhere"):
        wipe_bytes(shared)
    assert another_name == bytes([4, 5, 6, 7])
    wipe_bytes(bytes([9]))
    assert bytes([9]) == b"\x09"
