"""How far a space is filled, and what is kept of it beside its key."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import apsw
import numpy as np
from tests.engine.store.records_for_tests import SPACE, chunk, new, put

from smysl.engine.store import Store, schema
from smysl.engine.types import Vector, say

OTHER = replace(SPACE, key="other", model="other")


def unit(number: int) -> Vector:
    vector: Vector = np.zeros(SPACE.dimensions, dtype=np.float32)
    vector[number] = 1
    return vector


def test_a_space_is_filled_when_no_text_waits_and_every_chunk_is_attached(tmp_path: Path) -> None:
    with Store(tmp_path / "index") as store:
        put(store, "a.py", [new(chunk("one"), "1"), new(chunk("two", line=9), "2")], vectors={"1": unit(1)})
        with store.writer() as writer:
            space_id, _ = writer.use_space(SPACE, windowing="", now=1.0)
            writer.complete_space(space_id)
            assert not store.reader.is_filled(SPACE.key)
            [filling] = store.reader.fillings()
            assert (filling.space.key, filling.chunks, filling.missing) == (SPACE.key, 2, 1)
            writer.store_vectors(space_id, [("2", unit(2))])
            assert store.reader.is_filled(SPACE.key)
            assert store.reader.fillings()[0].missing == 0
            other_id, _ = writer.use_space(OTHER, windowing="", now=2.0)
            assert not store.reader.is_filled(OTHER.key)
            assert {one.space.key: one.missing for one in store.reader.fillings()} == {SPACE.key: 0, OTHER.key: 2}
            writer.complete_space(other_id)
    assert other_id != space_id


def test_a_text_that_the_model_failed_on_does_not_keep_a_space_from_being_filled(tmp_path: Path) -> None:
    with Store(tmp_path / "index") as store:
        put(store, "a.py", [new(chunk("one"), "1")], vectors={})
        with store.writer() as writer:
            space_id, _ = writer.use_space(SPACE, windowing="", now=1.0)
            writer.complete_space(space_id)
            writer.fail(space_id, [("1", say("Cancelled."))])
        assert store.reader.is_filled(SPACE.key)
        assert not store.reader.is_filled("never heard of")


def test_the_first_probe_of_a_space_stays_and_the_version_is_the_last_one(tmp_path: Path) -> None:
    with Store(tmp_path / "index") as store:
        for probe, version in ((b"", ""), (b"first", "0.24.0"), (b"second", "0.34.4")):
            with store.writer() as writer:
                writer.use_space(replace(SPACE, probe=probe, computed_by=version), windowing="", now=1.0)
        [stored] = store.reader.spaces()
    assert (stored.space.probe, stored.space.computed_by) == (b"first", "0.34.4")


def test_an_index_of_before_there_were_probes_is_brought_up_to_date_with_its_vectors(tmp_path: Path) -> None:
    path = tmp_path / "index"
    with Store(path) as store:
        put(store, "a.py", [new(chunk("one"), "1")], vectors={"1": unit(1)})
    connection = apsw.Connection(str(path))
    connection.execute("ALTER TABLE spaces DROP COLUMN probe")
    connection.execute("ALTER TABLE spaces DROP COLUMN computed_by")
    connection.execute("DROP INDEX chunks_by_qualified")
    connection.pragma("user_version", 1)
    connection.close()
    with Store(path) as store:
        [stored] = store.reader.spaces()
        assert (stored.space, stored.embeddings) == (SPACE, 1)
        assert store.notices == ()
    connection = apsw.Connection(str(path))
    assert connection.pragma("user_version") == schema.VERSION
    connection.close()
