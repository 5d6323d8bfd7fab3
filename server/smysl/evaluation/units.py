"""The units of a benchmark: functions, methods and classes of a Python file, with ids that two programs agree on.

The id is `relative/path.py::Qual.name`; a nested function is `Outer.inner`, and the second and third definition of one
name in a file get `#2` and `#3`, in order of position. Only the standard library's parser is used, so that what is
measured and what measures have nothing in common.
"""

from __future__ import annotations

import ast
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Unit:
    """A function, method or class. `line` is that of `def` or `class`, 1-based; `docstring` is cleaned, or empty."""

    id: str
    path: str
    qualified_name: str
    line: int
    docstring: str


def parse(source: str) -> ast.Module | None:
    """The syntax tree, or None where this Python cannot read the source."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes in other people's strings
        try:
            return ast.parse(source)
        except (SyntaxError, ValueError, RecursionError):
            return None


def units_of_source(source: str, path: str) -> tuple[Unit, ...]:
    """The units of one file in order of position; none where it cannot be parsed."""
    tree = parse(source)
    if tree is None:
        return ()
    return tuple(unit for unit, _ in definitions(tree, path))


def definitions(tree: ast.Module, path: str) -> Iterator[tuple[Unit, Definition]]:
    """The units of a parsed file with their nodes, in order of position."""
    seen: Counter[str] = Counter()
    for name, node in _definitions(tree, ()):
        seen[name] += 1
        repeat = "" if seen[name] == 1 else f"#{seen[name]}"
        yield Unit(f"{path}::{name}{repeat}", path, name, node.lineno, ast.get_docstring(node) or ""), node


def python_files(base: Path, roots: Iterable[str]) -> Iterator[Path]:
    """The `.py` files under `roots` of `base`: sorted, the files of a folder before those of its sub-folders."""
    for root in roots:
        yield from _files_under(base / root)


def units_of_tree(base: Path, roots: Iterable[str]) -> tuple[Unit, ...]:
    """The units of all files under `roots`."""
    return tuple(
        unit
        for file in python_files(base, roots)
        for unit in units_of_source(read_source(file), file.relative_to(base).as_posix())
    )


def read_source(file: Path) -> str:
    """The text of a corpus file; the benchmark reads everything as UTF-8 and replaces what is not."""
    return file.read_text(encoding="utf-8", errors="replace")


class UnitFinder:
    """Finds the id of the unit that a hit shows, by path, qualified name and line."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._by_name: dict[tuple[str, str], list[Unit]] = {}
        for unit in units:
            self._by_name.setdefault((unit.path, unit.qualified_name), []).append(unit)

    def find(self, path: str, qualified_name: str, line: int) -> str | None:
        """The id of the unit of that name nearest to `line`, or None where the benchmark knows none."""
        candidates = self._by_name.get((path, qualified_name))
        return min(candidates, key=lambda unit: abs(unit.line - line)).id if candidates else None


def by_id(units: Iterable[Unit]) -> Mapping[str, Unit]:
    """Units by their ids."""
    return {unit.id: unit for unit in units}


def _files_under(folder: Path) -> Iterator[Path]:
    entries = sorted(folder.iterdir())
    yield from (entry for entry in entries if entry.suffix == ".py" and entry.is_file())
    for entry in entries:
        if entry.is_dir() and not entry.is_symlink():
            yield from _files_under(entry)


def _definitions(node: ast.AST, outer: tuple[str, ...]) -> Iterator[tuple[str, Definition]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inner = (*outer, child.name)
            yield ".".join(inner), child
            yield from _definitions(child, inner)
        else:
            yield from _definitions(child, outer)
