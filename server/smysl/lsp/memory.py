"""Keeps what a server that rests holds of memory near to what it uses."""

from __future__ import annotations

import ctypes
import sys

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
"""As in malloc.h of glibc; mallopt(3)."""

_LARGE_BYTES = 128 * 1024


def save_memory() -> None:
    """Have the C library give back what is freed; to be called before there are threads. Of effect with glibc alone.

    By default each thread gets a heap of its own, and what one index run took stays in all of them.
    """
    if (library := _glibc()) is None:
        return
    mallopt = library.mallopt
    mallopt(_M_ARENA_MAX, 1)
    # Set, they stay as they are: else they grow with what is freed, and large blocks come from the heap as well.
    mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
    mallopt(_M_TRIM_THRESHOLD, _LARGE_BYTES)


def give_memory_back() -> None:
    """Give the system what is free now; takes some milliseconds. Worth it after an index run."""
    if (library := _glibc()) is not None:
        library.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "malloc_trim") and hasattr(library, "mallopt") else None
