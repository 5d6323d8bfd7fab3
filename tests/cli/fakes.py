"""An engine that answers from a script and remembers what it was asked, and the world around a command."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TextIO

from typing_extensions import Self

from smysl.cli.app import run
from smysl.cli.world import World
from smysl.engine.cancel import CancelToken
from smysl.engine.doctor import Finding
from smysl.engine.errors import IndexBusyError
from smysl.engine.models import Model, ModelKind, Models, PullProgress, PullStage, Variant
from smysl.engine.settings import Settings
from smysl.engine.types import (
    FileProblem,
    Filters,
    Hit,
    IndexReport,
    Kind,
    Message,
    Mode,
    ProgressCallback,
    Reason,
    SearchResult,
    Span,
    Status,
    Timings,
    say,
)
from smysl.serving import Serving


def hit(name: str = "Client.retry", *, path: str = "src/сеть.py", snippet: str = "def retry(self):\n    pass") -> Hit:
    """A method on lines 10 to 12, with a decorator above its name."""
    return Hit(
        chunk_id=1,
        path=path,
        kind=Kind.METHOD,
        name=name.rpartition(".")[2],
        qualified_name=name,
        span=Span(10, 12, 100, 160),
        name_line=11,
        name_column=8,
        score=0.8125,
        snippet=snippet,
        reasons=(Reason.WORDS, Reason.NAME),
    )


def model(name: str, dimensions: int | None, *, russian: bool | None, tag: str = "", is_known: bool = True) -> Model:
    """A model of Ollama; installed under `tag`, if given."""
    variants = (Variant(tag or name, "F16", 1_200_000_000, bool(tag)),)
    return Model(name, ModelKind.OLLAMA, dimensions, russian, is_known, variants=variants)


@dataclass
class FakeEngine:
    """Answers every search with `hits`; `asked` holds queries, `searches` all that came with them."""

    hits: tuple[Hit, ...] = field(default_factory=lambda: (hit(),))
    report: IndexReport = field(default_factory=lambda: IndexReport(files=3, chunks=7, files_changed=2, seconds=0.5))
    refresh_error: BaseException | None = None
    search_error: BaseException | None = None
    on_watch: Callable[[], None] = lambda: None
    on_refresh: Callable[[ProgressCallback | None], None] = lambda progress: None
    busy_for: int = 0
    takes_forever: bool = False
    has_older_vectors: bool = False
    asked: list[str] = field(default_factory=list)
    searches: list[tuple[int, Filters, Mode]] = field(default_factory=list)
    places: list[tuple[str, int]] = field(default_factory=list)
    opened: list[tuple[Path, Settings]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    modes: list[Mode] = field(default_factory=list)
    refreshes: int = 0
    index_file: str = "/cache/x.db"
    cleaned: int = 0
    forgotten: int = 0
    closed: int = 0

    def open(self, workspace: Path, settings: Settings) -> FakeEngine:
        self.opened.append((workspace, settings))
        return self

    def refresh(
        self,
        *,
        progress: ProgressCallback | None = None,
        cancel: CancelToken | None = None,
        force: bool = False,
        wait: float = 0.0,
        mode: Mode = Mode.FUSED,
    ) -> IndexReport:
        self.refreshes += 1
        self.waits.append(wait)
        self.modes.append(mode)
        self.on_refresh(progress)
        if self.takes_forever and cancel is not None:
            cancel.wait(60)
            cancel.check()
        if self.busy_for:
            self.busy_for -= 1
            raise IndexBusyError(say("Cancelled."))
        if self.refresh_error:
            raise self.refresh_error
        return self.report

    def search(
        self,
        query: str,
        *,
        top_k: int = 10,
        filters: Filters = Filters(),  # noqa: B008 - a frozen value
        mode: Mode = Mode.FUSED,
        cancel: CancelToken | None = None,
    ) -> SearchResult:
        if self.search_error:
            raise self.search_error
        self.asked.append(query)
        self.searches.append((top_k, filters, mode))
        return SearchResult(query, self.hits, "bge-m3", Timings(1.0, 2.0, 3.0, 4.0, 10.5), (say("Cancelled."),))

    def similar(
        self,
        path: str,
        line: int,
        *,
        top_k: int = 10,
        filters: Filters = Filters(),  # noqa: B008 - a frozen value
    ) -> SearchResult:
        self.places.append((path, line))
        return SearchResult(f"{path}:{line}", self.hits, "bge-m3", Timings())

    def answers_meanwhile(self) -> bool:
        return self.has_older_vectors

    def status(self) -> Status:
        return Status(
            workspace="/code",
            index_file=self.index_file,
            files=3,
            chunks=7,
            embedded=5,
            pending=1,
            failed=1,
            model="bge-m3",
            dimensions=1024,
            spaces=("abc",),
            size_bytes=2_097_152,
            problems=(FileProblem("a.py", say("Cancelled.")),),
        )

    @contextmanager
    def watch(self, on_update: Callable[[IndexReport], None]) -> Iterator[None]:
        on_update(IndexReport(files=4, chunks=9, files_changed=1))
        self.on_watch()
        yield

    def forget_other_models(self) -> int:
        self.forgotten += 1
        return 1_048_576

    def clean(self) -> int:
        self.cleaned += 1
        return 3_145_728

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closed += 1


@dataclass(frozen=True, slots=True)
class Ending:
    """How a command ended: its exit code and what it wrote."""

    code: int
    out: str
    err: str


class Shell:
    """Runs commands of `smysl` in a folder of its own, with a fake engine behind them."""

    def __init__(self, folder: Path, engine: FakeEngine) -> None:
        self.folder = folder
        self.engine = engine
        self.served: list[Serving] = []
        self.asked_sizes: list[int | None] = []
        self.pulled: list[str] = []
        self.pull_error: Exception | None = None
        self.findings: tuple[Finding, ...] = ()
        self.damage: Message | None = None
        self.models = Models(
            (
                model("bge-m3", 1024, russian=True, tag="bge-m3:latest"),
                model("mine", None, russian=None, tag="mine", is_known=False),
                model("all-minilm", 384, russian=False),
            )
        )

    def _list_models(self, settings: Settings, graphics_bytes: int | None) -> Models:
        self.asked_sizes.append(graphics_bytes)
        return self.models

    def _pull_model(
        self, settings: Settings, name: str, progress: Callable[[PullProgress], None], cancel: CancelToken
    ) -> Variant:
        progress(PullProgress(PullStage.DOWNLOADING, 500_000_000, 1_200_000_000))
        if self.pull_error is not None:
            raise self.pull_error
        self.pulled.append(name)
        return Variant(f"{name}:latest", "F16", 1_200_000_000, True)

    def _repair(self, workspace: Path, settings: Settings) -> Message | None:
        return self.damage

    def world(self, stdin: TextIO, stdout: TextIO, stderr: TextIO, environ: Mapping[str, str] | None = None) -> World:
        """What a command of this shell touches."""
        return World(
            environ={"LANG": "C.UTF-8"} if environ is None else environ,
            folder=self.folder,
            config_file=self.folder / "settings.toml",
            open_engine=self.engine.open,
            serve=self._serve,
            list_models=self._list_models,
            pull_model=self._pull_model,
            examine=lambda workspace, settings, cancel: iter(self.findings),
            repair=self._repair,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
        )

    def run(self, *arguments: str, stdin: str = "", environ: Mapping[str, str] | None = None) -> Ending:
        out, err = io.StringIO(), io.StringIO()
        code = run(arguments, self.world(io.StringIO(stdin), out, err, environ))
        return Ending(code, out.getvalue(), err.getvalue())

    def _serve(self, serving: Serving) -> int:
        self.served.append(serving)
        return 0
