"""`smysl.compare`: which model is best for the code of a folder, as a report to look at."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from lsprotocol import types as lsp

from smysl.engine.cancel import CancelToken
from smysl.engine.errors import UsageError
from smysl.engine.types import Message, say
from smysl.evaluation.compare import Choices, compare
from smysl.evaluation.measure import Step, StepCallback
from smysl.evaluation.page import write_html
from smysl.evaluation.places import comparisons_folder
from smysl.lsp import wire
from smysl.lsp.folder import FolderSession
from smysl.lsp.places import path_of, uri_of
from smysl.lsp.progress import HowFar
from smysl.lsp.server import SmyslServer


async def compare_of(ls: SmyslServer, params: wire.CompareParams) -> wire.CompareResult:
    """Measure, with a progress bar, and show the report. What was measured when it is cancelled is kept."""
    token = CancelToken()
    bar = ls.show_bar(say("Smysl: comparing models"), token.cancel)

    def progress(step: Step) -> None:
        activity = step.activity if not step.system else _of(step)
        ls.soon(partial(bar.report, HowFar(activity, step.done, step.total, step.seconds_left)))

    try:
        # Minutes of work, which no question has to wait for.
        report = await ls.answer(partial(_report, ls, params, progress), token, pool=ls.long_work)
    finally:
        ls.take_away(bar)
    shown = lsp.ShowDocumentParams(uri_of(report), external=True)
    await ls.ask(ls.window_show_document_async(shown))
    return wire.CompareResult(uri_of(report))


def _report(ls: SmyslServer, params: wire.CompareParams, progress: StepCallback, token: CancelToken) -> Path:
    folder = _folder(ls, params.folder)
    settings = folder.settings.engine
    choices = Choices(sample=params.sample, variations=params.variations)
    found = compare(folder.root, settings, params.models, choices=choices, progress=progress, cancel=token)
    report = comparisons_folder(settings) / f"{folder.name}.html"
    report.parent.mkdir(parents=True, exist_ok=True)
    write_html(found, report, ls.language)
    return report


def _folder(ls: SmyslServer, uri: str | None) -> FolderSession:
    folders = [session for session in ls.folders.sessions if isinstance(session, FolderSession)]
    path = None if uri is None else path_of(uri)
    for folder in folders:
        if uri is None or (path is not None and path.is_relative_to(folder.root)):
            return folder
    raise UsageError(say("No folder is open that may be searched."))


def _of(step: Step) -> Message:
    return say(
        "{system} ({place} of {places}): {activity}",
        system=step.system,
        place=step.place,
        places=step.places,
        activity=step.activity,
    )
