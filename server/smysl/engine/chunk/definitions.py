"""Syntax tree -> definitions: every function and class with its place, its parent and its span."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tree_sitter import Node, Tree

from smysl.engine.chunk.comments import Comments
from smysl.engine.chunk.grammar import landmarks
from smysl.engine.chunk.lines import Lines
from smysl.engine.types import Kind

_WHITE_SPACE = b" \t\r\n\f"


@dataclass(slots=True)
class Definition:
    """A function or class as it stands in a file, while its file is being cut.

    `start` takes in decorators and the comments directly above, `end` is after the last byte of its text.
    `children` are the definitions directly inside, in order.
    """

    node: Node
    kind: Kind
    name: str
    name_byte: int
    start: int
    end: int
    parent: Definition | None
    decorators: tuple[Node, ...] = ()
    children: list[Definition] = field(default_factory=list)
    qualified_name: str = ""
    is_test: bool = False
    is_deprecated: bool = False
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Landmarks:
    """What a file is cut along: all its definitions, by position, and its comments."""

    definitions: tuple[Definition, ...]
    comments: Comments


def find_landmarks(tree: Tree, lines: Lines, ends: Mapping[int, int]) -> Landmarks:
    """The definitions and comments of `tree`, a tree of the same length as `lines.data`.

    `ends` maps the first byte of a definition to where it really ends, for those that had to be mended.
    """
    captures = landmarks().captures(tree.root_node)
    nodes = [*captures.get("function", ()), *captures.get("class", ())]
    # A definition comes before those inside it, whatever the order of the captures.
    placed = sorted(((node.start_byte, -node.end_byte, node) for node in nodes), key=lambda place: place[:2])
    decorated = {}
    for node in captures.get("decorated", ()):
        wrapped = node.child_by_field_name("definition")
        if wrapped is not None:
            decorated[wrapped.start_byte] = node
    comments = Comments(((node.start_byte, node.end_byte) for node in captures.get("comment", ())), lines)

    data = lines.data
    found: list[Definition] = []
    open_definitions: list[Definition] = []
    for start, minus_end, node in placed:
        end = max(ends.get(start, 0), -minus_end)
        if data[end - 1 : end] in {b" ", b"\t", b"\r", b"\n", b"\f"}:
            end = start + len(data[start:end].rstrip(_WHITE_SPACE))
        while open_definitions and open_definitions[-1].end <= start:
            open_definitions.pop()
        parent = open_definitions[-1] if open_definitions else None
        name = node.child_by_field_name("name")
        if name is None or name.is_missing or name.start_byte == name.end_byte:
            continue
        wrapper = decorated.get(start)
        top = start if wrapper is None else wrapper.start_byte
        if parent is not None:
            end = min(end, parent.end)
        definition = Definition(
            node=node,
            kind=_kind(node, parent),
            name=data[name.start_byte : name.end_byte].decode("utf-8", "replace"),
            name_byte=name.start_byte,
            start=comments.start_with_comments_above(top, _floor(found, parent, top)),
            end=end,
            parent=parent,
            decorators=() if wrapper is None else _decorators(wrapper),
        )
        definition.qualified_name = f"{parent.qualified_name}.{definition.name}" if parent else definition.name
        if parent is not None:
            parent.children.append(definition)
        found.append(definition)
        open_definitions.append(definition)
    return Landmarks(tuple(found), comments)


def _kind(node: Node, parent: Definition | None) -> Kind:
    if node.type == "class_definition":
        return Kind.CLASS
    return Kind.METHOD if parent is not None and parent.kind is Kind.CLASS else Kind.FUNCTION


def _floor(found: list[Definition], parent: Definition | None, top: int) -> int:
    """The byte before which comments above a definition belong to something else."""
    siblings = parent.children if parent is not None else found
    if parent is None:
        return found[-1].end if found and found[-1].end <= top else 0
    return siblings[-1].end if siblings else parent.node.start_byte


def _decorators(wrapper: Node) -> tuple[Node, ...]:
    return tuple(child for child in wrapper.named_children if child.type == "decorator")
