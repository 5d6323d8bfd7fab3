"""A small shop as a workspace, a home for servers, and a fake Ollama."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.engine.conftest import FILES
from tests.engine.embed.fake_ollama import FakeOllama


def shop(root: Path) -> Path:
    """Write the files of the shop below `root`."""
    for path, text in FILES.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    return root


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return shop(tmp_path / "мой проект")


@pytest.fixture
def fake() -> Iterator[FakeOllama]:
    with FakeOllama(["bge-m3", "nomic-embed-text"]) as server:
        yield server
