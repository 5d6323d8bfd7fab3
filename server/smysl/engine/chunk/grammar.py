"""The grammar: bytes -> syntax tree, and the one query that finds what chunks are made of."""

from __future__ import annotations

import tree_sitter_python
from tree_sitter import Language, Parser, Query, QueryCursor, Tree

_LANGUAGE = Language(tree_sitter_python.language())
_LANDMARKS = Query(
    _LANGUAGE,
    """
    (decorated_definition) @decorated
    (function_definition) @function
    (class_definition) @class
    (comment) @comment
    """,
)


def parse(data: bytes) -> Tree:
    """The syntax tree of Python source in UTF-8; broken source gives a tree with error nodes, never an exception."""
    return Parser(_LANGUAGE).parse(data)  # a parser is cheap and must not be shared between threads


def landmarks() -> QueryCursor:
    """A fresh cursor whose captures are named `decorated`, `function`, `class` and `comment`."""
    return QueryCursor(_LANDMARKS)
