"""Vectors of real code by a real model, for `python -m tests.benchmarks.vectors --real FILE`.

    python -m tests.benchmarks.real_vectors [--host URL] [--count 10200] [FILE.npy]

The texts are those that the engine embeds for the standard library of this interpreter, shuffled from a fixed seed; the
model is all-minilm in Ollama, as in ollama.py. The file (~/.cache/smysl-benchmarks/real-minilm.npy unless named) has a
unit float32 row a text. It takes minutes, is saved as it grows, and a second run goes on from there.
"""

from __future__ import annotations

import argparse
import random
import sys
import sysconfig
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tests.benchmarks.ollama import CACHE, MODEL, serving

from smysl.engine.chunk import chunk_source
from smysl.engine.embed.ollama_models import open_ollama
from smysl.engine.settings import Settings
from smysl.engine.text.document import windows
from smysl.engine.types import InputLimit

ROWS_AT_ONCE = 512


def main(arguments: Sequence[str]) -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, default=CACHE / "real-minilm.npy")
    parser.add_argument("--host", help="an Ollama that has all-minilm")
    parser.add_argument("--count", type=int, default=10_200)
    options = parser.parse_args(arguments)
    path: Path = options.file
    path.parent.mkdir(parents=True, exist_ok=True)
    with serving(options.host) as host, open_ollama(MODEL, Settings(ollama_host=host)) as embedder:
        texts = texts_of_code(Path(sysconfig.get_paths()["stdlib"]), embedder.input_limit, count=options.count)
        rows = np.load(path) if path.exists() else np.empty((0, embedder.space.dimensions), dtype=np.float32)
        started, before = time.monotonic(), len(rows)
        while len(rows) < len(texts):
            embedded = embedder.embed_documents(texts[len(rows) : len(rows) + ROWS_AT_ONCE])
            if embedded.failures:
                raise SystemExit(str(embedded.failures[0].reason))
            rows = np.concatenate((rows, embedded.vectors))
            whole = path.with_suffix(".part.npy")
            np.save(whole, rows)
            whole.replace(path)
    seconds = time.monotonic() - started
    sys.stdout.write(f"{path}: {len(rows):,} x {rows.shape[1]}; {len(rows) - before:,} embedded in {seconds:.0f} s\n")


def texts_of_code(folder: Path, limit: InputLimit | None, *, count: int) -> list[str]:
    """`count` different texts of the Python files under `folder`, the tests left out; the same ones at every call."""
    texts: dict[str, None] = {}
    for path in sorted(folder.rglob("*.py")):
        if not {"site-packages", "test", "tests", "idle_test"} & set(path.relative_to(folder).parts):
            for chunk in chunk_source(path.read_text("utf-8", "replace"), path.relative_to(folder).as_posix()).chunks:
                texts.update(dict.fromkeys(windows(chunk, limit)))
    found = list(texts)
    random.Random(0).shuffle(found)
    if len(found) < count:
        raise SystemExit(f"{folder} gives only {len(found)} texts.")
    return found[:count]


if __name__ == "__main__":
    main(sys.argv[1:])
