"""Memory for what must be wiped: template bytes, their keys, and the rider's root key.

What it gives: pages of their own, locked into RAM (so never in swap), left out of core files and
of forked children, zeroed in place. What it can't give: copies that OpenSSL keeps while it works
(it cleanses its key schedules when freed), registers, and root reading the memory of a live
process. Where an interface hands out `bytes`, the object lies for a moment in ordinary memory;
`wipe_bytes` overwrites it before it is released.
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
_REFERENCES_OF_A_SOLE_OWNER: Final = 3  # the caller's name, our parameter, getrefcount's own


class LockedMemoryWarning(ResourceWarning):
    """The limit on locked memory was reached: these bytes might be written to swap."""


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


def wipe_bytes(data: bytes) -> None:
    """Overwrite a `bytes` object that only its caller's one name refers to.

    Sound in CPython for exactly that case: a fresh object of two bytes or more is never shared,
    interned or a constant, and nobody can see it change. Raises `ValueError` if anything else
    refers to it. Shorter objects are shared by the interpreter and are left alone.
    """
    if len(data) <= 1:
        return
    if sys.getrefcount(data) > _REFERENCES_OF_A_SOLE_OWNER:
        raise ValueError("the bytes are referred to from elsewhere; give their only name")
    address = ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p)
    ctypes.memset(address, 0, len(data))
