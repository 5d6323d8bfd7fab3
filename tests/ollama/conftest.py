"""The real Ollama as a fixture: one server for the whole session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.ollama.real_ollama import RealOllama


@pytest.fixture(scope="session")
def real_ollama(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealOllama]:
    """A running Ollama 0.34.4 with the models all-minilm and tiny-8k: `host`, `start`, `stop`, `kill`."""
    with RealOllama(tmp_path_factory.mktemp("ollama")) as server:
        yield server
