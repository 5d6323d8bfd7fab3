"""A model that means something, for the fake Ollama: texts with the same words are near one another.

The vector of a text is the sum of a fixed random direction for each of its words, so Matryoshka truncation works as in
a model that was trained for it. `PROMPTED` is made sensitive to its prompts by construction, as the cards of nomic, E5
and Qwen3 say of themselves: a text that does not begin with one of the prompts is drowned in noise, the noise
being seeded by the text.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

PROMPTS = ("search_query: ", "search_document: ")
PROMPTED = "nomic-embed-text"
PLAIN_MODEL = "granite-embedding:278m"
"""It has no prompts and cannot be cut."""

_WORD = re.compile(r"[a-z]{3,}|[а-яё]{3,}")
_NOISE = 3.0


def by_words(text: str, *, dimensions: int = 768) -> Sequence[float]:
    """The vector of `text`, prompts aside."""
    for prompt in PROMPTS:
        text = text.removeprefix(prompt)
    words = [word[:5] for word in _WORD.findall(text.lower().replace("_", " "))]
    vector = sum((_direction(word, dimensions) for word in words), np.zeros(dimensions))
    if not np.any(vector):
        vector = _direction(text, dimensions)
    return [float(value) for value in vector / np.linalg.norm(vector)]


def by_words_if_prompted(text: str) -> Sequence[float]:
    """`by_words`, with noise where no prompt stands before the text."""
    vector = np.asarray(by_words(text))
    if text.startswith(PROMPTS):
        return [float(value) for value in vector]
    noise = _direction(f"noise {text}", len(vector))
    return [float(value) for value in vector + _NOISE * noise / np.linalg.norm(noise)]


@lru_cache(maxsize=4096)
def _direction(word: str, dimensions: int) -> NDArray[np.float64]:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).standard_normal(dimensions)
