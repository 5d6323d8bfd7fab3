from __future__ import annotations

from dataclasses import replace

from smysl.engine.chunk import chunk_source
from smysl.engine.index import content_hash, reconcile
from smysl.engine.store import ChunkIdentity
from smysl.engine.types import Chunk

SOURCE = "def one():\n    return 1\n\n\ndef two():\n    return 2\n"


def chunks_of(text: str) -> tuple[Chunk, ...]:
    return chunk_source(text, "a.py").chunks


def stored(*chunks: Chunk) -> list[ChunkIdentity]:
    return [
        ChunkIdentity(number, chunk.kind.value, chunk.qualified_name, content_hash(chunk))
        for number, chunk in enumerate(chunks, start=1)
    ]


def test_a_function_that_only_moved_down_is_kept() -> None:
    before, after = chunks_of(SOURCE), chunks_of("import os\n\n" + SOURCE)
    change = reconcile(stored(*before), after)
    assert [kept.id for kept in change.kept] == [1, 2]
    assert [kept.chunk.span.start_line for kept in change.kept] == [3, 7]
    assert not change.added
    assert not change.removed


def test_only_the_changed_function_is_added_and_its_old_self_removed() -> None:
    change = reconcile(stored(*chunks_of(SOURCE)), chunks_of(SOURCE.replace("return 2", "return 3")))
    assert [kept.id for kept in change.kept] == [1]
    assert [added.chunk.name for added in change.added] == ["two"]
    assert change.removed == (2,)


def test_equal_twins_are_matched_in_order() -> None:
    twin = chunks_of("def one():\n    return 1\n")[0]
    change = reconcile(stored(twin, twin), (twin, twin, twin))
    assert [kept.id for kept in change.kept] == [1, 2]
    assert len(change.added) == 1


def test_a_renamed_function_is_another_chunk() -> None:
    change = reconcile(stored(*chunks_of(SOURCE)), chunks_of(SOURCE.replace("two", "three")))
    assert change.removed == (2,)
    assert [added.chunk.name for added in change.added] == ["three"]


def test_everything_but_the_place_is_part_of_the_content_hash() -> None:
    chunk = chunks_of(SOURCE)[0]
    moved = replace(chunk, span=replace(chunk.span, start_line=9), name_line=9, name_column=3)
    assert content_hash(moved) == content_hash(chunk)
    others = (
        replace(chunk, signature="x"),
        replace(chunk, docstring="x"),
        replace(chunk, comments="x"),
        replace(chunk, context="x"),
        replace(chunk, code="x"),
        replace(chunk, body="x"),
        replace(chunk, is_test=True),
        replace(chunk, is_deprecated=True),
    )
    assert len({content_hash(other) for other in (chunk, *others)}) == 9


def test_texts_do_not_run_into_one_another_in_the_content_hash() -> None:
    chunk = chunks_of(SOURCE)[0]
    assert content_hash(replace(chunk, docstring="ab", comments="c")) != content_hash(
        replace(chunk, docstring="a", comments="bc")
    )
