"""An empty index file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from smysl.engine.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "cache" / "one.index") as opened:
        yield opened
