"""From the numbers that a server sent to rows that can be trusted. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from smysl.engine.types import Matrix, Message, Vector, say

_UNIT_TOLERANCE = 1e-3


def read_vectors(
    answers: Sequence[Sequence[float]], dimensions: int, *, whole: int
) -> tuple[Matrix, dict[int, Message]]:
    """Unit rows, shape (len(answers), dimensions), and why a row is NaN instead.

    A vector of the model's `whole` length, when less was asked for, comes from a server that does not know
    `dimensions` (Ollama before 0.11.11): its head is taken and made a unit again, as newer servers do.
    """
    matrix = np.full((len(answers), dimensions), np.nan, dtype=np.float32)
    faults: dict[int, Message] = {}
    for index, answer in enumerate(answers):
        with np.errstate(over="ignore"):  # too large for 32 bits becomes infinite, which is refused below
            vector = np.asarray(answer, dtype=np.float32)
        fault = vector_fault(vector, dimensions, whole=whole)
        if fault:
            faults[index] = fault
        else:
            matrix[index] = vector if len(vector) == dimensions else unit(vector[:dimensions])
    return matrix, faults


def vector_fault(vector: Vector, dimensions: int, *, whole: int) -> Message | None:
    """Why `vector` cannot be used, or None. Broken GPUs give NaN and zeros with a cheerful status 200."""
    if len(vector) not in (dimensions, whole):
        return say(
            "The model gave a vector of {length} numbers instead of {dimensions}.",
            length=len(vector),
            dimensions=dimensions,
        )
    if not np.isfinite(vector).all():
        return say("The model gave a vector with numbers that are not finite.")
    norm = float(np.linalg.norm(vector))
    if norm == 0 or not np.any(vector[:dimensions]):
        return say("The model gave a vector of zeros.")
    if abs(norm - 1) > _UNIT_TOLERANCE:
        return say("The model gave a vector of length {norm} instead of 1.", norm=round(norm, 4))
    return None


def unit(vector: Vector) -> Vector:
    """`vector` with length 1; it must not be zero."""
    scaled: Vector = (vector / np.linalg.norm(vector)).astype(np.float32)
    return scaled
