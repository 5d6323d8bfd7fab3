"""A small repository that asks itself questions in both languages, and an Ollama to ask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.engine.embed.fake_ollama import FakeOllama
from tests.evaluation.meaning import PLAIN_MODEL, PROMPTED, by_words

from smysl.engine.settings import Settings

VERBS = {"load": "загружает", "remove": "удаляет", "print": "печатает", "check": "проверяет"}
THINGS = {"invoice": "счёт", "ticket": "билет", "parcel": "посылку"}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Twelve functions documented in English, twelve in Russian, and a test."""
    root = tmp_path / "мой <b>& проект"
    root.mkdir()
    english, russian = [], []
    for verb, глагол in VERBS.items():
        for thing, вещь in THINGS.items():
            english.append(
                f'def {verb[0]}_{thing}(desk):\n    """{verb.title()}s one {thing} for whoever asked at the desk."""\n'
                f"    {verb} = desk.take('{thing}', asked=True)\n    return {verb}\n"
            )
            russian.append(
                f"# {глагол.title()} {вещь} по просьбе клиента у стойки.\n"
                f"def {thing}_{verb[:2]}(стойка):\n"
                f"    клиент = стойка.просьба('{вещь}', '{глагол}')\n    return клиент\n"
            )
    (root / "english.py").write_text('"""Desks."""\n\n' + "\n\n".join(english), "utf-8")
    (root / "russian.py").write_text("\n\n".join(russian), "utf-8")
    (root / "broken.py").write_text("def half(:\n", "utf-8")
    (root / "tests").mkdir()
    (root / "tests" / "test_desks.py").write_text(
        'def test_one():\n    """Asks at the desk for a parcel."""\n', "utf-8"
    )
    return root


@pytest.fixture
def fake() -> Iterator[FakeOllama]:
    """An Ollama with a model that wants prompts and one that has none; texts with the same words have like vectors."""
    with FakeOllama([PLAIN_MODEL, PROMPTED], vector_for=by_words) as server:
        yield server


@pytest.fixture
def settings(tmp_path: Path, fake: FakeOllama) -> Settings:
    """Settings with that Ollama and a cache of their own."""
    return Settings(ollama_host=fake.host, cache_dir=tmp_path / "cache")
