"""The log: on standard error, and in the client's window for it."""

from __future__ import annotations

import logging
import sys

from lsprotocol import types as lsp

from smysl.lsp.server import SmyslServer

_TYPES = {
    logging.ERROR: lsp.MessageType.Error,
    logging.WARNING: lsp.MessageType.Warning,
    logging.INFO: lsp.MessageType.Info,
    logging.DEBUG: lsp.MessageType.Log,
}


def log_for(server: SmyslServer, *, verbose: int) -> None:
    """Send the log of this process to `server`'s client and to standard error."""
    stream = logging.StreamHandler(sys.stderr)
    stream.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logger = logging.getLogger("smysl")
    logger.handlers = [stream, _ClientHandler(server)]
    logger.propagate = False
    logger.setLevel(logging.DEBUG if verbose > 1 else logging.INFO)
    # pygls writes every message in full at INFO.
    pygls = logging.getLogger("pygls")
    pygls.handlers = [stream]
    pygls.propagate = False
    pygls.setLevel(logging.DEBUG if verbose > 2 else logging.ERROR)


class _ClientHandler(logging.Handler):
    """Hands records to the client, whatever thread they come from."""

    def __init__(self, server: SmyslServer) -> None:
        super().__init__()
        self._server = server

    def emit(self, record: logging.LogRecord) -> None:
        level = next((level for level in _TYPES if record.levelno >= level), logging.DEBUG)
        text = f"{record.name.removeprefix('smysl.')}: {record.getMessage()}"
        if record.exc_info:
            text += "\n" + logging.Formatter().formatException(record.exc_info)
        params = lsp.LogMessageParams(_TYPES[level], text)
        self._server.soon(lambda: self._server.window_log_message(params))
