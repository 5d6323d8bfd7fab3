from __future__ import annotations

import random
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from smysl.engine.chunk import ChunkedFile, chunk_source

FIVE = '''\
import os

def a():
    """Doc of a."""
    return 1

def b({hole}

def c():
    """Doc of c."""
    return 3

class D:
    """Doc of D."""
    x = 1
    def d(self):
        return 4

async def e():
    return 5
'''


def names(found: ChunkedFile) -> list[str]:
    return [f"{chunk.kind.value} {chunk.qualified_name}" for chunk in found.chunks]


def doc(found: ChunkedFile, name: str) -> str:
    return next(chunk.docstring for chunk in found.chunks if chunk.qualified_name == name)


BROKEN_BODIES = [
    pytest.param("x, (\n    pass", id="an unclosed bracket in the header"),
    pytest.param("):\n    x = (1,\n    return", id="an unclosed bracket in the body"),
    pytest.param("):\n    x = {'a': [1,\n    y = 2\n    return x", id="two unclosed brackets"),
    pytest.param("):\n    '''open\n    return 1", id="an unclosed docstring"),
    pytest.param('):\n    """open\n    return 1', id="an unclosed docstring like the others"),
    pytest.param('):\n    x = f"""{y', id="an unclosed f-string"),
    pytest.param("):\n    s = 'abc\n    return s", id="an unclosed quote"),
    pytest.param("", id="a half-typed header"),
    pytest.param("self", id="another half-typed header"),
    pytest.param("):", id="no body"),
    pytest.param("):\nreturn 1", id="a body at the margin"),
    pytest.param("):\n    if x\n        y()", id="a missing colon"),
    pytest.param("):\n        x = 1\n    y = 2\n      z = 3", id="bad indentation"),
    pytest.param("):\n\tif x:\n        y = 1\n\treturn", id="tabs and spaces"),
    pytest.param("(x, y)):\n    exec 'x' in y\n    raise E, 'x'", id="Python 2"),
    pytest.param("):\n    x = 1 +* 2\n    )))\n    return", id="stray brackets"),
    pytest.param("):\n<<<<<<< HEAD\n    return 1\n=======\n    return 2\n>>>>>>> other", id="a merge conflict"),
    pytest.param("):\n    @\n    def\n    class", id="half-typed definitions inside"),
    pytest.param("):\n    x = $?`!", id="characters that mean nothing"),
]


@pytest.mark.parametrize("hole", BROKEN_BODIES)
def test_a_syntax_error_costs_at_most_the_function_it_stands_in(hole: str) -> None:
    source = FIVE.format(hole=hole)
    found = chunk_source(source, "mod.py")
    kept = [
        name for name in names(found) if name not in {"function b", "module mod"} and not name.startswith("function b.")
    ]
    assert kept == ["function a", "function c", "class D", "method D.d", "function e"]
    assert doc(found, "a") == "Doc of a."
    assert doc(found, "c") == "Doc of c."
    assert doc(found, "D") == "Doc of D."
    for chunk in found.chunks[-5:]:
        assert chunk.name in source.split("\n")[chunk.name_line - 1]


@pytest.mark.parametrize("hole", BROKEN_BODIES)
def test_in_a_class_it_costs_at_most_the_method(hole: str) -> None:
    indented = "\n".join("    " + line if line else line for line in FIVE.format(hole=hole).split("\n")[2:])
    found = chunk_source("class K(Base):\n    '''Doc of K.'''\n" + indented + "\ndef after(): pass\n", "mod.py")
    known = {"function after", "class K", "method K.a", "method K.c", "class K.D", "method K.D.d", "method K.e"}
    assert known <= set(names(found))
    assert doc(found, "K") == "Doc of K."
    assert doc(found, "K.D") == "Doc of D."


def test_the_note_says_where_the_error_is() -> None:
    found = chunk_source(FIVE.format(hole="):\n    ok = 1\n    x = (1,"), "mod.py")
    assert [str(note) for note in found.notes] == ["Syntax error near line 9."]


def test_a_function_with_an_error_keeps_its_whole_text_and_what_comes_before_the_error() -> None:
    found = chunk_source(FIVE.format(hole="self):\n    '''Doc of b.'''\n    ok = 1\n    x = (1,\n    y = 2"), "mod.py")
    b = next(chunk for chunk in found.chunks if chunk.name == "b")
    assert b.docstring == "Doc of b."
    assert b.signature == "def b(self)"
    assert b.code == "def b(self):\n    '''Doc of b.'''\n    ok = 1\n    x = (1,\n    y = 2"


def test_statements_with_an_error_cost_no_function() -> None:
    assert names(chunk_source("x = (1,\n\ndef f(): pass\n\n@deco(\ndef g(): pass\ndef h(): pass\n", "m.py"))[-3:] == [
        "function f",
        "function g",
        "function h",
    ]


def test_text_in_a_string_is_no_function_even_beside_an_error() -> None:
    source = (
        "def a():\n    x = (\n\ndef b():\n    return '''\ndef not_one():\n    pass\n'''\n\n"
        "def c():\n    y = [\n\nTEXT = '''\ndef nor_this(): pass\n'''\n\ndef d(): pass\n"
    )
    assert names(chunk_source(source, "m.py"))[-4:] == ["function a", "function b", "function c", "function d"]


def test_a_class_with_a_broken_header_keeps_its_methods() -> None:
    found = chunk_source("class K(A, B:\n    def f(self): pass\n    def g(self): pass\n\ndef h(): pass\n", "m.py")
    assert names(found) == ["class K", "method K.f", "method K.g", "function h"]


@pytest.mark.parametrize(
    "source",
    [
        "",
        "\n",
        "#",
        "\\",
        "def",
        "class",
        "@",
        "async",
        "'''",
        "(" * 5_000,
        "x = " + "(" * 5_000 + ")" * 5_000,
        "".join(" " * depth + "if x:\n" for depth in range(2_000)) + " " * 2_000 + "pass\n",
        "".join(" " * depth + f"def f{depth}():\n" for depth in range(600)) + " " * 600 + "pass\n",
        "".join(" " * depth + f"class A{depth}:\n" for depth in range(300)) + " " * 300 + "x = (\n",
        "x = " + "a." * 50_000 + "b\n",
        "x = " + "-" * 50_000 + "1\n",
        "if x: pass\n" + "elif x: pass\n" * 5_000,
    ],
)
def test_extreme_source_raises_nothing_and_takes_no_time(source: str) -> None:
    before = time.process_time()
    chunk_source(source, "m.py")
    assert time.process_time() - before < 5


@pytest.mark.parametrize(
    "line",
    [
        "def f{n}(a, b):\n    '''Doc.'''\n    x = a + {n}\n    return x\n\n",
        "def f{n}(a, b):\n    x = (a + {n}\n    return x\n\n",
        "def f{n}(a):\n    '''open {n}\n    return x\n\n",
        "class A{n}(\n    def f(self): pass\n",
        "# comment {n}\n",
        "# comment {n}\ndef f{n}(): pass\n",
        "X[{n}] = ['some', {{'text': {n}}}]\n",
    ],
)
def test_time_grows_with_the_length_and_not_with_its_square(line: str) -> None:
    def seconds(count: int) -> float:
        source = "".join(line.format(n=number) for number in range(count)) + "def last(): pass\n"
        before = time.process_time()
        chunk_source(source, "m.py")
        return time.process_time() - before

    assert seconds(4_000) < 12 * seconds(1_000) + 0.1  # four times as long; the square would be sixteen times


TOKENS = st.sampled_from(
    [
        *("def ", "class ", "async ", "@", "f", "A", "(", ")", ":", "\n", "    ", "\t", '"""', "'", "#", "\\", "x = 1"),
        *("return", "[", "}", "if 1:", "lambda", "Ж", "🙂", "\r", "\r\n", "\x0c", "\0", "<<<<<<<", "=======", "f'{"),
        *("\ud800", ",", " "),
    ]
)


def check(source: str) -> None:
    """What holds for the chunks of any text."""
    found = chunk_source(source, "m.py").chunks
    data = source.encode("utf-8", "replace")
    open_spans: list[tuple[int, int]] = []
    for chunk in found:
        span = chunk.span
        assert 0 <= span.start_byte < span.end_byte <= len(data)
        assert 1 <= span.start_line <= chunk.name_line <= span.end_line
        while open_spans and open_spans[-1][1] <= span.start_byte:
            open_spans.pop()
        assert not open_spans or span.end_byte <= open_spans[-1][1]
        open_spans.append((span.start_byte, span.end_byte))
        if chunk.kind.value in {"function", "method"} and "\r" not in source and not chunk.code.startswith((" ", "\t")):
            text = data[span.start_byte : span.end_byte].decode()
            assert [line.strip() for line in text.split("\n")] == [line.strip() for line in chunk.code.split("\n")]
        chunk.code.encode()


@settings(max_examples=300, deadline=None)
@given(st.lists(TOKENS, max_size=40).map("".join))
@example("def f():\n @\n  def g(")
def test_any_text_gives_chunks_whose_spans_nest_and_slice_back(source: str) -> None:
    check(source)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(FIVE) + 40), st.sampled_from(BROKEN_BODIES))
def test_text_that_is_cut_off_anywhere_does_too(length: int, hole: object) -> None:
    check(FIVE.format(hole=getattr(hole, "values")[0])[:length])  # noqa: B009


@settings(max_examples=150, deadline=None)
@given(st.integers(), st.integers(1, 6))
def test_text_with_lines_torn_out_does_too(seed: int, count: int) -> None:
    lines = FIVE.format(hole="self):\n    x = [\n        1,\n    ]").split("\n")
    chance = random.Random(seed)
    for _ in range(count):
        lines.pop(chance.randrange(len(lines)))
    check("\n".join(lines))
