"""Russian and English sentences that say the same."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

from training.prose import plain
from training.rows import Sentences

_LEFT_OUT = re.compile(r"\+glib$|^progit|javascript\.info|git\+git")
"""Sources whose licence is not permissive."""

_WORD = re.compile(r"[^\W\d_]{2,}")
_LONGEST = 400
_UNLIKE = 3.0
"""Sentences of such different lengths do not say the same."""


def read_parallel(path: Path) -> Iterator[Sentences]:
    """The sentence pairs of a file of JSON lines {src, ru, en}: cleaned, without repeats and misfits."""
    seen: set[tuple[str, str]] = set()
    raw = path.read_bytes()
    for line in (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8").splitlines():
        found = json.loads(line)
        russian, english = plain(found["ru"])[:_LONGEST], plain(found["en"])[:_LONGEST]
        key = russian.lower(), english.lower()
        if key not in seen and not _LEFT_OUT.search(found["src"]) and _fit(russian, english):
            seen.add(key)
            yield Sentences(russian, english, found["src"])


def _fit(russian: str, english: str) -> bool:
    words = len(_WORD.findall(russian)), len(_WORD.findall(english))
    return min(words) >= 1 and max(words) <= _UNLIKE * min(words) + 2
