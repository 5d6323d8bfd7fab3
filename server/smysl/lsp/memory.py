"""Keeps what a server that rests holds of memory near to what it uses."""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
"""As in malloc.h of glibc; mallopt(3)."""

_LARGE_BYTES = 128 * 1024

_REST_SECONDS = 5.0
"""Giving back takes 2 ms after some hundred edits, and then 15 MB of 167 were free."""


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


class Tidying:
    """Gives memory back a moment after it was used, and not with every use: what is freed in small pieces stays."""

    def __init__(self, *, after: float = _REST_SECONDS, give_back: Callable[[], None] = give_memory_back) -> None:
        self._after = after
        self._give_back = give_back
        self._lock = threading.Lock()
        self._is_due = False

    def soon(self) -> None:
        """To be called after each use; costs next to nothing."""
        with self._lock:
            if self._is_due:
                return
            self._is_due = True
        timer = threading.Timer(self._after, self._tidy)
        timer.daemon = True
        timer.start()

    def _tidy(self) -> None:
        with self._lock:
            self._is_due = False
        self._give_back()


def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "malloc_trim") and hasattr(library, "mallopt") else None
