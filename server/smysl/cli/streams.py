"""The standard streams of this process, made fit for use: UTF-8, there at all, and let go of when they fail."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from typing import Literal, TextIO

from smysl.engine.types import Message, say


class ClosedOutput(io.TextIOBase):
    """Stands in for a standard output that was closed before the command began: whoever writes hears of it."""

    def writable(self) -> bool:
        """True, as of any output."""
        return True

    def write(self, text: str) -> int:
        """Raises `OSError`."""
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))


def prepare_streams() -> None:
    """Answers are UTF-8 whatever the locale; a name that is no valid text becomes an escape, in JSON a valid one."""
    # Python leaves None where a stream was closed. Its number must not go to the next file that is opened.
    if sys.stdin is None:
        sys.stdin = _nowhere("r")
    if sys.stdout is None:
        _nowhere("w")
        sys.stdout = ClosedOutput()
    if sys.stderr is None:
        sys.stderr = _nowhere("w")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")


def let_go_of(stream: TextIO) -> None:
    """`stream` has failed; without this Python would complain once more while it ends. Only real streams are let go."""
    if stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def why_not_written(error: OSError) -> Message:
    """What to say of an answer that could not be written."""
    if error.errno == errno.ENOSPC:
        return say("The answer cannot be written: there is no room where standard output goes.")
    if error.errno == errno.EBADF:
        return say("The answer cannot be written: standard output is closed.")
    return say("The answer cannot be written: {reason}.", reason=error.strerror or error)


_kept: list[TextIO] = []


def _nowhere(mode: Literal["r", "w"]) -> TextIO:
    stream = io.TextIOWrapper(io.FileIO(os.devnull, mode), encoding="utf-8", write_through=True)
    _kept.append(stream)
    return stream
