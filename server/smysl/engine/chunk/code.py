"""The text of a chunk as a person reads it: dedented functions, classes without method bodies, modules without both."""

from __future__ import annotations

import re
from collections.abc import Sequence

from smysl.engine.chunk.comments import Comments
from smysl.engine.chunk.definitions import Definition
from smysl.engine.chunk.lines import Lines
from smysl.engine.types import Kind

_BLANK_LINES = re.compile(r"\n(?:[ \t\f]*\n){2,}")
_AFTER_BRACKET = re.compile(r"(?<=[(\[{])\s*\\?\n\s*")
_BEFORE_BRACKET = re.compile(r",?\s*\\?\n\s*(?=[)\]}])")
_LINE_BREAK = re.compile(r"\s*\\?\n\s*")


def dedent(text: str, indent: str) -> str:
    """`text` without `indent` at the beginning of its lines; lines that are indented less stay as they are."""
    text = text.replace("\r\n", "\n")
    return text.replace("\n" + indent, "\n") if indent else text


def signature(definition: Definition, lines: Lines, comments: Comments) -> str:
    """The header on one line, without decorators and colon: `async def f(a, b=1) -> int`, `class A(Base)`."""
    node = definition.node
    start = node.start_byte
    name = node.child_by_field_name("name")
    end = name.end_byte if name is not None else start
    for part in ("type_parameters", "superclasses", "parameters", "return_type"):
        found = node.child_by_field_name(part)
        if found is not None:
            end = max(end, found.end_byte)
    header = lines.data[start:end]
    if b"#" in header:
        for first, last in reversed(comments.spans_within(start, end)):
            header = header[: first - start] + header[last - start :]
    text = header.decode("utf-8", "replace")
    if "\n" in text:
        text = _AFTER_BRACKET.sub("", text.replace("\r\n", "\n"))
        text = _LINE_BREAK.sub(" ", _BEFORE_BRACKET.sub("", text))
    return text.strip()


def function_code(definition: Definition, lines: Lines) -> str:
    """The whole text of a function, dedented."""
    text = lines.data[definition.start : definition.end].decode("utf-8", "replace")
    return dedent(text, lines.indent_at(definition.start))


def class_code(definition: Definition, lines: Lines, signatures: Sequence[str]) -> str:
    """The text of a class in which each definition directly inside is only its signature and `...`."""
    indent = lines.indent_at(definition.start)
    pieces = []
    position = definition.start
    for child, child_signature in zip(definition.children, signatures, strict=True):
        between = lines.data[position : child.start].decode("utf-8", "replace")
        if position != definition.start and not between.strip():
            between = "\n" + lines.indent_at(child.start)
        pieces += [between, child_signature, ": ..."]
        position = child.end
    pieces.append(lines.data[position : definition.end].decode("utf-8", "replace"))
    return _BLANK_LINES.sub("\n\n", dedent("".join(pieces), indent))


def module_code(top_level: Sequence[Definition], lines: Lines, start: int) -> str:
    """The text of a file from byte `start` on, without the functions and classes of its top level."""
    pieces = []
    position = start
    for child in top_level:
        if child.start >= position:
            pieces.append(lines.data[position : child.start].decode("utf-8", "replace").rstrip(" \t"))
        position = max(position, child.end)
    pieces.append(lines.data[position:].decode("utf-8", "replace"))
    return _BLANK_LINES.sub("\n\n", "".join(pieces).replace("\r\n", "\n")).strip()


def own_spans(definition: Definition) -> list[tuple[int, int]]:
    """The byte spans of what `code` of a definition shows as written: all of a function, a class without its parts."""
    if definition.kind is not Kind.CLASS:
        return [(definition.start, definition.end)]
    return spans_between(definition.start, definition.end, definition.children)


def spans_between(start: int, end: int, cut: Sequence[Definition]) -> list[tuple[int, int]]:
    """The byte spans from `start` to `end` that none of the definitions `cut` covers."""
    spans = []
    for child in cut:
        if child.start > start:
            spans.append((start, child.start))
        start = max(start, child.end)
    if start < end:
        spans.append((start, end))
    return spans


def text_without(lines: Lines, spans: Sequence[tuple[int, int]], cut: Sequence[tuple[int, int]]) -> str:
    """The text of the byte `spans` without the byte spans `cut`; both are in order, and each cut is inside a span."""
    pieces = []
    waiting = list(reversed(cut))
    for start, end in spans:
        position = start
        while waiting and waiting[-1][0] < end:
            first, last = waiting.pop()
            if position <= first:
                pieces.append(lines.data[position:first])
                position = last
        pieces.append(lines.data[position:end])
    return b"".join(pieces).decode("utf-8", "replace")
