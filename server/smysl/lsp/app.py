"""Starts the language server on standard input and output, or on a port, and ends it cleanly when the client goes."""

from __future__ import annotations

import io
import logging
import os
import sys

from smysl.engine.types import say
from smysl.l10n import translate
from smysl.lsp.features import register
from smysl.lsp.logs import log_for
from smysl.lsp.memory import save_memory
from smysl.lsp.server import SmyslServer
from smysl.serving import Serving

_DONE, _FAILED = 0, 3


def serve(serving: Serving) -> int:
    """Serve one client until it goes; returns the exit code. Does not return where threads are still at work."""
    save_memory()
    server = SmyslServer(serving)
    register(server)
    log_for(server, verbose=serving.verbose)
    code = _DONE
    try:
        if serving.address is None:
            stdin, stdout = _own_streams()
            server.start_io(stdin, stdout)
        else:
            server.start_tcp(serving.address.host, serving.address.port)
    except OSError as error:
        reason = error.strerror or error
        sys.stderr.write(
            translate(say("The server cannot be started: {reason}.", reason=reason), serving.language) + "\n"
        )
        code = _FAILED
    finally:
        server.shutdown()
        logging.shutdown()
        sys.stderr.flush()
    # Work at the model may still be waited for by a thread; the index file is safe at every moment.
    os._exit(code)


def _own_streams() -> tuple[io.BufferedReader, io.BufferedWriter]:
    """Standard input and output for the protocol alone: what anything else writes or prints goes to standard error."""
    stdin = os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    stdout = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return stdin, stdout
