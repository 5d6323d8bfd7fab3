"""The quality of each system: a table in which the interval of MRR@10 is drawn, all rows on one scale."""

from __future__ import annotations

import math
from dataclasses import astuple

from smysl.engine.types import Mode, say
from smysl.evaluation.comparison import LEXICAL, Comparison, Quality, System, Topic
from smysl.evaluation.page.markup import Markup, element
from smysl.evaluation.page.words import Words
from smysl.evaluation.report import METRICS

_WIDTH, _HEIGHT, _MIDDLE = 240, 44, 22


class _Scale:
    """From a value to its place on the axis; from tenth to tenth around all of the intervals."""

    def __init__(self, qualities: list[Quality]) -> None:
        self.low = math.floor(10 * min(one.interval[0] for one in qualities)) / 10
        self.high = max(math.ceil(10 * max(one.interval[1] for one in qualities)) / 10, self.low + 0.1)

    def __call__(self, value: float) -> float:
        return round(6 + (_WIDTH - 12) * (value - self.low) / (self.high - self.low), 1)

    @property
    def ticks(self) -> list[float]:
        """Tenths, or every second one where there are many."""
        count = round(10 * (self.high - self.low))
        return [self.low + tenth / 10 for tenth in range(0, count + 1, 1 if count <= 5 else 2)]


def quality_table(comparison: Comparison, language: str, words: Words) -> Markup:
    """The systems used as usual, the best first, with the dense half alone beside them."""
    systems = ranked(comparison, language)
    shown = [one for one in comparison.qualities if one.language == language and _is_shown(one, systems)]
    scale = _Scale(shown)
    by_words = next((one.scores.mrr for one in shown if one.mode is Mode.LEXICAL), None)
    heads = [
        element("th", words(say("Model")), scope="col"),
        element("th", METRICS[0], _axis(scale, words), scope="col", colspan=2, class_="axis"),
        *(element("th", name, scope="col") for name in METRICS[1:]),
        element("th", words(say("Model alone")), scope="col"),
        element("th", words(say("To the best")), scope="col"),
    ]
    rows = [_row(comparison, system, language, scale, by_words, words) for system in systems]
    return element(
        "div",
        element("table", element("thead", element("tr", heads)), element("tbody", rows), class_="quality"),
        class_="scroll",
    )


def ranked(comparison: Comparison, language: str) -> list[System]:
    """The systems used as usual that have a quality, the best in `language` first."""
    found = [(comparison.quality(system, language), system) for system in comparison.systems if system.is_usual]
    measured = [(quality.scores.mrr, system) for quality, system in found if quality is not None]
    return [system for _, system in sorted(measured, key=lambda pair: -pair[0])]


def _is_shown(quality: Quality, systems: list[System]) -> bool:
    return any(system.name == quality.system for system in systems)


def _row(
    comparison: Comparison, system: System, language: str, scale: _Scale, by_words: float | None, words: Words
) -> Markup:
    quality = comparison.quality(system, language)
    alone = comparison.quality(system, language, Mode.DENSE)
    assert quality is not None
    mrr, *others = astuple(quality.scores)
    pair = comparison.pair(Topic.BEST, language, system.name, system.mode)
    if pair is None:
        verdict = element("td", words(say("best")), class_="best")
    else:
        told = words.signed(pair.result.difference) if pair.is_significant else words(say("as good"))
        sure = element("small", f"p {words.relation(pair.p_adjusted)}")
        verdict = element("td", told, sure, class_=None if pair.is_significant else "as-good")
    return element(
        "tr",
        element("th", system_name(system, words), scope="row"),
        element("td", _interval(quality, alone, scale, by_words, words), class_="drawn"),
        element("td", words.number(mrr, 3), class_="main"),
        [element("td", words.number(value, 3)) for value in others],
        element("td", words.number(alone.scores.mrr, 3) if alone else "–"),
        verdict,
        class_="words" if system.model == LEXICAL else "first" if pair is None else None,
    )


def system_name(system: System, words: Words) -> Markup:
    """How a system is called in a table, with a remark where a person should know something."""
    if system.model == LEXICAL:
        return element("span", words(say("words alone")), class_="system")
    remark = None if system.reads_russian else words(say("not trained on Russian"))
    return element("span", element("bdi", system.model), element("small", remark) if remark else None, class_="system")


def _axis(scale: _Scale, words: Words) -> Markup:
    digits = [element("text", words.number(tick, 1), x=scale(tick), y=11, class_="tick") for tick in scale.ticks]
    return element("svg", digits, viewBox=f"0 0 {_WIDTH} 14", width=_WIDTH, height=14, aria_hidden="true")


def _interval(quality: Quality, alone: Quality | None, scale: _Scale, by_words: float | None, words: Words) -> Markup:
    """The mean on its 95 % interval, the dense half alone as a ring, the words alone as a line down the rows."""
    low, high = quality.interval
    marks = [
        element("line", x1=scale(tick), x2=scale(tick), y1=-_HEIGHT, y2=2 * _HEIGHT, class_="grid")
        for tick in scale.ticks
    ]
    if by_words is not None:
        marks.append(
            element("line", x1=scale(by_words), x2=scale(by_words), y1=-_HEIGHT, y2=2 * _HEIGHT, class_="by-words")
        )
    marks.append(element("line", x1=scale(low), x2=scale(high), y1=_MIDDLE, y2=_MIDDLE, class_="interval"))
    if alone is not None and scale.low <= alone.scores.mrr <= scale.high:
        marks.append(element("circle", cx=scale(alone.scores.mrr), cy=_MIDDLE, r=4, class_="alone"))
    marks.append(element("circle", cx=scale(quality.scores.mrr), cy=_MIDDLE, r=5, class_="mean"))
    title = f"{words.number(quality.scores.mrr, 3)} ({words.number(low, 3)}–{words.number(high, 3)})"
    return element(
        "svg",
        element("title", title),
        marks,
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        width=_WIDTH,
        height=_HEIGHT,
        role="img",
        class_="row",
    )
