"""Memory for what must be wiped: template bytes, their keys, and the rider's root key.

What it gives: pages of their own, locked into RAM (so never in swap), left out of core files and
of forked children, zeroed in place. What it can't give: copies that OpenSSL keeps while it works
(it cleanses its key schedules when freed), registers, and root reading the memory of a live
process. Where an interface hands out `bytes`, the object lies for a moment in ordinary memory;
`move_into` overwrites it before it is released.

What can't be given is warned of, by warnings that Python shows unless it is told not to.
"""

import ctypes
import mmap
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, NoReturn, Self

RandomFill = Callable[[memoryview], None]
"""Fills a buffer with random bytes in place. `fill_random`, except where goldens are made."""

_LIBC: Final = ctypes.CDLL(None, use_errno=True)
_SHARED_SIZE_MAX: Final = 1  # the interpreter itself shares `bytes` this short


class LockedMemoryWarning(RuntimeWarning):
    """The limit on locked memory was reached: these bytes might be written to swap."""


class UnwipedBytesWarning(RuntimeWarning):
    """A secret stays in ordinary memory for longer than it must."""


class LockedBuffer:
    """A fixed number of zeroed bytes that stay in RAM until `wipe`, or the end of a `with`.

    The owner wipes. Memory that was never wiped is unmapped when the object is collected, which
    the kernel zeroes before it reuses it.
    """

    __slots__ = ("_map", "_size", "_view")

    def __init__(self, size: int) -> None:
        if size < 1:
            raise ValueError(f"size must be positive, got {size}")
        self._size = size
        self._map = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self._map.madvise(mmap.MADV_DONTDUMP)
        self._map.madvise(mmap.MADV_DONTFORK)
        self._view = memoryview(self._map)
        address = ctypes.addressof(ctypes.c_char.from_buffer(self._map))
        if _LIBC.mlock(ctypes.c_void_p(address), ctypes.c_size_t(size)) != 0:
            warnings.warn(
                f"{size} bytes could not be locked into RAM (errno {ctypes.get_errno()}); "
                "raise the limit with ulimit -l or LimitMEMLOCK=",
                LockedMemoryWarning,
                stacklevel=2,
            )

    @classmethod
    def random(cls, size: int, fill: RandomFill | None = None) -> Self:
        """Make a buffer of random bytes; no copy of them is left elsewhere."""
        buffer = cls(size)
        (fill or fill_random)(buffer.view)
        return buffer

    @classmethod
    def copy_of(cls, *parts: bytes | bytearray | memoryview) -> Self:
        """Copy parts one behind another; the originals stay the caller's to wipe."""
        buffer = cls(sum(map(len, parts)))
        rest = buffer.view
        for part in parts:
            rest[: len(part)] = part
            rest = rest[len(part) :]
        return buffer

    @property
    def view(self) -> memoryview:
        """The bytes themselves, writable; slices of it copy nothing."""
        return self._view

    def wipe(self) -> None:
        """Overwrite all bytes with zeros, in place. May be called again."""
        self._view[:] = bytes(self._size)

    def __len__(self) -> int:
        return self._size

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.wipe()

    def __repr__(self) -> str:
        return f"LockedBuffer({self._size})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("locked memory leaves the process only sealed")


def fill_random(view: memoryview) -> None:
    """Fill `view` from the kernel's generator without an intermediate `bytes` object."""
    with Path("/dev/urandom").open("rb", buffering=0) as source:
        while len(view) > 0:
            view = view[source.readinto(view) or 0 :]


def random_bytes(size: int, fill: RandomFill | None = None) -> bytes:
    """Make random bytes that need not be wiped: ids, salts, nonces."""
    data = bytearray(size)
    (fill or fill_random)(memoryview(data))
    return bytes(data)


def move_into(view: memoryview, produce: Callable[[], bytes]) -> None:
    """Copy the secret that `produce` makes into `view`, and overwrite it before it is released.

    `produce` hands over an object that nobody else refers to: in CPython such a `bytes` may be
    overwritten, for nobody can see it change. Where something else does refer to it (a constant,
    or a debugger or profiler that keeps what it saw) it is left alone, and `UnwipedBytesWarning`
    says so: the secret stays in ordinary memory until it is released. To go on is the smaller
    harm, for whoever put such a tool into the process reads `view` as well.

    Raises what `produce` raises and leaves `view` as it was; `ValueError` for another length.
    """
    secret = produce()
    # Made here to be counted beside the secret: how many references a sole owner makes depends on
    # the interpreter, and on who watches this frame.
    fresh = bytes(bytearray(_SHARED_SIZE_MAX + 1))
    try:
        view[:] = secret
    finally:
        if len(secret) > _SHARED_SIZE_MAX:
            if sys.getrefcount(secret) > sys.getrefcount(fresh):
                warnings.warn(
                    f"{len(secret)} secret bytes could not be overwritten: something in this "
                    "process keeps them; run it without a debugger or profiler",
                    UnwipedBytesWarning,
                    stacklevel=2,
                )
            else:
                ctypes.memset(ctypes.cast(ctypes.c_char_p(secret), ctypes.c_void_p), 0, len(secret))
