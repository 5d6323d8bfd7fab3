"""The interpreter's own library, where `ast` says what is right."""

from __future__ import annotations

import ast
import sysconfig
import warnings
from pathlib import Path

from smysl.engine.chunk import chunk_source
from smysl.engine.types import Kind

LIBRARY = Path(sysconfig.get_paths()["stdlib"])
SAMPLE = [
    path
    for folder in (LIBRARY, LIBRARY / "asyncio", LIBRARY / "email", LIBRARY / "unittest", LIBRARY / "importlib")
    for path in sorted(folder.glob("*.py"))
]


def definitions(tree: ast.Module) -> set[tuple[str, str, int]]:
    """Kind, qualified name and line of every definition in a tree."""
    found = set()
    waiting: list[tuple[ast.AST, str, bool]] = [(tree, "", False)]
    while waiting:
        node, outer, in_class = waiting.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                name = f"{outer}.{child.name}" if outer else child.name
                is_class = isinstance(child, ast.ClassDef)
                kind = Kind.CLASS if is_class else Kind.METHOD if in_class else Kind.FUNCTION
                found.add((kind.value, name, child.lineno))
                waiting.append((child, name, is_class))
            else:
                waiting.append((child, outer, in_class))
    return found


def docstrings(tree: ast.Module) -> list[str]:
    nodes = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))]
    return [(ast.get_docstring(node) or "").rstrip() for node in sorted(nodes, key=lambda node: node.lineno)]


def test_names_kinds_and_lines_are_those_that_python_itself_sees() -> None:
    assert len(SAMPLE) > 150
    different = {}
    for path in SAMPLE:
        try:
            source = path.read_text(encoding="utf-8")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                expected = definitions(ast.parse(source))
        except (SyntaxError, UnicodeDecodeError):
            continue
        chunks = chunk_source(source, path.name).chunks
        found = {(chunk.kind.value, chunk.qualified_name, chunk.name_line) for chunk in chunks}
        found -= {(chunk.kind.value, chunk.qualified_name, 1) for chunk in chunks if chunk.kind is Kind.MODULE}
        if found != expected:
            different[path.name] = found ^ expected
    assert different == {}


def test_docstrings_are_those_that_python_itself_sees() -> None:
    different = []
    for path in SAMPLE[::4]:
        source = path.read_text(encoding="utf-8")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = docstrings(ast.parse(source))
        chunks = [chunk for chunk in chunk_source(source, path.name).chunks if chunk.kind is not Kind.MODULE]
        found = [chunk.docstring for chunk in sorted(chunks, key=lambda chunk: chunk.name_line)]
        different += [(path.name, mine, right) for mine, right in zip(found, expected, strict=True) if mine != right]
    assert different == []
