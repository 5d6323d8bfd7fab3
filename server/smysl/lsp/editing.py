"""What an editor shows beside the code: hover, symbols, lenses, actions. Only a question in words calls a model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from lsprotocol import types as lsp

from smysl.engine.cancel import CancelToken
from smysl.engine.errors import UsageError
from smysl.engine.types import Mode, Outline, say
from smysl.lsp import answering, methods, wire
from smysl.lsp.markup import kind_of_markup, similar_markdown, similar_plaintext
from smysl.lsp.places import lines_of
from smysl.lsp.server import SmyslServer
from smysl.lsp.session import Place

_DEFINITION = re.compile(r"\s*(?:async\s+def|def|class)\b")
_IN_WORDS = re.compile(r"\s|[а-яёА-ЯЁ]")

_LINKS = 5
_SYMBOLS = 50

_SYMBOL_KINDS = {
    "function": lsp.SymbolKind.Function,
    "method": lsp.SymbolKind.Method,
    "class": lsp.SymbolKind.Class,
    "module": lsp.SymbolKind.Module,
}


def is_python(uri: str, language: str) -> bool:
    """Whether a document is Python, by what the client calls it or by its name."""
    return language == "python" or PurePosixPath(uri).suffix in {".py", ".pyi"}


async def hover(ls: SmyslServer, params: lsp.HoverParams) -> lsp.Hover | None:
    """Links to code like the definition that begins at this line; None when nothing is like it."""
    place = ls.place(params.text_document.uri)
    if place is None or not place.session.settings.hover_enabled:
        return None
    lines = ls.open_lines(params.text_document.uri)
    answer = await ls.answer(partial(_like, ls, place, params.position.line, lines), pool=ls.glances)
    if answer is None or not answer.hits:
        return None
    title = ls.translate(say("Similar code"))
    kind = kind_of_markup(ls.client_capabilities)
    if kind is lsp.MarkupKind.Markdown:
        value = similar_markdown(title, answer.hits, open_command=ls.client_commands.get("open"))
    else:
        value = similar_plaintext(title, answer.hits)
    return lsp.Hover(lsp.MarkupContent(kind, value))


async def workspace_symbol(ls: SmyslServer, query: str) -> list[lsp.SymbolInformation]:
    """What a question in words finds, or what is called so."""
    query = query.strip()
    sessions = [one for one in ls.folders.sessions if one.settings.workspace_symbol]
    if not query or not sessions:
        return []
    units = ls.units

    is_in_words = _IN_WORDS.search(query) is not None
    taken_back = CancelToken()
    if is_in_words:
        # Those who type ask letter by letter; whoever waits for the model must not take the place of the next.
        if ls.asking_symbols is not None:
            ls.asking_symbols.cancel()
        ls.asking_symbols = taken_back

    def ask(token: CancelToken) -> answering.Answer:
        if is_in_words:
            params = wire.SearchParams(query, top_k=_SYMBOLS)
            return answering.search(sessions, params, units=units, mode=Mode.FUSED, cancel=token)
        return answering.symbols(sessions, query, top_k=_SYMBOLS, units=units)

    answer = await ls.answer(ask, taken_back, pool=ls.questions if is_in_words else ls.glances)
    return [
        lsp.SymbolInformation(
            location=lsp.Location(hit.uri, hit.selection_range),
            name=hit.name,
            kind=_SYMBOL_KINDS[hit.kind],
            container_name=hit.container or hit.path,
        )
        for hit in answer.hits
    ]


async def code_lens(ls: SmyslServer, params: lsp.CodeLensParams) -> list[lsp.CodeLens]:
    """ "N similar" above each definition that has near twins."""
    uri = params.text_document.uri
    place = ls.place(uri)
    if place is None or not place.session.settings.code_lens:
        return []
    twins = await ls.answer(partial(_twins, place), pool=ls.glances)
    lenses = []
    for outline, count in twins:
        at = lsp.Position(outline.name_line - 1, 0)
        title = ls.translate(say("{count} similar", count=count))
        lenses.append(lsp.CodeLens(lsp.Range(at, at), _show_similar(ls, title, uri, at)))
    return lenses


async def code_action(ls: SmyslServer, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    """ "Find similar code" where there is a definition, or something is selected."""
    uri = params.text_document.uri
    place = ls.place(uri)
    if place is None or not place.session.settings.code_action:
        return []
    only = params.context.only
    if only and not any(kind in ("", lsp.CodeActionKind.Empty) for kind in only):
        return []
    title = ls.translate(say("Find similar code"))
    at = params.range.start
    return [lsp.CodeAction(title=title, command=_show_similar(ls, title, uri, at))]


def _show_similar(ls: SmyslServer, title: str, uri: str, at: lsp.Position) -> lsp.Command:
    position: Any = {"line": at.line, "character": at.character}
    own = ls.client_commands.get("similar")
    if own is not None:
        return lsp.Command(title=title, command=own, arguments=[uri, position])
    return lsp.Command(
        title=title, command=methods.COMMAND_SHOW_SIMILAR, arguments=[{"uri": uri, "position": position}]
    )


def _like(
    ls: SmyslServer, place: Place, line: int, lines: Sequence[str] | None, _: CancelToken
) -> answering.Answer | None:
    with place.session.lent() as engine:
        if engine is None:
            return None
        if lines is None:
            lines = lines_of(engine.source(place.path) or "")
        if line >= len(lines) or not _DEFINITION.match(lines[line]):
            return None
        threshold = place.session.settings.hover_threshold
        least = engine.similar_from() if threshold is None else threshold
        try:
            result = engine.similar(place.path, line + 1, top_k=_LINKS, least=least)
        except UsageError:  # nothing is stored there yet
            return None
        if result.model is None:
            return None
        hits = answering.hits_of(place.session, engine, result.hits, units=ls.units)
        return answering.Answer(hits, result.model)


def _twins(place: Place, _: CancelToken) -> list[tuple[Outline, int]]:
    with place.session.lent() as engine:
        if engine is None:
            return []
        counts = engine.near_twins(place.path, least=place.session.settings.hover_threshold)
        return [(one, counts[one.chunk_id]) for one in engine.outline(place.path) if counts.get(one.chunk_id)]
