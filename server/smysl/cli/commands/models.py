"""`models` and `models pull`: what can embed, what is there, what fits, and fetching one."""

from __future__ import annotations

from typing import Annotated

import typer

from smysl.cli import output_json
from smysl.cli.interrupt import cancelled_by_ctrl_c
from smysl.cli.session import Session
from smysl.engine.errors import Cancelled, UsageError
from smysl.engine.types import say

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def models(
    session: Session,
    *,
    details: Annotated[
        bool, typer.Option("--details", help="Prompts, licence, scores and the arithmetic of memory, model by model.")
    ] = False,
    vram: Annotated[
        float | None,
        typer.Option("--vram", metavar="GB", help="Say what fits a card of that many GB instead of this machine."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the models that are known, which of them Ollama has, and what fits this machine."""
    from smysl.cli import models_json, models_text

    if vram is not None and not 0 < vram < 10_000:
        raise UsageError(say("--vram must be a number of gigabytes, for example 16."))
    size = None if vram is None else int(vram * 2**30)
    found = session.world.list_models(session.settings, size)
    session.notice_all(found.notices)
    if as_json:
        session.answer(output_json.line(models_json.models_object(found, session.translate)))
        return
    models_text.write_table(session, found)
    if details:
        models_text.write_details(session, found.rows)
    models_text.write_recommendation(session, found)


def pull(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A model of Ollama's library, as in the list.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Have Ollama fetch a model."""
    from smysl.cli import models_json, models_text
    from smysl.cli.pulling import shown_pull

    with cancelled_by_ctrl_c() as cancel, shown_pull(session) as progress:
        try:
            variant = session.world.pull_model(session.settings, name, progress, cancel)
        except Cancelled:
            session.notice(say("What was fetched is kept; the next pull goes on from there."))
            raise
    if as_json:
        session.answer(output_json.line(models_json.variant_object(variant)))
    else:
        session.answer(
            session.translate(
                say(
                    "{model} is there ({size}). Use it with: smysl search --model {model}",
                    model=variant.tag,
                    size=models_text.gigabytes(session, variant.size_bytes),
                )
            )
        )
