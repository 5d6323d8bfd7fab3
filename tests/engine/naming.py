"""What a search found, by name."""

from __future__ import annotations

from smysl.engine.engine import Engine


def names(engine: Engine, query: str, **options: object) -> list[str]:
    return [hit.qualified_name for hit in engine.search(query, **options).hits]  # type: ignore[arg-type]  # as given
