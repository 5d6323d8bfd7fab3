"""What a run amounts to: means by corpus, language and style, as a table, as JSON, and beside an older run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from smysl.engine.errors import UsageError
from smysl.engine.types import Mode, say
from smysl.evaluation.datasets import Query
from smysl.evaluation.metrics import Comparison, Scores, bootstrap_interval, compare, mean
from smysl.evaluation.run import Answer, Run

METRICS = ("MRR@10", "NDCG@10", "R@1", "R@5", "R@10")
"""Names of the fields of `Scores`, in order."""


@dataclass(frozen=True, slots=True)
class Group:
    """Means over the queries of one language that share a corpus or a style; `interval` is of MRR@10, 95 %."""

    by: str
    value: str
    language: str
    queries: int
    scores: Scores
    interval: tuple[float, float]

    @property
    def title(self) -> str:
        """How the group is called in a table."""
        return f"{self.value or 'all'}/{self.language}"


@dataclass(frozen=True, slots=True)
class Compared:
    """Two runs compared by one metric over the queries of one language."""

    language: str
    metric: str
    comparison: Comparison


def groups(run: Run) -> tuple[Group, ...]:
    """All queries of a language, then by corpus, then by style; languages in alphabetical order."""
    found = []
    for by, key in _KEYS.items():
        chosen: dict[tuple[str, str], list[Answer]] = {}
        for answer in run.answers:
            chosen.setdefault((key(answer.query), answer.query.language), []).append(answer)
        for value, language in sorted(chosen, key=lambda pair: (pair[1], pair[0])):
            found.append(_group(by, value, language, chosen[value, language]))
    return tuple(found)


def compare_runs(old: Run, new: Run) -> tuple[Compared, ...]:
    """MRR@10 and R@10 of the queries that both runs answered, by language.

    Raises `UsageError` when they have none in common.
    """
    before = {(answer.query.corpus, answer.query.id): answer for answer in old.answers}
    pairs: dict[str, list[tuple[Scores, Scores]]] = {}
    for answer in new.answers:
        other = before.get((answer.query.corpus, answer.query.id))
        if other is not None and other.query.text == answer.query.text:
            pairs.setdefault(answer.query.language, []).append((other.scores, answer.scores))
    if not pairs:
        raise UsageError(say("The two runs have no query in common."))
    return tuple(
        Compared(language, metric, compare([of(first) for first, _ in shared], [of(second) for _, second in shared]))
        for metric, of in _COMPARED.items()
        for language, shared in sorted(pairs.items())
    )


def table(found: Sequence[Group]) -> Iterator[str]:
    """The groups as lines of a table; the interval is of MRR@10."""
    width = max([len(group.title) for group in found] + [5])
    yield f"{'':<{width}}  {'n':>4}  " + "  ".join(f"{name:>7}" for name in METRICS) + "  MRR@10, 95 %"
    for place, group in enumerate(found):
        if place and group.by != found[place - 1].by:
            yield ""
        low, high = group.interval
        figures = "  ".join(f"{value:7.3f}" for value in astuple(group.scores))
        yield f"{group.title:<{width}}  {group.queries:>4}  {figures}  {low:.3f}–{high:.3f}"


def comparison_table(compared: Sequence[Compared]) -> Iterator[str]:
    """The comparison of two runs as lines: the change, its interval, and how likely chance alone is."""
    yield f"{'':<10}  {'n':>4}  {'Δ':>7}  {'95 %':<16}  p"
    for row in compared:
        item = row.comparison
        interval = f"{item.low:+.3f}…{item.high:+.3f}"
        title = f"{row.metric}/{row.language}"
        yield f"{title:<10}  {item.queries:>4}  {item.difference:+7.3f}  {interval:<16}  {item.p_value:.4f}"


def run_object(run: Run, compared: Sequence[Compared] = ()) -> dict[str, Any]:
    """A run as a JSON object; `read_run` reads it again."""
    return {
        "mode": run.mode.value,
        "model": run.model,
        "groups": [
            {
                "by": group.by,
                "value": group.value,
                "language": group.language,
                "n": group.queries,
                **_metrics(group.scores),
                "interval": list(group.interval),
            }
            for group in groups(run)
        ],
        "comparison": [
            {
                "language": row.language,
                "metric": row.metric,
                "n": row.comparison.queries,
                "difference": row.comparison.difference,
                "interval": [row.comparison.low, row.comparison.high],
                "p": row.comparison.p_value,
            }
            for row in compared
        ],
        "queries": [
            {
                "corpus": answer.query.corpus,
                "query_id": answer.query.id,
                "lang": answer.query.language,
                "style": answer.query.style,
                "query": answer.query.text,
                "gold": list(answer.query.gold),
                "ranked": list(answer.ranked),
                **_metrics(answer.scores),
            }
            for answer in run.answers
        ],
    }


def read_run(path: Path) -> Run:
    """A run that was printed as JSON. Raises `UsageError` when it is missing or malformed."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return Run(Mode(raw["mode"]), raw["model"], tuple(_answer(row) for row in raw["queries"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            say("{path} is not a saved run: {kind}: {reason}", path=path, kind=type(error).__name__, reason=error),
            say("Save one with “smysl evaluate --json … > RUN.json”."),
        ) from error


_KEYS: Mapping[str, Callable[[Query], str]] = {
    "all": lambda query: "",
    "corpus": lambda query: query.corpus,
    "style": lambda query: query.style,
}


_COMPARED: Mapping[str, Callable[[Scores], float]] = {
    "MRR@10": lambda scores: scores.mrr,
    "R@10": lambda scores: scores.recall_10,
}
"""What two runs are compared by."""


def _group(by: str, value: str, language: str, answers: Sequence[Answer]) -> Group:
    return Group(
        by=by,
        value=value,
        language=language,
        queries=len(answers),
        scores=mean([answer.scores for answer in answers]),
        interval=bootstrap_interval([answer.scores.mrr for answer in answers]),
    )


def _metrics(scores: Scores) -> dict[str, float]:
    return dict(zip(METRICS, astuple(scores), strict=True))


def _answer(row: Mapping[str, Any]) -> Answer:
    query = Query(row["corpus"], row["query_id"], row["lang"], row["query"], tuple(row["gold"]), row["style"])
    return Answer(query, tuple(row["ranked"]), Scores(*(float(row[name]) for name in METRICS)))
