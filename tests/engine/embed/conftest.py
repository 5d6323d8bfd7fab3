"""Servers for the tests of embedding: the fake alone, or the fake and the real one alike."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.engine.embed.fake_models import FakeModel
from tests.engine.embed.fake_ollama import FakeOllama
from tests.ollama.real_ollama import RealOllama


def models() -> list[FakeModel]:
    """The models of the real server, in fake."""
    return [FakeModel("all-minilm", context=512), FakeModel("tiny-8k", dimensions=64, context=8192)]


@pytest.fixture(scope="session")
def real_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealOllama]:
    """A real Ollama for the whole session; asked for through `server` only."""
    with RealOllama(tmp_path_factory.mktemp("ollama")) as server:
        yield server


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.real_ollama)])
def server(request: pytest.FixtureRequest) -> Iterator[FakeOllama | RealOllama]:
    """An Ollama 0.34.4 with all-minilm and tiny-8k, once fake and once real. Has `host`, `start`, `stop`."""
    if request.param == "real":
        real: RealOllama = request.getfixturevalue("real_server")
        real.start()
        yield real
        return
    with FakeOllama(models()) as fake:
        yield fake


@pytest.fixture
def fake() -> Iterator[FakeOllama]:
    """A fake with the same models, for what cannot be asked of a real one."""
    with FakeOllama(models()) as server:
        yield server
