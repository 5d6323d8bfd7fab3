"""What is made of a chunk: the terms that the lexical index holds, and the text that a model embeds.

Both are versioned here and nowhere else. The path is a field of the lexical index and no part of the embedded text:
so a file can move, or a second checkout hold it elsewhere, and every vector stays true.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import chain

from smysl.engine.text.loanwords import sound
from smysl.engine.text.terms import REMEMBERED, identifiers, parts, stem, terms, terms_of_names
from smysl.engine.types import Chunk, InputLimit, Kind

LEXICAL_VERSION = 2
"""Goes up when the same chunk gives other `LexicalFields`; every file is then read again, no vector is lost."""

DOCUMENT_VERSION = 1
"""Goes up when the same chunk gives another `document` or other `windows`; what changed is then embedded again."""

_OVERLAP = 0.15
"""The share of a window that repeats the end of the one before."""


@dataclass(frozen=True, slots=True)
class LexicalFields:
    """The terms of a chunk by where they stand, each field joined by spaces.

    name: the qualified name. header: path and signature. prose: docstring and comments. body: the rest.
    context: what the class or module around it says it is.
    """

    name: str
    header: str
    prose: str
    body: str
    context: str


def lexical_fields(chunk: Chunk, path: str) -> LexicalFields:
    """The terms of `chunk`, which stands in the file `path`."""
    return LexicalFields(
        name=" ".join(terms_of_names(chunk.qualified_name)),
        header=" ".join(terms_of_names(f"{path.rpartition('.')[0]} {chunk.signature}")),
        prose=" ".join(terms(f"{chunk.docstring}\n{chunk.comments}")),
        body=" ".join(terms(chunk.body)),
        context=" ".join(terms(chunk.context)),
    )


def spoken_words(chunk: Chunk) -> frozenset[tuple[str, str]]:
    """The terms of `chunk` by sound: (term, skeleton) for each word that has one, as it is spelled and as its stem."""
    return frozenset(chain.from_iterable(map(_spoken, {*identifiers(chunk.qualified_name), *identifiers(chunk.code)})))


@lru_cache(maxsize=REMEMBERED)
def _spoken(identifier: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (stem(word), heard) for word in parts(identifier) for heard in {sound(word), sound(stem(word))} if heard
    )


def text_hash(text: str) -> str:
    """The name under which the vector of `text` is kept (32 hex digits)."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def document(chunk: Chunk) -> str:
    """The text that stands for `chunk` before a model: its title, then its code with comments and docstring."""
    return f"{_title(chunk)}{chunk.code}"


def windows(chunk: Chunk, limit: InputLimit | None) -> tuple[str, ...]:
    """`document(chunk)` in one piece if it fits, else overlapping pieces that each begin with title and signature.

    Lines stay whole unless one alone is longer than a window. The pieces together hold every line.
    """
    text = document(chunk)
    if limit is None or limit.cost(text) <= limit.tokens:
        return (text,)
    head = f"{_title(chunk)}{chunk.signature}\n" if chunk.signature else ""
    if limit.cost(head) > limit.tokens / 2:
        head = _fitting(head, limit, limit.tokens / 2)
    room = limit.tokens - limit.cost(head)
    return tuple(head + body for body in _stretches(chunk.code, limit, room))


def beginning(text: str, limit: InputLimit | None) -> str:
    """As much of the beginning of `text` as one window may hold."""
    return text if limit is None or limit.cost(text) <= limit.tokens else _fitting(text, limit, limit.tokens)


def _title(chunk: Chunk) -> str:
    """The qualified name as it is written, and in words: `Session.close_all: session close all`.

    A module has none: its name is its path.
    """
    if chunk.kind is Kind.MODULE:
        return ""
    words = " ".join(word for part in chunk.qualified_name.split(".") for word in parts(part))
    return f"{chunk.qualified_name}: {words}\n"


def _stretches(code: str, limit: InputLimit, room: float) -> list[str]:
    """`code` cut into overlapping runs of whole lines, each worth at most `room` tokens."""
    lines = [piece for line in code.splitlines(keepends=True) for piece in _pieces(line, limit, room)]
    costs = [limit.cost(line) for line in lines]
    found: list[str] = []
    start = 0
    while start < len(lines):
        end, spent = start, 0.0
        while end < len(lines) and (end == start or spent + costs[end] <= room):
            spent += costs[end]
            end += 1
        found.append("".join(lines[start:end]))
        if end == len(lines):
            break
        back, repeated = end, 0.0
        while back - 1 > start and repeated + costs[back - 1] <= room * _OVERLAP:
            back -= 1
            repeated += costs[back]
        start = back
    return found


def _pieces(line: str, limit: InputLimit, room: float) -> list[str]:
    """`line`, or the pieces of it that each cost at most `room`."""
    pieces: list[str] = []
    start = 0
    reach = 1 + int(room * max(limit.chars_per_token, limit.wide_chars_per_token))  # more characters never fit
    while len(line) - start > reach or limit.cost(line[start:]) > room:
        piece = _fitting(line[start : start + reach], limit, room)
        pieces.append(piece)
        start += len(piece)
    return [*pieces, line[start:]]


def _fitting(text: str, limit: InputLimit, room: float) -> str:
    """The longest beginning of `text`, one character at the least, that costs at most `room`."""
    low, high = 1, max(1, len(text))
    while low < high:
        middle = (low + high + 1) // 2
        if limit.cost(text[:middle]) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low]
