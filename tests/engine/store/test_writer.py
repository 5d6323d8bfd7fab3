from __future__ import annotations

import numpy as np
import pytest
from tests.engine.store.records_for_tests import SPACE, chunk, directions, new, put

from smysl.engine.store import FileChange, Scope, Store, embeddings, vectors
from smysl.engine.store.connection import connect_for_writing
from smysl.engine.types import Space, say


def test_a_transaction_that_fails_leaves_nothing_behind(store: Store) -> None:
    put(store, "a.py", [new(chunk("one"))])
    broken = new(chunk("two"))
    object.__setattr__(broken, "content_hash", None)  # the table refuses it after the file's row is written
    before = (store.reader.files(), store.reader.counts(), store.reader.generation())
    with pytest.raises(Exception, match="NOT NULL"), store.writer() as writer:
        writer.replace_file(FileChange("a.py", 9, 9, "new", 9, added=(new(chunk("three")), broken), removed=(1,)))
    assert (store.reader.files(), store.reader.counts(), store.reader.generation()) == before


def test_a_vector_whose_text_went_away_meanwhile_is_kept_for_its_return(store: Store) -> None:
    vector = directions(1)[0]
    put(store, "a.py", [new(chunk("one"), "text")], vectors={})
    with store.writer() as writer:
        writer.remove_file("a.py")
        writer.store_vectors(1, [("text", vector)])
        writer.retire()
    (space,) = store.reader.spaces()
    assert (space.embeddings, space.retired) == (0, 1)
    with store.writer() as writer:
        attached = writer.replace_file(FileChange("a.py", 1, 1, "h", 1, added=(new(chunk("one"), "text"),)), space_id=1)
        assert attached.reused == 1
        assert writer.count_pending(1) == 0
    found = store.reader.nearest(SPACE.key, vector, limit=1, scope=Scope())
    assert found[0][1] == pytest.approx(1.0)


def test_the_oldest_retired_vectors_go_first_and_never_below_the_bound(store: Store) -> None:
    matrix = directions(30)
    texts = {f"t{number}": row for number, row in enumerate(matrix)}
    for text, row in texts.items():
        put(store, f"{text}.py", [new(chunk("one"), text)], vectors={text: row})
    for text in texts:
        with store.writer() as writer:
            writer.remove_file(f"{text}.py")
            writer.retire()
    assert store.reader.spaces()[0].retired == 30
    connection = connect_for_writing(store.path)
    embeddings.trim_retired(connection, 1, least=10)
    left = [row[0] for row in connection.execute("SELECT text_hash FROM retired ORDER BY id")]
    connection.close()
    assert left == [f"t{number}" for number in range(20, 30)]


def test_a_table_full_of_holes_is_written_anew_with_the_same_vectors(store: Store) -> None:
    matrix = directions(200)
    texts = {f"t{number}": row for number, row in enumerate(matrix)}
    put(store, "a.py", [new(chunk(f"f{n}"), text) for n, text in enumerate(texts)], vectors=texts)
    with store.writer() as writer:
        identities = writer.identities("a.py")
        gone = tuple(identity.id for identity in identities if identity.id % 10)
        writer.replace_file(FileChange("a.py", 1, 1, "h", 1, removed=gone))
        writer.retire()
    before = store.reader.nearest(SPACE.key, matrix[0], limit=50, scope=Scope())
    connection = connect_for_writing(store.path)
    blocks = "SELECT count(*) FROM vectors_1_chunks"
    assert connection.execute(blocks).get == 13
    vectors.compact(connection, 1, holes=10)
    assert connection.execute(blocks).get == 2
    connection.close()
    assert len(before) == 20
    with Store(store.path) as again:
        assert again.reader.nearest(SPACE.key, matrix[0], limit=50, scope=Scope()) == before


def test_a_space_that_is_dropped_takes_its_vectors_and_nothing_else(store: Store) -> None:
    first = directions(1)[0]
    other = Space("other", "model", 8)
    put(store, "a.py", [new(chunk("one"), "t")], vectors={"t": first})
    with store.writer() as writer:
        other_id, _ = writer.use_space(other, windowing="", now=1.0)
        writer.attach(other_id, [(1, ["t"])])
        writer.store_vectors(other_id, [("t", np.eye(8, dtype=np.float32)[0])])
        assert writer.drop_space(SPACE.key)
        assert not writer.drop_space(SPACE.key)
        writer.shrink()
    assert [stored.space for stored in store.reader.spaces()] == [other]
    assert store.reader.nearest(SPACE.key, first, limit=1, scope=Scope()) == []
    assert store.reader.coverage("other").embedded == 1
    assert store.reader.counts().chunks == 1
    put(store, "a.py", [new(chunk("one"), "t")], vectors={"t": first})
    assert store.reader.coverage(SPACE.key).embedded == 1


def test_a_chunk_counts_as_embedded_when_all_its_windows_are(store: Store) -> None:
    matrix = directions(3)
    put(store, "a.py", [new(chunk("one"), "w0", "w1"), new(chunk("two"), "t"), new(chunk("three"), "u")], vectors={})
    with store.writer() as writer:
        writer.store_vectors(1, [("w0", matrix[0]), ("t", matrix[1])])
        writer.fail(1, [("u", say("No."))])
        assert (writer.count_pending(1), writer.count_failed(1)) == (1, 1)
    coverage = store.reader.coverage(SPACE.key)
    assert (coverage.embedded, coverage.pending, coverage.failed) == (1, 1, 1)
    with store.writer() as writer:
        writer.replace_file(FileChange("b.py", 1, 1, "h", 1, added=(new(chunk("four")),)))
    assert store.reader.coverage(SPACE.key).pending == 2


def test_pending_texts_come_by_link_and_go_on_behind_the_last(store: Store) -> None:
    put(store, "a.py", [new(chunk("one"), "a", "b"), new(chunk("two"), "c")], vectors={})
    with store.writer() as writer:
        first = writer.pending(1, after=0, limit=2)
        rest = writer.pending(1, after=first[-1].link_id, limit=2)
    assert [(text.text_hash, text.window, text.chunk.chunk.name) for text in first + rest] == [
        ("a", 0, "one"),
        ("b", 1, "one"),
        ("c", 0, "two"),
    ]
