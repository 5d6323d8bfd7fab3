from __future__ import annotations

import pytest

from smysl.engine.chunk import chunk_source
from smysl.engine.types import Chunk, Kind, Span


def chunks(source: str, path: str = "pkg/mod.py") -> dict[str, Chunk]:
    """The chunks of a source by qualified name; the module's name is its path's."""
    found = chunk_source(source, path)
    assert found.notes == ()
    return {chunk.qualified_name: chunk for chunk in found.chunks}


def outline(source: str, path: str = "pkg/mod.py") -> list[tuple[str, str, int, int]]:
    found = chunk_source(source, path).chunks
    return [(chunk.kind.value, chunk.qualified_name, chunk.span.start_line, chunk.span.end_line) for chunk in found]


NESTED = '''\
"""Module."""

def function():
    def inner():
        class Local:
            def method(self): pass
    return inner

class Outer:
    class Inner:
        async def method(self):
            def helper(): pass
    if True:
        def conditional(self): pass
    else:
        def conditional(self): pass
    try:
        def attempted(self): pass
    except E:
        pass

async def last(): pass
'''


def test_everything_is_found_in_order_with_its_kind_and_pythons_name() -> None:
    assert outline(NESTED) == [
        ("module", "pkg.mod", 1, 22),
        ("function", "function", 3, 7),
        ("function", "function.inner", 4, 6),
        ("class", "function.inner.Local", 5, 6),
        ("method", "function.inner.Local.method", 6, 6),
        ("class", "Outer", 9, 20),
        ("class", "Outer.Inner", 10, 12),
        ("method", "Outer.Inner.method", 11, 12),
        ("function", "Outer.Inner.method.helper", 12, 12),
        ("method", "Outer.conditional", 14, 14),
        ("method", "Outer.conditional", 16, 16),
        ("method", "Outer.attempted", 18, 18),
        ("function", "last", 22, 22),
    ]


@pytest.mark.parametrize(
    "source",
    [
        "if x:\n  {}",
        "if x: pass\nelif y:\n  {}",
        "if x: pass\nelse:\n  {}",
        "for x in y:\n  {}",
        "for x in y: pass\nelse:\n  {}",
        "while x:\n  {}",
        "with x as y:\n  {}",
        "async def g():\n  async with x:\n    {}",
        "try:\n  {}\nfinally: pass",
        "try: pass\nexcept E:\n  {}",
        "try: pass\nexcept* E:\n  {}",
        "try: pass\nfinally:\n  {}",
        "match x:\n  case 1:\n    {}",
        "match x:\n  case [a, *_] if b:\n    {}",
        "x = 1; y = 2\n{}",
        "type X[T] = list[T]\n{}",
        "print 'two'\n{}",
        "with (a as b, c as d):\n  {}",
    ],
)
def test_a_definition_is_found_under_any_statement(source: str) -> None:
    found = chunk_source(source.format("def f(a): pass") + "\n", "a.py").chunks
    assert [chunk.name for chunk in found if chunk.name in {"f", "A"}] == ["f"]


def test_decorators_and_the_comments_directly_above_belong_to_the_chunk() -> None:
    source = """\
x = 1  # of x
# not this: a blank line follows

# above the decorator
# in two lines
@first
# between
@second(
    1,
)
def f():
    pass
  # indented otherwise
def g(): pass
"""
    found = chunks(source)
    assert found["f"].span == Span(4, 12, source.index("# above"), source.index("\n  # indented"))
    assert found["f"].code == source[source.index("# above") : source.index("\n  # indented")]
    assert found["f"].comments == "above the decorator\nin two lines\nbetween"
    assert (found["f"].name_line, found["f"].name_column) == (11, 4)
    assert found["g"].span.start_line == 14


def test_the_lines_for_the_interpreter_are_not_a_comment_of_the_first_function() -> None:
    found = chunks("#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n# Says hello.\ndef f(): pass\n")
    assert found["f"].span.start_line == 3
    assert found["f"].comments == "Says hello."


def test_comments_above_a_method_are_its_own_and_not_of_the_method_before() -> None:
    found = chunks(
        "class A:\n    # one\n    def a(self):\n        pass\n        # end of a\n    # two\n    def b(self): pass\n"
    )
    assert found["A.a"].comments == "one\nend of a"
    assert found["A.b"].comments == "two"
    assert found["A"].comments == ""


def test_comments_for_tools_say_nothing() -> None:
    source = """\
def f(x):  # type: (int) -> int
    a = 1  # noqa: E501
    b = 2  # pylint: disable=all
    c = 3  # type: ignore[x]
    # pragma: no cover
    # -------
    #: Documented.
    ## Twice.
    # Вернуть сумму
    return a
"""
    assert chunks(source)["f"].comments == "Documented.\nTwice.\nВернуть сумму"


def test_a_class_shows_its_header_docstring_attributes_and_signatures_only() -> None:
    source = '''\
@dataclass
class Point(Base, metaclass=Meta):
    """A point."""

    # in metres
    x: int = 0

    # makes it longer
    @property
    def length(
        self,  # itself
        *, exact: bool = True,
    ) -> float:
        """Its length."""
        return secret

    async def move(self): ...


    class Kind(Enum):
        A = 1

    __slots__ = ("x",)
'''
    point = chunks(source)["Point"]
    assert (
        point.code
        == '''\
@dataclass
class Point(Base, metaclass=Meta):
    """A point."""

    # in metres
    x: int = 0

    def length(self, *, exact: bool = True) -> float: ...
    async def move(self): ...
    class Kind(Enum): ...

    __slots__ = ("x",)'''
    )
    assert point.signature == "class Point(Base, metaclass=Meta)"
    assert point.docstring == "A point."
    assert point.comments == "in metres"
    assert (point.span.start_line, point.span.end_line) == (1, 23)


def test_a_module_shows_its_docstring_and_statements_but_no_definitions() -> None:
    source = '''\
#!/usr/bin/env python
# Copyright (c) Somebody. Licensed under MIT.
"""What it is for."""

import os

# how often
RETRIES = 3

# of f
def f():
    pass

if __name__ == "__main__":
    def g(): pass
    f()
'''
    module = chunks(source)["pkg.mod"]
    assert (
        module.code
        == '''\
"""What it is for."""

import os

# how often
RETRIES = 3

if __name__ == "__main__":

    f()'''
    )
    assert module.comments == "how often"
    assert module.docstring == "What it is for."
    assert module.span == Span(1, 16, 0, len(source))
    assert (module.name, module.signature, module.name_line, module.name_column) == ("mod", "", 1, 0)


@pytest.mark.parametrize(
    ("source", "is_one"),
    [
        ("", False),
        ("# only a comment\n", False),
        ("import os\nfrom a import b\n", False),
        ("from __future__ import annotations\ndef f(): pass\n@x\nclass A: pass\n", False),
        ('"""Docstring."""\n', True),
        ("X = 1\n", True),
        ("try:\n    import a\nexcept ImportError:\n    a = None\n", True),
    ],
)
def test_a_module_is_a_chunk_only_if_it_says_something_itself(source: str, is_one: bool) -> None:
    assert any(chunk.kind is Kind.MODULE for chunk in chunk_source(source, "a.py").chunks) is is_one


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a.py", "a"),
        ("pkg/sub/mod.pyi", "pkg.sub.mod"),
        ("pkg/__init__.py", "pkg"),
        ("__init__.py", "__init__"),
        ("src/pkg/mod.py", "pkg.mod"),
        ("src.py", "src"),
        ("модуль/файл.py", "модуль.файл"),
    ],
)
def test_a_module_has_the_name_under_which_it_is_imported(path: str, name: str) -> None:
    assert chunk_source("x = 1", path).chunks[0].qualified_name == name


@pytest.mark.parametrize(
    ("source", "signature"),
    [
        ("def f(): pass", "def f()"),
        ("async def f(a, /, b=1, *c, d: int = 2, **e) -> dict[str, int]: pass", None),
        (
            "def f[T: int](\n    a: T,\n    b: str = 'x,  y',\n) -> (\n    T\n):\n    pass",
            "def f[T: int](a: T, b: str = 'x,  y') -> (T)",
        ),
        ("def f(a,  # first # one\n      b='#'):\n    pass", "def f(a, b='#')"),
        ("def f(\\\n  a): pass", "def f(a)"),
        ("class A: pass", "class A"),
        ("class A(B, C[int], metaclass=M): pass", "class A(B, C[int], metaclass=M)"),
        ("class A[T](\n    B,\n): pass", "class A[T](B)"),
        ("class A():\r\n    pass", "class A()"),
    ],
)
def test_a_signature_is_the_header_on_one_line(source: str, signature: str | None) -> None:
    expected = source.removesuffix(": pass") if signature is None else signature
    assert chunk_source(source, "a.py").chunks[-1].signature == expected


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ("'One line.'", "One line."),
        ('"""First.\n\n        Indented.\n    """', "First.\n\nIndented."),
        ('r"""A \\d."""', "A \\d."),
        ('u"Юникод"', "Юникод"),
        ('"a\\tb \\u0416 \\x41 \\101 \\N{DIGIT ONE} \\q"', "a       b Ж A A 1 \\q"),
        ('"\\ud800 \\N{NO SUCH NAME}"', "\\ud800 \\N{NO SUCH NAME}"),
        ('"one " "two"', "one two"),
        ('("in brackets")', ""),
        ('f"no {x}"', ""),
        ('b"no"', ""),
        ('"no".format()', ""),
        ("'''\r\n    Окно.\r\n    '''", "Окно."),
        ('""', ""),
    ],
)
def test_a_docstring_is_the_value_of_the_first_literal(literal: str, value: str) -> None:
    found = chunk_source(f"def f():\n    # before it\n    {literal}\n    'not this'\n", "a.py").chunks
    assert found[0].docstring == value


def test_code_is_dedented_and_strings_at_the_margin_stay() -> None:
    source = 'class A:\n    def f(self):\n        x = """\nat the margin\n  inside\n"""\n\n        return x\n'
    assert chunks(source)["A.f"].code == 'def f(self):\n    x = """\nat the margin\n  inside\n"""\n\n    return x'


def test_line_ends_of_windows_become_line_feeds_and_move_no_span() -> None:
    source = 'class A:\r\n    # why\r\n    def f(self):\r\n        """One.\r\n        Two."""\r\n        return 1\r\n'
    method = chunks(source)["A.f"]
    assert method.code == '# why\ndef f(self):\n    """One.\n    Two."""\n    return 1'
    assert method.docstring == "One.\nTwo."
    assert source.encode()[method.span.start_byte : method.span.end_byte].decode() == source[14:].rstrip()
    assert (method.span.start_line, method.span.end_line, method.name_line, method.name_column) == (2, 6, 3, 8)


@pytest.mark.parametrize("odd", ["\x0c", "\x0b", "\x1c", "\x85", "\u2028", "\u2029"])
def test_only_a_line_feed_ends_a_line(odd: str) -> None:
    found = chunk_source(f"x = '{odd}'\n# {odd}{odd}\n\ndef f(): pass\n", "a.py").chunks
    assert found[-1].name_line == 4


def test_a_form_feed_between_functions_does_no_harm() -> None:
    assert outline("def f(): pass\n\x0c\ndef g(): pass\n") == [("function", "f", 1, 1), ("function", "g", 3, 3)]


def test_lines_of_an_old_macintosh_are_lines() -> None:
    assert outline("def f():\r    pass\rdef g():\r    pass\r") == [("function", "f", 1, 2), ("function", "g", 3, 4)]


def test_bytes_are_of_utf8_and_columns_are_code_points() -> None:
    source = "Ж = '🙂'\nif Ж:\n    @д('🙂')\n    def привет_мир(имя): return имя\n"
    function = chunks(source)["привет_мир"]
    assert (function.name_line, function.name_column) == (4, 8)
    assert source.encode()[function.span.start_byte : function.span.end_byte].decode() == source[source.index("@") : -1]
    odd = chunks("class A: x = '🙂Ж'; y = 1\n")["A"]
    assert odd.span == Span(1, 1, 0, 28)


def test_a_lone_surrogate_does_no_harm() -> None:
    assert outline("x = '\ud800'\ndef f(): pass\n")[-1] == ("function", "f", 2, 2)


def test_the_last_line_may_lack_its_end() -> None:
    assert outline("def f():\n    return 1")[0][3] == 2
    assert chunk_source("x = 1", "a.py").chunks[0].span == Span(1, 1, 0, 5)
    assert chunk_source("x = 1\n\n\n", "a.py").chunks[0].span == Span(1, 3, 0, 8)


def test_in_a_test_file_everything_is_a_test() -> None:
    assert all(chunk.is_test for chunk in chunk_source(NESTED, "tests/helpers.py").chunks)
    assert not any(chunk.is_test for chunk in chunk_source(NESTED, "pkg/helpers.py").chunks)


def test_outside_test_files_a_test_is_what_derives_from_a_test_case_or_asserts() -> None:
    found = chunks(
        "class Tests(unittest.TestCase):\n    def setUp(self): pass\n"
        "class BaseTestCase(TestCase): pass\n"
        "def test_connection(host): return host.ping()\n"
        "def test_sum():\n    def half(): pass\n    assert 1 + 1 == 2\n"
    )
    assert {name for name, chunk in found.items() if chunk.is_test} == {
        "Tests",
        "Tests.setUp",
        "test_sum",
        "test_sum.half",
    }


@pytest.mark.parametrize(
    "source",
    [
        "@deprecated\ndef f(): pass",
        "@warnings.deprecated('use g')\ndef f(): pass",
        "@x\n@typing_extensions.deprecated\ndef f(): pass",
        "def f():\n    '''Does it.\n\n    .. deprecated:: 2.0\n       Use g.\n    '''",
        "def f():\n    '''Deprecated: use g.'''",
        "def f():\n    '''Устарело, используйте g.'''",
        "def f():\n    '''(deprecated) Does it.'''",
        "def f():\n    x = 1\n    warnings.warn('no', DeprecationWarning, stacklevel=2)",
        "def f():\n    warn('no', category=PendingDeprecationWarning)",
        "@deprecated\nclass A:\n    def f(self): pass",
    ],
)
def test_what_says_so_is_deprecated(source: str) -> None:
    assert chunk_source(source, "a.py").chunks[-1].is_deprecated


@pytest.mark.parametrize(
    "source",
    [
        "@undeprecated\ndef f(): pass",
        "def f(x):\n    if x:\n        warnings.warn('x is deprecated', DeprecationWarning)",
        "def f(x):\n    '''Does it.\n\n    :param x: an x\n\n        .. deprecated:: 2.0\n    '''",
        "def f():\n    '''Tells what is deprecated.'''",
        "def f():\n    raise DeprecationWarning",
        "def f():\n    def g():\n        warnings.warn('', DeprecationWarning)\n    return g\ndef h(): pass",
    ],
)
def test_what_only_mentions_it_is_not(source: str) -> None:
    assert not chunk_source(source, "a.py").chunks[0].is_deprecated
