"""What code is, whatever it looks like: fingerprints that prove that a function was not learnt from.

The fingerprint of a function is that of its code without docstring, comments and white space; names count. Of a copy
that was edited a little, most of the longer lines are still the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from smysl.engine.chunk.chunker import chunk_source
from smysl.engine.types import Chunk, Kind

_SPACE = re.compile(r"\s+")
_SHORTEST_BODY = 80
"""Shorter code (without white space) says nothing about where it is from: `def close(self): self._socket.close()`."""

RECORDED_BITS = 36
"""With a million functions learnt from, one in 70,000 others has the first bits of one of them by chance."""

_SHORTEST_LINE = 25
_FEWEST_LINES = 3
_SAME_LINES = 0.6


@dataclass(frozen=True, slots=True)
class Kept:
    """The code that is kept for measuring. functions, lines: sorted fingerprints."""

    functions: NDArray[np.uint64]
    lines: NDArray[np.uint64]

    def holds(self, body: str) -> bool:
        """Whether `body` is a function of it, or nearly one."""
        mark = of_body(body)
        if mark is not None and _is_in(mark, self.functions):
            return True
        lines = of_lines(body)
        same = sum(_is_in(line, self.lines) for line in lines)
        return len(lines) >= _FEWEST_LINES and same >= _SAME_LINES * len(lines)


def kept_code(texts: Iterable[tuple[str, str]]) -> Kept:
    """The fingerprints of files: (path, text)."""
    functions: set[int] = set()
    lines: set[int] = set()
    for path, text in texts:
        for chunk in chunk_source(text, path).chunks:
            mark = of_chunk(chunk)
            if mark is not None:
                functions.add(mark)
            lines.update(of_lines(chunk.body))
    return Kept(_sorted(functions), _sorted(lines))


def of_chunk(chunk: Chunk) -> int | None:
    """The fingerprint of a function, method or class; None for a module and for what is too short to have one."""
    return None if chunk.kind is Kind.MODULE else of_body(chunk.body)


def of_body(body: str) -> int | None:
    """The fingerprint of code without docstring and comments (64 bits), or None where there is too little of it."""
    squeezed = _SPACE.sub("", body)
    return _mark(squeezed) if len(squeezed) >= _SHORTEST_BODY else None


def of_lines(body: str) -> list[int]:
    """The fingerprints of the longer lines of `body`."""
    squeezed = (_SPACE.sub("", line) for line in body.splitlines())
    return [_mark(line) for line in squeezed if len(line) >= _SHORTEST_LINE]


def write_record(marks: Iterable[int], path: Path) -> None:
    """Keep the fingerprints of everything that was learnt from: the first 36 bits of each, sorted, as differences."""
    _write(np.unique(np.fromiter(marks, dtype=np.uint64) >> np.uint64(64 - RECORDED_BITS)), path)


def join_records(records: Iterable[Path], path: Path) -> None:
    """Keep all that any of `records` holds."""
    _write(np.unique(np.concatenate([read_record(one) for one in records])), path)


def read_record(path: Path) -> NDArray[np.uint64]:
    """The sorted fingerprints that `write_record` wrote, of `RECORDED_BITS` bits."""
    with np.load(path) as record:
        differences = np.ascontiguousarray(record["differences"].T).view("<u4").reshape(-1)
    return np.cumsum(differences, dtype=np.uint64)


def _write(short: NDArray[np.uint64], path: Path) -> None:
    differences = np.diff(short, prepend=np.uint64(0)).astype("<u4")
    # Byte by byte, since only the high ones are worth compressing.
    np.savez_compressed(path, differences=np.ascontiguousarray(differences.view(np.uint8).reshape(-1, 4).T))


def _is_in(mark: int, marks: NDArray[np.uint64]) -> bool:
    place = int(np.searchsorted(marks, np.uint64(mark)))
    return place < len(marks) and int(marks[place]) == mark


def _sorted(marks: set[int]) -> NDArray[np.uint64]:
    return np.sort(np.fromiter(marks, dtype=np.uint64, count=len(marks)))


def _mark(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big")
