"""What a command touches outside itself, in one value that tests replace."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, TextIO

from typing_extensions import Self

from smysl.engine.cancel import CancelToken
from smysl.engine.errors import WorkspaceError
from smysl.engine.settings import Settings
from smysl.engine.types import Filters, IndexReport, Message, Mode, ProgressCallback, SearchResult, Status, say
from smysl.serving import Serving

if TYPE_CHECKING:
    from smysl.engine.doctor import Finding
    from smysl.engine.models import Models, PullProgress, Variant


class Engine(Protocol):
    """The part of the engine's façade that commands hold."""

    def refresh(
        self,
        *,
        progress: ProgressCallback | None = None,
        cancel: CancelToken | None = None,
        force: bool = False,
        wait: float = 0.0,
        mode: Mode = Mode.FUSED,
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

    def similar(self, path: str, line: int, *, top_k: int = 10, filters: Filters = ...) -> SearchResult: ...

    def answers_meanwhile(self) -> bool: ...

    def status(self) -> Status: ...

    def watch(self, on_update: Callable[[IndexReport], None]) -> AbstractContextManager[object]: ...

    def forget_other_models(self) -> int: ...

    def clean(self) -> int: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class World:
    """Streams, environment and the engine's doors.

    `list_models` takes the settings and the bytes of graphics memory that a person asks for, if any.
    `folder` is where the command was started; relative paths on the command line are relative to it.
    """

    environ: Mapping[str, str]
    folder: Path
    config_file: Path
    open_engine: Callable[[Path, Settings], Engine]
    serve: Callable[[Serving], int]
    list_models: Callable[[Settings, int | None], Models]
    pull_model: Callable[[Settings, str, Callable[[PullProgress], None], CancelToken], Variant]
    examine: Callable[[Path, Settings, CancelToken], Iterable[Finding]]
    repair: Callable[[Path, Settings], Message | None]
    stdin: TextIO = field(repr=False)
    stdout: TextIO = field(repr=False)
    stderr: TextIO = field(repr=False)


def real_world(serve: Callable[[Serving], int]) -> World:
    """The world of this process; `serve` is the language server.

    Raises `WorkspaceError` when the current folder was removed.
    """
    from platformdirs import user_config_path

    try:
        folder = Path.cwd()
    except OSError as error:
        raise WorkspaceError(
            say("The current folder is no longer there, or cannot be read."), say("Change to another folder first.")
        ) from error
    return World(
        environ=os.environ,
        folder=folder,
        config_file=user_config_path("smysl", appauthor=False) / "settings.toml",
        open_engine=_open_engine,
        serve=serve,
        list_models=_list_models,
        pull_model=_pull_model,
        examine=_examine,
        repair=_repair,
        stdin=sys.stdin,
        stdout=sys.stdout,
        stderr=sys.stderr,
    )


def _open_engine(workspace: Path, settings: Settings) -> Engine:
    from smysl.engine.engine import Engine as RealEngine

    return RealEngine.open(workspace, settings)


def _list_models(settings: Settings, graphics_bytes: int | None) -> Models:
    from smysl.engine.models import models

    return models(settings, graphics_bytes=graphics_bytes)


def _pull_model(
    settings: Settings, name: str, progress: Callable[[PullProgress], None], cancel: CancelToken
) -> Variant:
    from smysl.engine.models import pull

    return pull(settings, name, progress, cancel)


def _examine(workspace: Path, settings: Settings, cancel: CancelToken) -> Iterable[Finding]:
    from smysl.engine.doctor import examine

    return examine(workspace, settings, cancel=cancel)


def _repair(workspace: Path, settings: Settings) -> Message | None:
    from smysl.engine.doctor import repair

    return repair(workspace, settings)
