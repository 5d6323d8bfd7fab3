"""Whether a model fits a machine, and which one to take: arithmetic that a person can follow. Pure.

A loaded model takes its weights (the file), what it keeps of the tokens of one text, the scratch room of one
computation, and the runtime itself. Smysl asks for a context of one text and computes it in one batch, so both are
bounded by the context it asks for. The formula of the second is llama.cpp's (two caches, keys and values, of 16 bits);
the last two are allowances: `RUNTIME_BYTES` and `SCRATCH_ROWS`.
"""

from __future__ import annotations

from dataclasses import dataclass

from smysl.engine.machine import Machine, Memory

RUNTIME_BYTES = 500_000_000
"""What CUDA, its libraries and the process take before any model is there: 300 to 500 MB on NVIDIA's cards."""

SCRATCH_ROWS = 32
"""Rows of 32-bit numbers as wide as the model that one computation holds for each token: the states, the widened ones
inside a layer (three to four times as wide, twice), queries, keys and values, and the scores between tokens."""

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


def needs(weights: int, *, width: int, cache_bytes: int, tokens: int) -> Needs:
    """What a file of `weights` bytes needs for texts of up to `tokens` tokens.

    `width` is that of the vectors inside the model, `cache_bytes` what it keeps of a token.
    """
    return Needs(
        weights=weights,
        context=cache_bytes * tokens,
        overhead=RUNTIME_BYTES + tokens * width * 4 * SCRATCH_ROWS,
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
