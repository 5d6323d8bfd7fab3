"""The façade: the one object the edges hold.

An `Engine` is open on one workspace. Its methods are synchronous and may be called from several threads; one index run
goes on at a time, searches answer meanwhile from what is committed.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from typing_extensions import Self

from smysl.engine.cancel import CancelToken
from smysl.engine.choosing import ASK_AGAIN_SECONDS, ModelInUse
from smysl.engine.closing import Closing
from smysl.engine.embed.choose import LEXICAL, Choice
from smysl.engine.embed.embedder import Embedder
from smysl.engine.errors import (
    EmbedderError,
    IndexFileError,
    ModelUnavailable,
    SmyslError,
    UsageError,
    WorkspaceError,
)
from smysl.engine.index import Attempt, Folder, Indexer, Pauses, Rewrite, Rewritten, Sources, Watching
from smysl.engine.mending import Mending
from smysl.engine.overlay import Overlay
from smysl.engine.reporting import status_of, unchanged
from smysl.engine.search.glossary import Glossary
from smysl.engine.search.searcher import Searcher
from smysl.engine.search.selection import Lines
from smysl.engine.settings import Settings
from smysl.engine.source import cleaned, is_admitted, is_too_wide, too_wide, worktrees
from smysl.engine.store import Store, TemporaryPlace, index_file, remove_index
from smysl.engine.types import (
    Filters,
    Hit,
    IndexReport,
    Mode,
    Outline,
    ProgressCallback,
    SearchResult,
    Status,
    say,
)
from smysl.engine.view import View

_WAIT_SECONDS = 10.0
"""How long a search that met damage waits for another process that builds the index anew."""

_WAIT_FOR_MODEL = 1.0
"""How many seconds a search waits for a model that an index run is loading, before the words alone answer."""

_PAUSES = Pauses()
_EVERYTHING = Filters()

__all__ = ["Engine", "Watching"]


class Engine(Closing):
    """Semantic search over one workspace. A context manager; `close` is idempotent."""

    def __init__(
        self,
        workspace: Path,
        settings: Settings,
        store: Store,
        embedder: Embedder | None = None,
        *,
        rewrite: Rewrite | None = None,
    ) -> None:
        """`embedder` overrides what `settings.model` says; the engine closes it. `rewrite` changes what is indexed."""
        self._workspace = workspace
        self._settings = settings
        self._store = store
        self._mending = Mending(store)
        self._rewrite = rewrite
        self._model = ModelInUse(settings, store, embedder)
        self._glossary = Glossary(workspace, settings.glossary)
        self._temporary: TemporaryPlace | None = None
        self._host: Engine | None = None
        self._overlay = Overlay(self.admits, max_bytes=settings.max_file_bytes)
        self._view = View(workspace, settings, store, self._overlay)

    @classmethod
    def open(cls, workspace: Path, settings: Settings, *, embedder: Embedder | None = None) -> Self:
        """An engine on the folder `workspace`; its index file is made if there is none.

        The model is looked for when it is first needed. Raises `WorkspaceError`, also for what it does not take (see
        `takes`), and `IndexFileError`.
        """
        if not workspace.exists():
            raise WorkspaceError(say("There is no folder {path}.", path=workspace))
        if not workspace.is_dir():
            raise WorkspaceError(
                say("{path} is a file, not a folder.", path=workspace), say("Give the folder it is in.")
            )
        workspace = workspace.resolve()
        if is_too_wide(workspace):
            raise WorkspaceError(*too_wide(workspace))
        return cls(workspace, settings, Store(index_file(workspace, cache_dir=settings.cache_dir)), embedder)

    @staticmethod
    def takes(workspace: Path) -> bool:
        """Whether `open` searches such a folder: no whole disk, and no home folder that is no project."""
        return not is_too_wide(Path(os.path.realpath(workspace)))

    @classmethod
    def open_empty(cls, settings: Settings, *, embedder: Embedder | None = None) -> Self:
        """An engine on no folder: it searches what is shown to it, and `close` leaves nothing behind.

        A path is then any name, or the absolute path of a file. Raises `IndexFileError`.
        """
        place = TemporaryPlace.make()
        engine = cls(place.workspace, settings, Store(place.index), embedder)
        engine._temporary = place
        return engine

    def beside(self, model: str) -> Engine:
        """An engine with another model on the same index and the same buffers, to ask. Close it before this one.

        An index that it finds damaged is built anew with the model of this one.
        """
        engine = Engine(self._workspace, replace(self._settings, model=model), self._store)
        engine._overlay, engine._view, engine._mending, engine._host = self._overlay, self._view, self._mending, self
        return engine

    @property
    def workspace(self) -> Path:
        """The folder this engine is open on, absolute."""
        return self._workspace

    def refresh(
        self,
        *,
        progress: ProgressCallback | None = None,
        cancel: CancelToken | None = None,
        force: bool = False,
        wait: float = 0.0,
        mode: Mode = Mode.FUSED,
    ) -> IndexReport:
        """Make the index equal to the workspace; only what changed is read, only texts never seen are embedded.

        In `Mode.LEXICAL` no model is asked: texts that are new wait for a run that asks one. `force` gives texts that
        the model failed on another try. `wait` is how many seconds to wait for another process that writes this index.
        Raises `IndexBusyError` when it still does then, `ModelMissing` for a model that is not there, `Cancelled`,
        `IndexFileError`, `WorkspaceError`. An index that cannot be written stays as it is, with a notice.
        """
        if not self._store.is_writable:
            return unchanged(self.status())
        choice = Choice(None) if mode is Mode.LEXICAL else self._model.choice(cancel)
        drifted = self._model.drift(choice)
        indexer = self._indexer(choice.embedder)
        report = indexer.refresh(progress=progress, cancel=cancel, retry_failed=force, wait=wait)
        return replace(report, notices=(*self._store.notices, *choice.notices, *drifted, *report.notices))

    def search(
        self,
        query: str,
        *,
        top_k: int = 10,
        filters: Filters = _EVERYTHING,
        mode: Mode = Mode.FUSED,
        cancel: CancelToken | None = None,
        without: frozenset[str] = frozenset(),
    ) -> SearchResult:
        """The best `top_k` chunks for `query`, from the index as it is.

        When the model does not answer, the words do, with a notice; in `Mode.DENSE` that is an error. While the vectors
        of the model are being made, those of another one that has more of them answer, with a notice.
        `without` names ranking rules and kinds of stand-ins for words to leave out, for ablations.
        """
        if top_k < 1:
            raise UsageError(say("The number of results must be at least 1."))
        query = cleaned(query)
        wait = math.inf if mode is Mode.DENSE else _WAIT_FOR_MODEL
        choice = Choice(None) if mode is Mode.LEXICAL else self._model.choice(cancel, wait=wait)
        if mode is Mode.DENSE and choice.embedder is None:
            raise ModelUnavailable(
                say("There is no model to search by meaning."), choice.notices[0] if choice.notices else None
            )

        glossary, notices = self._glossary.current()

        def ask() -> SearchResult:
            answering = self._model.answering(choice, cancel)
            embedder = answering.embedder if answering else None
            searcher = Searcher(self._view.reader(embedder), embedder, glossary=glossary, without=without)
            result = searcher.search(query, top_k=top_k, filters=filters, mode=mode, cancel=cancel)
            told = answering.notices if answering else ()
            return replace(result, notices=(*choice.notices, *told, *notices, *result.notices))

        return self._answer(ask, mode, cancel=cancel)

    def answers_meanwhile(self) -> bool:
        """Whether other vectors than those of the model answer searches now, while its own are being made."""
        try:
            choice = self._model.choice()
            answering = self._model.answering(choice)
        except SmyslError:
            return False
        return bool(choice.embedder and answering and answering.embedder.space.key != choice.embedder.space.key)

    def similar(
        self,
        path: str,
        line: int,
        *,
        top_k: int = 10,
        filters: Filters = _EVERYTHING,
        least: float | None = None,
    ) -> SearchResult:
        """Code like the innermost chunk at `line` (1-based) of `path`, by vectors that are there; no model is called.

        The vectors are those of `settings.model` if the index has them, else those that were used last; those of
        another model while it has more of them. With `least`, only what is at least so similar (see `similar_from`).
        Of a file that is shown, `line` is one of the document; `subject` says whether its text, too, is.
        Raises `UsageError` when there is no chunk there.
        """

        return self._answer(
            lambda: self._view.similar(path, line, top_k=top_k, filters=filters, least=least), Mode.LEXICAL, cancel=None
        )

    def similar_text(
        self,
        text: str,
        *,
        top_k: int = 10,
        filters: Filters = _EVERYTHING,
        cancel: CancelToken | None = None,
        within: tuple[str, int, int] | None = None,
    ) -> SearchResult:
        """Code like `text`: one function or class is read as the index reads it, anything else as it is.

        What has lines of `within` (path, first line, last line; 1-based) is left out: where the text is from. The words
        answer without a model, and with a notice when it fails. Raises `Cancelled`.
        """
        choice = self._model.choice(cancel, wait=_WAIT_FOR_MODEL)
        text, lines = cleaned(text), None if within is None else Lines(*within)

        def ask() -> SearchResult:
            answering = self._model.answering(choice, cancel)
            embedder = answering.embedder if answering else None
            result = self._view.similar_text(text, embedder, top_k=top_k, filters=filters, within=lines, cancel=cancel)
            told = answering.notices if answering else ()
            return replace(result, notices=(*choice.notices, *told, *result.notices))

        return self._answer(ask, Mode.FUSED, cancel=cancel)

    def similar_from(self) -> float:
        """The similarity (0 to 1) from which on code counts as similar, by the vectors that `similar` would use."""
        return self._view.similar_from()

    def near_twins(self, path: str, least: float | None = None) -> dict[int, int]:
        """How many chunks are similar to each function, method and class of a file: by the ids of its `outline`.

        Those that have none are left out. `least` is the smallest similarity that counts, `similar_from()` by default.
        """
        return self._view.near_twins(path, least)

    def outline(self, path: str) -> tuple[Outline, ...]:
        """The chunks of a file by position, as it is shown, else as it is stored. Ids hold until the index changes."""
        return self._view.outline(path)

    def symbols(self, query: str, *, top_k: int = 50) -> tuple[Hit, ...]:
        """What is called `query`, or nearly so, best first: by whole name, beginning, words, or letters in order."""
        return self._view.symbols(cleaned(query), top_k=top_k)

    def show(self, path: str, text: str) -> None:
        """An editor shows the file at `path` (relative, there or not) with `text`: it is searched as if it were saved.

        Returns at once: what changed is cut by the next search. What would not be indexed is passed over.
        """
        self._overlay.show(path, text)

    def unshow(self, path: str) -> None:
        """The file at `path` is shown no more: what is on the disk holds."""
        self._overlay.unshow(path)

    def embed_shown(self, *, cancel: CancelToken | None = None) -> int:
        """Give the model the texts of what is shown that it has not seen yet; returns how many it embedded.

        Until then the words find them. Raises `EmbedderError`, `Cancelled`; what was embedded until then stays.
        """
        embedder = self._model.choice(cancel).embedder
        return 0 if embedder is None else self._overlay.embed(self._store.reader, embedder, cancel=cancel)

    def admits(self, path: str) -> bool:
        """Whether the file at `path` (relative, there or not) would be indexed under that name."""
        settings = self._settings
        return self._temporary is not None or is_admitted(
            self._workspace, path, exclude=settings.exclude, include=settings.include
        )

    def source(self, path: str) -> str | None:
        """The text of the file at `path` (relative): what is shown of it, else what is on the disk, decoded as for the
        index. None where none can be had.

        Lines, columns and bytes of hits are places in this text as long as the file has not changed since.
        """
        return self._view.source(path)

    def status(self) -> Status:
        """What the index holds, and hints about the model that was chosen; nothing when it turns out to be damaged.

        Asks no model and no network.
        """
        known = self._store.notices
        try:
            status = status_of(self._store, self._workspace)
        except IndexFileError as error:
            self._mending.repair(known, error)
            status = status_of(self._store, self._workspace)
        return replace(status, hints=self._model.hints)

    def watch(
        self,
        on_update: Callable[[IndexReport], None],
        *,
        progress: ProgressCallback | None = None,
        pauses: Pauses = _PAUSES,
    ) -> Watching:
        """What keeps the index equal to the workspace, for a `with` block; `on_update` hears of each run.

        It begins with what changed before. Trouble is a notice in the report, and is tried again after `pauses`:
        another process that writes, a full disk, a model that is away. Raises `IndexFileError` where nothing can be
        written, and entering it `WorkspaceError`.
        """
        self._store.check_writable()

        def attempt(mode: Mode, cancel: CancelToken) -> Attempt:
            return self._attempt(mode, cancel, pauses)

        return Watching(
            self._workspace,
            attempt,
            on_update,
            pauses=pauses,
            include=self._settings.include,
            progress=progress,
        )

    def forget_other_models(self) -> int:
        """Remove the vectors of all models but the one used last; returns the bytes freed.

        Raises `IndexBusyError` while another process writes the index, `DiskFullError` (giving room back takes room for
        a while), `IndexFileError`.
        """
        before = self._store.size_bytes()
        with self._store.writer() as writer:
            for stored in self._store.reader.spaces()[1:]:
                writer.drop_space(stored.space.key)
            writer.shrink()
        return max(0, before - self._store.size_bytes())

    def clean(self) -> int:
        """Remove this workspace's index file; returns the bytes freed. The engine is closed by it.

        Raises `IndexBusyError` while another process writes it.
        """
        self.close()
        return remove_index(self._store.path)

    def close(self) -> None:
        """Let go of the index file and the model."""
        if self._host is None:
            self._store.close()
        self._model.close()
        if self._temporary is not None:
            self._temporary.remove()

    def _indexer(self, embedder: Embedder | None) -> Indexer:
        settings = self._settings
        sources: Sources = Folder(
            self._workspace, exclude=settings.exclude, include=settings.include, max_file_bytes=settings.max_file_bytes
        )
        if self._rewrite is not None:
            sources = Rewritten(sources, self._rewrite)
        siblings = tuple(index_file(other, cache_dir=settings.cache_dir) for other in worktrees(self._workspace))
        return Indexer(sources, self._store, embedder, siblings=siblings, known=self._overlay.memory.get)

    def _attempt(self, mode: Mode, cancel: CancelToken, pauses: Pauses) -> Attempt:
        """What indexes for a watch: the words alone as long as there is no model."""
        if mode is Mode.LEXICAL:
            return Attempt(self._indexer(None))
        try:
            choice = self._model.choice(cancel, patience=min(ASK_AGAIN_SECONDS, pauses.longest / 2))
        except EmbedderError as error:
            choice = Choice(None, error.sentences)
        is_lost = choice.embedder is None and self._settings.model.strip() != LEXICAL
        return Attempt(
            self._indexer(choice.embedder),
            is_complete=not is_lost,
            notices=choice.notices if is_lost else self._model.drift(choice),
        )

    def _answer(self, ask: Callable[[], SearchResult], mode: Mode, *, cancel: CancelToken | None) -> SearchResult:
        """What `ask` returns; an index that turns out to be damaged is built anew in `mode` and asked once more."""
        builder = self._host or self
        return self._mending.answer(
            lambda: self._view.steadily(ask), lambda: builder.refresh(cancel=cancel, wait=_WAIT_SECONDS, mode=mode)
        )
