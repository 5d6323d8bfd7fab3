"""Servers for the tests of embedding: the fake alone, or the fake and the real one alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from tests.engine.embed.fake_models import FakeModel
from tests.engine.embed.fake_ollama import FakeOllama
from tests.ollama.real_ollama import VERSIONS, RealOllama

from smysl.engine.embed.ollama import OllamaEmbedder
from smysl.engine.embed.ollama_models import open_ollama
from smysl.engine.settings import Settings


def models() -> list[FakeModel]:
    """The models of the real server, in fake."""
    return [FakeModel("all-minilm", context=512), FakeModel("tiny-8k", dimensions=64, context=8192)]


@pytest.fixture(scope="session")
def real_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], RealOllama]]:
    """A real Ollama of each version that is asked for, each for the whole session; asked for through `server` only."""
    with ExitStack() as stack:
        servers: dict[str, RealOllama] = {}

        def of(version: str) -> RealOllama:
            if version not in servers:
                servers[version] = stack.enter_context(RealOllama(tmp_path_factory.mktemp("ollama"), version))
            return servers[version]

        yield of


# The real ones want the processor for themselves, which a busy machine does not give them.
REAL = (pytest.mark.real_ollama, pytest.mark.timeout(600))


@pytest.fixture(params=["fake", *(pytest.param(version, marks=REAL) for version in VERSIONS)])
def server(request: pytest.FixtureRequest) -> Iterator[FakeOllama | RealOllama]:
    """An Ollama with all-minilm and tiny-8k: a fake 0.34.4, and a real one of each era. Has `host`, `start`, `stop`."""
    if request.param == "fake":
        with FakeOllama(models()) as fake:
            yield fake
        return
    servers: Callable[[str], RealOllama] = request.getfixturevalue("real_servers")
    real = servers(request.param)
    real.start()
    yield real


@pytest.fixture
def fake() -> Iterator[FakeOllama]:
    """A fake with the same models, for what cannot be asked of a real one."""
    with FakeOllama(models()) as server:
        yield server


@pytest.fixture
def embedder(fake: FakeOllama) -> Iterator[OllamaEmbedder]:
    """On the fake, and warm: the model is loaded, so that what is counted is not the load."""
    with open_ollama("all-minilm", Settings(ollama_host=fake.host)) as opened:
        opened.embed_query("warm up")
        fake.calls.clear()
        yield opened
