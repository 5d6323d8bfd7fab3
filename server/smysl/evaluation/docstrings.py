"""The docstring task: the first sentence of a Russian docstring is the query, its unit is the answer.

The corpus is searched with every docstring removed, so that the words of the query are not lying there.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from smysl.evaluation.datasets import Query
from smysl.evaluation.units import Unit, parse, python_files, read_source

STYLE = "docstring"

_Body = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef

_PARAGRAPH = re.compile(r"\n\s*\n")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s|\s(?=:param|:return|:type|:rtype|Args:|Returns:|Note:)|::")
_RUSSIAN_WORD = re.compile(r"[а-яё]{2,}", re.IGNORECASE)
_ASYNC = re.compile(r"_?async")


def first_sentence(docstring: str) -> str:
    """The first sentence of the first paragraph, on one line, without its full stop."""
    paragraph = " ".join(_PARAGRAPH.split(docstring.strip())[0].split())
    return _SENTENCE_END.split(paragraph)[0].strip().rstrip(".:")


def docstring_queries(corpus: str, units: Iterable[Unit]) -> tuple[Query, ...]:
    """A query for each Russian first sentence of two words or more.

    A sentence that stands on several units asks for nothing in particular and is left out, unless all of them are the
    blocking and the asynchronous twin of one thing: then all are right answers.
    """
    told: dict[str, list[tuple[str, Unit]]] = {}
    for unit in units:
        sentence = first_sentence(unit.docstring)
        if len(_RUSSIAN_WORD.findall(sentence)) >= 2:
            told.setdefault(sentence.lower(), []).append((sentence, unit))
    queries: list[Query] = []
    for group in told.values():
        if len({twin(unit.id) for _, unit in group}) == 1:
            queries.append(
                Query(
                    corpus=corpus,
                    id=f"{corpus}-doc{len(queries) + 1}",
                    language="ru",
                    text=group[0][0],
                    gold=tuple(unit.id for _, unit in group),
                    style=STYLE,
                )
            )
    return tuple(queries)


def write_without_docstrings(tree: Path, target: Path, roots: Iterable[str]) -> None:
    """Copy the Python files under `roots` of `tree` to `target`, docstrings removed; unparsable files are left out."""
    for file in python_files(tree, roots):
        stripped = without_docstrings(read_source(file))
        if stripped is not None:
            copy = target / file.relative_to(tree)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(stripped, encoding="utf-8", newline="")


def without_docstrings(source: str) -> str | None:
    """`source` without the docstrings of modules, classes and functions, or None where it cannot be parsed.

    Lines that held nothing else are dropped; a docstring that shares its line, or is all of a body, becomes `pass`.
    """
    tree = parse(source)
    if tree is None:
        return None
    lines = source_lines(source)
    return without_cuts(lines, docstring_cuts(tree, lines))


def source_lines(source: str) -> list[bytes]:
    """The lines of `source` as the parser counts them, line ends kept, as UTF-8."""
    return [line.encode() for line in re.split(r"(?<=\n)|(?<=\r)(?!\n)", source)]


def docstring_cuts(tree: ast.Module, lines: list[bytes]) -> list[Cut]:
    """What takes the docstrings out of `lines`."""
    return [_cut(node, lines) for node in _documented(tree)]


def without_cuts(lines: list[bytes], cuts: Iterable[Cut]) -> str:
    """The text of `lines` after `cuts`, which do not overlap."""
    left = list(lines)
    for cut in sorted(cuts, key=lambda cut: cut.first, reverse=True):
        left[cut.first : cut.last + 1] = [cut.replacement] if cut.replacement else []
    return b"".join(left).decode()


@dataclass(frozen=True, slots=True)
class Cut:
    """Lines to replace, 0-based and inclusive."""

    first: int
    last: int
    replacement: bytes = b""


def _documented(tree: ast.Module) -> Iterator[_Body]:
    for node in ast.walk(tree):
        if isinstance(node, _Body) and ast.get_docstring(node, clean=False) is not None:
            yield node


def _cut(node: _Body, lines: list[bytes]) -> Cut:
    docstring = node.body[0]
    first, last = docstring.lineno - 1, (docstring.end_lineno or docstring.lineno) - 1
    before = lines[first][: docstring.col_offset]
    after = lines[last][docstring.end_col_offset or 0 :]
    alone = not before.strip() and not after.strip()
    is_needed = len(node.body) == 1 and not isinstance(node, ast.Module)
    return Cut(first, last, b"" if alone and not is_needed else before + b"pass" + after)


def twin(unit_id: str) -> str:
    """The same for the blocking and the asynchronous form of one thing."""
    return _ASYNC.sub("", unit_id.lower())
