"""Locked memory: in place, wiped, never printed or pickled."""

import ctypes
import gc
import pickle
import resource
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Final

import pytest

from faregate.consent.locked import (
    LockedBuffer,
    LockedMemoryWarning,
    UnwipedBytesWarning,
    fill_random,
    move_into,
    random_bytes,
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


def fresh(secret: bytes) -> Callable[[], bytes]:
    """Make the secret anew, as OpenSSL would: nobody else refers to it."""
    return lambda: bytes(bytearray(secret))


@pytest.fixture
def overwritten(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Give what was overwritten, read just before it is released."""
    seen: list[bytes] = []
    memset = ctypes.memset

    def watched(address: ctypes.c_void_p, value: int, size: int) -> int:
        before = ctypes.string_at(address.value or 0, size)
        result = memset(address, value, size)
        seen.extend((before, ctypes.string_at(address.value or 0, size)))
        return result

    monkeypatch.setattr(ctypes, "memset", watched)
    return seen


def test_moves_a_secret_and_overwrites_what_it_came_in(overwritten: list[bytes]) -> None:
    """The object in which a library hands out a secret is zeros before it is released."""
    with LockedBuffer(19) as kept:
        move_into(kept.view, fresh(b"secret of a library"))
        assert bytes(kept.view) == b"secret of a library"
    assert overwritten == [b"secret of a library", bytes(19)]


def test_a_secret_of_another_length_is_overwritten_too(overwritten: list[bytes]) -> None:
    """An error is no way out for a copy."""
    with LockedBuffer(5) as kept, pytest.raises(ValueError, match="assign"):
        move_into(kept.view, fresh(b"secret"))
    assert overwritten == [b"secret", bytes(6)]


CONSTANT: Final = b"a constant"


@pytest.mark.parametrize(
    "produce",
    [lambda: CONSTANT, lambda: b"a constant", {"key": b"a constant"}["key"].__bytes__],
    ids=["a name", "a literal", "a method"],
)
def test_never_changes_bytes_that_others_see(produce: Callable[[], bytes]) -> None:
    """A mistake of the caller's is told, and changes nothing."""
    with LockedBuffer(10) as kept:
        with pytest.warns(UnwipedBytesWarning, match="10 secret bytes"):
            move_into(kept.view, produce)
        assert bytes(kept.view) == produce() == CONSTANT == bytes(bytearray(b"a constant"))


def test_the_shortest_bytes_are_left_alone() -> None:
    """The interpreter shares all bytes of length one; no secret is that short."""
    with LockedBuffer(1) as kept:
        move_into(kept.view, lambda: bytes([9]))
        assert bytes(kept.view) == b"\x09"
    assert bytes([9]) == b"\x09"


@pytest.mark.parametrize("hook", [sys.setprofile, sys.settrace], ids=["profiler", "tracer"])
def test_overwrites_under_a_tool_that_looks_at_frames(
    overwritten: list[bytes], hook: Callable[[object], None]
) -> None:
    """A profiler or tracer that reads each frame's names does not get in the way."""
    before = sys.getprofile() if hook is sys.setprofile else sys.gettrace()

    def look(frame: FrameType, _event: str, _argument: object) -> object:
        assert frame.f_locals is not None
        return look

    with LockedBuffer(6) as kept:
        hook(look)
        try:
            move_into(kept.view, fresh(b"secret"))
        finally:
            hook(before)
        assert bytes(kept.view) == b"secret"
    assert overwritten == [b"secret", bytes(6)]


def test_a_secret_that_a_tool_keeps_is_moved_all_the_same(overwritten: list[bytes]) -> None:
    """A lane goes on; that a copy is left is said, not hidden."""
    kept_by_a_tool: list[bytes] = []

    def produce() -> bytes:
        kept_by_a_tool.append(bytes(bytearray(b"secret")))
        return kept_by_a_tool[0]

    with LockedBuffer(6) as kept:
        with pytest.warns(UnwipedBytesWarning, match="debugger"):
            move_into(kept.view, produce)
        assert bytes(kept.view) == b"secret"
    assert (kept_by_a_tool, overwritten) == ([b"secret"], [])


@pytest.mark.parametrize("warning", [LockedMemoryWarning, UnwipedBytesWarning])
def test_python_shows_the_warnings(warning: type[Warning]) -> None:
    """What is promised to be said must not be of a kind that Python hides by default."""
    hidden = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)
    assert not issubclass(warning, hidden)
