"""How much to send at once, and how to cut what is too long. Pure.

A server computes one text after another, so a query waits for what is in flight. Batches are therefore sized by
measured speed to about `SECONDS_IN_FLIGHT` of work, beginning small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smysl.engine.types import InputLimit

SECONDS_IN_FLIGHT = 0.2
FIRST_TEXTS = 4
MOST_TEXTS = 64
MOST_CHARACTERS = 48_000
SHORTEST = 16
"""Characters. A text that is too long even so is not a matter of length."""

_WEIGHT = 0.3
_SLACK = 3.0
"""How far a batch of unusually long texts may exceed its time before it is split. A caller who hands over `Pace.texts`
texts thus has them answered by one call nearly always, and a server that dies takes no finished work with it."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a model was lately; a moving average over calls.

    seconds_per_unit: a unit is an estimated token; None before the first measurement.
    units_per_text: mean estimated length.
    texts: how many texts of mean length make a batch; grows by doubling at most.
    """

    seconds_per_unit: float | None = None
    units_per_text: float = 200.0
    texts: int = FIRST_TEXTS

    def after(self, costs: Sequence[float], seconds: float) -> Pace:
        """The pace once a batch of texts of these `costs` took `seconds`."""
        units = max(sum(costs), 1.0)
        speed = seconds / units
        if self.seconds_per_unit is None:
            smooth, length = speed, units / len(costs)
        else:
            smooth = self.seconds_per_unit + _WEIGHT * (speed - self.seconds_per_unit)
            length = self.units_per_text + _WEIGHT * (units / len(costs) - self.units_per_text)
        fitting = int(SECONDS_IN_FLIGHT / max(smooth * length, 1e-9))
        return Pace(smooth, length, max(1, min(fitting, self.texts * 2, MOST_TEXTS)))

    def seconds(self, costs: Sequence[float]) -> float:
        """How long texts of these `costs` may be expected to take; 0 if unknown."""
        return (self.seconds_per_unit or 0.0) * sum(costs)


def next_batch(texts: Sequence[str], costs: Sequence[float], start: int, pace: Pace) -> int:
    """Where the batch that begins at `start` ends: at least one text, then as many as pace and size allow."""
    end, units, characters = start, 0.0, 0
    budget = _SLACK * SECONDS_IN_FLIGHT / pace.seconds_per_unit if pace.seconds_per_unit else float("inf")
    while end < len(texts) and end - start < pace.texts:
        units += costs[end]
        characters += len(texts[end])
        if end > start and (characters > MOST_CHARACTERS or units > budget):
            break
        end += 1
    return end


def clip(text: str, limit: InputLimit | None) -> str:
    """The longest head of `text` that surely fits; never trusts the server's own truncation.

    Ollama 0.24 answers 400 to over-long Russian text whatever `truncate` says, and 0.30 and later cut silently.
    """
    if limit is None or limit.cost(text) <= limit.tokens:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if limit.cost(text[:middle]) <= limit.tokens:
            low = middle
        else:
            high = middle - 1
    return text[:low]


def halved(text: str) -> str | None:
    """The first half of a text that turned out to be too long, or None when there is no sense in going on."""
    return text[: len(text) // 2] if len(text) >= 2 * SHORTEST else None
