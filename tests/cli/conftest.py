from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.fakes import FakeEngine, Shell


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def shell(tmp_path: Path, engine: FakeEngine) -> Shell:
    return Shell(tmp_path, engine)
