"""`models`: what can embed, and what is there."""

from __future__ import annotations

from typing import Annotated

import typer

from smysl.cli import output_json, output_text
from smysl.cli.session import Session


def models(
    session: Session, *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")] = False
) -> None:
    """List the models that are known, and which of them Ollama has."""
    found = session.world.installed_models(session.settings)
    session.notice_all(found.notices)
    if as_json:
        for model in found.rows:
            session.answer(output_json.line(output_json.model_object(model)))
    else:
        output_text.write_models(session, found.rows)
