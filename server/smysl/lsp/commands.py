"""`workspace/executeCommand`: all that an editor without a plugin may call. Arguments are one object, or one text."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any, Final, TypeAlias

from lsprotocol import types as lsp

from smysl.engine.cancel import CancelToken
from smysl.engine.types import say
from smysl.lsp import methods, searching, wire
from smysl.lsp.server import SmyslServer
from smysl.lsp.session import Session

_MOST_CHOICES = 8

Command: TypeAlias = Callable[[SmyslServer, Any], Coroutine[Any, Any, Any]]


async def search(ls: SmyslServer, argument: Any) -> wire.SearchResult:
    """`smysl/search` with the query or with all its params."""
    return await searching.search(ls, wire.read_params(_object(argument, "query"), wire.SearchParams))


async def similar(ls: SmyslServer, argument: Any) -> wire.SimilarResult:
    """`smysl/similar`."""
    return await searching.similar(ls, wire.read_params(argument, wire.SimilarParams))


async def show_similar(ls: SmyslServer, argument: Any) -> None:
    """Let the person choose among similar code, and open it: for clients that have no list of their own."""
    found = await similar(ls, argument)
    hits = {f"{hit.name} · {hit.path}:{hit.selection_range.start.line + 1}": hit for hit in found.hits[:_MOST_CHOICES]}
    if not hits:
        text = found.notices[0] if found.notices else ls.translate(say("Nothing similar was found."))
        ls.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Info, text))
        return
    ls.spawn(_choose(ls, found.name or "", hits))


async def reindex(ls: SmyslServer, argument: Any) -> None:
    """Look through all folders again; with `force` their indexes are removed first."""
    force = wire.read_params(argument or {}, wire.ReindexParams).force
    await ls.begun()
    ls.arrange()  # what was no project, or not there, may be one now
    for session in ls.folders.sessions:
        if force and session.state.state != "off":
            await ls.answer(partial(_clean, session))
        if not ls.folders.restarted(session):
            session.resume()


async def status(ls: SmyslServer, argument: Any) -> wire.Status:
    """`smysl/status`."""
    return ls.status()


async def models(ls: SmyslServer, argument: Any) -> wire.ModelsResult:
    """`smysl/models`."""
    from smysl.lsp import modelling

    return await modelling.models_of(ls)


async def compare(ls: SmyslServer, argument: Any) -> wire.CompareResult:
    """Measure models on the code of a folder, and show the report."""
    from smysl.lsp import comparing

    return await comparing.compare_of(ls, wire.read_params(argument or {}, wire.CompareParams))


async def select_model(ls: SmyslServer, argument: Any) -> wire.Status:
    """Use a model until the client's settings change."""
    ls.select_model(wire.read_params(_object(argument, "model"), wire.SelectModelParams).model)
    return ls.status()


async def clean(ls: SmyslServer, argument: Any) -> wire.CleanResult:
    """Remove the indexes of all folders; the code itself is not touched."""
    await ls.begun()
    freed = 0
    for session in ls.folders.sessions:
        freed += await ls.answer(partial(_clean, session))
    ls.status_changed()
    return wire.CleanResult(freed)


COMMANDS: Final[Mapping[str, Command]] = {
    methods.COMMAND_SEARCH: search,
    methods.COMMAND_SIMILAR: similar,
    methods.COMMAND_SHOW_SIMILAR: show_similar,
    methods.COMMAND_REINDEX: reindex,
    methods.COMMAND_STATUS: status,
    methods.COMMAND_MODELS: models,
    methods.COMMAND_COMPARE: compare,
    methods.COMMAND_SELECT_MODEL: select_model,
    methods.COMMAND_CLEAN: clean,
}


def _object(argument: Any, name: str) -> Any:
    return {name: argument} if isinstance(argument, str) else argument


async def _choose(ls: SmyslServer, name: str, hits: Mapping[str, wire.Hit]) -> None:
    question = lsp.ShowMessageRequestParams(
        lsp.MessageType.Info,
        ls.translate(say("Code like {name}:", name=name)),
        [lsp.MessageActionItem(title) for title in hits],
    )
    chosen = await ls.window_show_message_request_async(question)  # a person may take their time
    hit = None if chosen is None else hits.get(chosen.title)
    if hit is not None:
        await ls.ask(
            ls.window_show_document_async(
                lsp.ShowDocumentParams(hit.uri, take_focus=True, selection=hit.selection_range)
            )
        )


def _clean(session: Session, _: CancelToken) -> int:
    return session.clean()
