"""The real Ollamas as fixtures: one server of each era for the whole session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.ollama.real_ollama import NEW, VERSIONS, RealOllama


@pytest.fixture(scope="session", params=VERSIONS)
def real_ollama(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealOllama]:
    """A running Ollama of each era with the models all-minilm and tiny-8k: `host`, `start`, `stop`, `kill`."""
    with RealOllama(tmp_path_factory.mktemp("ollama"), request.param) as server:
        yield server


@pytest.fixture(scope="session")
def new_ollama(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealOllama]:
    """The newer one alone."""
    with RealOllama(tmp_path_factory.mktemp("ollama"), NEW) as server:
        yield server
