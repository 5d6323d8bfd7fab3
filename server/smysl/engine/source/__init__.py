"""A workspace on disk -> source text: the only file system access of the engine besides the index file."""

from smysl.engine.source.admission import is_admitted
from smysl.engine.source.breadth import is_too_wide, too_wide
from smysl.engine.source.decode import Unreadable, cleaned, content_hash, decode, read_source
from smysl.engine.source.freshness import is_changed
from smysl.engine.source.glossary import GLOSSARY, GlossaryFile
from smysl.engine.source.repository import worktrees
from smysl.engine.source.walk import SourceFile, Walk, is_within, walk
from smysl.engine.source.watch import Again, Changes, Watch

__all__ = [
    "GLOSSARY",
    "Again",
    "Changes",
    "GlossaryFile",
    "SourceFile",
    "Unreadable",
    "Walk",
    "Watch",
    "cleaned",
    "content_hash",
    "decode",
    "is_admitted",
    "is_changed",
    "is_too_wide",
    "is_within",
    "read_source",
    "too_wide",
    "walk",
    "worktrees",
]
