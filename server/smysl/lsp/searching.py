"""`smysl/search` and `smysl/similar`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from lsprotocol import types as lsp

from smysl.engine.cancel import CancelToken
from smysl.engine.errors import UsageError
from smysl.engine.types import Message, Mode, say
from smysl.lsp import answering, wire
from smysl.lsp.places import lines_of
from smysl.lsp.server import SmyslServer
from smysl.lsp.session import Place

_AT_ONCE_SECONDS = 0.03
"""An answer that comes within this time is not preceded by that of the words."""


async def search(ls: SmyslServer, params: wire.SearchParams) -> wire.SearchResult:
    """The code that does what the query says; the words' answer goes before it where the client wants that."""
    if ls.searching is not None:
        ls.searching.cancel()
    token = ls.searching = CancelToken()
    if not params.query.strip():
        return _result(ls, params, answering.Answer())
    mode = Mode.LEXICAL if params.model == "lexical" else Mode.FUSED
    pool = ls.glances if mode is Mode.LEXICAL else ls.questions
    whole = asyncio.ensure_future(ls.answer(partial(_search, ls, params, mode), token, pool=pool))
    try:
        if params.partial_result_token is not None and mode is Mode.FUSED:
            done, _ = await asyncio.wait({whole}, timeout=_AT_ONCE_SECONDS)
            if not done:
                await _send_words(ls, params, whole, token)
        return _result(ls, params, await whole)
    except asyncio.CancelledError:
        whole.cancel()
        token.cancel()
        raise


async def similar(ls: SmyslServer, params: wire.SimilarParams) -> wire.SimilarResult:
    """The code like a function, a selection or a text."""
    place = None if params.uri is None else ls.place(params.uri)
    if params.text is not None:
        answer = await ls.answer(partial(_similar_text, ls, params, params.text, None))
    elif place is None:
        return _similar_result(ls, _nothing(say("This document belongs to no folder that is searched.")))
    elif params.range is not None:
        answer = await ls.answer(
            partial(_similar_range, ls, params, place, params.range, ls.open_lines(params.uri or ""))
        )
    else:
        line = 1 + (params.position.line if params.position else 0)
        units = ls.units

        def ask(_: CancelToken) -> answering.SimilarAnswer:
            try:
                return answering.similar_at(place, line, params, units=units)
            except UsageError:
                return _nothing(say("There is no function, method or class here that the index knows."))

        answer = await ls.answer(ask, pool=ls.glances)
    return _similar_result(ls, answer)


def _search(ls: SmyslServer, params: wire.SearchParams, mode: Mode, token: CancelToken) -> answering.Answer:
    return answering.search(ls.folders.sessions, params, units=ls.units, mode=mode, cancel=token)


def _similar_text(
    ls: SmyslServer,
    params: wire.SimilarParams,
    text: str,
    within: tuple[Place, int, int] | None,
    token: CancelToken,
) -> answering.SimilarAnswer:
    return answering.similar_text(ls.folders.sessions, text, params, within=within, units=ls.units, cancel=token)


def _similar_range(
    ls: SmyslServer,
    params: wire.SimilarParams,
    place: Place,
    selected: lsp.Range,
    lines: Sequence[str] | None,
    token: CancelToken,
) -> answering.SimilarAnswer:
    if lines is None:
        with place.session.lent() as engine:
            lines = lines_of((engine and engine.source(place.path)) or "")
    within = (place, selected.start.line + 1, selected.end.line + 1)
    return _similar_text(ls, params, ls.units.excerpt(lines, selected), within, token)


async def _send_words(
    ls: SmyslServer, params: wire.SearchParams, whole: asyncio.Future[answering.Answer], token: CancelToken
) -> None:
    """Send the words' answer, unless the whole one is there before it."""
    words = asyncio.ensure_future(ls.glances.run(partial(_search, ls, params, Mode.LEXICAL, token)))
    await asyncio.wait({words, whole}, return_when=asyncio.FIRST_COMPLETED)
    if whole.done() or not words.done():
        words.cancel()
        return
    with suppress(Exception):  # the whole answer says what is wrong
        value = wire.to_json(_result(ls, params, words.result()))
        ls.progress(lsp.ProgressParams(token=params.partial_result_token or "", value=value))


def _result(ls: SmyslServer, params: wire.SearchParams, answer: answering.Answer) -> wire.SearchResult:
    return wire.SearchResult(
        query=params.query,
        hits=answer.hits,
        model=answer.model,
        state=ls.status().state,
        notices=ls.news(answer.notices),
    )


def _nothing(notice: Message) -> answering.SimilarAnswer:
    return answering.SimilarAnswer(answering.Answer(notices=(notice,)), None, (), "saved")


def _similar_result(ls: SmyslServer, found: answering.SimilarAnswer) -> wire.SimilarResult:
    subject = found.subject
    return wire.SimilarResult(
        hits=found.answer.hits,
        name=subject.qualified_name if subject else None,
        range=ls.units.span(found.lines, subject.span) if subject else None,
        source=found.source,
        model=found.answer.model,
        notices=ls.news(found.answer.notices),
    )
