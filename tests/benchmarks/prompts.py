"""What does a model lose when its prompts are left out?

    python -m tests.benchmarks.prompts [--questions 300] [CORPUS or FOLDER …]

e5-small-v2, a real model, behind the tests' Ollama, on English packages of the development benchmark (requests and
click unless others are named) that are asked their own docstrings; then all questions together. Needs Maven and
`pip install onnxruntime`. Vectors and answers stay in the cache folder, so a second run only reads.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.e5 import CONTEXT, DIMENSIONS, E5, NAME
from tests.benchmarks.ollama import CACHE, DEV
from tests.engine.embed.fake_models import FakeModel
from tests.engine.embed.fake_ollama import FakeOllama

from smysl.engine.settings import ModelRow, Settings
from smysl.engine.types import Mode
from smysl.evaluation.compare import Choices
from smysl.evaluation.compare import compare as compare_models
from smysl.evaluation.comparison import Comparison, System
from smysl.evaluation.datasets import read_corpora, unpacked
from smysl.evaluation.metrics import compare, score

ROW = ModelRow(NAME, query_prompt="query: ", document_prompt="passage: ", input_tokens=CONTEXT)
"""As the card of the model says."""


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trees", nargs="*", default=["requests", "click"])
    parser.add_argument("--questions", type=int, default=300)
    options = parser.parse_args(arguments)
    pinned = {corpus.name: corpus for corpus in read_corpora(DEV / "corpora.json")}
    vector_for = E5(CACHE / NAME)
    together: dict[Mode, tuple[list[float], list[float]]] = {mode: ([], []) for mode in (Mode.DENSE, Mode.FUSED)}
    with FakeOllama([FakeModel(NAME, dimensions=DIMENSIONS, context=CONTEXT)], vector_for=vector_for) as server:
        settings = Settings(ollama_host=server.host, cache_dir=CACHE / "prompts", models=(ROW,))
        for name in options.trees:
            tree = unpacked(pinned[name], CACHE) if name in pinned else Path(name)
            found = compare_models(tree, settings, [NAME], choices=Choices(sample=options.questions))
            _, usual, bare = found.systems
            for mode, (old, new) in together.items():
                before, after = _reciprocal_ranks(found, usual, mode), _reciprocal_ranks(found, bare, mode)
                _print(Path(name).name, mode, before, after)
                old.extend(before)
                new.extend(after)
    for mode, (old, new) in together.items():
        _print("together", mode, old, new)


def _reciprocal_ranks(found: Comparison, system: System, mode: Mode) -> list[float]:
    return [score(system.answers[mode][query.id], query.gold).mrr for query in found.queries if query.language == "en"]


def _print(name: str, mode: Mode, old: list[float], new: list[float]) -> None:
    item = compare(old, new)
    sys.stdout.write(
        f"{name:<12} {mode.value:<6} MRR@10 {sum(old) / len(old):.3f} with, {sum(new) / len(new):.3f} without prompts: "
        f"{item.difference:+.3f} ({item.low:+.3f}…{item.high:+.3f}), p {item.p_value:.4f}, {item.queries} questions\n"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
