"""What an editor waits for: similar code at a place, counts of near twins for a file, symbols, an unsaved buffer.

    python -m tests.benchmarks.editing [FOLDER] [--cache-dir FOLDER]

FOLDER is the standard library by default, indexed with the built-in model. Beside the similar code stands numpy's exact
product of one vector with all of them, which is the least that any answer by meaning takes. On a busy machine the
processor time says more than the wait.
"""

from __future__ import annotations

import argparse
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from smysl.engine.engine import Engine
from smysl.engine.settings import Settings
from smysl.engine.store import Store, index_file

ROUNDS = 60
SYMBOLS = ("get", "getUser", "HTTPServer", "Path.read", "rdtxt", "token", "x", "_parse_arg", "zzqx")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a line for each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", type=Path, default=Path(sysconfig.get_path("stdlib")))
    parser.add_argument("--cache-dir", type=Path)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        settings = Settings(model="builtin", cache_dir=chosen.cache_dir or Path(place))
        with Engine.open(chosen.folder, settings) as engine:
            engine.refresh(wait=60)
            _measure(engine, settings)


def _measure(engine: Engine, settings: Settings) -> None:
    status = engine.status()
    sys.stdout.write(f"{status.chunks} chunks, {status.embedded} with vectors\n")
    with Store(index_file(engine.workspace, cache_dir=settings.cache_dir)) as store:
        files = {file.path: engine.outline(file.path) for file in store.reader.files()}
        key = store.reader.spaces()[0].space.key
        some = [one.chunk_id for outline in files.values() for one in outline]
        matrix = np.concatenate(list(store.reader.vectors_of(key, some).values()))
    places = [(path, one.name_line) for path, outline in files.items() for one in outline if outline]
    every = max(1, len(places) // ROUNDS)
    chosen = places[::every][:ROUNDS]
    least = engine.similar_from()
    _tell("numpy's exact product", [partial(np.matmul, matrix, matrix[row]) for row in range(ROUNDS)])
    _tell("similar, threshold of the model", [partial(engine.similar, *at, top_k=5, least=least) for at in chosen])
    _tell("similar, ten hits", [partial(engine.similar, *at) for at in chosen])
    path = min(files, key=lambda one: abs(len(files[one]) - 100))
    _tell(f"near twins of {len(files[path])} chunks", [partial(engine.near_twins, path)] * 10)
    _tell("symbols", [partial(engine.symbols, query) for query in SYMBOLS * 3])
    text = engine.source(path) or ""
    _tell("search", [partial(engine.search, "parse the command line")] * 20)

    def type_a_letter(count: int) -> None:
        engine.show(path, f"{text}\n\ndef added():\n    return {'a' * count}\n")
        engine.search("parse the command line")

    _tell(f"search after a letter in {len(text)} characters", [partial(type_a_letter, count) for count in range(1, 21)])


def _tell(what: str, calls: Sequence[Callable[[], object]]) -> None:
    calls[0]()  # warm
    waited, worked = [], []
    for call in calls:
        began, worked_before = time.perf_counter(), time.process_time()
        call()
        waited.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - worked_before) * 1000)
    (p50, p95), cpu = np.percentile(waited, [50, 95]), np.percentile(worked, 50)
    sys.stdout.write(f"{what}: p50 {p50:.2f} ms, p95 {p95:.2f} ms; of processor time {cpu:.2f} ms\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
