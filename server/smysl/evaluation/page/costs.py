"""What each system costs, and what each other way of using a model changes."""

from __future__ import annotations

from collections.abc import Sequence

from smysl.engine.types import Message, Mode, say
from smysl.evaluation.comparison import LANGUAGES, LEXICAL, MODES, Comparison, System, Topic
from smysl.evaluation.page.markup import Markup, element
from smysl.evaluation.page.quality import system_name
from smysl.evaluation.page.words import Words


def cost_table(comparison: Comparison, words: Words) -> Markup:
    """Speed and memory of the systems used as usual."""
    systems = [system for system in comparison.systems if system.is_usual]
    heads = (
        say("Model"),
        say("Dimensions"),
        say("Functions a second"),
        say("Search, median"),
        say("95 % within"),
        say("Cold load"),
        say("Memory"),
        say("of it on the GPU"),
        say("Bytes a function"),
    )
    rows = [
        element(
            "tr",
            element("th", system_name(system, words), scope="row"),
            [element("td", text) for text in _figures(system, words)],
            class_="words" if system.model == LEXICAL else None,
        )
        for system in systems
    ]
    return _table(heads, rows, words, "costs")


def variation_table(comparison: Comparison, words: Words) -> Markup | None:
    """What shorter vectors and missing prompts change, by language; None where nothing of the kind was measured."""
    varied = [system for system in comparison.systems if not system.is_usual]
    if not varied:
        return None
    heads: list[Message] = [say("Model"), say("Used"), say("Bytes a function")]
    for language in comparison.languages:
        heads += [
            say("{language}: {mode}", language=LANGUAGES[language], mode=MODES[mode])
            for mode in (Mode.FUSED, Mode.DENSE)
        ]
    rows = []
    previous = ""
    for system in varied:
        cells = [
            _change(comparison, system, language, mode, words)
            for language in comparison.languages
            for mode in (Mode.FUSED, Mode.DENSE)
        ]
        name = element("bdi", system.model) if system.model != previous else ""
        rows.append(
            element(
                "tr",
                element("th", name, scope="row"),
                element("td", words(usage(system)), class_="usage"),
                element("td", words.number(system.cost.bytes_per_function)),
                cells,
                class_="follows" if system.model == previous else None,
            )
        )
        previous = system.model
    return _table(heads, rows, words, "variations")


def usage(system: System) -> Message:
    """How a model is used where that is not as usual."""
    if system.variation.without_prompts:
        return say("without its prompts")
    return say("cut to {count} dimensions", count=system.dimensions)


def _change(comparison: Comparison, system: System, language: str, mode: Mode, words: Words) -> Markup:
    pair = comparison.pair(Topic.VARIATION, language, system.name, mode)
    quality = comparison.quality(system, language, mode)
    if pair is None or quality is None:
        return element("td", "–")
    kind = "same" if not pair.is_significant else "loss" if pair.result.difference < 0 else "gain"
    return element(
        "td",
        element("span", words.number(quality.scores.mrr, 3)),
        " ",
        element("b", words.signed(pair.result.difference), class_=kind),
        element("small", f"p {words.relation(pair.p_adjusted)}"),
    )


def _figures(system: System, words: Words) -> tuple[str, ...]:
    cost = system.cost
    return (
        words.number(system.dimensions) if system.dimensions else "–",
        words.rough(cost.functions_per_second),
        _with_unit(words, cost.latency_p50, say("{count} ms", count=words.rough(cost.latency_p50))),
        _with_unit(words, cost.latency_p95, say("{count} ms", count=words.rough(cost.latency_p95))),
        _with_unit(words, cost.load_seconds, say("{count} s", count=words.rough(cost.load_seconds))),
        words.size(cost.memory),
        words.size(cost.vram),
        words.number(cost.bytes_per_function) if system.dimensions else "–",
    )


def _with_unit(words: Words, value: float | None, told: Message) -> str:
    return "–" if value is None else words(told)


def _table(heads: Sequence[Message], rows: Sequence[Markup], words: Words, kind: str) -> Markup:
    head = element("thead", element("tr", [element("th", words(title), scope="col") for title in heads]))
    return element("div", element("table", head, element("tbody", rows), class_=kind), class_="scroll")
