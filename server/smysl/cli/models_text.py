"""The answer of `models` for people: a table, the facts of each model, and the one to take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from smysl.cli.session import Session
from smysl.engine.models import About, Machine, Memory, Model, ModelKind, Models, Needs, Score, Variant
from smysl.engine.types import Message, say

LEAST_TASKS = 10
"""A mean over fewer tasks does not go beside one over twelve."""


def write_table(session: Session, found: Models) -> None:
    """A line a file of a model; scores are published NDCG@10, times 100."""
    if found.machine is not None:
        session.answer(session.translate(_machine(found.machine)))
        session.answer("")
    heads = (
        say("Model"),
        say("File"),
        say("Size"),
        say("Needs"),
        say("Fits"),
        say("Dimensions"),
        say("Input"),
        say("Code"),
        say("Russian"),
        say("In Ollama"),
    )
    rows = [tuple(map(session.translate, heads))]
    rows += [row for model in found.rows for row in _rows(session, model)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    for row in rows:
        session.answer("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())


def write_recommendation(session: Session, found: Models) -> None:
    """The model to take, why, how the memory adds up, and how to get it."""
    best = found.recommendation
    if best is None:
        return
    session.answer("")
    session.answer(session.translate(say("Take {model}. {reason}", model=best.name, reason=best.reason)))
    row = next((model for model in found.rows if model.name == best.name), None)
    if row is None or not row.variants:
        return
    if row.variants[0].needs is not None:
        session.answer(session.translate(_sum(session, row.variants[0].needs)))
    if not row.is_ready:
        session.answer(session.translate(say("Fetch it with: smysl models pull {model}", model=best.name)))


def write_details(session: Session, models: Sequence[Model]) -> None:
    """All that is known of each model, and from where."""
    session.answer("")
    session.answer(
        session.translate(
            say(
                "Sizes are those of Ollama's library. The context is what llama.cpp keeps of the tokens of one text: "
                "keys and values of 16 bits in every layer. Scratch is, for each token, 8 rows of 32-bit numbers as "
                "wide as the model, and for Qwen3 one as wide as its vocabulary; the runtime is taken to be 0.3 GB. "
                "Scores are published NDCG@10, times 100."
            )
        )
    )
    for model in models:
        session.answer("")
        session.answer(model.name)
        for fact in _facts(session, model):
            session.answer("    " + session.translate(fact))


def gigabytes(session: Session, size: int) -> str:
    """A size as a person reads it: decimal, as the sizes of cards and files are told."""
    if size < 10**9:
        return session.translate(say("{size} MB", size=round(size / 10**6)))
    return session.translate(say("{size} GB", size=f"{size / 10**9:.1f}"))


def _rows(session: Session, model: Model) -> Iterator[tuple[str, ...]]:
    dimensions, tokens = str(model.dimensions or "?"), str(model.input_tokens or "?")
    code, russian = _mean(model, About.CODE), _mean(model, About.RUSSIAN)
    if model.kind is not ModelKind.OLLAMA:
        nothing = "—"
        fits = session.translate(say("yes"))
        dimensions = str(model.dimensions or nothing)
        yield model.name, nothing, nothing, nothing, fits, dimensions, nothing, code, russian, nothing
        return
    for variant in model.variants:
        yield (
            model.name if variant is model.variants[0] else "",
            variant.quantization or "?",
            gigabytes(session, variant.size_bytes),
            gigabytes(session, variant.needs.total) if variant.needs else "?",
            _fits(session, variant),
            dimensions,
            tokens,
            code,
            russian,
            variant.tag if variant.is_installed else "—",
        )


def _fits(session: Session, variant: Variant) -> str:
    if variant.fits is None:
        return "?"
    return session.translate(say("yes") if variant.fits else say("no"))


def _mean(model: Model, about: About) -> str:
    """The figure by which models are compared: the mean of the code tasks, or MIRACL for Russian."""
    for score in model.scores:
        if score.about is about and (about is About.RUSSIAN or score.tasks >= LEAST_TASKS):
            return f"{score.value:.1f}"
    return "—"


def _facts(session: Session, model: Model) -> Iterator[Message]:
    if model.kind is ModelKind.LEXICAL:
        yield say("Words alone: no vectors, no model.")
        return
    if model.kind is ModelKind.BUILT_IN:
        yield say("Part of Smysl: no server, no download; made for Russian and English questions about Python.")
    if model.truncations:
        yield say("Can be shortened to: {lengths}", lengths=_lengths(model))
    if model.query_prompt:
        yield say("Prompt of a query: {prompt}", prompt=repr(model.query_prompt))
    if model.document_prompt:
        yield say("Prompt of code: {prompt}", prompt=repr(model.document_prompt))
    if model.licence:
        yield say("Licence: {licence}", licence=model.licence)
    for variant in model.variants:
        if variant.needs is not None:
            yield say("{tag}: {sum}", tag=variant.tag, sum=_sum(session, variant.needs))
    for score in model.scores:
        yield _score(score)
    for source in model.sources:
        yield say("Source: {source}", source=source)


def _score(score: Score) -> Message:
    if score.tasks > 1:
        return say(
            "{benchmark}: {value} (mean of {tasks} tasks; {source})",
            benchmark=score.benchmark,
            value=score.value,
            tasks=score.tasks,
            source=score.source,
        )
    return say("{benchmark}: {value} ({source})", benchmark=score.benchmark, value=score.value, source=score.source)


def _lengths(model: Model) -> str:
    if model.any_truncation:
        return f"{model.truncations[0]}–{model.truncations[-1]}"
    return ", ".join(map(str, model.truncations))


def _sum(session: Session, needs: Needs) -> Message:
    return say(
        "file {weights} + context of {tokens} tokens {context} + runtime and scratch {overhead} = {total}",
        weights=gigabytes(session, needs.weights),
        context=gigabytes(session, needs.context),
        tokens=needs.context_tokens,
        overhead=gigabytes(session, needs.overhead),
        total=gigabytes(session, needs.total),
    )


def _machine(machine: Machine) -> Message:
    size = f"{machine.total_bytes / 2**30:.1f}"
    if machine.memory is Memory.RAM:
        return say("This machine: {size} GiB of memory, no graphics card that can be asked.", size=size)
    if machine.source == "asked":
        return say("A machine with {size} GiB of graphics memory.", size=size)
    names = ", ".join(card.name for card in machine.cards)
    return say(
        "This machine: {size} GiB of graphics memory ({names}; from {source}).",
        size=size,
        names=names or machine.source,
        source=machine.source,
    )
