"""The key of an embedding space: a digest of everything that decides the vectors."""

from __future__ import annotations

import hashlib


def space_key(*parts: str) -> str:
    """The same for the same parts in the same order, different for any difference."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
