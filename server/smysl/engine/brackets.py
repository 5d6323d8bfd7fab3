"""Bracket expressions of gitignore patterns, read as git reads them (`dowild` in git's wildmatch.c).

pathspec hands what stands between the brackets to `re` as it is. There `[[:alpha:]]` means something else, `[a&&b]`
warns and `[z-a]` is an error, so each bracket travels through pathspec as one private character and is put back after.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_PRIVATE = range(0xF0000, 0xFFFFD)

_CLASSES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "alnum": (("0", "9"), ("A", "Z"), ("a", "z")),
    "alpha": (("A", "Z"), ("a", "z")),
    "blank": ((" ", " "), ("\t", "\t")),
    "cntrl": (("\x00", "\x1f"), ("\x7f", "\x7f")),
    "digit": (("0", "9"),),
    "graph": (("!", "~"),),
    "lower": (("a", "z"),),
    "print": ((" ", "~"),),
    "punct": (("!", "/"), (":", "@"), ("[", "`"), ("{", "~")),
    "space": ((" ", " "), ("\t", "\r")),
    "upper": (("A", "Z"),),
    "xdigit": (("0", "9"), ("A", "F"), ("a", "f")),
}


@dataclass(frozen=True, slots=True)
class Shielded:
    """A gitignore pattern whose bracket expressions are single characters, and what each of them stands for."""

    pattern: str
    brackets: Mapping[str, str]

    def restore(self, regex: str) -> str:
        """The regular expression made of `pattern`, with the brackets as regular expressions in their places."""
        for char, bracket in self.brackets.items():
            regex = regex.replace(char, bracket)
        return regex


def shield(pattern: str) -> Shielded | None:
    """`pattern` ready for pathspec, or None if git never matches it: a bracket is not closed or names no class."""
    if pattern.startswith("#") or "[" not in pattern:
        return Shielded(pattern, {})
    free = (chr(code) for code in _PRIVATE if chr(code) not in pattern)
    plain: list[str] = []
    brackets: dict[str, str] = {}
    place = 0
    while place < len(pattern):
        if pattern[place] != "[":
            width = 2 if pattern[place] == "\\" else 1
            plain.append(pattern[place : place + width])
            place += width
            continue
        try:
            bracket, place = _read(pattern, place + 1)
        except (IndexError, KeyError):
            return None
        char = next(free)
        plain.append(char)
        brackets[char] = bracket
    return Shielded("".join(plain), brackets)


def _read(pattern: str, place: int) -> tuple[str, int]:
    """The regular expression of the bracket that opens before `place`, and where it ends.

    Raises `IndexError` for one that is not closed, `KeyError` for a class that does not exist.
    """
    is_negated = pattern[place] in "!^"
    start = place + is_negated
    items = list(_items(pattern, start))
    inside = "".join(f"\\U{ord(low):08x}-\\U{ord(high):08x}" for low, high, _ in items if low <= high)
    return f"(?!/)[{'^' if is_negated else ''}{inside}]", items[-1][2] + 1


def _items(pattern: str, place: int) -> Iterator[tuple[str, str, int]]:
    """The ranges in a bracket, each with the place after it. A closing bracket that comes first is a character."""
    before = ""
    is_first = True
    while is_first or pattern[place] != "]":
        is_first = False
        char = pattern[place]
        if char == "-" and before and pattern[place + 1] != "]":
            high, place = _character(pattern, place + 1)
            yield before, high, place
            before = ""
        elif (name := _class_name(pattern, place)) is not None:
            place += len(name) + 4
            for low, high in _CLASSES[name]:
                yield low, high, place
            before = ""
        else:
            before, place = _character(pattern, place)
            yield before, before, place


def _character(pattern: str, place: int) -> tuple[str, int]:
    if pattern[place] == "\\":
        place += 1
    return pattern[place], place + 1


def _class_name(pattern: str, place: int) -> str | None:
    """The name in `[:name:]` at `place`, or None if no such thing stands there. Raises `IndexError`."""
    if not pattern.startswith("[:", place):
        return None
    end = pattern.find("]", place + 2)
    if end < 0:
        raise IndexError
    # `[[:]` is a bracket of two characters.
    return pattern[place + 2 : end - 1] if end > place + 2 and pattern[end - 1] == ":" else None
