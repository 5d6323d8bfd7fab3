"""The façade's door for measuring: one model, or the words alone, over one workspace, with all else equal."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from smysl.engine.cancel import CancelToken
from smysl.engine.chunk import is_test_path
from smysl.engine.closing import Closing
from smysl.engine.embed.builtin import TRUNCATIONS, BuiltinEmbedder
from smysl.engine.embed.choose import choose_embedder
from smysl.engine.embed.embedder import Embedder
from smysl.engine.embed.measuring import DerivedEmbedder, RecallingEmbedder
from smysl.engine.embed.ollama import OllamaEmbedder
from smysl.engine.embed.spaces import space_key
from smysl.engine.embed.static import StaticEmbedder
from smysl.engine.engine import Engine
from smysl.engine.index import Folder, Rewrite
from smysl.engine.settings import ModelRow, Settings
from smysl.engine.source import cleaned
from smysl.engine.store import Store, index_file
from smysl.engine.store.borrowing import count_vectors, spaces_of, vectors_of
from smysl.engine.text.document import text_hash
from smysl.engine.types import Message, SourceText, Space, Vector

FASHION = "1"
"""Goes up when a space derived here gets other vectors."""

_PROBE = "def"
_WARM_CALLS = 3
"""On a busy machine a single one may take longer than a load."""


@dataclass(frozen=True, slots=True)
class WorkspaceFile:
    """A file that an index of the workspace takes in: its path there, its decoded text, and whether it is a test."""

    path: str
    text: str
    is_test: bool


@dataclass(frozen=True, slots=True)
class Variation:
    """How a model is used otherwise than the catalogue says: cut to `dimensions` (0 is whole), or without prompts."""

    dimensions: int = 0
    without_prompts: bool = False


AS_IS = Variation()


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a model that is open.

    `server` is the version of the Ollama that runs it, "" for a model in this process or a version that is not told.
    `truncations` are the shorter lengths that it may be cut to, longest first; a range is that of Matryoshka models
    that can be cut anywhere.
    """

    space: Space
    truncations: range | tuple[int, ...]
    has_query_prompt: bool
    has_document_prompt: bool
    reads_russian: bool
    server: str


@dataclass(frozen=True, slots=True)
class Load:
    """What it takes to have the model in memory: seconds from nothing to a vector, bytes in all and on a GPU.

    For a model in Ollama the bytes are those that `/api/ps` reports, for one in this process those of its matrix.
    """

    seconds: float
    memory: int
    vram: int


class Measured:
    """An engine on the measured index, and what its index holds. Close the `Bench` it came from, not this."""

    def __init__(self, engine: Engine, store: Store, space: Space | None, embedder: Embedder | None) -> None:
        self.engine = engine
        self.space = space
        self._store = store
        self._embedder = embedder

    def embed(self, query: str, *, cancel: CancelToken | None = None) -> float:
        """Have the query's vector made, so that searches for it ask no model; returns the milliseconds it took.

        Raises `EmbedderError`.
        """
        if self._embedder is None:
            return 0.0
        query = cleaned(query)  # what a search asks for
        began = time.perf_counter()
        self._embedder.embed_query(query, cancel=cancel)
        return (time.perf_counter() - began) * 1000

    def count_vectors(self) -> int:
        """How many vectors the index holds for this model used in this way."""
        return count_vectors(self._store.path, self.space) if self.space else 0

    def count_chunks(self) -> int:
        """How many functions, methods, classes and modules the index holds."""
        return self._store.reader.counts().chunks


class Bench(Closing):
    """The model of `settings` made ready to be measured on `workspace`; a context manager.

    Files are indexed as `rewrite` says, into the index file that `settings.cache_dir` leads to. Raises as
    `choose_embedder`. `profile` is None when the words alone are measured.
    """

    def __init__(
        self, workspace: Path, settings: Settings, *, rewrite: Rewrite | None = None, cancel: CancelToken | None = None
    ) -> None:
        self._workspace = workspace.resolve()
        self._settings = settings
        self._rewrite = rewrite
        self._index = index_file(self._workspace, cache_dir=settings.cache_dir)
        known = self._known()
        began = time.perf_counter()
        choice = choose_embedder(settings, known=known, cancel=cancel)
        self._opened_in = time.perf_counter() - began
        self.notices: tuple[Message, ...] = choice.notices
        self._whole = choice.embedder
        self._recalling = RecallingEmbedder(choice.embedder) if choice.embedder else None
        self.profile = _profile(choice.embedder) if choice.embedder else None

    def load(self, *, cancel: CancelToken | None = None) -> Load:
        """Take the model out of memory and have it loaded again. Raises `EmbedderError`."""
        model = self._whole
        if model is None:
            return Load(0.0, 0, 0)
        if isinstance(model, OllamaEmbedder):
            model.unload(cancel=cancel)
        cold, *warm = (_seconds(model, cancel) for _ in range(1 + _WARM_CALLS))
        seconds = max(0.0, cold - min(warm))
        if isinstance(model, OllamaEmbedder):
            return Load(seconds, *model.memory(cancel=cancel))
        size = model.size_bytes if isinstance(model, BuiltinEmbedder | StaticEmbedder) else 0
        return Load(seconds + self._opened_in, size, 0)

    def warm_up(self, *, cancel: CancelToken | None = None) -> None:
        """Have the model in memory. Raises `EmbedderError`."""
        if self._whole is not None:
            self._whole.embed_query(_PROBE, cancel=cancel)

    @contextmanager
    def open(self, variation: Variation = AS_IS, *, cancel: CancelToken | None = None) -> Iterator[Measured]:
        """The engine over the model used as `variation` says. Raises as `choose_embedder`, and `IndexFileError`."""
        with ExitStack() as stack:
            embedder = self._varied(variation, stack, cancel)
            store = Store(self._index)
            engine = stack.enter_context(
                Engine(self._workspace, self._settings, store, embedder, rewrite=self._rewrite)
            )
            yield Measured(engine, store, embedder.space if embedder else None, embedder)

    def close(self) -> None:
        """Let go of the model. Idempotent."""
        if self._whole is not None:
            self._whole.close()

    def _varied(self, variation: Variation, stack: ExitStack, cancel: CancelToken | None) -> Embedder | None:
        base, profile = self._recalling, self.profile
        if base is None or profile is None or variation == AS_IS:
            return base
        inner: Embedder = base
        space = base.space
        if variation.without_prompts:
            bare = ModelRow(self._settings.model, query_prompt="", document_prompt="")
            settings = replace(self._settings, models=(*self._settings.models, bare))
            plain = choose_embedder(settings, known=self._known(), cancel=cancel).embedder
            if plain is not None:
                inner, space = RecallingEmbedder(stack.enter_context(plain)), plain.space
        dimensions = variation.dimensions or space.dimensions
        if dimensions != space.dimensions:
            space = replace(space, key=space_key("cut", FASHION, space.key, str(dimensions)), dimensions=dimensions)
        # A prompt before the query alone leaves the vectors of the code as they are.
        shares_documents = not (variation.without_prompts and profile.has_document_prompt)
        return DerivedEmbedder(
            inner, space, known=self._stored if shares_documents else _nothing, limit=base.input_limit
        )

    def _known(self) -> tuple[Space, ...]:
        """The spaces of the index: a server that computes otherwise than the one before gets one of its own, and one
        that was seen before need not load the model to show what it computes.
        """
        return spaces_of(self._index)

    def _stored(self, texts: Sequence[str]) -> list[Vector | None]:
        """The whole vectors that the index has of the texts."""
        assert self.profile is not None
        hashes = [text_hash(text) for text in texts]
        found: dict[str, Vector] = {}
        for rows in vectors_of(self._index, self.profile.space, frozenset(hashes)):
            found |= {name: np.frombuffer(blob, dtype="<f4").astype(np.float32) for name, blob in rows}
        return [found.get(name) for name in hashes]


def workspace_files(
    workspace: Path, settings: Settings, *, cancel: CancelToken | None = None
) -> Iterator[WorkspaceFile]:
    """The files that an index of `workspace` takes in, by path; those that cannot be read are left out.

    Raises `WorkspaceError`, `Cancelled`.
    """
    folder = Folder(
        workspace.resolve(),
        exclude=settings.exclude,
        include=settings.include,
        max_file_bytes=settings.max_file_bytes,
    )
    for file in folder.walk(cancel=cancel).files:
        if cancel is not None:
            cancel.check()
        found = folder.read(file.path)
        if isinstance(found, SourceText):
            yield WorkspaceFile(file.path, found.text, is_test_path(file.path))


def measured_index(workspace: Path, settings: Settings) -> Path:
    """The index file that a `Bench` of these settings uses."""
    return index_file(workspace.resolve(), cache_dir=settings.cache_dir)


def _seconds(model: Embedder, cancel: CancelToken | None) -> float:
    """What a short query takes."""
    began = time.perf_counter()
    model.embed_query(_PROBE, cancel=cancel)
    return time.perf_counter() - began


def _nothing(texts: Sequence[str]) -> list[Vector | None]:
    return [None] * len(texts)


def _profile(embedder: Embedder) -> Profile:
    space = embedder.space
    if isinstance(embedder, OllamaEmbedder):
        row = embedder.row
        version = embedder.version
        return Profile(
            space=space,
            truncations=row.truncations,
            has_query_prompt=bool(row.query_prompt),
            has_document_prompt=bool(row.document_prompt),
            reads_russian=embedder.reads_russian,
            server=".".join(map(str, version)) if version else "",
        )
    truncations = TRUNCATIONS if isinstance(embedder, BuiltinEmbedder) else ()
    return Profile(space, truncations, False, False, embedder.reads_russian, "")
