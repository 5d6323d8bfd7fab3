"""The text of a file as an editor has it, cut when somebody asks."""

from __future__ import annotations

from functools import cached_property

from smysl.engine.chunk import chunk_source
from smysl.engine.source import cleaned, content_hash
from smysl.engine.types import Chunk


class Buffer:
    """One document. Made again with every change, which costs next to nothing until it is asked for its chunks."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = cleaned(text)

    @cached_property
    def raw(self) -> bytes:
        """What would be on the disk, were it saved as UTF-8."""
        return self.text.encode()

    @cached_property
    def content_hash(self) -> str:
        """The hash that the index would keep of the file."""
        return content_hash(self.raw)

    @cached_property
    def chunks(self) -> tuple[Chunk, ...]:
        """Its chunks; a syntax error costs at most the definition it stands in."""
        return chunk_source(self.text, self.path).chunks
