"""What is asked of which code: questions from the code itself, or from a file that a person made."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from smysl.engine.cancel import CancelToken
from smysl.engine.errors import UsageError
from smysl.engine.measuring import WorkspaceFile, workspace_files
from smysl.engine.settings import Settings
from smysl.engine.types import say
from smysl.evaluation.datasets import Query, query_of_row, read_query_rows
from smysl.evaluation.prose import told_of_source, without_prose
from smysl.evaluation.questions import Questions, language_of, questions
from smysl.evaluation.run import check_gold
from smysl.evaluation.units import Unit, UnitFinder, units_of_source

_VERSION = "1"
"""Goes up when the same code is asked other questions, or is searched in another form."""


@dataclass(frozen=True, slots=True)
class Task:
    """The questions and the code that they are asked of.

    form: `bare` for code without docstrings and leading comments, `whole` for code as it is; names its index.
    finder: knows the units of the code in that form; made when
    it is first needed. rewrite: makes the one form of the other. fingerprint: of the code and the questions.
    look_again: reads the code as it is now, for its fingerprint.
    """

    form: str
    questions: Questions
    finder: Callable[[], UnitFinder]
    rewrite: Callable[[str, str], str] | None
    files: int
    fingerprint: str
    look_again: Callable[[], str]


def task_from_code(workspace: Path, settings: Settings, *, sample: int, cancel: CancelToken | None = None) -> Task:
    """Docstrings and leading comments are asked; the code that is searched has lost them. Tests are not asked about.

    Raises `UsageError` when there is nothing to ask.
    """
    files = tuple(workspace_files(workspace, settings, cancel=cancel))
    told = (
        one for file in _looked_at(files, cancel) if not file.is_test for one in told_of_source(file.text, file.path)
    )
    found = questions(told, sample=sample)
    if not found.queries:
        raise UsageError(
            say("The code in {path} has no docstrings and comments that could be asked as questions.", path=workspace),
            say("Give questions of your own with --queries FILE."),
        )

    @functools.cache
    def finder() -> UnitFinder:
        return UnitFinder(
            unit for file in _looked_at(files, cancel) for unit in units_of_source(without_prose(file.text), file.path)
        )

    return Task(
        form=f"bare{_VERSION}",
        questions=found,
        finder=finder,
        rewrite=lambda path, text: without_prose(text),
        files=len(files),
        fingerprint=_fingerprint(files, found.queries),
        look_again=lambda: _fingerprint(workspace_files(workspace, settings, cancel=cancel), found.queries),
    )


def task_from_file(workspace: Path, settings: Settings, queries: Path, *, cancel: CancelToken | None = None) -> Task:
    """The questions of a file in the format of `evaluate`, asked of the code as it is.

    Raises `UsageError` for a malformed file, and for an answer that the code does not have.
    """
    files = tuple(workspace_files(workspace, settings, cancel=cancel))
    units: list[Unit] = [unit for file in _looked_at(files, cancel) for unit in units_of_source(file.text, file.path)]
    asked = read_own_queries(queries)
    check_gold(asked, units)
    if not asked:
        raise UsageError(say("{path} has no questions.", path=queries))
    return Task(
        form=f"whole{_VERSION}",
        questions=Questions(asked),
        finder=functools.cache(lambda: UnitFinder(units)),
        rewrite=None,
        files=len(files),
        fingerprint=_fingerprint(files, asked),
        look_again=lambda: _fingerprint(workspace_files(workspace, settings, cancel=cancel), asked),
    )


def read_own_queries(path: Path) -> tuple[Query, ...]:
    """The questions of a `queries.jsonl`, of which a row needs no more than `query` and `gold`.

    Raises `UsageError` when it is missing or malformed, when two rows have one id, or for a third language.
    """
    queries = tuple(
        query_of_row(
            {
                "corpus": "",
                "query_id": number,
                "style": "",
                "lang": language_of(str(row["query"])) or "",
                **row,
            }
        )
        for number, row in enumerate(read_query_rows(path), start=1)
    )
    for query in queries:
        if query.language not in ("ru", "en"):
            raise UsageError(
                say("Query {query} is neither Russian nor English.", query=query.id), say("Set its “lang” to ru or en.")
            )
    if len({query.id for query in queries}) < len(queries):
        raise UsageError(say("Two rows of {path} have one “query_id”.", path=path))
    return queries


def _looked_at(files: Sequence[WorkspaceFile], cancel: CancelToken | None) -> Iterator[WorkspaceFile]:
    for file in files:
        if cancel is not None:
            cancel.check()
        yield file


def _fingerprint(files: Iterable[WorkspaceFile], queries: Sequence[Query]) -> str:
    digest = hashlib.sha256(_VERSION.encode())
    for file in files:
        digest.update(f"{file.path}\0{len(file.text)}\0{file.text}".encode("utf-8", "surrogatepass"))
    digest.update(json.dumps([[query.id, query.text, query.gold] for query in queries]).encode())
    return digest.hexdigest()[:32]
