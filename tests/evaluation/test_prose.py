from __future__ import annotations

import ast

import pytest

from smysl.evaluation.prose import told_of_source, without_prose

SOURCE = '''# Лицензия.

# Скачивает файл
# по ссылке.
@retry
async def load(url):
    return url


class Cart:
    """The goods that a customer has chosen."""

    # Adds one thing to the cart.
    def add(self, thing):
        # noqa: X1
        self.things.append(thing)  # at the end

    def total(self):
        # Sum of all prices.

        return sum(thing.price for thing in self.things)

    # type: ignore

    def clear(self):
        text = """
# not a comment
"""
        def inner():
            return text
'''


def test_what_is_said_is_the_docstring_or_else_the_leading_comment() -> None:
    said = {one.unit.qualified_name: one.text for one in told_of_source(SOURCE, "a.py")}
    assert said == {
        "load": "Скачивает файл\nпо ссылке.",
        "Cart": "The goods that a customer has chosen.",
        "Cart.add": "Adds one thing to the cart.",
        "Cart.total": "",
        "Cart.clear": "",
        "Cart.clear.inner": "",
    }


def test_a_comment_between_header_and_first_statement_leads_too() -> None:
    [one] = told_of_source(
        "def total(\n    a,  # of a\n    # of b\n    b,\n):\n    # Adds both.\n    return a + b\n", "a.py"
    )
    assert one.text == "Adds both."


def test_docstrings_and_leading_comments_are_gone_and_the_code_is_the_same() -> None:
    bare = without_prose(SOURCE)
    assert "Скачивает" not in bare
    assert "goods" not in bare
    assert "Adds one" not in bare
    assert "# Лицензия." in bare
    assert "# at the end" in bare
    assert "# not a comment" in bare
    assert ast.dump(ast.parse(bare)) == ast.dump(
        ast.parse(SOURCE.replace('"""The goods that a customer has chosen."""', ""))
    )


def test_a_body_that_is_only_a_docstring_stays_a_body() -> None:
    assert without_prose('def f():\n    """Nothing yet."""\n') == "def f():\n    pass\n"


@pytest.mark.parametrize("broken", ["def f(:\n    pass\n", "print 'python 2'\n"])
def test_what_cannot_be_parsed_is_left_as_it_is_and_says_nothing(broken: str) -> None:
    assert without_prose(broken) == broken
    assert told_of_source(broken, "a.py") == ()


def test_a_sign_at_the_end_of_a_string_is_not_mistaken_for_a_comment_for_good() -> None:
    source = 'TEXT = """\n# end"""\ndef f():\n    """Says something."""\n    return TEXT\n'
    bare = without_prose(source)
    assert "Says something" not in bare
    assert ast.literal_eval(ast.parse(bare).body[0].value) == "\n# end"  # type: ignore[attr-defined]  # an assignment
