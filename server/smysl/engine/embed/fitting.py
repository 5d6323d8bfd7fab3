"""Whether a model fits a machine, and which one to take: arithmetic that a person can follow. Pure.

A loaded model takes its weights (the file), what it keeps of the tokens of one text, the scratch room of one
computation, and the runtime itself. Smysl asks for a context of one text and computes it in one batch, so both are
bounded by the context it asks for. Two caches, keys and values, of 16 bits in every layer are llama.cpp's. The scratch
room was measured with the llama.cpp of Ollama 0.34.4 at 2,048 tokens: models like Qwen3 reserve a row as wide as the
vocabulary for each token (1,185 of 1,209 MiB), whether or not it is looked at, and all a few rows as wide as the model
(3 to 7 in the shapes of Qwen3 0.6B, 4B and 8B and of a BERT).
"""

from __future__ import annotations

from dataclasses import dataclass

from smysl.engine.machine import Machine, Memory

RUNTIME_BYTES = 300_000_000
"""An allowance for CUDA, its libraries and the process, which are there before any model is."""

SCRATCH_ROWS = 8
"""Rows of 32-bit numbers as wide as the model that one computation holds for each token."""

GPU_RESERVE_BYTES = 1_000_000_000
"""Left for the desktop and the editor on a graphics card."""

RAM_SHARE = 0.5
"""How much of the machine's memory a model may take beside everything else a developer runs."""


@dataclass(frozen=True, slots=True)
class Needs:
    """The memory of a loaded model, in bytes, by what it is for; `context_tokens` is the longest text it is given."""

    weights: int
    context: int
    overhead: int
    context_tokens: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.weights + self.context + self.overhead


def needs(weights: int, *, width: int, cache_bytes: int, vocabulary: int, tokens: int) -> Needs:
    """What a file of `weights` bytes needs for texts of up to `tokens` tokens.

    `width` is that of the vectors inside the model, `cache_bytes` what it keeps of a token, and `vocabulary` how many
    tokens a model knows that could also write; 0 for one that only embeds.
    """
    return Needs(
        weights=weights,
        context=cache_bytes * tokens,
        overhead=RUNTIME_BYTES + tokens * 4 * (SCRATCH_ROWS * width + vocabulary),
        context_tokens=tokens,
    )


def room(machine: Machine) -> int:
    """How many bytes a model may take there."""
    if machine.memory is Memory.RAM:
        return int(machine.total_bytes * RAM_SHARE)
    return max(0, machine.total_bytes - GPU_RESERVE_BYTES)


def fits(wanted: Needs, machine: Machine) -> bool:
    """Whether a model that needs so much has the room."""
    return wanted.total <= room(machine)
