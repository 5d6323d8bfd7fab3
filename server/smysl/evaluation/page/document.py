"""The report as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from importlib import resources
from pathlib import Path

from smysl.engine.errors import SmyslError
from smysl.engine.types import Message, say
from smysl.evaluation.comparison import LANGUAGES, LEXICAL, MODES, QUESTIONS, Comparison
from smysl.evaluation.page.costs import cost_table, variation_table
from smysl.evaluation.page.differences import differences
from smysl.evaluation.page.markup import Content, Markup, element, join
from smysl.evaluation.page.quality import quality_table
from smysl.evaluation.page.scatter import points, scatter
from smysl.evaluation.page.words import Words, shown_name
from smysl.evaluation.verdict import Verdict, sentences, verdicts
from smysl.l10n import Language

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""A browser is told to fetch and run nothing, whatever stands in the page."""


def write_html(comparison: Comparison, path: Path, language: Language) -> None:
    """Write the report to `path`, at once and whole. Raises `SmyslError` when that cannot be."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(page(comparison, language), encoding="utf-8", newline="\n")
        part.replace(path)
    except OSError as error:
        raise SmyslError(
            say("The report cannot be written to {path}: {reason}", path=path, reason=error.strerror or error),
            say("Name another file with --html."),
        ) from error


def page(comparison: Comparison, language: Language) -> str:
    """The report as HTML."""
    words = Words(language)
    name = Path(comparison.sources.workspace).name
    title = words(say("Embedding models compared on {name}", name=name))
    style = resources.files(__package__).joinpath("style.css").read_text(encoding="utf-8")
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="generator", content=f"smysl {comparison.version}"),
        element("title", title),
        Markup(f"<style>{style}</style>"),
    )
    body = element("body", element("main", _header(comparison, words, name), *_sections(comparison, words)))
    return f"<!doctype html>\n{element('html', head, body, lang=language)}\n"


def _header(comparison: Comparison, words: Words, name: str) -> Markup:
    sources = comparison.sources
    made = datetime.fromisoformat(comparison.made_at).strftime("%Y-%m-%d")
    cards = [
        element(
            "div",
            element("h2", words(LANGUAGES[verdict.language])),
            element(
                "p",
                element("bdi", shown_name(verdict.best, words)),
                _score(comparison, verdict, words),
                class_="winner",
            ),
            _verdict(comparison, verdict, words),
            class_="card",
        )
        for verdict in verdicts(comparison)
    ]
    return element(
        "header",
        element("p", words(say("Embedding models compared")), class_="kicker"),
        element("h1", element("bdi", name)),
        element(
            "p",
            words(
                say(
                    "{files} files, {functions} functions, {questions} questions",
                    files=words.number(sources.files),
                    functions=words.number(sources.functions),
                    questions=words.number(len(comparison.queries)),
                )
            ),
            element("span", made),
            element("span", f"Smysl {comparison.version}"),
            class_="facts",
        ),
        element("div", cards, class_="cards"),
        [element("p", words(notice), class_="notice") for notice in comparison.notices],
    )


def _verdict(comparison: Comparison, verdict: Verdict, words: Words) -> list[Markup]:
    """Its sentences but the first, which the card says in large letters."""
    told = sentences(comparison, verdict, number=words.number, name=lambda system: shown_name(system, words))
    return [element("p", words(sentence)) for sentence in list(told)[1:]]


def _score(comparison: Comparison, verdict: Verdict, words: Words) -> Markup | None:
    quality = comparison.quality(verdict.best, verdict.language)
    return element("small", f"MRR@10 {words.number(quality.scores.mrr, 3)}") if quality else None


def _sections(comparison: Comparison, words: Words) -> Iterator[Markup]:
    for language in comparison.languages:
        count = sum(query.language == language for query in comparison.queries)
        yield _section(
            words(QUESTIONS[language]),
            words(
                say(
                    "{count} questions, answered by model and words together, as a search does it. The line is the "
                    "95 % interval of MRR@10, the ring the model alone, the dashes the words alone.",
                    count=words.number(count),
                )
            ),
            quality_table(comparison, language, words),
        )
    plots = [plot for language in comparison.languages for plot in _plots(comparison, language, words)]
    if plots:
        yield _section(
            words(say("Quality and its price")),
            words(say("The line runs through the models that no other beats in both; bars are 95 % intervals.")),
            element("div", plots, class_="plots"),
        )
    yield _section(
        words(say("Cost")),
        words(
            say(
                "Functions a second are those of the model at indexing; of the words alone, of reading and cutting "
                "the code. A search is timed from the question to the hits. "
                "Memory is what Ollama reports of the loaded model."
            )
        ),
        cost_table(comparison, words),
    )
    varied = variation_table(comparison, words)
    if varied is not None:
        yield _section(
            words(say("Shorter vectors, no prompts")),
            words(say("MRR@10 and its change against the same model used as usual; p is adjusted by Holm's method.")),
            varied,
        )
    yield _section(
        words(say("Question by question")),
        words(say("For every two systems: how many questions each answers better, and which.")),
        list(differences(comparison, words)),
    )
    yield _method(comparison, words)


def _plots(comparison: Comparison, language: str, words: Words) -> Iterator[Markup]:
    systems = comparison.systems
    alone = comparison.quality(systems[0], language) if systems and systems[0].model == LEXICAL else None
    by_words = (words(MODES[systems[0].mode]), alone.scores.mrr) if alone else None
    several = len(comparison.languages) > 1
    speed = points(comparison, language, lambda place: systems[place].cost.functions_per_second)
    memory = points(comparison, language, lambda place: systems[place].cost.memory)
    kinds = (
        (say("Quality against speed"), say("functions a second at indexing"), speed, words.rough, False),
        (say("Quality against memory"), say("memory of the loaded model"), memory, words.size, True),
    )
    for title, axis, found, tick, cheap_is_left in kinds:
        if len(found) < 2:
            continue  # one point compares nothing
        caption = words(title) + (f" · {words(LANGUAGES[language])}" if several else "")
        plot = scatter(found, words, axis=words(axis), tick=tick, by_words=by_words, cheap_is_left=cheap_is_left)
        yield element("figure", element("figcaption", caption, element("small", "MRR@10")), plot)


def _method(comparison: Comparison, words: Words) -> Markup:
    sources, machine = comparison.sources, comparison.machine
    asked = (
        say("The questions are those of {file}, asked of the code as it is.", file=sources.file)
        if sources.file
        else say(
            "A question is the first sentence of a docstring or of a leading comment; the right answer is the "
            "function, method or class that it stands on. All docstrings and leading comments are taken out of the "
            "code that is searched. Tests are not asked about."
        )
    )
    dropped = say(
        "Left out: {repeated} sentences that stand on several functions, {trivial} that say no more than the name, "
        "{languages} in other languages, {unasked} beyond the sample.",
        repeated=sources.repeated,
        trivial=sources.trivial,
        languages=sources.languages,
        unasked=sources.unasked,
    )
    told: list[Message] = [
        asked,
        *(() if sources.file else (dropped,)),
        say(
            "MRR@10 is the mean of one through the place of the first right hit among ten; R@k is the share of "
            "questions with a right hit among the first k; NDCG@10 counts every right hit by its place."
        ),
        say(
            "Intervals are 95 % percentile bootstraps over the questions; p is of a paired permutation test, adjusted "
            "by Holm's method. All systems got the same questions and the same code."
        ),
    ]
    servers = sorted({system.server for system in comparison.systems if system.server})
    facts: list[tuple[Message, str]] = [
        (say("Folder"), sources.workspace),
        (say("Machine"), f"{machine.platform}, {machine.processors} × CPU, Python {machine.python}"),
        *(((say("Ollama"), ", ".join(servers)),) if servers else ()),
    ]
    return _section(
        words(say("How it was measured")),
        None,
        [element("p", words(sentence)) for sentence in told],
        element("dl", [(element("dt", words(name)), element("dd", element("bdi", value))) for name, value in facts]),
        [_unmeasured(one.model, one.reasons, words) for one in comparison.unmeasured],
        element("h3", words(say("Measure it again"))),
        element("pre", element("code", comparison.command)),
        element("p", words(say("With --json it prints every answer to every question.")), class_="note"),
        class_="method",
    )


def _unmeasured(model: str, reasons: tuple[Message, ...], words: Words) -> Markup:
    return element(
        "p",
        element("b", words(say("{model} could not be measured.", model=model))),
        [f" {words(reason)}" for reason in reasons],
        class_="notice",
    )


def _section(title: str, lead: str | None, *content: Content, class_: str | None = None) -> Markup:
    below = element("p", lead, class_="lead") if lead else None
    return element("section", element("h2", title), below, join(content), class_=class_)
