"""A comparison of models in the terminal: who is best, what it costs, and what each way of using a model changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple

from smysl.cli.session import Session
from smysl.engine.types import Message, Mode, say
from smysl.evaluation.comparison import LANGUAGES, MODES, Comparison, System, Topic
from smysl.evaluation.figures import number, probability, rough, signed, size
from smysl.evaluation.report import METRICS
from smysl.evaluation.verdict import sentences, verdicts


def write_comparison(session: Session, comparison: Comparison) -> None:
    """The tables, each with a heading, then the verdict."""
    tables = [
        *((_quality_heading(comparison, language), _quality(session, comparison, language))
          for language in comparison.languages),
        (say("Cost"), _cost(session, comparison)),
        *((say("Used otherwise, {language}: change of MRR@10", language=LANGUAGES[language]),
           _variations(session, comparison, language)) for language in comparison.languages),
    ]  # fmt: skip
    for heading, rows in tables:
        if len(rows) > 1:
            session.answer(session.translate(heading))
            for line in _aligned(rows):
                session.answer(line)
            session.answer("")
    for verdict in verdicts(comparison):
        session.answer(" ".join(map(session.translate, sentences(comparison, verdict, number=_number, name=_name))))


def _quality_heading(comparison: Comparison, language: str) -> Message:
    count = sum(query.language == language for query in comparison.queries)
    return say("{language}, {count} questions, model and words", language=LANGUAGES[language], count=count)


def _quality(session: Session, comparison: Comparison, language: str) -> list[list[str]]:
    rows = [
        [
            "",
            METRICS[0],
            session.translate(say("95 %")),
            *METRICS[1:],
            session.translate(say("model alone")),
            session.translate(say("to the best")),
            "p",
        ]
    ]
    for system in ranked(comparison, language):
        quality = comparison.quality(system, language)
        if quality is None:
            continue
        alone = comparison.quality(system, language, Mode.DENSE)
        pair = comparison.pair(Topic.BEST, language, system.name, system.mode)
        mrr, *others = (f"{value:.3f}" for value in astuple(quality.scores))
        rows.append(
            [
                system.name,
                mrr,
                f"{quality.interval[0]:.3f}–{quality.interval[1]:.3f}",
                *others,
                f"{alone.scores.mrr:.3f}" if alone else "–",
                signed(pair.result.difference, 3, "en") if pair else "",
                probability(pair.p_adjusted, "en") if pair else "",
            ]
        )
    return rows


def _cost(session: Session, comparison: Comparison) -> list[list[str]]:
    heads = (
        say("dimensions"),
        say("functions/s"),
        say("p50, ms"),
        say("p95, ms"),
        say("load, s"),
        say("memory"),
        say("of it VRAM"),
        say("bytes/function"),
    )
    rows = [["", *map(session.translate, heads)]]
    for system in comparison.systems:
        if system.is_usual:
            cost = system.cost
            rows.append(
                [
                    system.name,
                    str(system.dimensions or "–"),
                    rough(cost.functions_per_second, session.language),
                    rough(cost.latency_p50, session.language),
                    rough(cost.latency_p95, session.language),
                    rough(cost.load_seconds, session.language),
                    size(cost.memory, session.language),
                    size(cost.vram, session.language),
                    rough(cost.bytes_per_function, session.language),
                ]
            )
    return rows


def _variations(session: Session, comparison: Comparison, language: str) -> list[list[str]]:
    modes = (Mode.FUSED, Mode.DENSE)
    rows = [["", *(text for mode in modes for text in (session.translate(MODES[mode]), "p")),
             session.translate(say("bytes/function"))]]  # fmt: skip
    for system in comparison.systems:
        if system.is_usual:
            continue
        row = [system.name]
        for mode in modes:
            pair = comparison.pair(Topic.VARIATION, language, system.name, mode)
            row += [signed(pair.result.difference, 3, "en"), probability(pair.p_adjusted, "en")] if pair else ["–", ""]
        rows.append([*row, rough(system.cost.bytes_per_function, session.language)])
    return rows


def ranked(comparison: Comparison, language: str) -> list[System]:
    """The systems used as usual, the best in `language` first."""
    return sorted(
        (system for system in comparison.systems if system.is_usual),
        key=lambda system: -(found.scores.mrr if (found := comparison.quality(system, language)) else -1.0),
    )


def _number(value: float, digits: int) -> str:
    return number(value, digits, "en")


def _name(system: System) -> str:
    return system.name


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = (f"{cell:>{width}}" for cell, width in zip(others, widths[1:], strict=True))
        yield "  ".join((f"{first:<{widths[0]}}", *cells)).rstrip()
