"""`index`, `status`, `watch` and `clean`: the life of an index."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from smysl.cli import output_json, output_text
from smysl.cli.interrupt import cancelled_by_ctrl_c
from smysl.cli.places import workspace_of
from smysl.cli.refreshing import index_run
from smysl.cli.session import Session
from smysl.engine.errors import UsageError
from smysl.engine.types import IndexReport, say
from smysl.evaluation.places import forget_comparisons

Workspace = Annotated[
    Path | None,
    typer.Argument(
        metavar="PATH", show_default=False, help="The folder of the code; else the repository around this folder."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def index(
    session: Session,
    path: Workspace = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Try texts again that the model failed on.")] = False,
    as_json: AsJson = False,
) -> None:
    """Index a folder, or bring its index up to date."""
    with cancelled_by_ctrl_c() as cancel, session.engine(workspace_of(path, session.world.folder)) as engine:
        report = index_run(session, engine, cancel, force=force)
        session.notice_all(report.notices)
        if as_json:
            session.answer(output_json.line(output_json.index_object(report, session.translate)))
        else:
            output_text.write_index(session, report)


def status(session: Session, path: Workspace = None, *, as_json: AsJson = False) -> None:
    """Say what the index of a folder holds."""
    with session.engine(workspace_of(path, session.world.folder)) as engine:
        found = engine.status()
    session.notice_all(found.notices)
    if as_json:
        session.answer(output_json.line(output_json.status_object(found, session.translate)))
    else:
        output_text.write_status(session, found)


def watch(session: Session, path: Workspace = None) -> None:
    """Keep the index of a folder up to date until Ctrl+C."""
    workspace = workspace_of(path, session.world.folder)

    def on_update(report: IndexReport) -> None:
        session.notice_all(report.notices)
        if report.files_changed or report.files_removed or report.embedded:
            session.tell(output_text.index_line(session, report))

    with cancelled_by_ctrl_c() as cancel, session.engine(workspace) as engine:
        # Watching begins with a refresh of its own; this one is for its progress bar and for Ctrl+C.
        first = index_run(session, engine, cancel)
        session.tell(output_text.index_line(session, first))
        with engine.watch(on_update):
            session.notice(say("Watching {path}; Ctrl+C ends it.", path=workspace))
            while not cancel.wait(3600):
                pass
        cancel.check()


def clean(
    session: Session,
    path: Workspace = None,
    *,
    other_models: Annotated[
        bool, typer.Option("--other-models", help="Remove only the vectors of models other than the one used last.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove the index of a folder; the code itself is not touched."""
    workspace = workspace_of(path, session.world.folder)
    if not yes:
        if not session.world.stdin.isatty():
            raise UsageError(say("Nobody is there to be asked."), say("Give --yes to remove the index."))
        question = (
            say("Remove the vectors of all models but the one used last from the index of {path}?", path=workspace)
            if other_models
            else say("Remove the index of {path}?", path=workspace)
        )
        if not session.confirm(question):
            return
    with session.engine(workspace, lexical_only=True) as engine:
        if other_models:
            freed = engine.forget_other_models()
        else:
            index = Path(engine.status().index_file)
            freed = engine.clean() + forget_comparisons(index, session.settings)
    session.notice(say("{size} MiB freed.", size=f"{freed / 2**20:.1f}"))
