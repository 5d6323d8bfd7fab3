"""Each rule, by what it is for."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from smysl.engine.search.query import Query, analyse
from smysl.engine.search.ranking import FACTORS, LIFTS, Candidate, rank, spread_twins
from smysl.engine.types import Chunk, Kind, Span


class NoWords:
    def terms_by_sound(self, sounds: object) -> dict[str, list[str]]:
        return {}

    def terms_by_prefix(self, prefixes: object) -> dict[str, list[str]]:
        return {}


def query(text: str) -> Query:
    return analyse(text, NoWords())


def candidate(name: str, score: float = 0.5, *, path: str = "a.py", chunk_id: int = 0, **changes: object) -> Candidate:
    chunk = Chunk(
        kind=Kind.FUNCTION,
        name=name.rpartition(".")[2],
        qualified_name=name,
        span=Span(1, 2, 0, 10),
        name_line=1,
        name_column=4,
        signature=f"def {name}()",
        docstring="",
        comments="",
        code=f"def {name}(): ...",
        body=f"def {name}(): ...",
    )
    return Candidate(chunk_id or hash((name, path)), path, replace(chunk, **changes), score)  # type: ignore[arg-type]  # names of fields


def order(text: str, *candidates: Candidate, without: str = "") -> list[str]:
    ranked = rank(query(text), candidates, without=frozenset([without]) if without else frozenset())
    return [one.chunk.qualified_name for one, _ in ranked]


def test_a_typed_name_finds_what_bears_it_before_what_scores_more() -> None:
    pair = candidate("resize_image_twice", 0.8), candidate("resize_image", 0.3)
    assert order("resizeImage", *pair)[0] == "resize_image"
    assert order("resizeImage", *pair, without="exact_names_first")[0] == "resize_image_twice"


def test_a_typed_qualified_name_tells_namesakes_apart() -> None:
    assert order("Session.get", candidate("Cache.get", 0.6), candidate("Session.get", 0.4))[0] == "Session.get"


def test_namesakes_whose_qualifier_shares_words_come_first() -> None:
    pair = candidate("Autocomplete.get_rows", 0.8), candidate("BaseTableView.get_rows", 0.6)
    assert order("TableView.get_rows", *pair)[0] == "BaseTableView.get_rows"


def test_a_definition_beats_a_use() -> None:
    pair = candidate("draw_all", 0.6), candidate("palette_of", 0.45)
    assert order("palette", *pair)[0] == "palette_of"
    assert order("palette", *pair, without="uses_step_back")[0] == "draw_all"


def test_a_test_comes_after_what_it_tests_unless_tests_are_asked_for() -> None:
    pair = candidate("test_resize", 0.6, is_test=True), candidate("resize_to", 0.5)
    assert order("shrink a picture", *pair)[0] == "resize_to"
    assert order("tests of shrinking a picture", *pair)[0] == "test_resize"


def test_deprecated_code_comes_after_what_replaced_it_unless_asked_for() -> None:
    pair = candidate("old_way", 0.6, is_deprecated=True), candidate("new_way", 0.5)
    assert order("which way", *pair)[0] == "new_way"
    assert order("deprecated way", *pair)[0] == "old_way"


def test_special_methods_come_after_plain_ones() -> None:
    assert order("show it", candidate("A.__repr__", 0.55), candidate("A.show", 0.5))[0] == "A.show"
    assert order("__repr__", candidate("A.__repr__", 0.55), candidate("A.show", 0.5))[0] == "A.__repr__"


def test_a_function_comes_before_the_module_it_stands_in() -> None:
    pair = candidate("tools", 0.7, kind=Kind.MODULE), candidate("sharpen", 0.5)
    assert order("sharpen knives", *pair)[0] == "sharpen"


def test_a_definition_comes_before_its_overloads() -> None:
    overload = candidate("find", 0.6, code="@overload\ndef find(x: int) -> int: ...")
    plain = candidate("find", 0.5, path="b.py", code="def find(x): return x")
    assert rank(query("look up by key"), [overload, plain])[0][0].path == "b.py"


@given(st.floats(0, 1), st.sampled_from(["find", "find_it", "тесты", "deprecated find"]), st.booleans(), st.booleans())
def test_a_ranked_score_stays_between_0_and_1(score: float, text: str, is_test: bool, is_deprecated: bool) -> None:
    one = candidate("find", score, is_test=is_test, is_deprecated=is_deprecated)
    [(_, ranked)] = rank(query(text), [one])
    assert 0 <= ranked <= 1
    for rule in FACTORS.values():
        assert 0 < rule(query(text), one) <= 1
    for rule in LIFTS.values():
        assert 0 <= rule(query(text), one) <= 1


def test_twins_leave_room_on_the_page_and_return_when_there_is_room() -> None:
    body = "def send_message(chat, text, silent): return post(chat, text, silent)"
    twins = [
        (candidate("send_message", path=f"{place}.py", chunk_id=place + 1, code=body), 0.9 - place / 100)
        for place in range(5)
    ]
    other = (candidate("receive_message", chunk_id=99), 0.2)
    assert [one.chunk_id for one, _ in spread_twins([*twins, other], 3)] == [1, 2, 99]
    assert [one.chunk_id for one, _ in spread_twins([*twins, other], 5)] == [1, 2, 3, 4, 99]


def test_namesakes_with_other_code_are_no_twins() -> None:
    codes = ["def get(url): fetch(url)", "def get(key): lookup(key)", "def get(user): database(user)"]
    ranked = [(candidate("get", path=f"{n}.py", chunk_id=n + 1, code=code), 0.5) for n, code in enumerate(codes)]
    assert [one.chunk_id for one, _ in spread_twins(ranked, 3)] == [1, 2, 3]
