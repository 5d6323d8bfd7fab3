"""`compare`: which embedding model is best for a person's own code on their own machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from smysl.cli import output_json
from smysl.cli.commands.indexing import Workspace
from smysl.cli.interrupt import cancelled_by_ctrl_c
from smysl.cli.places import workspace_of
from smysl.cli.progress import shown_steps
from smysl.cli.session import Session
from smysl.engine.errors import Cancelled, UsageError
from smysl.engine.types import say


def compare(
    session: Session,
    path: Workspace = None,
    *,
    models: Annotated[
        str,
        typer.Option(
            metavar="A,B,…", show_default=False, help="The models; else the built-in one and those that Ollama has."
        ),
    ] = "",
    queries: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Questions with their answers; else docstrings and comments are asked."),
    ] = None,
    sample: Annotated[
        int, typer.Option(metavar="N", min=0, help="At most N questions a language from the code; 0 asks all.")
    ] = 500,
    variations: Annotated[
        bool,
        typer.Option(
            "--variations/--no-variations", help="Measure models with shorter vectors and without prompts too."
        ),
    ] = True,
    fresh: Annotated[bool, typer.Option("--fresh", help="Ask every question again; vectors of code are kept.")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a report to open in a browser.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare embedding models on your own code: quality, speed and memory.

    The code is asked its own docstrings and leading comments, which are taken out of what is searched.
    """
    from smysl.cli.output_compare import write_comparison
    from smysl.evaluation.compare import Choices
    from smysl.evaluation.compare import compare as measured
    from smysl.evaluation.comparison_json import comparison_object
    from smysl.evaluation.page import write_html

    folder = session.world.folder
    report = folder / html.expanduser() if html else None
    if report is not None and (report.is_dir() or not report.parent.is_dir()):
        # Said before the work, not after it.
        raise UsageError(
            say("No report can be written to “{path}”.", path=html), say("Name a file in a folder that exists.")
        )
    named = models.split(",")
    try:
        with cancelled_by_ctrl_c() as cancel, shown_steps(session) as progress:
            comparison = measured(
                workspace_of(path, folder),
                session.settings,
                named,
                queries=folder / queries.expanduser() if queries else None,
                choices=Choices(sample=sample, variations=variations, fresh=fresh),
                progress=progress,
                cancel=cancel,
            )
    except Cancelled:
        session.notice(say("What was measured is kept: the same command goes on from here."))
        raise
    session.notice_all(comparison.notices)
    for one in comparison.unmeasured:
        session.notice(say("{model} could not be measured.", model=one.model))
        session.notice_all(one.reasons)
    if report is not None:
        write_html(comparison, report, session.language)
        session.notice(say("The report is in {path}.", path=report))
    if as_json:
        session.answer(output_json.line(comparison_object(comparison, session.translate)))
    else:
        write_comparison(session, comparison)
