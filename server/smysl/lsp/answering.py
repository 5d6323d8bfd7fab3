"""Questions of a client put to the engines of its folders, and their answers in the client's terms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Literal

from smysl.engine.cancel import CancelToken
from smysl.engine.engine import Engine
from smysl.engine.errors import Cancelled, EmbedderError, SmyslError, WorkspaceError
from smysl.engine.types import Filters, Hit, Kind, Message, Mode, SearchResult, Subject, Tests, Timings, say
from smysl.lsp import wire
from smysl.lsp.places import Units, lines_of, path_of, uri_of
from smysl.lsp.session import Place, Session

_OPENING_SECONDS = 5.0
"""How long a question waits for a folder that is being opened."""

_Ask = Callable[[Session, Engine, Filters], SearchResult]


@dataclass(frozen=True, slots=True)
class Answer:
    """Hits of all folders, best first; `model` is None when the words alone answered."""

    hits: tuple[wire.Hit, ...] = ()
    model: str | None = None
    notices: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class SimilarAnswer:
    """Code like a function or a text; `subject` is the function, None for a text or where there is none."""

    answer: Answer
    subject: Subject | None
    lines: Sequence[str]
    source: Literal["buffer", "saved", "text"]


def search(
    sessions: Sequence[Session], params: wire.SearchParams, *, units: Units, mode: Mode, cancel: CancelToken
) -> Answer:
    """The best hits of all folders together; scores are comparable between folders, for the model is the same.

    Without its model the words answer, with a notice, unless the params name one. Raises `SmyslError` when no folder
    can answer, `Cancelled`.
    """

    def ask(session: Session, engine: Engine, filters: Filters) -> SearchResult:
        try:
            return engine.search(params.query, top_k=params.top_k, filters=filters, mode=mode, cancel=cancel)
        except EmbedderError as error:
            if params.model is not None:
                raise
            found = engine.search(params.query, top_k=params.top_k, filters=filters, mode=Mode.LEXICAL, cancel=cancel)
            told = (*error.sentences, say("The words alone answered."), *found.notices)
            return replace(found, notices=told)

    model = None if mode is Mode.LEXICAL else params.model  # for words each folder's own engine, with what is open
    return _all(sessions, params.filters, ask, top_k=params.top_k, units=units, model=model)


def symbols(sessions: Sequence[Session], query: str, *, top_k: int, units: Units) -> Answer:
    """What is called `query`, or nearly so."""

    def ask(session: Session, engine: Engine, filters: Filters) -> SearchResult:
        return SearchResult(query, engine.symbols(query, top_k=top_k), None, Timings())

    return _all(sessions, wire.Filters(), ask, top_k=top_k, units=units, model=None)


def similar_text(
    sessions: Sequence[Session],
    text: str,
    params: wire.SimilarParams,
    *,
    within: tuple[Place, int, int] | None,
    units: Units,
    cancel: CancelToken,
) -> SimilarAnswer:
    """Code like `text`, which stands `within` these lines of a file, if it does. Raises as `search`."""

    def ask(session: Session, engine: Engine, filters: Filters) -> SearchResult:
        own = None
        if within is not None and within[0].session is session:
            own = (within[0].path, within[1], within[2])
        return engine.similar_text(text, top_k=params.top_k, filters=filters, cancel=cancel, within=own)

    answer = _all(sessions, params.filters, ask, top_k=params.top_k, units=units, model=None)
    return SimilarAnswer(answer, None, (), "text")


def similar_at(place: Place, line: int, params: wire.SimilarParams, *, units: Units) -> SimilarAnswer:
    """Code like the innermost function or class at `line` (from 1) of a file; no model is asked.

    Raises `UsageError` when there is none.
    """
    filters = _filters(place.session, params.filters)
    with place.session.lent(wait=_OPENING_SECONDS) as engine:
        if engine is None or filters is None:
            return SimilarAnswer(Answer(), None, (), "saved")
        result = engine.similar(place.path, line, top_k=params.top_k, filters=filters)
        subject = result.subject
        return SimilarAnswer(
            Answer(hits_of(place.session, engine, result.hits, units=units), result.model, result.notices),
            subject,
            lines_of(engine.source(place.path) or ""),
            "saved" if subject is None or subject.is_saved_version else "buffer",
        )


def hits_of(session: Session, engine: Engine, hits: Iterable[Hit], *, units: Units) -> tuple[wire.Hit, ...]:
    """Hits of a folder as they go over the wire; each file's text is read once."""
    texts: dict[str, list[str]] = {}

    def lines(path: str) -> list[str]:
        if path not in texts:
            texts[path] = lines_of(engine.source(path) or "")
        return texts[path]

    return tuple(_hit(session, hit, lines(hit.path), units) for hit in hits)


def _all(
    sessions: Sequence[Session],
    wanted: wire.Filters,
    ask: _Ask,
    *,
    top_k: int,
    units: Units,
    model: str | None,
) -> Answer:
    answers: list[Answer] = []
    failures: list[SmyslError] = []
    for session in sessions:
        filters = _filters(session, wanted)
        if filters is None:
            continue
        try:
            answers.append(_one(session, filters, ask, units=units, model=model))
        except Cancelled:
            raise
        except SmyslError as error:
            failures.append(error)
    if failures and not answers:
        raise failures[0]
    hits = sorted((hit for answer in answers for hit in answer.hits), key=attrgetter("score"), reverse=True)
    told = (
        *(notice for answer in answers for notice in answer.notices),
        *(sentence for failure in failures for sentence in failure.sentences),
    )
    read_by = next((answer.model for answer in answers if answer.model is not None), None)
    return Answer(tuple(hits[:top_k]), read_by, told)


def _one(session: Session, filters: Filters, ask: _Ask, *, units: Units, model: str | None) -> Answer:
    with session.lent(model, wait=_OPENING_SECONDS) as engine:
        if engine is None:
            raise WorkspaceError(session.state.message or say("The folder {path} is closed.", path=session.name))
        result = ask(session, engine, filters)
        return Answer(hits_of(session, engine, result.hits, units=units), result.model, result.notices)


def _filters(session: Session, wanted: wire.Filters) -> Filters | None:
    """The filters for one folder; None when nothing of it is wanted."""
    within: list[str] = []
    for uri in wanted.within:
        path = path_of(uri)
        inside = None if path is None else session.relative(path)
        if inside is not None:
            within.append(inside)
    if wanted.within and not within:
        return None
    return Filters(
        paths=wanted.paths,
        within=() if "" in within else tuple(within),
        kinds=frozenset(map(Kind, wanted.kinds)),
        tests=Tests(wanted.tests),
    )


def _hit(session: Session, hit: Hit, lines: Sequence[str], units: Units) -> wire.Hit:
    return wire.Hit(
        uri=uri_of(session.path_of(hit.path)),
        path=hit.path,
        range=units.span(lines, hit.span),
        selection_range=units.name(lines, hit.name_line, hit.name_column, hit.name),
        name=hit.name,
        container=hit.qualified_name.rpartition(".")[0] or None if hit.kind is not Kind.MODULE else None,
        kind=hit.kind.value,
        score=hit.score,
        snippet=wire.Snippet(hit.snippet, tuple(units.stretch(hit.snippet, *one) for one in hit.highlights)),
        reasons=tuple(reason.value for reason in hit.reasons),
        stale=hit.is_stale,
        unsaved=hit.is_unsaved,
    )
