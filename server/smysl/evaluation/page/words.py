"""The language of a page: sentences, numbers and names in it."""

from __future__ import annotations

from dataclasses import dataclass

from smysl.engine.types import Message
from smysl.evaluation import figures
from smysl.evaluation.comparison import LEXICAL, MODES, System
from smysl.l10n import Language, translate


@dataclass(frozen=True, slots=True)
class Words:
    """Says things in `language`."""

    language: Language

    def __call__(self, message: Message) -> str:
        """The sentence."""
        return translate(message, self.language)

    def number(self, value: float | None, digits: int = 0) -> str:
        """A number with so many digits after the decimal sign."""
        return figures.number(value, digits, self.language)

    def signed(self, value: float, digits: int = 3) -> str:
        """A number with its sign."""
        return figures.signed(value, digits, self.language)

    def rough(self, value: float | None) -> str:
        """A number with its two or three telling digits."""
        return figures.rough(value, self.language)

    def size(self, value: float | None) -> str:
        """A number of bytes."""
        return figures.size(value, self.language)

    def relation(self, p_value: float) -> str:
        """A p-value as what p is: `= 0.02` or `< 0.001`."""
        text = figures.probability(p_value, self.language)
        return text if text.startswith("<") else f"= {text}"


def shown_name(system: System, words: Words) -> str:
    """What a system is called on the page."""
    return words(MODES[system.mode]) if system.model == LEXICAL else system.name
