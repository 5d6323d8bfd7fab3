"""Chunks and files to put into an index without reading any source."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from smysl.engine.store import FileChange, NewChunk, Store
from smysl.engine.types import Chunk, Kind, Matrix, Space, Span, Vector

SPACE = Space("key", "model", 32)


def chunk(name: str, *, line: int = 1, end: int = 0, kind: Kind = Kind.FUNCTION, is_test: bool = False) -> Chunk:
    """A chunk that stands at `line`."""
    return Chunk(
        kind=kind,
        name=name.rpartition(".")[2],
        qualified_name=name,
        span=Span(line, end or line + 3, line * 100, (end or line + 3) * 100),
        name_line=line,
        name_column=4,
        signature=f"def {name}()",
        docstring="",
        comments="",
        code=f"def {name}(): ...",
        is_test=is_test,
    )


def new(made: Chunk, *texts: str, body: str = "") -> NewChunk:
    """A chunk on its way in, its body's words given."""
    folded = made.qualified_name.lower()
    fields = (folded.replace(".", " "), "", "", body, "")
    return NewChunk(made, made.qualified_name, folded, fields, text_hashes=tuple(texts))


def put(
    store: Store,
    path: str,
    chunks: Sequence[NewChunk],
    *,
    vectors: dict[str, Vector] | None = None,
    space: Space = SPACE,
) -> None:
    """Write a new file, and vectors for its texts in `space` if given."""
    with store.writer() as writer:
        space_id = None
        if vectors is not None:
            space_id, _ = writer.use_space(space, windowing="", now=0.0)
        removed = tuple(identity.id for identity in writer.identities(path))
        change = FileChange(path, 1, 1, "hash", 1, added=tuple(chunks), removed=removed)
        writer.replace_file(change, space_id=space_id)
        if space_id is not None and vectors:
            writer.store_vectors(space_id, list(vectors.items()))


def directions(count: int, *, dimensions: int = SPACE.dimensions, seed: int = 0, groups: int = 20) -> Matrix:
    """Unit vectors with the structure of real ones: groups around centres, all of them leaning one way."""
    random = np.random.default_rng(seed)
    centres = random.standard_normal((groups, dimensions)) + 0.5
    matrix = centres[random.integers(0, groups, count)] + 0.6 * random.standard_normal((count, dimensions))
    unit: Matrix = (matrix / np.linalg.norm(matrix, axis=1, keepdims=True)).astype(np.float32)
    return unit
