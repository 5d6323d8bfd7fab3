"""Source text -> chunks. Pure, and broken code never raises: it costs at most the definition it stands in."""

from __future__ import annotations

from dataclasses import dataclass

from tree_sitter import Node

from smysl.engine.chunk import code
from smysl.engine.chunk.comments import Comments
from smysl.engine.chunk.definitions import Definition, find_landmarks
from smysl.engine.chunk.docstring import docstring_node, docstring_value, first_paragraph
from smysl.engine.chunk.lines import Lines
from smysl.engine.chunk.marks import says_deprecated, says_test
from smysl.engine.chunk.repair import mended
from smysl.engine.chunk.tests_rule import is_test_path
from smysl.engine.types import Chunk, Kind, Message, Span, say

_NOT_WORTH_A_MODULE = frozenset(
    {
        "class_definition",
        "comment",
        "decorated_definition",
        "function_definition",
        "future_import_statement",
        "import_from_statement",
        "import_statement",
    }
)
_DEPTH_SHOWN = 200  # A deeper nest is generated code, and its names would grow with the square of its depth.


@dataclass(frozen=True, slots=True)
class ChunkedFile:
    """The chunks of one file: the module first if it has one, the others by position. `notes`: what was broken."""

    chunks: tuple[Chunk, ...]
    notes: tuple[Message, ...] = ()


def chunk_source(text: str, path: str) -> ChunkedFile:
    """Cut `text`, the source of the file at `path` (relative to the workspace, forward slashes).

    Spans are in the lines of `text` and in the bytes of its UTF-8.
    """
    if "\n" not in text:
        text = text.replace("\r", "\n")  # the line ends of an old Macintosh
    data = text.encode("utf-8", "replace")
    lines = Lines(data)
    source = mended(data)
    found = find_landmarks(source.tree, lines, source.ends)
    cutter = _Cutter(lines, found.comments, is_test_file=is_test_path(path))
    chunks = cutter.module_chunks(source.tree.root_node, found.definitions, path)
    chunks += [cutter.chunk(definition) for definition in found.definitions if _is_shown(definition)]
    if source.error_byte is None:
        return ChunkedFile(tuple(chunks))
    return ChunkedFile(tuple(chunks), (say("Syntax error near line {line}.", line=lines.line_at(source.error_byte)),))


class _Cutter:
    """Makes the chunks of one file; remembers the signatures, which a class shows again."""

    def __init__(self, lines: Lines, comments: Comments, *, is_test_file: bool) -> None:
        self._lines = lines
        self._comments = comments
        self._is_test_file = is_test_file
        self._signatures: dict[int, str] = {}
        self._summary = ""

    def chunk(self, definition: Definition) -> Chunk:
        lines = self._lines
        literal = docstring_node(definition.node.child_by_field_name("body"))
        docstring = self._docstring(literal)
        definition.summary = first_paragraph(docstring)
        # Parents come first, so what a parent is, its parts can ask.
        definition.is_test = self._is_test_file or says_test(definition, lines)
        definition.is_deprecated = says_deprecated(definition, lines, docstring)
        if definition.kind is Kind.CLASS:
            signatures = [self._signature(child) for child in definition.children]
            text = code.class_code(definition, lines, signatures)
        else:
            signatures = []
            text = code.function_code(definition, lines)
        spans = code.own_spans(definition)
        return Chunk(
            kind=definition.kind,
            name=definition.name,
            qualified_name=definition.qualified_name,
            span=self._span(definition.start, definition.end),
            name_line=lines.line_at(definition.name_byte),
            name_column=lines.column_at(definition.name_byte),
            signature=self._signature(definition),
            docstring=docstring,
            comments=self._comments.text_within(spans),
            code=text,
            body="\n".join([self._body(spans, literal), *signatures]),
            context=definition.parent.summary if definition.parent else self._summary,
            is_test=definition.is_test,
            is_deprecated=definition.is_deprecated,
        )

    def module_chunks(self, root: Node, definitions: tuple[Definition, ...], path: str) -> list[Chunk]:
        """The chunk of the module, if there is more in it than imports and definitions."""
        literal = docstring_node(root)
        self._summary = first_paragraph(self._docstring(literal))
        if literal is None and all(child.type in _NOT_WORTH_A_MODULE for child in root.named_children):
            return []
        lines = self._lines
        top_level = [definition for definition in definitions if definition.parent is None]
        start = self._comments.end_of_preamble()
        text = code.module_code(top_level, lines, start)
        if not text:
            return []
        docstring = self._docstring(literal)
        spans = code.spans_between(start, len(lines.data), top_level)
        dotted_name = _dotted_name(path)
        return [
            Chunk(
                kind=Kind.MODULE,
                name=dotted_name.rpartition(".")[2],
                qualified_name=dotted_name,
                span=Span(1, lines.count, 0, len(lines.data)),
                name_line=1,
                name_column=0,
                signature="",
                docstring=docstring,
                comments=self._comments.text_within(spans),
                code=text,
                body=self._body(spans, literal),
                is_test=self._is_test_file,
                is_deprecated=docstring[:10].lower() == "deprecated" or "\n.. deprecated::" in "\n" + docstring,
            )
        ]

    def _body(self, spans: list[tuple[int, int]], docstring: Node | None) -> str:
        """What the machine runs of `spans`: the text without comments and docstring."""
        cut = [(docstring.start_byte, docstring.end_byte)] if docstring is not None else []
        for start, end in spans:
            cut += self._comments.spans_within(start, end)
        return code.text_without(self._lines, spans, sorted(cut))

    def _docstring(self, literal: Node | None) -> str:
        if literal is None:
            return ""
        return docstring_value(literal, self._lines.data[literal.start_byte : literal.end_byte])

    def _signature(self, definition: Definition) -> str:
        key = definition.name_byte
        if key not in self._signatures:
            self._signatures[key] = code.signature(definition, self._lines, self._comments)
        return self._signatures[key]

    def _span(self, start: int, end: int) -> Span:
        return Span(self._lines.line_at(start), self._lines.line_at(max(start, end - 1)), start, end)


def _is_shown(definition: Definition) -> bool:
    return definition.qualified_name.count(".") < _DEPTH_SHOWN


def _dotted_name(path: str) -> str:
    """The name under which Python imports the file at `path`, as far as the path tells."""
    parts = path.rpartition(".")[0].split("/") if path.endswith((".py", ".pyi")) else path.split("/")
    if len(parts) > 1 and parts[0] == "src":
        parts = parts[1:]
    if len(parts) > 1 and parts[-1] == "__init__":
        parts = parts[:-1]
    return ".".join(part for part in parts if part)
