from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from tests.engine.store.records_for_tests import SPACE, chunk, directions, new, put

from smysl.engine.store import Scope, Store
from smysl.engine.store.block_sums import BlockSums
from smysl.engine.store.coarse import COARSENESS, Bits, Bytes, CoarseTable
from smysl.engine.store.connection import connect_for_reading
from smysl.engine.store.nearest import ResidentSpace
from smysl.engine.types import Filters, Matrix, Space, Vector

EVERYTHING = Scope()


def fill(store: Store, matrix: Matrix, path: str = "a.py", *, space: Space = SPACE) -> None:
    texts = {f"{path}:{number}": vector for number, vector in enumerate(matrix)}
    put(store, path, [new(chunk(f"f{number}"), text) for number, text in enumerate(texts)], vectors=texts, space=space)


def exact(matrix: Matrix, vector: Vector, limit: int) -> list[int]:
    scores = matrix @ vector
    return [int(place) + 1 for place in np.lexsort((np.arange(len(scores)), -scores))[:limit]]


def test_nearest_is_what_the_exact_product_says(store: Store) -> None:
    matrix = directions(600)
    fill(store, matrix)
    for vector in directions(20, seed=1):
        found = store.reader.nearest(SPACE.key, vector, limit=10, scope=EVERYTHING)
        assert [chunk_id for chunk_id, _ in found] == exact(matrix, vector, 10)
        assert [cosine for _, cosine in found] == pytest.approx(
            [float(matrix[chunk_id - 1] @ vector) for chunk_id, _ in found], abs=1e-5
        )


def test_above_is_everything_from_a_cosine_on(store: Store) -> None:
    matrix = directions(600)
    fill(store, matrix)
    asked, least = directions(20, seed=1), [0.05 * number for number in range(20)]
    for vector, floor, found in zip(asked, least, store.reader.above(SPACE.key, asked, least), strict=True):
        cosines = {place + 1: float(cosine) for place, cosine in enumerate(matrix @ vector) if cosine >= floor}
        assert found == pytest.approx(cosines, abs=1e-5)
    assert store.reader.above("unknown", asked, least) == [{}] * 20


@pytest.mark.parametrize("dimensions", [64, 256])
def test_eight_bits_keep_a_cosine_within_the_coarseness(dimensions: int) -> None:
    matrix = directions(500, dimensions=dimensions)
    table = Bytes(dimensions)
    table.append(matrix)
    assert float(np.abs(table.cosines(matrix) - matrix @ matrix.T).max()) < COARSENESS / 2


def test_the_mean_cosine_is_of_all_vectors(store: Store) -> None:
    matrix = directions(50)
    fill(store, matrix)
    assert store.reader.mean_cosine(SPACE.key, matrix[0]) == pytest.approx(float((matrix @ matrix[0]).mean()), abs=1e-5)
    assert store.reader.mean_cosine("unknown", matrix[0]) == 0.0
    assert store.reader.nearest("unknown", matrix[0], limit=3, scope=EVERYTHING) == []


def test_the_mean_cosine_stays_exact_however_the_vectors_come_and_go(store: Store) -> None:
    reader = store.reader
    query = directions(1, seed=50)[0]
    fill(store, directions(600))
    reader.mean_cosine(SPACE.key, query)
    for turn in range(12):  # each turn changes too little for all to be read again, all of them most of the table
        fill(store, -directions(15, seed=turn), f"{turn}.py")
        if turn > 1:
            with store.writer() as writer:
                writer.remove_file(f"{turn - 2}.py")
                writer.retire()
        with Store(store.path) as fresh:
            expected = fresh.reader.mean_cosine(SPACE.key, query)
        assert reader.mean_cosine(SPACE.key, query) == pytest.approx(expected, abs=1e-9), turn


def test_a_block_that_loses_all_its_rows_leaves_nothing_in_the_sum() -> None:
    sums = BlockSums(SPACE.dimensions)
    sums.append(directions(3))
    sums.remove(np.ones(3, dtype=np.bool_), np.empty((0, 0), dtype=np.float32))
    assert not sums.total.any()


@pytest.mark.parametrize("seed", range(5))
def test_sums_of_blocks_are_those_of_the_rows_that_are_left(seed: int) -> None:
    random = np.random.default_rng(seed)
    matrix = directions(1_000, seed=seed)
    ids = np.arange(1_000, dtype=np.int64)
    sums = BlockSums(SPACE.dimensions)
    sums.append(matrix[:700])
    sums.append(matrix[700:])
    for _ in range(4):
        gone = random.random(len(ids)) < 0.01
        sums.remove(gone, matrix[ids[sums.beside(gone)]])
        ids = ids[~gone]
        assert sums.total / len(ids) == pytest.approx(matrix[ids].mean(axis=0, dtype=np.float64), abs=1e-12)
    more = directions(10, seed=seed + 100)
    sums.append(more)
    assert sums.total == pytest.approx(matrix[ids].sum(axis=0, dtype=np.float64) + more.sum(axis=0, dtype=np.float64))


def test_the_table_in_memory_follows_what_is_added_replaced_and_removed(store: Store) -> None:
    first, second, third = directions(300), directions(5, seed=2), directions(200, seed=3)
    reader = store.reader
    fill(store, first)
    assert reader.nearest(SPACE.key, first[7], limit=1, scope=EVERYTHING)[0][0] == 8
    fill(store, second, "b.py")
    (hit,) = reader.nearest(SPACE.key, second[2], limit=1, scope=EVERYTHING)
    assert hit == pytest.approx((303, 1.0))
    with store.writer() as writer:
        writer.remove_file("b.py")
    assert reader.nearest(SPACE.key, second[2], limit=1, scope=EVERYTHING)[0][1] < 0.999
    with store.writer() as writer:
        writer.retire()
    assert reader.nearest(SPACE.key, second[2], limit=1, scope=EVERYTHING)[0][1] < 0.999
    fill(store, third, "c.py")
    assert reader.nearest(SPACE.key, third[9], limit=1, scope=EVERYTHING)[0][1] == pytest.approx(1.0)
    assert len(reader.nearest(SPACE.key, third[9], limit=1_000, scope=EVERYTHING)) == 500
    with Store(store.path) as other:
        assert other.reader.nearest(SPACE.key, third[9], limit=20, scope=EVERYTHING) == reader.nearest(
            SPACE.key, third[9], limit=20, scope=EVERYTHING
        )


def test_a_filter_leaves_the_page_full_however_far_its_chunks_are(store: Store) -> None:
    vector = directions(1, seed=5)[0]
    far = -directions(30, seed=6)
    fill(store, np.concatenate([np.tile(vector, (1, 1)), directions(2_000, seed=5)]))
    fill(store, far, "far/b.py")
    scope = store.reader.scope(Filters(paths=("far/",)))
    found = store.reader.nearest(SPACE.key, vector, limit=10, scope=scope)
    assert [chunk_id - 2_001 for chunk_id, _ in found] == exact(far, vector, 10)


def test_many_windows_of_one_function_take_one_place_on_the_page(store: Store) -> None:
    vector = directions(1, seed=7)[0]
    noise = directions(1_500, seed=8) * 0.02
    near = vector + noise[:1_000]
    near = (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float32)
    texts = {f"w{number}": row for number, row in enumerate(near)}
    put(store, "long.py", [new(chunk("long"), *texts)], vectors=texts)
    others = directions(20, seed=9)
    fill(store, others)
    found = store.reader.nearest(SPACE.key, vector, limit=10, scope=EVERYTHING)
    assert len(found) == 10
    assert found[0] == pytest.approx((1, float((near @ vector).max())), abs=1e-5)
    assert [chunk_id - 1 for chunk_id, _ in found[1:]] == exact(others, vector, 9)


def test_chunks_of_one_text_share_a_vector_and_are_both_found(store: Store) -> None:
    vector = directions(1)[0]
    put(store, "a.py", [new(chunk("one"), "same"), new(chunk("two"), "same")], vectors={"same": vector})
    found = store.reader.nearest(SPACE.key, vector, limit=5, scope=EVERYTHING)
    assert [chunk_id for chunk_id, _ in found] == [1, 2]
    assert [cosine for _, cosine in found] == pytest.approx([1.0, 1.0])
    assert store.reader.spaces()[0].embeddings == 1


def test_a_large_space_is_scanned_in_bits_with_the_same_answer(store: Store) -> None:
    matrix = directions(4_000, dimensions=256, groups=200)
    fill(store, matrix, space=Space("wide", "model", 256))
    resident = ResidentSpace(1, dimensions=256, bits_above=1_000)
    connection = connect_for_reading(store.path)
    hits = 0
    for vector in directions(20, dimensions=256, groups=200, seed=1):
        found = resident.nearest(connection, vector, limit=10, scope=EVERYTHING)
        hits += len({chunk_id for chunk_id, _ in found} & set(exact(matrix, vector, 10)))
    connection.close()
    assert hits >= 0.99 * 200


@pytest.mark.parametrize("dimensions", [1, 7, 64, 384, 1_024, 4_096])
def test_bytes_are_summed_exactly_at_any_length(dimensions: int) -> None:
    vectors = np.sign(directions(40, dimensions=dimensions, seed=3)) / np.float32(np.sqrt(dimensions))
    vectors[:20] = np.float32(1 / np.sqrt(dimensions))  # all at the largest value: the largest possible sums
    table = Bytes(dimensions)
    table.append(vectors.astype(np.float32))
    scores = table.scores(vectors[0])
    expected = vectors @ vectors[0]
    np.testing.assert_allclose(scores / scores[0], expected, atol=1e-6)


@pytest.mark.parametrize("dimensions", [8, 13, 64, 1_000])
def test_bits_count_the_signs_that_differ(dimensions: int) -> None:
    vectors = directions(50, dimensions=dimensions, seed=4)
    centre = vectors.mean(axis=0)
    table = Bits(dimensions, centre)
    table.append(vectors)
    differing = ((vectors > centre) != (vectors[3] > centre)).sum(axis=1)
    np.testing.assert_array_equal(table.scores(vectors[3]), -differing)


@pytest.mark.parametrize("kind", ["bytes", "bits"])
def test_rows_that_go_close_up_and_rows_that_come_stand_behind(kind: str) -> None:
    vectors = directions(100, seed=5)
    whole = table_of(kind, [vectors])
    parts = table_of(kind, [vectors[:30], vectors[30:35], vectors[:1], vectors[35:]])
    mask = np.ones(101, dtype=np.bool_)
    mask[35] = False
    parts.keep(mask)
    assert len(parts) == 100
    np.testing.assert_array_equal(parts.scores(vectors[8]), whole.scores(vectors[8]))


def table_of(kind: str, parts: Sequence[Matrix]) -> CoarseTable:
    dimensions = parts[0].shape[1]
    table: CoarseTable = Bytes(dimensions) if kind == "bytes" else Bits(dimensions, np.zeros(dimensions, np.float32))
    for part in parts:
        table.append(part)
    return table
