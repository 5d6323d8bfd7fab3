"""A question that names another model than that of the settings."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from tests.engine.embed.fake_ollama import FakeOllama
from tests.lsp.editor import Editor

from smysl.engine.engine import Engine
from smysl.engine.settings import Settings
from smysl.lsp.others import OtherModels


async def test_another_model_sees_what_is_open_and_not_saved(home: Path, workspace: Path, fake: FakeOllama) -> None:
    async with Editor(home, workspace, settings={"model": "bge-m3", "ollamaHost": fake.host}) as editor:
        await editor.ready()
        editor.open(workspace / "shop/geometry.py", "def brew_coffee(beans):\n    return beans\n")
        await editor.finds("brew coffee", "brew_coffee")
        found = await editor.search("brew coffee", model="builtin")
        assert (found["hits"][0]["name"], found["hits"][0]["unsaved"]) == ("brew_coffee", True)
        assert "rotate_picture" not in [hit["name"] for hit in found["hits"]]
        assert found["notices"] == ["The index has no vectors of builtin; those of bge-m3 answer."]


def test_few_models_are_kept_open_and_none_is_closed_that_is_lent(workspace: Path, tmp_path: Path) -> None:
    others = OtherModels()
    with Engine.open(workspace, Settings(model="lexical", cache_dir=tmp_path / "cache")) as engine:
        for number in range(5):
            with others.lent(engine, f"model-{number}") as other:
                assert other.symbols("cancel") == ()
        assert len(others) == 2
        with ExitStack() as stack:
            lent = [stack.enter_context(others.lent(engine, f"other-{number}")) for number in range(4)]
            assert len(others) == 4
            assert len({id(one) for one in lent}) == 4
        assert len(others) == 2
        with others.lent(engine, "builtin") as builtin:
            others.close()
            assert builtin.search("cancel", top_k=1).model == "builtin"
        assert len(others) == 0
        engine.refresh()
        assert engine.search("cancel").hits[0].name == "cancel"
