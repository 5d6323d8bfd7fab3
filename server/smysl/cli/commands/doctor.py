"""`doctor`: what works on this machine, what does not, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from smysl.cli import output_json
from smysl.cli.codes import ILL
from smysl.cli.interrupt import cancelled_by_ctrl_c
from smysl.cli.places import workspace_of
from smysl.cli.refreshing import index_run
from smysl.cli.session import Session
from smysl.engine.finding import Finding, Verdict
from smysl.engine.types import Message, say


def doctor(
    session: Session,
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="PATH", show_default=False, help="The folder of the code; else the repository around this folder."
        ),
    ] = None,
    *,
    mend: Annotated[
        bool, typer.Option("--repair", help="Build the index anew if it is damaged, and examine it after that.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Examine this machine, the index and the model, and say what to do."""
    workspace = workspace_of(path, session.world.folder)
    found: list[Finding] = []
    with cancelled_by_ctrl_c() as cancel:
        if mend and (notice := session.world.repair(workspace, session.settings)) is not None:
            session.notice(notice)
            with session.engine(workspace) as engine:
                index_run(session, engine, cancel)
        for finding in session.world.examine(workspace, session.settings, cancel):
            found.append(finding)
            if not as_json:
                _write(session, finding)
    failed = sum(finding.verdict is Verdict.FAILED for finding in found)
    if as_json:
        session.answer(output_json.line(_object(session, found)))
    else:
        session.answer("")
        session.answer(session.translate(_summary(found, failed)))
    if failed:
        raise typer.Exit(ILL)


def _write(session: Session, finding: Finding) -> None:
    mark = session.translate(_MARKS[finding.verdict])
    session.answer(f"{mark:<7} {session.translate(finding.message)}")
    if finding.advice is not None:
        session.answer(" " * 8 + "→ " + session.translate(finding.advice))
    if finding.source:
        session.answer(" " * 8 + finding.source)


def _object(session: Session, found: list[Finding]) -> dict[str, Any]:
    """`{ok, findings}`; `ok` is false when something does not work."""
    return {
        "ok": all(finding.verdict is not Verdict.FAILED for finding in found),
        "findings": [
            {
                "topic": finding.topic.value,
                "verdict": finding.verdict.value,
                "message": session.translate(finding.message),
                "advice": None if finding.advice is None else session.translate(finding.advice),
                "source": finding.source or None,
            }
            for finding in found
        ],
    }


def _summary(found: list[Finding], failed: int) -> Message:
    if failed:
        return say("{count} things do not work; the arrows say what to do.", count=failed)
    if any(finding.verdict is Verdict.WARNING for finding in found):
        return say("Everything works; the arrows say what could be better.")
    return say("Everything works.")


_MARKS: Mapping[Verdict, Message] = {
    Verdict.OK: say("ok"),
    Verdict.NOTE: say("note"),
    Verdict.WARNING: say("warning"),
    Verdict.FAILED: say("FAILED"),
}
