from __future__ import annotations

import threading
from dataclasses import replace

import apsw
import pytest
from tests.engine.store.records_for_tests import SPACE, chunk, directions, new, put

from smysl.engine.cancel import CancelToken
from smysl.engine.errors import Cancelled, UsageError
from smysl.engine.store import FileChange, NewChunk, Scope, Store, lexical
from smysl.engine.store.connection import connect_for_reading
from smysl.engine.store.pool import ReadingPool
from smysl.engine.types import FileProblem, Filters, Kind, say
from smysl.engine.types import Tests as Treatment

EVERYTHING = Scope()


def test_candidates_come_with_frequencies_and_lengths_of_the_five_fields(store: Store) -> None:
    fields = ("load file", "src a load", "читает файл файл", "open file file file", "storage")
    put(store, "a.py", [NewChunk(chunk("load"), "1", "load", fields), new(chunk("other"), body="nothing")])
    (found,) = store.reader.lexical(["file", "файл", "load", "absent"], limit=10, scope=EVERYTHING)
    assert found.frequencies == ((1, 0, 0, 3, 0), (0, 0, 2, 0, 0), (1, 1, 0, 0, 0), (0, 0, 0, 0, 0))
    assert found.lengths == (2, 3, 3, 4, 1)


def test_terms_stay_whole_in_both_alphabets(store: Store) -> None:
    words = "get_user ёлка _private x2 файл_1 naïve"
    put(store, "a.py", [new(chunk("one"), body=words)])
    statistics = store.reader.term_statistics([*words.split(), "user", "елка", "naive"])
    assert [statistics.document_frequency[word] for word in words.split()] == [1] * 6
    assert [statistics.document_frequency[word] for word in ("user", "елка", "naive")] == [0, 0, 0]


def test_statistics_are_of_the_whole_index_and_follow_it(store: Store) -> None:
    assert store.reader.term_statistics(["a"]).total_chunks == 0
    put(store, "a.py", [new(chunk("one"), body="a b c"), new(chunk("two"), body="a")])
    statistics = store.reader.term_statistics(["a", "b", "z"])
    assert statistics.total_chunks == 2
    assert statistics.average_lengths == (1.0, 0.0, 0.0, 2.0, 0.0)
    assert statistics.document_frequency == {"a": 2, "b": 1, "z": 0}
    with store.writer() as writer:
        writer.remove_file("a.py")
    assert store.reader.term_statistics(["a"]).document_frequency == {"a": 0}
    assert store.reader.lexical(["a"], limit=5, scope=EVERYTHING) == []


def test_weights_decide_the_order_and_the_limit_cuts_it(store: Store) -> None:
    put(store, "a.py", [new(chunk("one"), body="load"), new(chunk("load"), body="nothing"), new(chunk("z"), body="q")])
    by_name = store.reader.lexical(["load"], limit=9, scope=EVERYTHING, weights=(9.0, 0.0, 0.0, 0.1, 0.0))
    by_body = store.reader.lexical(["load"], limit=9, scope=EVERYTHING, weights=(0.1, 0.0, 0.0, 9.0, 0.0))
    assert [one.chunk_id for one in by_name] == [2, 1]
    assert [one.chunk_id for one in by_body] == [1, 2]
    first = store.reader.lexical(["load"], limit=1, scope=EVERYTHING, weights=(0.1, 0.0, 0.0, 9.0, 0.0))
    assert [one.chunk_id for one in first] == [1]


def test_frequencies_are_looked_up_for_the_rows_of_the_page_only(store: Store) -> None:
    put(store, "a.py", [new(chunk(f"f{number}"), body="load " * (number + 1)) for number in range(200)])
    calls = 0

    def counting(api: apsw.FTS5ExtensionApi, *_: object) -> bytes:
        nonlocal calls
        calls += 1
        return b"\0" * 4 * 5 * (1 + api.phrase_count)

    connection = connect_for_reading(store.path)
    connection.register_fts5_function("term_matches", counting)
    best = lexical.best(connection, ["load"], limit=7, scope=EVERYTHING, weights=(1.0, 1.0, 1.0, 1.0, 1.0))
    assert len(lexical.matches(connection, ["load"], best)) == 7
    assert calls == 7
    connection.close()


def test_lexical_of_answers_for_given_chunks_in_their_order(store: Store) -> None:
    put(store, "a.py", [new(chunk("one"), body="a a"), new(chunk("two"), body="b"), new(chunk("three"), body="a b")])
    found = store.reader.lexical_of(["a"], [3, 1, 2, 77])
    assert [(one.chunk_id, one.frequencies[0][3]) for one in found] == [(3, 1), (1, 2)]


def test_a_query_of_very_many_terms_is_answered(store: Store) -> None:
    put(store, "a.py", [new(chunk("one"), body="needle")])
    terms = [f"word{number}" for number in range(2_000)] + ["needle"]
    (found,) = store.reader.lexical(terms, limit=5, scope=EVERYTHING)
    assert found.frequencies[-1] == (0, 0, 0, 1, 0)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), {"one", "two", "three", "test_four", "Five"}),
        (Filters(paths=("src/",)), {"one", "two"}),
        (Filters(paths=("src/", "!src/deep/")), {"one"}),
        (Filters(paths=("!src/",)), {"three", "test_four", "Five"}),
        (Filters(paths=("./lib/*.py",)), {"three", "Five"}),
        (Filters(paths=("**/b.py",)), {"two"}),
        (Filters(paths=("[[:lower:]]ib/[z-ac].py",)), {"three"}),
        (Filters(paths=("nowhere/",)), set()),
        (Filters(kinds=frozenset({Kind.CLASS})), {"Five"}),
        (Filters(kinds=frozenset({Kind.CLASS, Kind.METHOD})), {"two", "Five"}),
        (Filters(tests=Treatment.ONLY), {"test_four"}),
        (Filters(tests=Treatment.EXCLUDE), {"one", "two", "three", "Five"}),
        (Filters(paths=("lib/",), kinds=frozenset({Kind.FUNCTION}), tests=Treatment.EXCLUDE), {"three"}),
    ],
)
def test_filters_act_inside_both_halves(store: Store, filters: Filters, expected: set[str]) -> None:
    matrix = directions(5)
    rows = [
        ("src/a.py", chunk("one")),
        ("src/deep/b.py", chunk("two", kind=Kind.METHOD)),
        ("lib/c.py", chunk("three")),
        ("tests/d.py", chunk("test_four", is_test=True)),
        ("lib/e.py", chunk("Five", kind=Kind.CLASS)),
    ]
    for (path, made), vector in zip(rows, matrix, strict=True):
        put(store, path, [new(made, made.name, body="word")], vectors={made.name: vector})
    reader = store.reader
    scope = reader.scope(filters)
    by_words = [one.chunk_id for one in reader.lexical(["word"], limit=9, scope=scope)]
    by_meaning = [one[0] for one in reader.nearest(SPACE.key, matrix[0], limit=9, scope=scope)]
    by_name = reader.named([made.name.lower() for _, made in rows], limit=9, scope=scope)
    for ids in (by_words, by_meaning, by_name):
        assert {stored.chunk.name for stored in reader.chunks(ids).values()} == expected


@pytest.mark.parametrize("pattern", ["!", "src\\", "[a", "[[:letter:]]", "#x"])
def test_a_pattern_that_makes_no_sense_is_told_rather_than_passed_over(store: Store, pattern: str) -> None:
    with pytest.raises(UsageError) as told:
        store.reader.scope(Filters(paths=("src/", pattern)))
    assert told.value.advice is not None


def test_a_scope_follows_the_index(store: Store) -> None:
    put(store, "src/a.py", [new(chunk("one"))])
    filters = Filters(paths=("src/",))
    first = store.reader.scope(filters)
    assert store.reader.scope(filters) is first
    put(store, "src/b.py", [new(chunk("two"))])
    ids = store.reader.scope(filters).chunk_ids
    assert ids is not None
    assert ids.tolist() == [1, 2]


def test_names_are_found_whole_and_by_their_dotted_end_shortest_first(store: Store) -> None:
    names = ["Outer.Inner.load", "load", "Inner.load", "Winner.load", "loader"]
    put(store, "a.py", [new(chunk(name)) for name in names])
    reader = store.reader
    assert reader.named(["load"], limit=9, scope=EVERYTHING) == [2, 3, 4, 1]
    assert reader.named(["inner.load"], limit=9, scope=EVERYTHING) == [3, 1]
    assert reader.named(["load"], limit=2, scope=EVERYTHING) == [2, 3]
    assert reader.named(["absent"], limit=9, scope=EVERYTHING) == []


def test_words_are_found_by_sound_and_by_beginning_while_they_are_in_use(store: Store) -> None:
    made = replace(
        new(chunk("one"), body="token tokenizer токен to_do"),
        spoken=frozenset({("token", "tkn"), ("токен", "tkn"), ("gone", "gn")}),
    )
    put(store, "a.py", [made])
    reader = store.reader
    assert reader.terms_by_sound(["tkn", "gn", "xx"]) == {"tkn": ["token", "токен"], "gn": [], "xx": []}
    assert reader.terms_by_prefix(["tok", "to", "zz"]) == {
        "tok": ["token", "tokenizer"],
        "to": ["token", "tokenizer"],
        "zz": [],
    }
    with store.writer() as writer:
        writer.remove_file("a.py")
    assert reader.terms_by_sound(["tkn"]) == {"tkn": []}
    put(store, "b.py", [made])
    assert reader.terms_by_sound(["tkn"]) == {"tkn": ["token", "токен"]}


def test_the_innermost_chunk_is_at_a_line(store: Store) -> None:
    put(
        store,
        "a.py",
        [
            new(chunk("a", kind=Kind.MODULE, line=1, end=40)),
            new(chunk("Outer", kind=Kind.CLASS, line=3, end=40)),
            new(chunk("Outer.load", kind=Kind.METHOD, line=5, end=9)),
        ],
    )
    names = {}
    for line in (1, 3, 5, 9, 10, 40):
        found = store.reader.chunk_at("a.py", line)
        assert found is not None
        names[line] = found.chunk.name
    assert names == {1: "a", 3: "Outer", 5: "load", 9: "load", 10: "Outer", 40: "Outer"}
    assert store.reader.chunk_at("a.py", 41) is None
    assert store.reader.chunk_at("b.py", 1) is None


def test_a_chunk_comes_back_as_it_was_written(store: Store) -> None:
    made = replace(
        chunk("Класс.метод", kind=Kind.METHOD, is_test=True),
        docstring="«Ёлка»\n\x00",
        comments="# 👋",
        context="Класс.",
        body="pass",
        is_deprecated=True,
    )
    put(store, "папка/файл.py", [new(made)])
    (stored,) = store.reader.file_chunks("папка/файл.py")
    assert stored.chunk == made
    assert stored.path == "папка/файл.py"
    assert store.reader.chunks([stored.id, 99]) == {stored.id: stored}


def test_problems_of_files_go_with_them_and_those_of_the_walk_with_the_next_walk(store: Store) -> None:
    odd = say("Line {line}: {what}.", line=3, what="«'\"\\")
    with store.writer() as writer:
        writer.replace_file(FileChange("a.py", 1, 1, "h", 1, problems=(odd,)))
        writer.set_walk_problems([FileProblem("secret", say("No permission."))])
        assert store.reader.problems() == (FileProblem("a.py", odd), FileProblem("secret", say("No permission.")))
        writer.remove_file("a.py")
        writer.set_walk_problems([])
    assert store.reader.problems() == ()


def test_a_reader_sees_the_old_file_or_the_new_one_and_never_half(store: Store) -> None:
    put(store, "a.py", [new(chunk(f"old{n}"), body="word") for n in range(30)])
    stop = threading.Event()
    seen: set[frozenset[str]] = set()
    errors: list[BaseException] = []

    def watch() -> None:
        try:
            while not stop.is_set():
                seen.add(frozenset(one.chunk.name[:3] for one in store.reader.file_chunks("a.py")))
                assert len(store.reader.lexical(["word"], limit=100, scope=EVERYTHING)) == 30
                assert store.reader.term_statistics(["word"]).document_frequency == {"word": 30}
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=watch) for _ in range(3)]
    for thread in threads:
        thread.start()
    for round_ in range(15):
        put(store, "a.py", [new(chunk(f"{'new' if round_ % 2 == 0 else 'old'}{n}"), body="word") for n in range(30)])
    stop.set()
    for thread in threads:
        thread.join()
    assert errors == []
    assert seen <= {frozenset({"old"}), frozenset({"new"})}


def test_a_cancelled_search_ends_with_cancelled(store: Store) -> None:
    put(store, "a.py", [new(chunk("one"), body="word")])
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        store.reader.lexical(["word"], limit=1, scope=EVERYTHING, cancel=cancel)


def test_a_statement_under_way_is_interrupted(store: Store) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    pool = ReadingPool(store.path)
    cancel = CancelToken()
    threading.Timer(0.1, cancel.cancel).start()
    with pytest.raises(Cancelled):
        pool.run(lambda connection: connection.execute(endless).fetchall(), cancel=cancel)
    assert pool.run(lambda connection: connection.execute("SELECT 1").fetchall()) == [(1,)]
    pool.close()
