"""Where the installed command begins: next to nothing is imported until Ctrl+C is taken care of."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING

from smysl.cli.codes import INTERRUPTED

if TYPE_CHECKING:
    from smysl.serving import Serving


def main() -> None:
    """Run the command line of this process and end it with the exit code."""
    # A process that was started with Ctrl+C ignored (nohup, a background job) keeps it so.
    heeds = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if heeds:
        signal.signal(signal.SIGINT, _end)
    from smysl.cli.app import run_here

    try:
        if heeds:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        code = run_here(sys.argv[1:], serve=_serve)
    except KeyboardInterrupt:
        code = INTERRUPTED
    sys.exit(code)


def _serve(serving: Serving) -> int:
    from smysl.lsp.app import serve

    return serve(serving)


def _end(number: int, frame: FrameType | None) -> None:
    # Nothing has been begun, and an exception in the middle of an import may be swallowed or told as something else.
    os._exit(INTERRUPTED)
