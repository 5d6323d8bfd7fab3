"""The index file: the only SQL of the engine.

One SQLite file holds the files, chunks, lexical index and vectors of one workspace. `Store` opens it; `Reader` answers
from any thread; `Writer` changes it, one at a time on a machine, and every change is one transaction.
"""

from smysl.engine.store.health import index_findings, is_broken, sqlite_findings
from smysl.engine.store.location import index_file
from smysl.engine.store.opening import remove_index
from smysl.engine.store.readable import Readable
from smysl.engine.store.reader import Reader
from smysl.engine.store.records import (
    Attached,
    ChunkIdentity,
    Counts,
    Coverage,
    FileChange,
    Filling,
    KeptChunk,
    LexicalCandidate,
    LexicalWeights,
    NewChunk,
    PendingText,
    StoredChunk,
    StoredFile,
    StoredSpace,
    TermStatistics,
)
from smysl.engine.store.scope import Scope
from smysl.engine.store.store import Store
from smysl.engine.store.temporary import TemporaryPlace
from smysl.engine.store.writer import Writer

__all__ = [
    "Attached",
    "ChunkIdentity",
    "Counts",
    "Coverage",
    "FileChange",
    "Filling",
    "KeptChunk",
    "LexicalCandidate",
    "LexicalWeights",
    "NewChunk",
    "PendingText",
    "Readable",
    "Reader",
    "Scope",
    "Store",
    "StoredChunk",
    "StoredFile",
    "StoredSpace",
    "TemporaryPlace",
    "TermStatistics",
    "Writer",
    "index_file",
    "index_findings",
    "is_broken",
    "remove_index",
    "sqlite_findings",
]
