"""`evaluate`: how well a model, or the words alone, find what a benchmark asks for."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from smysl.cli import output_json
from smysl.cli.interrupt import cancelled_by_ctrl_c
from smysl.cli.progress import shown_progress
from smysl.cli.session import Session
from smysl.cli.world import Engine
from smysl.engine.errors import UsageError
from smysl.engine.types import Mode, say


def evaluate(
    session: Session,
    corpora: Annotated[Path, typer.Argument(metavar="CORPORA", help="corpora.json: the pinned packages.")],
    queries: Annotated[
        Path | None, typer.Argument(metavar="QUERIES", show_default=False, help="queries.jsonl: the questions.")
    ] = None,
    *,
    docstring: Annotated[
        bool, typer.Option("--docstring", help="Ask Russian docstrings of code that has lost them; no QUERIES.")
    ] = False,
    lexical_only: Annotated[bool, typer.Option("--lexical-only", help="Words alone; no model is asked.")] = False,
    dense_only: Annotated[bool, typer.Option("--dense-only", help="The model alone, without the words.")] = False,
    compare: Annotated[
        Path | None,
        typer.Option("--compare", metavar="RUN.json", help="Compare with a run saved by --json, query by query."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure the search on a benchmark.

    Prints MRR@10, NDCG@10, R@1, R@5 and R@10 by corpus, language and style.
    """
    from smysl.evaluation import datasets, report, run
    from smysl.evaluation.places import cache_folder

    if lexical_only and dense_only:
        raise UsageError(say("--lexical-only and --dense-only exclude each other."))
    if (queries is None) is not docstring:
        raise UsageError(say("Give either QUERIES or --docstring."))
    folder = session.world.folder
    old = report.read_run(folder / compare) if compare else None
    cache = cache_folder(session.settings) / "evaluation"  # a second run finds all there
    pinned = datasets.read_corpora(folder / corpora)
    if queries is None:
        material = run.docstring_material(pinned, cache)
    else:
        material = run.handwritten_material(pinned, datasets.read_queries(folder / queries), cache)

    def open_searcher(tree: Path) -> Engine:
        settings = dataclasses.replace(
            session.settings,
            cache_dir=cache / "indexes",
            model="lexical" if lexical_only else session.settings.model,
        )
        return session.world.open_engine(tree, settings)

    mode = Mode.LEXICAL if lexical_only else Mode.DENSE if dense_only else Mode.FUSED
    with cancelled_by_ctrl_c() as cancel, shown_progress(session) as progress:
        done = run.run_benchmark(
            material,
            open_searcher,
            mode=mode,
            progress=progress,
            cancel=cancel,
            on_report=lambda done: session.notice_all(done.notices),
        )
    if not done.answers:
        raise UsageError(say("The benchmark asks nothing."))
    compared = report.compare_runs(old, done) if old else ()
    if as_json:
        session.answer(output_json.line(report.run_object(done, compared)))
        return
    session.answer(session.translate(say("Model: {model}", model=done.model or say("none, words only"))))
    for text in report.table(report.groups(done)):
        session.answer(text)
    if compared:
        session.answer("")
        for text in report.comparison_table(compared):
            session.answer(text)
