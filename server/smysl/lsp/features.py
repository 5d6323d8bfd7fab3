"""Every method of the protocol and what answers it. Nothing here blocks: work goes to threads, answers are awaited."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

from lsprotocol import types as lsp

from smysl.lsp import commands, editing, methods, searching, wire
from smysl.lsp.server import SmyslServer

_log = logging.getLogger(__name__)

Handler: TypeAlias = Callable[..., Coroutine[Any, Any, Any]]


def register(server: SmyslServer) -> None:
    """Give `server` everything that it answers."""
    _register_life(server)
    _register_documents(server)
    _register_questions(server)
    for name, handler in commands.COMMANDS.items():
        server.command(name)(_command(server, handler))


def _register_life(server: SmyslServer) -> None:
    @server.feature(lsp.INITIALIZE)
    def initialize(ls: SmyslServer, params: lsp.InitializeParams) -> None:
        ls.initialise(params)

    @server.feature(lsp.INITIALIZED)
    async def initialized(ls: SmyslServer, params: lsp.InitializedParams) -> None:
        await ls.begin()

    @server.feature(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def did_change_configuration(ls: SmyslServer, params: lsp.DidChangeConfigurationParams) -> None:
        await ls.configure(params.settings)

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    async def did_change_workspace_folders(ls: SmyslServer, params: lsp.DidChangeWorkspaceFoldersParams) -> None:
        event = params.event
        ls.folders.change(added=[one.uri for one in event.added], removed=[one.uri for one in event.removed])
        await ls.configure()

    @server.feature(lsp.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def cancel_progress(ls: SmyslServer, params: lsp.WorkDoneProgressCancelParams) -> None:
        ls.cancel_progress(params.token)


def _register_documents(server: SmyslServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def did_open(ls: SmyslServer, params: lsp.DidOpenTextDocumentParams) -> None:
        if editing.is_python(params.text_document.uri, params.text_document.language_id):
            ls.buffers.changed(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(ls: SmyslServer, params: lsp.DidChangeTextDocumentParams) -> None:
        if ls.buffers.has(params.text_document.uri):
            ls.buffers.changed(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(ls: SmyslServer, params: lsp.DidCloseTextDocumentParams) -> None:
        ls.buffers.closed(params.text_document.uri)


def _register_questions(server: SmyslServer) -> None:
    @server.feature(methods.SEARCH)
    async def search(ls: SmyslServer, request: Any) -> Any:
        return wire.to_json(await searching.search(ls, wire.read_params(request, wire.SearchParams)))

    @server.feature(methods.SIMILAR)
    async def similar(ls: SmyslServer, request: Any) -> Any:
        return wire.to_json(await searching.similar(ls, wire.read_params(request, wire.SimilarParams)))

    @server.feature(methods.STATUS)
    async def status(ls: SmyslServer, request: Any) -> Any:
        return wire.to_json(ls.status())

    @server.feature(methods.MODELS)
    async def models(ls: SmyslServer, request: Any) -> Any:
        from smysl.lsp import modelling

        return wire.to_json(await modelling.models_of(ls))

    @server.feature(methods.PULL_MODEL)
    async def pull_model(ls: SmyslServer, request: Any) -> Any:
        from smysl.lsp import modelling

        return wire.to_json(await modelling.pull_of(ls, wire.read_params(request, wire.PullModelParams)))

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    async def hover(ls: SmyslServer, params: lsp.HoverParams) -> lsp.Hover | None:
        return await editing.hover(ls, params)

    @server.feature(lsp.WORKSPACE_SYMBOL)
    async def symbol(ls: SmyslServer, params: lsp.WorkspaceSymbolParams) -> list[lsp.SymbolInformation]:
        return await editing.workspace_symbol(ls, params.query)

    @server.feature(lsp.TEXT_DOCUMENT_CODE_LENS)
    async def code_lens(ls: SmyslServer, params: lsp.CodeLensParams) -> list[lsp.CodeLens]:
        return await editing.code_lens(ls, params)

    @server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION)
    async def code_action(ls: SmyslServer, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        return await editing.code_action(ls, params)


def _command(server: SmyslServer, handler: Handler) -> Handler:
    """A command with arguments as they come: pygls would spread them and insist on each."""

    async def run(*arguments: Any) -> Any:
        return wire.to_json(await handler(server, arguments[0] if arguments else None))

    return run
