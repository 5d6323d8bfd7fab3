"""Numbers as people read them, in English and in Russian."""

from __future__ import annotations

from smysl.l10n import Language

NOTHING = "–"
"""Stands where nothing was measured."""

_NARROW_SPACE = "\u202f"
_UNITS = {"en": ("B", "kB", "MB", "GB", "TB"), "ru": ("Б", "кБ", "МБ", "ГБ", "ТБ")}


def number(value: float | None, digits: int, language: Language) -> str:
    """`value` with so many digits after the decimal sign, thousands apart."""
    if value is None:
        return NOTHING
    text = f"{value:,.{digits}f}".replace("-", "−")
    if language == "ru":
        text = text.replace(",", _NARROW_SPACE).replace(".", ",")
    return text


def signed(value: float, digits: int, language: Language) -> str:
    """`number` with a sign, unless it rounds to zero."""
    text = number(value, digits, language)
    return f"+{text}" if round(value, digits) > 0 else text.lstrip("−") if not round(value, digits) else text


def rough(value: float | None, language: Language) -> str:
    """`value` with two or three telling digits."""
    if value is None:
        return NOTHING
    return number(value, 2 if abs(value) < 1 else 1 if abs(value) < 10 else 0, language)


def size(value: float | None, language: Language) -> str:
    """A number of bytes in the unit that suits it (1 kB is 1,000 bytes)."""
    if value is None:
        return NOTHING
    units = _UNITS[language]
    place = 0
    while value >= 999.5 and place + 1 < len(units):
        value, place = value / 1000, place + 1
    digits = 0 if not place or value >= 99.5 or value == round(value) else 1
    return f"{number(value, digits, language)}\u00a0{units[place]}"


def probability(value: float, language: Language) -> str:
    """A p-value; small ones are given as a bound."""
    if value < 0.001:
        return f"<\u202f{number(0.001, 3, language)}"
    return number(value, 3 if value < 0.1 else 2, language)
