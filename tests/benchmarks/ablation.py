"""What does each part of the ranking earn?

    python -m tests.benchmarks.ablation [--docstring]

Every ranking rule and every kind of stand-in for a word is taken away in turn, on the development benchmark, by words
alone; the difference in MRR@10 is paired query by query. A part that earns nothing here is not thereby useless (no
query of this set asks for a name, and its packages come without tests), but one that costs something would show.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from smysl.engine.engine import Engine
from smysl.engine.search.ranking import FACTORS, LIFTS
from smysl.engine.settings import Settings
from smysl.engine.types import Filters, Mode
from smysl.evaluation.datasets import read_corpora, read_queries
from smysl.evaluation.metrics import DEPTH, compare, score
from smysl.evaluation.run import UNIT_KINDS, docstring_material, handwritten_material, unit_ids
from smysl.evaluation.units import UnitFinder

HERE = Path(__file__).parent
PARTS = ("synonyms", "loanwords", "abbreviations", "lexicon", *FACTORS, *LIFTS, "spread_twins")


def main(arguments: Sequence[str]) -> None:
    """Print the table."""
    cache = Path.home() / ".cache" / "smysl-benchmarks"
    corpora = read_corpora(HERE / "dev" / "corpora.json")
    if "--docstring" in arguments:
        material = docstring_material(corpora, cache)
    else:
        material = handwritten_material(corpora, read_queries(HERE / "dev" / "queries.jsonl"), cache)
    marks: dict[str, dict[str, list[float]]] = {part: {} for part in ("", *PARTS)}
    for part in material:
        finder = UnitFinder(part.units)
        with Engine.open(part.tree, Settings(model="lexical", cache_dir=cache / "indexes")) as engine:
            engine.refresh()
            for name, by_language in marks.items():
                for query in part.queries:
                    result = engine.search(
                        query.text,
                        top_k=DEPTH,
                        filters=Filters(kinds=UNIT_KINDS),
                        mode=Mode.LEXICAL,
                        without=frozenset([name]),
                    )
                    found = score(unit_ids(result, finder), query.gold).mrr
                    by_language.setdefault(query.language, []).append(found)
    full = marks.pop("")
    languages = sorted(full)
    sys.stdout.write(f"{'MRR@10':28}" + "".join(f"{language:>24}" for language in languages) + "\n")
    whole = "".join(f"{sum(full[language]) / len(full[language]):>24.3f}" for language in languages)
    sys.stdout.write(f"{'everything':28}{whole}\n")
    for name, by_language in marks.items():
        cells = []
        for language in languages:
            difference = compare(full[language], by_language[language])
            cells.append(f"{difference.difference:+.3f} ({difference.low:+.3f} {difference.high:+.3f})")
        sys.stdout.write(f"{'- ' + name:28}" + "".join(f"{cell:>24}" for cell in cells) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
