"""Quality against what it costs: a point a model, its interval, and a line through those that nothing beats in both."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from smysl.evaluation.comparison import LEXICAL, Comparison, Quality
from smysl.evaluation.page.markup import Markup, element
from smysl.evaluation.page.words import Words

_WIDTH, _HEIGHT = 500, 330
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 18, 14, 46
_LETTER = 7.2
"""About how wide a letter of a label is."""


@dataclass(frozen=True, slots=True)
class Point:
    """A model: what it costs (above 0) and how good it is."""

    name: str
    cost: float
    quality: Quality


def points(comparison: Comparison, language: str, cost: Callable[[int], float | None]) -> list[Point]:
    """The models used as usual whose cost is known; `cost` is asked by the place of the system."""
    found = []
    for place, system in enumerate(comparison.systems):
        quality = comparison.quality(system, language)
        value = cost(place)
        if system.is_usual and system.model != LEXICAL and quality is not None and value:
            found.append(Point(system.model, value, quality))
    return found


def scatter(
    found: Sequence[Point],
    words: Words,
    *,
    axis: str,
    tick: Callable[[float], str],
    by_words: tuple[str, float] | None,
    cheap_is_left: bool,
) -> Markup:
    """The points; the cost runs along a logarithmic axis named `axis`, MRR@10 up. `by_words` is the words alone."""
    plot = _Plot(found, by_words[1] if by_words else None)
    parts = [*_grid(plot, words, axis, tick)]
    taken = [_Box(plot.x(one.cost) - 6, plot.y(one.quality.scores.mrr) - 6, 12, 12) for one in found]
    if by_words is not None:
        y = plot.y(by_words[1])
        parts.append(element("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y, class_="by-words"))
        parts.append(element("text", by_words[0], x=_WIDTH - _RIGHT, y=y - 5, class_="by-words-label"))
        taken.append(_Box(_WIDTH - _RIGHT - _LETTER * len(by_words[0]), y - 16, _LETTER * len(by_words[0]), 16))
    best = _unbeaten(found, cheap_is_left=cheap_is_left)
    if len(best) > 1:
        line = " ".join(f"{plot.x(one.cost)},{plot.y(one.quality.scores.mrr)}" for one in best)
        parts.append(element("polyline", points=line, class_="unbeaten"))
    for one in found:
        x = plot.x(one.cost)
        low, high = one.quality.interval
        parts.append(element("line", x1=x, x2=x, y1=plot.y(low), y2=plot.y(high), class_="interval"))
        taken.append(_Box(x - 1, plot.y(high), 2, plot.y(low) - plot.y(high)))
    for one in found:
        x, y = plot.x(one.cost), plot.y(one.quality.scores.mrr)
        title = f"{one.name}: {words.number(one.quality.scores.mrr, 3)}, {tick(one.cost)}"
        dot = element("circle", cx=x, cy=y, r=6, class_="mean" if one in best else "mean beaten")
        parts.append(element("g", element("title", title), dot))
        box, anchor = _placed(one.name, x, y, taken)
        taken.append(box)
        at = {"start": box.x, "middle": x, "end": box.x + box.width}[anchor]
        parts.append(
            element("text", one.name, x=round(at, 1), y=round(box.y + 12, 1), text_anchor=anchor, class_="label")
        )
    return element("svg", parts, viewBox=f"0 0 {_WIDTH} {_HEIGHT}", role="img", class_="scatter")


@dataclass(frozen=True, slots=True)
class _Box:
    x: float
    y: float
    width: float
    height: float

    def overlap(self, other: _Box) -> float:
        """The area that both have."""
        wide = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        high = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return max(0.0, wide) * max(0.0, high)


class _Plot:
    """From values to places, with some room around the points."""

    def __init__(self, found: Sequence[Point], by_words: float | None) -> None:
        lows = [one.quality.interval[0] for one in found] + ([] if by_words is None else [by_words])
        highs = [one.quality.interval[1] for one in found] + ([] if by_words is None else [by_words])
        self.low = math.floor(20 * min(lows) - 0.2) / 20
        self.high = max(math.ceil(20 * max(highs) + 0.2) / 20, self.low + 0.1)
        logs = [math.log10(one.cost) for one in found]
        room = max(0.25, 0.12 * (max(logs) - min(logs)))
        self.left, self.right = min(logs) - room, max(logs) + room

    def x(self, cost: float) -> float:
        """Where a cost stands."""
        share = (math.log10(cost) - self.left) / (self.right - self.left)
        return round(_LEFT + (_WIDTH - _LEFT - _RIGHT) * share, 1)

    def y(self, quality: float) -> float:
        """Where a quality stands."""
        share = (quality - self.low) / (self.high - self.low)
        return round(_HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * share, 1)

    def ticks_up(self) -> list[float]:
        """Round values of quality."""
        step = 0.05 if self.high - self.low <= 0.35 else 0.1
        first = math.ceil(self.low / step - 1e-9)
        return [count * step for count in range(first, math.floor(self.high / step + 1e-9) + 1)]

    def ticks_along(self) -> list[float]:
        """Round costs: powers of ten, with 2 and 5 between them where there is room."""
        for factors in ((1.0, 2.0, 5.0), (1.0, 3.0), (1.0,)):
            found = [
                factor * 10.0**power
                for power in range(math.floor(self.left), math.ceil(self.right) + 1)
                for factor in factors
                if self.left <= power + math.log10(factor) <= self.right
            ]
            if len(found) <= 7:
                return found
        return found[:: math.ceil(len(found) / 7)]


def _grid(plot: _Plot, words: Words, axis: str, tick: Callable[[float], str]) -> list[Markup]:
    bottom = _HEIGHT - _BOTTOM
    parts = []
    for value in plot.ticks_up():
        y = plot.y(value)
        parts.append(element("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y, class_="grid"))
        parts.append(element("text", words.number(value, 2), x=_LEFT - 8, y=y + 4, class_="tick up"))
    for value in plot.ticks_along():
        x = plot.x(value)
        parts.append(element("line", x1=x, x2=x, y1=bottom, y2=bottom + 4, class_="axis"))
        parts.append(element("text", tick(value), x=x, y=bottom + 18, class_="tick"))
    parts.append(element("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=bottom, y2=bottom, class_="axis"))
    parts.append(element("text", axis, x=(_LEFT + _WIDTH - _RIGHT) / 2, y=_HEIGHT - 8, class_="axis-name"))
    return parts


def _unbeaten(found: Sequence[Point], *, cheap_is_left: bool) -> list[Point]:
    """The points that no other beats in cost and quality, from left to right."""
    best: list[Point] = []
    for one in sorted(found, key=lambda point: point.cost if cheap_is_left else -point.cost):
        if not best or one.quality.scores.mrr > best[-1].quality.scores.mrr:
            best.append(one)
    return best if cheap_is_left else best[::-1]


def _placed(name: str, x: float, y: float, taken: Sequence[_Box]) -> tuple[_Box, str]:
    """Where the name of a point covers least of what is drawn, and by which end it is held: right of it if possible."""
    width = _LETTER * len(name)
    places = [
        (_Box(x + 11, y - 8, width, 16), "start"),
        (_Box(x - 11 - width, y - 8, width, 16), "end"),
        (_Box(x - width / 2, y - 26, width, 16), "middle"),
        (_Box(x - width / 2, y + 10, width, 16), "middle"),
        (_Box(x + 9, y - 22, width, 16), "start"),
        (_Box(x + 9, y + 7, width, 16), "start"),
        (_Box(x - 9 - width, y - 22, width, 16), "end"),
        (_Box(x - 9 - width, y + 7, width, 16), "end"),
    ]

    def cost(place: tuple[_Box, str]) -> float:
        box, _ = place
        outside = max(0.0, _LEFT - box.x) + max(0.0, box.x + box.width - _WIDTH + 4)
        return sum(box.overlap(other) for other in taken) + 40 * outside

    return min(places, key=cost)
