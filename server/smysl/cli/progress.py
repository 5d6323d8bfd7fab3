"""A progress bar on standard error, for people only: nothing is drawn unless a terminal is there to see it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from smysl.cli.session import Session
from smysl.engine.types import Message, Phase, ProgressCallback, say

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from smysl.evaluation.measure import Step, StepCallback

PATIENCE = 0.25
"""Seconds of work before a bar appears: a refresh that finds nothing to do is over sooner and shows none."""


@contextmanager
def shown_progress(session: Session) -> Iterator[ProgressCallback | None]:
    """A callback that draws, or None when nobody would see it. The bar is gone when the block ends."""
    if session.quiet or not session.world.stderr.isatty():
        yield None
        return
    with ExitStack() as stack:
        bar = _Bar(session, stack)
        yield lambda progress: bar.show(
            session.translate(_PHASES[progress.phase]), progress.done, progress.total, progress.seconds_left
        )


@contextmanager
def shown_steps(session: Session) -> Iterator[StepCallback | None]:
    """`shown_progress` of a comparison of models: a bar for each thing that is done with a model."""
    if session.quiet or not session.world.stderr.isatty():
        yield None
        return
    with ExitStack() as stack:
        bar = _Bar(session, stack)

        def show(step: Step) -> None:
            activity = session.translate(step.activity)
            title = f"{step.system} ({step.place}/{step.places}): {activity}" if step.system else activity
            bar.show(title, step.done, step.total, step.seconds_left)
            bar.hide_all_but(title)

        yield show


class _Bar:
    """One bar a title. rich is imported only once there is something to draw."""

    def __init__(self, session: Session, stack: ExitStack) -> None:
        self._session = session
        self._stack = stack
        self._started = time.monotonic()
        self._rich: RichProgress | None = None
        self._tasks: dict[str, TaskID] = {}

    def show(self, title: str, done: int, total: int, seconds_left: float | None) -> None:
        if self._rich is None:
            if time.monotonic() - self._started < PATIENCE:
                return
            self._rich = self._draw()
        if title not in self._tasks:
            self._tasks[title] = self._rich.add_task(title, total=None, left="")
        self._rich.update(
            self._tasks[title], completed=done, total=total or None, left=self._left(seconds_left), visible=True
        )

    def hide_all_but(self, title: str) -> None:
        """Of what is drawn only the bar `title` is left: comparing takes more steps than a screen has lines."""
        for other, task in self._tasks.items():
            if self._rich is not None and other != title:
                self._rich.update(task, visible=False)

    def _draw(self) -> RichProgress:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
        from rich.progress import Progress as RichProgress

        console = Console(file=self._session.world.stderr)
        self._stack.enter_context(
            self._session.telling_by(lambda text: console.print(text, markup=False, highlight=False, soft_wrap=True))
        )
        return self._stack.enter_context(
            RichProgress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[left]}"),
                console=console,
                transient=True,
            )
        )

    def _left(self, seconds: float | None) -> str:
        if seconds is None:
            return ""
        minutes, rest = divmod(round(seconds), 60)
        return self._session.translate(say("{minutes}:{seconds} left", minutes=minutes, seconds=f"{rest:02}"))


_PHASES: Mapping[Phase, Message] = {
    Phase.SCANNING: say("Looking through files"),
    Phase.READING: say("Reading code"),
    Phase.EMBEDDING: say("Asking the model"),
}
