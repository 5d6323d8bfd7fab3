"""What code says of itself in prose: the docstring of a definition, or the comment that leads it; and code without it.

A leading comment stands directly above the definition (or its decorators), or between its header and first statement.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from smysl.evaluation.docstrings import Cut, docstring_cuts, source_lines, without_cuts
from smysl.evaluation.units import Definition, Unit, definitions, parse

_MARK = re.compile(r"#[:!#]*\s?")
_FOR_TOOLS = re.compile(
    r"(?:type:|noqa|nosec|pragma|pylint|mypy|pyright|ruff|flake8|fmt:|isort|yapf|region|-\*-|!/)", re.I
)


@dataclass(frozen=True, slots=True)
class Told:
    """A definition and what is said of it, cleaned of comment signs; empty when nothing is."""

    unit: Unit
    text: str


def told_of_source(source: str, path: str) -> tuple[Told, ...]:
    """The definitions of one file in order of position; none where it cannot be parsed."""
    tree = parse(source)
    if tree is None:
        return ()
    lines = source_lines(source)
    return tuple(Told(unit, unit.docstring or _comment(node, lines)) for unit, node in definitions(tree, path))


def without_prose(source: str) -> str:
    """`source` without docstrings and leading comments; as it is where it cannot be parsed."""
    tree = parse(source)
    if tree is None:
        return source
    lines = source_lines(source)
    cuts = docstring_cuts(tree, lines)
    comments = {number for _, node in definitions(tree, "") for number in (*_above(node, lines), *_within(node, lines))}
    bare = without_cuts(lines, [*cuts, *(Cut(number, number) for number in comments)])
    # A sign that begins a line of a string is no comment; where that was mistaken, only the docstrings go.
    return bare if parse(bare) is not None else without_cuts(lines, cuts)


def _comment(node: Definition, lines: list[bytes]) -> str:
    for numbers in (_above(node, lines), _within(node, lines)):
        said = [_said(lines[number]) for number in numbers]
        if text := "\n".join(line for line in said if line):
            return text
    return ""


def _said(line: bytes) -> str:
    text = _MARK.sub("", line.decode("utf-8", "replace").strip(), count=1)
    return "" if _FOR_TOOLS.match(text) else text.strip()


def _above(node: Definition, lines: list[bytes]) -> list[int]:
    """The 0-based numbers of the comment lines directly above, indented alike."""
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) - 1
    indent = _indent(lines[first])
    return sorted(_comments_before(first, lines, indent))


def _within(node: Definition, lines: list[bytes]) -> list[int]:
    """Those of the comment lines between header and first statement."""
    first = node.body[0]
    start = min([first.lineno, *(one.lineno for one in getattr(first, "decorator_list", ()))]) - 1
    if start <= node.lineno - 1 or isinstance(first, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return []  # on the line of the header, or the comment of what is defined first
    return sorted(number for number in _comments_before(start, lines, None) if number > node.lineno - 1)


def _comments_before(line: int, lines: list[bytes], indent: bytes | None) -> Iterator[int]:
    for number in range(line - 1, -1, -1):
        text = lines[number].strip()
        if not text.startswith(b"#") or (indent is not None and _indent(lines[number]) != indent):
            return
        yield number


def _indent(line: bytes) -> bytes:
    return line[: len(line) - len(line.lstrip())]
