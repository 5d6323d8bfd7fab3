"""Is the joined search anywhere worse than the better of its halves alone?

    python -m tests.benchmarks.halves FUSED.json DENSE.json LEXICAL.json

The files are runs that `smysl evaluate --json` printed, of one benchmark. For each corpus and language: MRR@10 of all
three, and what the join gains over the better half, paired query by query, with its 95 % interval.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from smysl.evaluation.metrics import compare
from smysl.evaluation.report import read_run


def main(arguments: Sequence[str]) -> None:
    """Print the table."""
    marks: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for name, path in zip(("fused", "dense", "words"), arguments, strict=True):
        for answer in read_run(Path(path)).answers:
            for corpus in ("all", answer.query.corpus):
                marks[answer.query.language, corpus][name].append(answer.scores.mrr)
    sys.stdout.write(f"{'':24}{'n':>5}{'fused':>8}{'dense':>8}{'words':>8}  over the better half\n")
    for (language, corpus), found in sorted(marks.items()):
        means = {name: sum(values) / len(values) for name, values in found.items()}
        better = max(("dense", "words"), key=means.__getitem__)
        gain = compare(found[better], found["fused"])
        sys.stdout.write(
            f"{corpus + '/' + language:24}{len(found['fused']):>5}"
            + "".join(f"{means[name]:>8.3f}" for name in ("fused", "dense", "words"))
            + f"  {gain.difference:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})\n"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
