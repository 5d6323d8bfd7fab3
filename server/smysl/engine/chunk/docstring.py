"""String literals read without running them: docstrings and their values."""

from __future__ import annotations

import inspect
import re
import unicodedata

from tree_sitter import Node

_LITERAL = re.compile(r"([A-Za-z]*)('''|\"\"\"|'|\")(.*)\2", re.DOTALL)
_ESCAPE = re.compile(
    r"\\(?:(\n)|([\\'\"abfnrtv])|([0-7]{1,3})|x([0-9A-Fa-f]{2})"
    r"|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|N\{([^}]+)\})"
)
_SIMPLE_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def docstring_node(body: Node | None) -> Node | None:
    """The literal that is the docstring of a block (or of a module's root), if its first statement is one."""
    if body is None:
        return None
    statement = body.named_child(0) if body.named_child_count else None
    if statement is not None and statement.type == "comment":
        statement = next((child for child in body.named_children if child.type != "comment"), None)
    if statement is None or statement.type != "expression_statement":
        return None
    if statement.named_child_count != 1:
        return None
    literal = statement.named_child(0)
    return literal if literal.type in {"string", "concatenated_string"} else None


def docstring_value(literal: Node, source: bytes) -> str:
    """The cleaned value of a docstring literal, or "" for bytes and f-strings. `source` is the literal's own text."""
    if literal.type == "string":
        value = _value(source)
    else:
        begin = literal.start_byte
        values = [
            _value(source[part.start_byte - begin : part.end_byte - begin])
            for part in literal.named_children
            if part.type == "string"
        ]
        value = None if any(part is None for part in values) else "".join(part or "" for part in values)
    return inspect.cleandoc(value).rstrip() if value else ""


def first_paragraph(docstring: str) -> str:
    """What a docstring says before its first empty line."""
    return docstring.partition("\n\n")[0]


def _value(source: bytes) -> str | None:
    match = _LITERAL.fullmatch(source.decode("utf-8", "replace").replace("\r\n", "\n"))
    if match is None:
        return None
    prefix, text = match[1].lower(), match[3]
    if "b" in prefix or "f" in prefix or "t" in prefix:
        return None
    return text if "r" in prefix or "\\" not in text else _ESCAPE.sub(_unescape, text)


def _unescape(match: re.Match[str]) -> str:
    newline, simple, octal, byte, short, long, name = match.groups()
    if newline:
        return ""
    if simple:
        return _SIMPLE_ESCAPES.get(simple, simple)
    if name:
        try:
            return unicodedata.lookup(name)
        except KeyError:
            return str(match[0])
    code = int(octal, 8) if octal else int(byte or short or long, 16)
    # A lone surrogate or a number beyond Unicode stays as it is written: it could never be stored as UTF-8.
    return str(match[0]) if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF else chr(code)
