"""What a definition says about itself: that it is a test, or that it is deprecated."""

from __future__ import annotations

import re

from tree_sitter import Node

from smysl.engine.chunk.definitions import Definition
from smysl.engine.chunk.lines import Lines
from smysl.engine.chunk.tests_rule import is_test_class, is_test_function
from smysl.engine.types import Kind

_DECORATOR_NAME = re.compile(rb"@\s*([\w.]+)")
# The directive at the margin speaks of the whole; indented it speaks of one parameter.
_DEPRECATED_DOCSTRING = re.compile(r"[\[(*`]*(?:deprecated|устарел)|(?s:.*\n)?\.\. deprecated", re.IGNORECASE)


def says_test(definition: Definition, lines: Lines) -> bool:
    """Whether a definition outside test files is test code, by itself or by what it stands in."""
    if definition.parent is not None and definition.parent.is_test:
        return True
    if definition.kind is Kind.CLASS:
        bases = definition.node.child_by_field_name("superclasses")
        return bases is not None and is_test_class(definition.name, _text(bases, lines))
    return definition.name.startswith("test_") and is_test_function(
        definition.name, lines.data[definition.start : definition.end].decode("utf-8", "replace")
    )


def says_deprecated(definition: Definition, lines: Lines, docstring: str) -> bool:
    """Whether a definition, or the class it stands in, is deprecated.

    By a decorator named `deprecated`, by its docstring, or by a deprecation warning that its body always gives.
    """
    if definition.parent is not None and definition.parent.is_deprecated:
        return True
    for decorator in definition.decorators:
        name = _DECORATOR_NAME.match(lines.data, decorator.start_byte, decorator.end_byte)
        if name and name[1].rpartition(b".")[2].lower() == b"deprecated":
            return True
    if docstring and _DEPRECATED_DOCSTRING.match(docstring):
        return True
    if definition.kind is Kind.CLASS or lines.data.find(b"DeprecationWarning", definition.start, definition.end) < 0:
        return False
    return _always_warns(definition.node, lines)


def _always_warns(node: Node, lines: Lines) -> bool:
    body = node.child_by_field_name("body")
    for statement in body.named_children if body is not None else ():
        is_expression = statement.type == "expression_statement" and statement.named_child_count
        call = statement.named_child(0) if is_expression else None
        if call is None or call.type != "call":
            continue
        function = call.child_by_field_name("function")
        arguments = call.child_by_field_name("arguments")
        if function is None or arguments is None:
            continue
        called = _text(function, lines).rpartition(".")[2]
        if called == "warn" and "DeprecationWarning" in _text(arguments, lines):
            return True
    return False


def _text(node: Node, lines: Lines) -> str:
    return lines.data[node.start_byte : node.end_byte].decode("utf-8", "replace")
