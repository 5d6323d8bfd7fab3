"""How the index follows the sources: what changed is found, cut, reconciled, written and embedded, and nothing else."""

from smysl.engine.index.following import Attempt, Following, Pauses
from smysl.engine.index.indexer import Indexer
from smysl.engine.index.reconcile import AddedChunk, Reconciliation, content_hash, reconcile
from smysl.engine.index.sources import Folder, Rewrite, Rewritten, Sources
from smysl.engine.index.watching import Watching

__all__ = [
    "AddedChunk",
    "Attempt",
    "Folder",
    "Following",
    "Indexer",
    "Pauses",
    "Reconciliation",
    "Rewrite",
    "Rewritten",
    "Sources",
    "Watching",
    "content_hash",
    "reconcile",
]
