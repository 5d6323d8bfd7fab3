"""One run of the engine over a benchmark: corpora are indexed, queries asked, answers scored."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol

from typing_extensions import Self

from smysl.engine.cancel import CancelToken
from smysl.engine.errors import UsageError
from smysl.engine.types import Filters, IndexReport, Kind, Mode, ProgressCallback, SearchResult, say
from smysl.evaluation.datasets import Corpus, Query, unpacked
from smysl.evaluation.docstrings import docstring_queries, write_without_docstrings
from smysl.evaluation.metrics import DEPTH, Scores, score
from smysl.evaluation.units import Unit, UnitFinder, units_of_tree

UNIT_KINDS = frozenset({Kind.FUNCTION, Kind.METHOD, Kind.CLASS})


class Searcher(Protocol):
    """The part of the engine that is measured."""

    def refresh(
        self, *, progress: ProgressCallback | None = None, cancel: CancelToken | None = None, force: bool = False
    ) -> IndexReport: ...

    def search(
        self,
        query: str,
        *,
        top_k: int = 10,
        filters: Filters = ...,
        mode: Mode = Mode.FUSED,
        cancel: CancelToken | None = None,
    ) -> SearchResult: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Material:
    """A corpus ready to be searched: its folder, its units, and what is asked of it."""

    corpus: str
    tree: Path
    units: tuple[Unit, ...]
    queries: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A query, the ids that were found for it (best first, at most ten), and what that is worth."""

    query: Query
    ranked: tuple[str, ...]
    scores: Scores


@dataclass(frozen=True, slots=True)
class Run:
    """All answers of one system. `model` is None when words alone answered."""

    mode: Mode
    model: str | None
    answers: tuple[Answer, ...]


def handwritten_material(corpora: Sequence[Corpus], queries: Sequence[Query], cache: Path) -> tuple[Material, ...]:
    """The corpora that `queries` ask about, as they were published.

    Raises `UsageError` when a query names a corpus or a unit that does not exist, `DatasetError` as `unpacked`.
    """
    by_corpus = _grouped(queries)
    known = {corpus.name for corpus in corpora}
    for name in by_corpus.keys() - known:
        raise UsageError(say("A query asks about the corpus “{corpus}”, which is not listed.", corpus=name))
    material = []
    for corpus in corpora:
        if asked := by_corpus.get(corpus.name):
            tree = unpacked(corpus, cache)
            units = units_of_tree(tree, corpus.roots)
            check_gold(asked, units)
            material.append(Material(corpus.name, tree, units, tuple(asked)))
    return tuple(material)


def docstring_material(corpora: Sequence[Corpus], cache: Path) -> tuple[Material, ...]:
    """The corpora that have Russian docstrings, without them, and the queries made of them. Raises `DatasetError`."""
    material = []
    for corpus in corpora:
        tree = unpacked(corpus, cache)
        queries = docstring_queries(corpus.name, units_of_tree(tree, corpus.roots))
        if queries:
            bare = cache / "without-docstrings" / tree.name
            if not bare.exists():
                bare.parent.mkdir(parents=True, exist_ok=True)
                with tempfile.TemporaryDirectory(dir=bare.parent) as folder:
                    fresh = Path(folder) / "tree"
                    write_without_docstrings(tree, fresh, corpus.roots)
                    fresh.rename(bare)
            material.append(Material(corpus.name, bare, units_of_tree(bare, corpus.roots), queries))
    return tuple(material)


def run_benchmark(
    material: Sequence[Material],
    open_searcher: Callable[[Path], Searcher],
    *,
    mode: Mode = Mode.FUSED,
    progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
    on_report: Callable[[IndexReport], None] = lambda report: None,
) -> Run:
    """Index each corpus and ask each query, functions, methods and classes only.

    A search that names different models for different queries is reported under the first of them.
    """
    answers: list[Answer] = []
    models: list[str] = []
    for part in material:
        finder = UnitFinder(part.units)
        with open_searcher(part.tree) as searcher:
            on_report(searcher.refresh(progress=progress, cancel=cancel))
            for query in part.queries:
                result = searcher.search(
                    query.text, top_k=DEPTH, filters=Filters(kinds=UNIT_KINDS), mode=mode, cancel=cancel
                )
                ranked = unit_ids(result, finder)
                answers.append(Answer(query, ranked, score(ranked, query.gold)))
                if result.model:
                    models.append(result.model)
    return Run(mode, models[0] if models else None, tuple(answers))


def check_gold(queries: Sequence[Query], units: Sequence[Unit]) -> None:
    """Raise `UsageError` for a query that asks for what is not among `units`."""
    known = {unit.id for unit in units}
    for query in queries:
        for gold in query.gold:
            if gold not in known:
                raise UsageError(
                    say("Query {query} asks for {unit}, which its corpus does not hold.", query=query.id, unit=gold)
                )


def unit_ids(result: SearchResult, finder: UnitFinder) -> tuple[str, ...]:
    """The ids of the hits in order, each once; hits that are no units of the benchmark are left out."""
    found = (finder.find(hit.path, hit.qualified_name, hit.name_line) for hit in result.hits)
    return tuple(dict.fromkeys(unit_id for unit_id in found if unit_id is not None))


def _grouped(queries: Sequence[Query]) -> Mapping[str, list[Query]]:
    groups: dict[str, list[Query]] = {}
    for query in queries:
        groups.setdefault(query.corpus, []).append(query)
    return groups
