"""`search` and `similar`: the index is brought up to date, then asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from smysl.cli import output_json, output_text
from smysl.cli.interrupt import Interruption, cancelled_by_ctrl_c
from smysl.cli.options import MOST_HITS
from smysl.cli.patience import patient
from smysl.cli.places import place_in, workspace_of
from smysl.cli.refreshing import refresh
from smysl.cli.session import Session
from smysl.engine.errors import UsageError
from smysl.engine.types import Filters, Kind, Message, Mode, SearchResult, Tests, Timings, say

TopK = Annotated[
    int, typer.Option("--top-k", "-k", min=1, max=MOST_HITS, metavar="N", help="How many hits at the most.")
]
Paths = Annotated[
    list[str] | None,
    typer.Option(
        "--path", "-p", metavar="PATTERN", help="Only files that match, written as in .gitignore; may be repeated."
    ),
]
Kinds = Annotated[
    list[Kind] | None,
    typer.Option(
        "--kind", metavar="KIND", help="Only function, method, class or module; may be repeated.", show_default=False
    ),
]
TestCode = Annotated[
    bool | None, typer.Option("--tests/--no-tests", help="Only test code, or none of it.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]


def search(
    session: Session,
    query: Annotated[
        str | None, typer.Argument(metavar="QUERY", show_default=False, help="What the code does, in your own words.")
    ] = None,
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="PATH", show_default=False, help="The folder of the code; else the repository around this folder."
        ),
    ] = None,
    *,
    top_k: TopK = 10,
    paths: Paths = None,
    kinds: Kinds = None,
    tests: TestCode = None,
    lexical_only: Annotated[bool, typer.Option("--lexical-only", help="Words alone; no model is asked.")] = False,
    from_stdin: Annotated[
        bool, typer.Option("--stdin", help="Read queries from standard input, one a line; QUERY is left out.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Find code by what it does."""
    if from_stdin:
        if path is not None:
            raise UsageError(say("With --stdin the queries come from standard input; only PATH may be given."))
        path = Path(query) if query is not None else None
    elif query is None:
        raise UsageError(say("There is nothing to search for."), say("Give a QUERY, or --stdin."))
    workspace = workspace_of(path, session.world.folder)
    filters = _filters(paths, kinds, tests)
    mode = Mode.LEXICAL if lexical_only else Mode.FUSED
    with cancelled_by_ctrl_c() as cancel, session.engine(workspace, lexical_only=lexical_only) as engine:
        notices = refresh(session, engine, cancel)
        for one in _queries(session, cancel) if from_stdin else (query or "",):
            # A blank line is answered too, so that the answers stay in step with the lines.
            if one.strip() or not from_stdin:
                with patient(session):
                    result = engine.search(one, top_k=top_k, filters=filters, mode=mode, cancel=cancel)
            else:
                result = SearchResult(one, (), None, Timings())
            _write(session, result, notices, as_json=as_json)


def similar(
    session: Session,
    place: Annotated[str, typer.Argument(metavar="FILE:LINE", help="A line in a function, method or class.")],
    *,
    workspace: Annotated[
        Path | None,
        typer.Option(
            "--workspace", metavar="FOLDER", help="The folder of the code; else the repository around the file."
        ),
    ] = None,
    top_k: TopK = 10,
    paths: Paths = None,
    kinds: Kinds = None,
    tests: TestCode = None,
    as_json: AsJson = False,
) -> None:
    """Find code that resembles the code at a place."""
    root, path, line = place_in(place, session.world.folder, workspace)
    with cancelled_by_ctrl_c() as cancel, session.engine(root) as engine:
        # Stored vectors answer; no model is needed, so none is waited for.
        notices = refresh(session, engine, cancel, mode=Mode.LEXICAL)
        result = engine.similar(path, line, top_k=top_k, filters=_filters(paths, kinds, tests))
        _write(session, replace(result, query=place), notices, as_json=as_json)


def _filters(paths: list[str] | None, kinds: list[Kind] | None, tests: bool | None) -> Filters:
    return Filters(
        paths=tuple(paths or ()),
        kinds=frozenset(kinds or ()),
        tests={None: Tests.INCLUDE, True: Tests.ONLY, False: Tests.EXCLUDE}[tests],
    )


def _queries(session: Session, cancel: Interruption) -> Iterator[str]:
    """Line by line as they come, so that a program may ask, read the answer, and ask again."""
    while True:
        with cancel.waiting():
            line = session.world.stdin.readline()
        if not line:
            return
        yield line.rstrip("\r\n")


def _write(session: Session, result: SearchResult, notices: Iterable[Message], *, as_json: bool) -> None:
    """The answer; `notices` are those of the index run before it, which a program finds in each answer."""
    session.notice_all(result.notices)
    if as_json:
        told = dict.fromkeys(session.translate(notice) for notice in (*notices, *result.notices))
        session.answer(output_json.line(output_json.search_object(result, notices=tuple(told))))
    else:
        output_text.write_search(session, result)
