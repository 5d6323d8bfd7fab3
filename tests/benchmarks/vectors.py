"""How fast, how exact and how large is the search by vectors?

    python tests/benchmarks/vectors.py [10000 100000 1000000] [--real FILE.npy]

For each number of vectors: the engine's own search (`Reader.nearest`) and the ways it could have been done, each on
the same vectors and queries, beside numpy's exact product in the same run. `--real` takes vectors of a real model
(see real_vectors.py) instead of the mixture.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import apsw
import numkong
import numpy as np
import psutil
import sqlite_vec
from numpy.typing import NDArray
from tests.benchmarks.mixture import mixture, queries

from smysl.engine.store import Store
from smysl.engine.store.records import FileChange, NewChunk
from smysl.engine.types import Chunk, Filters, Kind, Space, Span

DIMENSIONS = 1024
TOP = 10
CHUNKS_A_FILE = 100
Search = Callable[[NDArray[np.float32]], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Row:
    """One way of searching: milliseconds at the median and the 95th percentile, and recall@10 against exact."""

    name: str
    p50: float
    p95: float
    recall: float


def main(arguments: Sequence[str]) -> None:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("counts", nargs="*", type=int, default=[10_000, 100_000])
    parser.add_argument("--real", type=Path, help="a .npy file of unit float32 rows; its last 200 rows are the queries")
    parser.add_argument("--queries", type=int, default=50)
    options = parser.parse_args(arguments)
    if options.real:
        rows = np.load(options.real)
        measure(rows[:-200], rows[-200:][: options.queries], f"{options.real.name} ({len(rows) - 200:,})")
        return
    for count in options.counts:
        rows = mixture(count, DIMENSIONS)
        measure(rows, queries(rows, options.queries), f"mixture ({count:,} x {DIMENSIONS})")


def measure(rows: NDArray[np.float32], asked: NDArray[np.float32], title: str) -> None:
    """Print one table."""
    exact = [np.argsort(-(rows @ query))[:TOP] for query in asked]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.index"
        before = _resident()
        with Store(path) as store:
            started = time.perf_counter()
            chunk_of = fill(store, rows)
            filling = time.perf_counter() - started
            started = time.perf_counter()
            nearest = engine_search(store, chunk_of)
            nearest(asked[0])
            loading = time.perf_counter() - started
            held = _resident() - before
            found = [timed("engine: Reader.nearest", nearest, asked, exact)]
            size = sum(file.stat().st_size for file in Path(folder).glob("bench.index*"))
        found += [timed(name, search, asked, exact) for name, search in alternatives(rows, Path(folder))]
    numpy_row = next(row for row in found if row.name.startswith("numpy"))
    sys.stdout.write(f"\n{title}: filled in {filling:.1f} s, first search (loads) {loading * 1000:.0f} ms, ")
    sys.stdout.write(f"memory +{held / 1e6:.0f} MB, file {size / 1e6:.0f} MB (raw floats {rows.nbytes / 1e6:.0f} MB)\n")
    sys.stdout.write(f"{'':36}{'p50 ms':>9}{'p95 ms':>9}{'recall@10':>11}{'p50 / numpy':>13}\n")
    for row in found:
        ratio = row.p50 / numpy_row.p50
        sys.stdout.write(f"{row.name:36}{row.p50:9.1f}{row.p95:9.1f}{row.recall:11.3f}{ratio:13.2f}\n")
    sys.stdout.flush()


def fill(store: Store, rows: NDArray[np.float32]) -> dict[int, int]:
    """Store each row as the vector of a chunk of its own; the row of each chunk id."""
    space = Space(key="bench", model="bench", dimensions=rows.shape[1])
    with store.writer() as writer:
        space_id, _ = writer.use_space(space, windowing="", now=0.0)
        for start in range(0, len(rows), CHUNKS_A_FILE):
            places = range(start, min(start + CHUNKS_A_FILE, len(rows)))
            path = f"part_{start // CHUNKS_A_FILE}.py"
            change = FileChange(path, 0, 0, str(start), 0, added=tuple(_chunk(place) for place in places))
            writer.replace_file(change, space_id=space_id)
            writer.store_vectors(space_id, [(str(place), rows[place]) for place in places])
    row_of: dict[int, int] = {}
    for start in range(0, len(rows), CHUNKS_A_FILE):
        for stored in store.reader.file_chunks(f"part_{start // CHUNKS_A_FILE}.py"):
            row_of[stored.id] = int(stored.chunk.name)
    return row_of


def _chunk(place: int) -> NewChunk:
    name = str(place)
    chunk = Chunk(Kind.FUNCTION, name, name, Span(1, 1, 0, 1), 1, 0, "", "", "", name)
    return NewChunk(chunk, name, name, (name, "", "", "", ""), text_hashes=(name,))


def engine_search(store: Store, row_of: dict[int, int]) -> Search:
    """The way the engine does it."""
    scope = store.reader.scope(Filters())

    def search(query: NDArray[np.float32]) -> list[int]:
        return [row_of[chunk] for chunk, _ in store.reader.nearest("bench", query, limit=TOP, scope=scope)]

    return search


def alternatives(rows: NDArray[np.float32], folder: Path) -> Iterator[tuple[str, Search]]:
    """The other ways, one after the other, so that only one holds memory at a time."""
    yield "numpy exact product (float32)", lambda query: _top(rows @ query, TOP)
    connection = apsw.Connection(str(folder / "ways.db"))
    connection.enable_load_extension(True)
    connection.load_extension(sqlite_vec.loadable_path())
    if len(rows) <= 100_000:
        yield "sqlite-vec vec0 float32", _vec0(connection, "f", "float", [row.tobytes() for row in rows], "?")
        yield "sqlite-vec vec0 int8", _vec0(connection, "i", "int8", [_int8(row) for row in rows], "vec_int8(?)")
    bits = _vec0(connection, "b", "bit", [_bits(row) for row in rows], "vec_bit(?)", limit=400)
    yield "sqlite-vec vec0 bit, 400 rescored", lambda query: _rescored(rows, query, bits(query))
    connection.close()
    packed = np.packbits(rows > 0, axis=1)
    yield "resident bits, 400 rescored", lambda query: _rescored(rows, query, _by_bits(packed, query, 400))


def _vec0(
    connection: apsw.Connection, name: str, kind: str, blobs: list[bytes], value: str, limit: int = TOP
) -> Search:
    metric = "" if kind == "bit" else " distance_metric=cosine"
    dimensions = {"float": len(blobs[0]) // 4, "int8": len(blobs[0]), "bit": len(blobs[0]) * 8}[kind]
    connection.execute(f"CREATE VIRTUAL TABLE {name} USING vec0(embedding {kind}[{dimensions}]{metric})")
    with connection:
        connection.executemany(f"INSERT INTO {name} (rowid, embedding) VALUES (?, {value})", enumerate(blobs))
    encode = {"float": lambda query: query.tobytes(), "int8": _int8, "bit": _bits}[kind]
    statement = f"SELECT rowid FROM {name} WHERE embedding MATCH {value} AND k = {limit}"
    return lambda query: [row[0] for row in connection.execute(statement, (encode(query),))]


def _int8(row: NDArray[np.float32]) -> bytes:
    return np.clip(np.rint(row * 127 * 6), -127, 127).astype(np.int8).tobytes()


def _bits(row: NDArray[np.float32]) -> bytes:
    return np.packbits(row > 0, bitorder="little").tobytes()


def _by_bits(packed: NDArray[np.uint8], query: NDArray[np.float32], count: int) -> Sequence[int]:
    differing = numkong.cdist(
        np.packbits(query > 0)[None], packed, metric="hamming", dtype="uint1", out_dtype="float32"
    )
    return _top(-np.asarray(differing, dtype=np.float32)[0], count)


def _rescored(rows: NDArray[np.float32], query: NDArray[np.float32], candidates: Sequence[int]) -> list[int]:
    chosen = np.asarray(candidates)
    return chosen[np.argsort(-(rows[chosen] @ query))[:TOP]].tolist()  # type: ignore[no-any-return]  # numpy's own


def _top(scores: NDArray[np.float32], count: int) -> list[int]:
    best = np.argpartition(-scores, count)[:count]
    return best[np.argsort(-scores[best])].tolist()  # type: ignore[no-any-return]  # numpy's own


def timed(name: str, search: Search, asked: NDArray[np.float32], exact: Sequence[NDArray[np.intp]]) -> Row:
    """Run all queries once to warm up on the first, then measure each."""
    search(asked[0])
    spent, right = [], 0
    for query, wanted in zip(asked, exact, strict=True):
        started = time.perf_counter()
        got = search(query)
        spent.append((time.perf_counter() - started) * 1000)
        right += len(set(got) & set(wanted.tolist()))
    return Row(name, float(np.percentile(spent, 50)), float(np.percentile(spent, 95)), right / (TOP * len(asked)))


def _resident() -> int:
    return int(psutil.Process(os.getpid()).memory_info().rss)


if __name__ == "__main__":
    main(sys.argv[1:])
