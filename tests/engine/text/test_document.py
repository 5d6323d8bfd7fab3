"""What a model and the lexical index are given of a chunk."""

from dataclasses import replace
from itertools import pairwise
from typing import ClassVar

from hypothesis import given
from hypothesis import strategies as st

from smysl.engine.text.document import document, lexical_fields, text_hash, windows
from smysl.engine.types import Chunk, InputLimit, Kind, Span

CLOSE = Chunk(
    kind=Kind.METHOD,
    name="close_all",
    qualified_name="Session.close_all",
    span=Span(1, 4, 0, 80),
    name_line=2,
    name_column=4,
    signature="def close_all(self) -> None",
    docstring="Закрыть все соединения.",
    comments="по одному",
    code=(
        'def close_all(self) -> None:\n    """Закрыть все соединения."""\n'
        "    for one in self.pool:  # по одному\n        one.close()"
    ),
    body="def close_all(self) -> None:\n    for one in self.pool:\n        one.close()",
    context="A pool of connections.",
)


def test_the_document_has_the_name_in_words_and_the_code_but_never_the_path() -> None:
    assert document(CLOSE) == f"Session.close_all: session close all\n{CLOSE.code}"


def test_a_text_that_fits_is_one_window() -> None:
    assert windows(CLOSE, None) == (document(CLOSE),)
    assert windows(CLOSE, InputLimit(tokens=2048)) == (document(CLOSE),)


def test_the_fields_hold_their_own_words() -> None:
    fields = lexical_fields(CLOSE, "net/session_pool.py")
    assert fields.name.split() == ["session", "close", "all", "close_all"]
    assert "session_pool" in fields.header.split()
    assert "соединен" in fields.prose.split()
    assert "pool" in fields.body.split()
    assert "соединен" not in fields.body.split()
    assert "connect" in fields.context.split()


@given(
    st.lists(st.text(alphabet="abc жё😀 (=", max_size=60), min_size=1, max_size=40),
    st.integers(min_value=24, max_value=200),
)
def test_windows_fit_and_together_hold_every_line(lines: list[str], tokens: int) -> None:
    limit = InputLimit(tokens=tokens)
    chunk = replace(CLOSE, signature="def f()", qualified_name="f", code="\n".join(lines))
    pieces = windows(chunk, limit)
    assert all(limit.cost(piece) <= limit.tokens + 1e-6 for piece in pieces)
    everything = "".join(pieces)
    for line in lines:
        for start in range(0, len(line), 5):
            assert line[start : start + 5] in everything or len(pieces) > 1


def test_a_long_function_has_overlapping_windows_that_all_name_it() -> None:
    code = "def f(a):\n" + "".join(f"    a += {number}\n" for number in range(400))
    chunk = replace(CLOSE, name="f", qualified_name="f", signature="def f(a)", code=code)
    pieces = windows(chunk, InputLimit(tokens=256))
    assert len(pieces) > 3
    assert all(piece.startswith("f: f\ndef f(a)\n") for piece in pieces)
    for before, after in pairwise(pieces):
        assert after.split("\n")[2] in before
    assert {line for piece in pieces for line in piece.split("\n")} >= set(code.split("\n"))


def test_the_same_text_has_the_same_hash_and_another_text_another() -> None:
    assert text_hash("ёж") == text_hash("ёж")
    assert text_hash("ёж") != text_hash("еж")
    assert len(text_hash("")) == 32


def test_the_text_of_a_module_does_not_change_with_its_name() -> None:
    module = replace(CLOSE, kind=Kind.MODULE, name="net", qualified_name="app.net", signature="")
    assert document(module) == document(replace(module, name="web", qualified_name="app.web"))


class CountingLimit(InputLimit):
    """Counts the characters that it is asked about."""

    asked: ClassVar[int] = 0

    def cost(self, text: str) -> float:
        type(self).asked += len(text)
        return InputLimit.cost(self, text)


def test_windows_of_one_endless_line_cost_a_time_that_grows_with_its_length_and_not_with_its_square() -> None:
    asked = []
    for rows in (10_000, 20_000, 40_000):
        chunk = replace(CLOSE, signature="", code="TABLE = [" + "(12, 'ab', 0.5), " * rows + "]")
        before = CountingLimit.asked
        assert len(windows(chunk, CountingLimit(tokens=512))) > rows // 100
        asked.append((CountingLimit.asked - before) / rows)
    assert max(asked) < 1.2 * min(asked)
