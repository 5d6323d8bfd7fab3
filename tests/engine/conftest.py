"""A small shop as a workspace, and settings that index it by words alone or through a fake Ollama."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.engine.embed.fake_ollama import FakeOllama

from smysl.engine.settings import Settings

FILES = {
    "shop/orders.py": '''"""Orders of the shop."""


class Order:
    """One order of a customer."""

    def cancel(self) -> None:
        """Отменить заказ и вернуть деньги покупателю."""
        self.state = "cancelled"

    def total_price(self) -> int:
        """Add up what all lines cost."""
        return sum(line.price for line in self.lines)


def send_invoice(order):
    """Mail the bill to the customer."""
    mailer.send(order.email, render(order))
''',
    "shop/geometry.py": '''def rotate_picture(image, angle):
    """Turn an image by some degrees."""
    return image.turned(angle)


def area(width, height):
    return width * height
''',
    "tests/test_orders.py": '''def test_cancel_order_returns_money():
    """Cancelling an order gives the money back to the customer."""
    assert Order().cancel() is None
''',
}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = tmp_path / "мой проект"
    for path, text in FILES.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    return root


@pytest.fixture
def fake() -> Iterator[FakeOllama]:
    with FakeOllama(["bge-m3"]) as server:
        yield server


@pytest.fixture
def by_words(tmp_path: Path) -> Settings:
    return Settings(model="lexical", cache_dir=tmp_path / "cache")


@pytest.fixture
def by_model(tmp_path: Path, fake: FakeOllama) -> Settings:
    return Settings(model="bge-m3", ollama_host=fake.host, cache_dir=tmp_path / "cache")
