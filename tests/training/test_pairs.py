"""Rows from sources: what is asked, and what answers it."""

from __future__ import annotations

import numpy as np

from training.fingerprints import Kept
from training.pairs import harvest
from training.prose import is_worth_asking, language, said_first, said_later

NOTHING = Kept(np.zeros(0, np.uint64), np.zeros(0, np.uint64))

MODULE = '''
class Cart:
    """Корзина покупателя."""

    def total(self, currency):
        """Считает сумму заказа в валюте.

        Args:
            currency: валюта, в которой нужна сумма
        """
        # Складываем цены всех товаров корзины
        prices = [item.price_in(currency) for item in self.items]
        discount = self.discount_in(currency)
        return sum(prices) - discount

    def empty(self):
        self.items.clear()
        self.discounts.clear()
        self.history.append(("emptied", self.clock.now(), self.owner))
        self.notify_listeners("emptied", cart=self, at=self.clock.now())
'''


def test_a_docstring_asks_for_its_code_without_it() -> None:
    rows = {row.name: row for row in harvest("git+a+b", [("cart.py", MODULE)], NOTHING).rows if row.kind != "comment"}

    row = rows["total"]
    assert (row.query, row.russian, row.kind) == ("Считает сумму заказа в валюте.", True, "method")
    assert row.title == "Cart.total: cart total"
    assert "Складываем" in row.comments
    assert "Считает" not in row.body
    assert "Складываем" not in row.body
    assert "валюта, в которой" in row.later


def test_a_comment_asks_for_the_lines_below_it() -> None:
    row = next(row for row in harvest("git+a+b", [("cart.py", MODULE)], NOTHING).rows if row.kind == "comment")

    assert row.query == "Складываем цены всех товаров корзины"
    assert row.body.split()[0] == "prices"


def test_code_without_a_word_about_it_is_known_by_its_name_only() -> None:
    row = next(row for row in harvest("git+a+b", [("cart.py", MODULE)], NOTHING).rows if row.name == "empty")

    assert (row.query, row.title) == ("", "Cart.empty: cart empty")


def test_a_docstring_is_what_it_says_before_its_sections() -> None:
    text = "Send :class:`~api.Message` to a ``chat``.\n\nIt is queued.\n\nArgs:\n    chat: where to"

    assert said_first(text) == "Send api.Message to a chat ."
    assert said_later(text).strip() == "It is queued. Args: chat: where to"


def test_some_sentences_say_nothing_about_the_code() -> None:
    assert is_worth_asking("Возвращает список")
    assert not is_worth_asking("TODO: write what this does")
    assert not is_worth_asking("Ok")


def test_a_sentence_is_russian_with_english_names_in_it() -> None:
    assert language("Отправляет POST запрос к API") == "ru"
    assert language("Sends a request") == "en"
