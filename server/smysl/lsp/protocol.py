"""The protocol of pygls where an editor needs more of it: every request is answered, lines are those of editors."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import lru_cache
from typing import Any

import attrs
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol
from pygls.workspace import TextDocument, Workspace

from smysl.lsp import methods, wire

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


@attrs.define
class _Request:
    """A custom request; its params are read in its handler, so that a misfit is answered with the path in them."""

    id: int | str
    method: str
    params: Any = None
    jsonrpc: str = "2.0"


class Document(TextDocument):
    """A document whose lines end at line feeds and carriage returns alone, as the protocol has it.

    `str.splitlines`, which pygls uses, ends one at a form feed too, and then edits go to the wrong place.
    """

    @property
    def lines(self) -> Sequence[str]:
        """The lines with their ends."""
        return tuple(_LINE.findall(self.source))


class Documents(Workspace):
    """The documents that are open."""

    def _create_text_document(
        self, doc_uri: str, source: str | None = None, version: int | None = None, language_id: str | None = None
    ) -> Document:
        return Document(
            doc_uri, source, version, language_id, sync_kind=self._sync_kind, position_codec=self._position_codec
        )


class SmyslProtocol(LanguageServerProtocol):
    """Params of custom requests as they came; an answer to every request, and nothing kept of one that is answered."""

    @lru_cache  # noqa: B019 - as in the method it overrides; there is one protocol a process
    def get_message_type(self, method: str) -> type[Any] | None:
        """How a message is read."""
        return _Request if method in methods.WITH_PARAMS else super().get_message_type(method)

    def count_lines_as_editors_do(self) -> None:
        """Have documents that are opened from now on be `Document`; for the handler of `initialize`."""
        before = self.workspace
        folders = list(before.folders.values())
        self._workspace = Documents(before.root_uri, before._sync_kind, folders, before.position_encoding)

    def structure_message(self, data: dict[str, Any]) -> Any:
        """A message as it is handled. One that does not fit is answered if it is a request, and raises."""
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if isinstance(data.get("id"), (int, str)) and "method" in data:
                why = wire.misfit(error.__cause__ or error)
                self._refuse(data["id"], lsp.ErrorCodes.InvalidParams, why)
            raise

    def handle_message(self, message: Any) -> None:
        """Have a message handled; a request that comes too early or too late is answered with an error."""
        is_request = hasattr(message, "id") and hasattr(message, "method")
        is_initialize = is_request and message.method == lsp.INITIALIZE
        if is_request and self._shutdown:
            self._refuse(message.id, lsp.ErrorCodes.InvalidRequest, "The server is shutting down.")
        elif is_request and self._workspace is None and not is_initialize:
            self._refuse(message.id, lsp.ErrorCodes.ServerNotInitialized, "The first request must be initialize.")
        elif is_initialize and self._workspace is not None:
            self._refuse(message.id, lsp.ErrorCodes.InvalidRequest, "The server is initialized already.")
        else:
            if is_request and message.method == lsp.SHUTDOWN:
                for future in list(self._request_futures.values()):  # pygls stumbles when one is answered by that
                    future.cancel()
            super().handle_message(message)

    def _refuse(self, request: int | str, code: lsp.ErrorCodes, why: str) -> None:
        self._send_response(request, error=lsp.ResponseError(code, why))

    def _execute_handler(
        self,
        msg_id: int | str,
        handler: Callable[..., Any],
        callback: Callable[[Future[Any]], None],
        args: tuple[Any, ...] | None = None,
        kwargs: dict[str, Any] | None = None,
    ) -> None:
        """As in pygls, which would keep the future of each notification, and cancel a command but not its work."""

        def done(future: Future[Any]) -> None:
            self._request_futures.pop(msg_id, None)
            callback(future)

        super()._execute_handler(msg_id, handler, done, args, kwargs)
        whole, part = self._request_futures.get(self.msg_id or ""), self._request_futures.get(msg_id)
        if whole is not None and part is not None and whole is not part:
            whole.add_done_callback(lambda future: future.cancelled() and part.cancel())
