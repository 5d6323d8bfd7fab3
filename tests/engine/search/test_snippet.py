"""The lines that show why."""

from dataclasses import replace

from smysl.engine.search.snippet import snippet
from smysl.engine.types import Chunk, Kind, Span

CODE = """# how pictures shrink
@cached
def shrink(image):
    \"\"\"Make it smaller.\"\"\"
    width = image.width
    height = image.height

    ratio = width / height
    if ratio > 1:
        rotate(image)
    return scale(image, ratio)"""
SHRINK = Chunk(Kind.FUNCTION, "shrink", "shrink", Span(10, 20, 0, 99), 12, 4, "def shrink(image)", "", "", CODE, CODE)


def test_the_naming_line_comes_first_and_the_telling_lines_follow() -> None:
    assert snippet(SHRINK, {"rotat": 1.0, "scale": 1.0}).text == (
        "def shrink(image):\n    …\n    ratio = width / height\n"
        "    if ratio > 1:\n        rotate(image)\n    return scale(image, ratio)"
    )


def test_lines_next_to_the_name_need_no_gap() -> None:
    assert snippet(SHRINK, {}).text.startswith('def shrink(image):\n    """Make it smaller."""\n    width')


def test_a_chunk_of_one_line_is_its_own_snippet() -> None:
    assert snippet(replace(SHRINK, code="def f(): pass", name_line=10), {"f": 1.0}).text == "def f(): pass"


def test_a_module_begins_with_its_first_line() -> None:
    module = replace(SHRINK, kind=Kind.MODULE, code='"""Tools."""\nimport os')
    assert snippet(module, {}).text == '"""Tools."""\nimport os'


def test_words_that_were_looked_for_are_highlighted_in_the_snippet() -> None:
    found = snippet(SHRINK, {"rotat": 1.0, "ratio": 0.5})
    assert {found.text[start:end] for start, end in found.highlights} == {"rotate", "ratio"}
