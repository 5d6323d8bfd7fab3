"""A small repository that asks itself questions in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

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
