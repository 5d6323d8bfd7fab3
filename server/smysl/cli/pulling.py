"""How far a pull is: a bar of bytes for people, a line a stage where nobody sees a bar."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

from smysl.cli.session import Session
from smysl.engine.models import PullProgress, PullStage
from smysl.engine.types import Message, say


@contextmanager
def shown_pull(session: Session) -> Iterator[Callable[[PullProgress], None]]:
    """A callback for the progress of a pull; the bar is gone when the block ends."""
    with ExitStack() as stack:
        if session.quiet or not session.world.stderr.isatty():
            yield lambda progress: session.notice(_STAGES[progress.stage])
            return
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

        bar = stack.enter_context(
            Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                DownloadColumn(),
                TimeRemainingColumn(),
                console=Console(file=session.world.stderr),
                transient=True,
            )
        )
        task = bar.add_task("", total=None)

        def show(progress: PullProgress) -> None:
            bar.update(
                task,
                description=session.translate(_STAGES[progress.stage]),
                completed=progress.done_bytes,
                total=progress.total_bytes or None,
            )

        yield show


_STAGES: Mapping[PullStage, Message] = {
    PullStage.MANIFEST: say("Asking the library"),
    PullStage.DOWNLOADING: say("Fetching"),
    PullStage.VERIFYING: say("Checking what was fetched"),
    PullStage.DONE: say("Done"),
}
