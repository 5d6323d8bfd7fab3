"""An index run as commands ask for it: with a progress bar, and with patience for models and other processes."""

from __future__ import annotations

from contextlib import suppress

from smysl.cli.patience import patient
from smysl.cli.progress import shown_progress
from smysl.cli.session import Session
from smysl.cli.world import Engine
from smysl.engine.cancel import CancelToken
from smysl.engine.errors import DiskFullError, IndexBusyError, ModelFault, ModelUnavailable
from smysl.engine.types import IndexReport, Message, Mode, say

WAIT_SECONDS = 5.0
"""How long a command waits for another process that writes the index."""

_STEP_SECONDS = 0.5
"""Between two looks whether Ctrl+C was pressed meanwhile."""


def index_run(
    session: Session, engine: Engine, cancel: CancelToken, *, mode: Mode = Mode.FUSED, force: bool = False
) -> IndexReport:
    """Bring the index up to date. Raises as `Engine.refresh`, `IndexBusyError` after having waited."""
    with shown_progress(session) as progress:

        def run(wait: float) -> IndexReport:
            with patient(session, progress) as heard:
                return engine.refresh(progress=heard, cancel=cancel, force=force, wait=wait, mode=mode)

        with suppress(IndexBusyError):
            return run(0.0)
        session.notice(
            say(
                "Another process is indexing this folder; waiting up to {seconds} s for it.",
                seconds=f"{WAIT_SECONDS:g}",
            )
        )
        for _ in range(round(WAIT_SECONDS / _STEP_SECONDS) - 1):
            cancel.check()
            with suppress(IndexBusyError):
                return run(_STEP_SECONDS)
        cancel.check()
        return run(_STEP_SECONDS)


def refresh(session: Session, engine: Engine, cancel: CancelToken, *, mode: Mode = Mode.FUSED) -> tuple[Message, ...]:
    """Bring the index up to date as far as that is possible; what is in it answers in any case.

    Returns what there is to say about that, which the person has been told.
    """
    try:
        notices = index_run(session, engine, cancel, mode=mode).notices
    except IndexBusyError:
        notices = (say("Another process is indexing this folder; the answer comes from the index as it is."),)
    except (DiskFullError, ModelUnavailable, ModelFault) as error:
        stale = say("The index could not be brought up to date; the answer comes from the index as it is.")
        notices = (*error.sentences, stale)
    session.notice_all(notices)
    return notices
