"""Similar code, symbols and outlines through the façade, for what is stored and for what is shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.engine.index.indexing import CountingEmbedder

from smysl.engine.embed.builtin import BuiltinEmbedder
from smysl.engine.engine import Engine
from smysl.engine.errors import UsageError
from smysl.engine.settings import Settings
from smysl.engine.types import Filters, Kind

SYNC = '''class Client:
    """Sends requests."""

    def send(self, request, timeout):
        """Send a request and read the answer."""
        connection = self.pool.borrow(request.host, timeout)
        connection.write(request.head)
        connection.write(request.body)
        return connection.read_answer(timeout)

    def close(self):
        self.pool.close()


def rotate_picture(image, angle):
    """Turn an image by some degrees."""
    return image.turned(angle)
'''
ASYNC = (
    SYNC.replace("class Client", "class AsyncClient").replace("    def ", "    async def ").split("\n\n\n")[0] + "\n"
)
SELECTED = """
    def transmit(self, message, timeout):
        line = self.pool.borrow(message.host, timeout)
        line.write(message.head)
        line.write(message.body)
        return line.read_answer(timeout)
"""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    root = tmp_path / "work"
    (root / "net").mkdir(parents=True)
    (root / "net" / "sync.py").write_text(SYNC, "utf-8")
    (root / "net" / "async_.py").write_text(ASYNC, "utf-8")
    settings = Settings(model="builtin", cache_dir=tmp_path / "cache")
    with Engine.open(root, settings, embedder=BuiltinEmbedder()) as engine:
        engine.refresh()
        yield engine


def test_the_twin_of_a_function_is_the_only_thing_above_the_threshold(engine: Engine) -> None:
    result = engine.similar("net/sync.py", 5, least=engine.similar_from())
    assert [hit.qualified_name for hit in result.hits] == ["AsyncClient.send"]
    assert result.subject is not None
    assert (result.subject.qualified_name, result.subject.is_saved_version) == ("Client.send", True)
    assert engine.similar("net/sync.py", 15, least=engine.similar_from()).hits == ()
    assert len(engine.similar("net/sync.py", 15).hits) > 2


def test_the_counts_of_a_file_are_those_of_its_functions_one_by_one(engine: Engine) -> None:
    for least in (0.2, 0.5, engine.similar_from()):
        counts = engine.near_twins("net/sync.py", least)
        for one in engine.outline("net/sync.py"):
            alone = engine.similar("net/sync.py", one.name_line, least=least, top_k=50)
            assert counts.get(one.chunk_id, 0) == len(alone.hits), one.qualified_name
    assert engine.near_twins("net/sync.py") == engine.near_twins("net/sync.py", engine.similar_from())
    assert engine.near_twins("nowhere.py") == {}


def test_similar_code_of_a_shown_file_is_found_by_its_lines_and_its_text(engine: Engine) -> None:
    engine.show("net/sync.py", f"# a\n# b\n{SYNC}")
    moved = engine.similar("net/sync.py", 17)
    assert moved.subject is not None
    assert (moved.subject.qualified_name, moved.subject.span.start_line) == ("rotate_picture", 17)
    assert not moved.subject.is_saved_version
    engine.show("net/sync.py", SYNC.replace("Turn an image", "Spin an image"))
    before = engine.similar("net/sync.py", 15)
    assert before.subject is not None
    assert before.subject.is_saved_version
    assert before.model == "builtin"
    engine.embed_shown()
    after = engine.similar("net/sync.py", 15)
    assert after.subject is not None
    assert not after.subject.is_saved_version


def test_what_is_only_typed_yet_is_compared_by_its_words(engine: Engine) -> None:
    engine.show("net/new.py", "def borrow_answer(pool):\n    return pool.borrow(1).read_answer(2)\n")
    result = engine.similar("net/new.py", 1)
    assert result.model is None
    assert "send" in {hit.name for hit in result.hits}
    assert engine.similar("net/new.py", 1, least=0.5).hits == ()


def test_a_selection_finds_code_like_it_but_not_itself(engine: Engine) -> None:
    found = engine.similar_text(SELECTED)
    assert {hit.name for hit in found.hits[:2]} == {"send"}
    assert (found.model, found.subject) == ("builtin", None)
    own = engine.similar_text(SELECTED, within=("net/sync.py", 4, 9))
    assert "Client.send" not in {hit.qualified_name for hit in own.hits}
    assert own.hits[0].qualified_name == "AsyncClient.send"
    assert engine.similar_text("line.write(message.head)", filters=Filters(kinds=frozenset({Kind.METHOD}))).hits
    assert engine.similar_text("  \n").hits == ()


def test_a_selection_is_embedded_as_the_index_embeds_a_function(tmp_path: Path) -> None:
    embedder = CountingEmbedder()
    root = tmp_path / "work"
    root.mkdir()
    (root / "a.py").write_text(SYNC, "utf-8")
    with Engine.open(root, Settings(cache_dir=tmp_path / "cache"), embedder=embedder) as engine:
        engine.refresh()
        text = SYNC.split("\n\n\n")[1]
        hit = engine.similar_text(text).hits[0]
        assert (hit.qualified_name, round(hit.score, 3)) == ("rotate_picture", 1.0)


def test_a_line_outside_every_function_is_told(engine: Engine) -> None:
    with pytest.raises(UsageError, match="no function or class"):
        engine.similar("net/none.py", 1)


def test_symbols_are_found_by_name_beginning_words_and_letters(engine: Engine) -> None:
    def found(query: str) -> list[str]:
        return [hit.qualified_name for hit in engine.symbols(query)]

    assert found("send")[:2] == ["AsyncClient.send", "Client.send"]
    assert found("Client.send")[0] == "Client.send"
    assert found("rotatePic")[0] == "rotate_picture"
    assert found("picture")[0] == "rotate_picture"
    assert found("rp")[0] == "rotate_picture"
    assert found("rttpct")[0] == "rotate_picture"
    assert found("async.snd") == ["AsyncClient.send"]
    assert found("AsyncClient")[0] == "AsyncClient"
    for query in ("", "  ", "zzqx", "()", "..."):
        assert found(query) == []


def test_symbols_and_outline_follow_what_is_shown(engine: Engine) -> None:
    engine.show("net/sync.py", "class Pigeon:\n    def fly_home(self):\n        pass\n")
    assert [hit.qualified_name for hit in engine.symbols("flyHome")] == ["Pigeon.fly_home"]
    assert engine.symbols("rotate_picture") == ()
    outline = engine.outline("net/sync.py")
    assert [(one.qualified_name, one.kind, one.name_line, one.name_column) for one in outline] == [
        ("Pigeon", Kind.CLASS, 1, 6),
        ("Pigeon.fly_home", Kind.METHOD, 2, 8),
    ]
    assert [one.name for one in engine.outline("net/async_.py")] == ["AsyncClient", "send", "close"]
    assert engine.outline("net/none.py") == ()


def test_a_filter_within_places_takes_them_literally(engine: Engine) -> None:
    odd = "net/[a]*.py"
    engine.show(odd, "def send_elsewhere():\n    pass\n")
    for within, paths in (
        (("net/sync.py",), {"net/sync.py"}),
        (("net",), {"net/sync.py", "net/async_.py", odd}),
        (("./net/",), {"net/sync.py", "net/async_.py", odd}),
        ((odd,), {odd}),
        (("ne",), set()),
        (("",), {"net/sync.py", "net/async_.py", odd}),
    ):
        assert {hit.path for hit in engine.search("send", filters=Filters(within=within)).hits} == paths
    both = Filters(within=("net",), paths=("!sync.py",))
    assert {hit.path for hit in engine.search("send", filters=both).hits} == {"net/async_.py", odd}
