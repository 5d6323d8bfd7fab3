"""The models of the fake Ollama: their facts, their vectors, and how long a text is for them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from smysl.engine.embed.catalogue import resolve

_PIECE = re.compile(r"[a-z0-9]+|\S", re.ASCII | re.IGNORECASE)


@dataclass
class FakeModel:
    """A pulled model. Zeros are filled in from the catalogue; `salt` changes its digest, as a new pull does."""

    name: str
    dimensions: int = 0
    context: int = 0
    embeds: bool = True
    salt: str = ""
    size: int = 123_456_789

    def __post_init__(self) -> None:
        row = resolve(self.name)
        self.dimensions = self.dimensions or row.dimensions or 64
        self.context = self.context or row.input_tokens or 2048

    @property
    def tag(self) -> str:
        """The name with its tag."""
        return self.name if ":" in self.name else f"{self.name}:latest"

    @property
    def digest(self) -> str:
        """As in /api/tags: 64 hexadecimal digits."""
        return hashlib.sha256(f"{self.tag}{self.salt}".encode()).hexdigest()

    def vector(self, text: str) -> list[float]:
        """Seeded by model and text: the same on every run, near to nothing else."""
        seed = hashlib.sha256(f"{self.digest}\0{text}".encode()).digest()
        random = np.random.default_rng(int.from_bytes(seed[:8], "big"))
        return normalised(random.standard_normal(self.dimensions).tolist())

    @staticmethod
    def tokens(text: str) -> int:
        """Roughly a BERT's: four ASCII letters a piece, any other letter or sign its own, two for the ends."""
        return 2 + sum(-(-len(piece) // 4) for piece in _PIECE.findall(text))


def normalised(numbers: Sequence[float]) -> list[float]:
    """As Ollama does it: in 32 bits, and a zero vector stays zero."""
    vector = np.asarray(numbers, dtype=np.float32)
    scaled = vector / max(float(np.linalg.norm(vector)), 1e-12)
    return [float(number) for number in scaled.astype(np.float32)]
