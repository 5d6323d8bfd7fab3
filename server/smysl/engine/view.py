"""The index as an editor has it: what is stored, what is shown over it, and what needs no query to be answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from smysl.engine.answering import most_complete
from smysl.engine.cancel import CancelToken
from smysl.engine.embed.catalogue import similar_from
from smysl.engine.embed.choose import stored_space
from smysl.engine.embed.embedder import CodeEmbedder
from smysl.engine.errors import UsageError
from smysl.engine.overlay import Overlay, checked
from smysl.engine.search.selection import Lines, similar_to_text
from smysl.engine.search.similar import count_near, outline_of, similar
from smysl.engine.search.symbols import find_symbols
from smysl.engine.settings import Settings
from smysl.engine.source import Unreadable, read_source
from smysl.engine.store import Readable, Store
from smysl.engine.types import Filters, Hit, Message, Outline, SearchResult, Space, say


class View:
    """Answers from one store with one overlay. Holds nothing of its own; safe between threads."""

    def __init__(self, workspace: Path, settings: Settings, store: Store, overlay: Overlay) -> None:
        self._workspace = workspace
        self._settings = settings
        self._store = store
        self._overlay = overlay

    def reader(self, embedder: CodeEmbedder | None = None) -> Readable:
        """The index with the buffers over it; `embedder` is the model whose vectors will be asked for."""
        return self._overlay.reader(self._store.reader, embedder)

    def steadily(self, ask: Callable[[], SearchResult]) -> SearchResult:
        """What `ask` returns; once more when an index run wrote chunks meanwhile that buffers had been laid over.

        Hits are marked whose text is not that of the disk.
        """
        if not self._overlay.is_on:
            result = ask()
        else:
            state = self._store.reader.chunks_state()
            result = ask()
            if self._store.reader.chunks_state() != state:
                result = ask()
        return replace(result, hits=self.marked(result.hits))

    def marked(self, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
        """`hits`, those marked whose text is not that of the disk."""
        return checked(hits, stored=self._store.reader, overlay=self._overlay, workspace=self._workspace)

    def similar(self, path: str, line: int, *, top_k: int, filters: Filters, least: float | None) -> SearchResult:
        """Code like the innermost chunk at a line. Raises `UsageError` when there is none."""
        reader = self.reader()
        chunk = reader.chunk_at(path, line)
        if chunk is None:
            raise UsageError(
                say("The index has no function or class at {path}:{line}.", path=path, line=line),
                say("Give a line inside one, in a file of the workspace, and index the workspace first."),
            )
        space, notices = self._space()
        is_shown = self._overlay.text(path) is not None
        result = similar(reader, space, chunk, top_k=top_k, filters=filters, least=least, is_shown=is_shown)
        return replace(result, notices=(*notices, *result.notices))

    def similar_text(
        self,
        text: str,
        embedder: CodeEmbedder | None,
        *,
        top_k: int,
        filters: Filters,
        within: Lines | None,
        cancel: CancelToken | None,
    ) -> SearchResult:
        """Code like a text. Raises `Cancelled`."""
        reader = self.reader(embedder)
        return similar_to_text(reader, embedder, text, top_k=top_k, filters=filters, within=within, cancel=cancel)

    def similar_from(self) -> float:
        """From which similarity on code counts as similar."""
        space, _ = self._space()
        return similar_from(space.model if space else "", self._settings.models)

    def near_twins(self, path: str, least: float | None) -> dict[int, int]:
        """How many chunks are similar to each function, method and class of a file, by its id."""
        space, _ = self._space()
        if space is None:
            return {}
        return count_near(self.reader(), space, path, least=self.similar_from() if least is None else least)

    def outline(self, path: str) -> tuple[Outline, ...]:
        """The chunks of a file by position."""
        return tuple(map(outline_of, self.reader().file_chunks(path)))

    def symbols(self, query: str, *, top_k: int) -> tuple[Hit, ...]:
        """What is called `query`, or nearly so."""
        return self.marked(find_symbols(self.reader(), query, top_k=top_k))

    def source(self, path: str) -> str | None:
        """The text of a file, as it is shown, else as it is on the disk."""
        shown = self._overlay.text(path)
        if shown is not None:
            return shown
        found = read_source(self._workspace / path)
        return None if isinstance(found, Unreadable) else found.text

    def _space(self) -> tuple[Space | None, tuple[Message, ...]]:
        """The space whose vectors answer what needs no model, and what to tell about it."""
        reader = self._store.reader
        space, notices = stored_space([one.space for one in reader.spaces()], self._settings)
        if space is not None and not reader.is_filled(space.key):
            space = most_complete(reader.fillings(), space)
        return space, notices
