from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.engine.index.indexing import CountingEmbedder, Workspace, contents

from smysl.engine.index import Indexer
from smysl.engine.store import Store
from smysl.engine.types import InputLimit

PATHS = st.sampled_from(["a.py", "b.py", "pkg/c.py", "pkg/test_d.py"])
FUNCTIONS = st.sampled_from(["load", "store_all", "find", "искать"])
BODIES = st.sampled_from(
    [
        "return 1",
        "'''Loads the file.'''\n    return open",
        "# ищет\n    return find",
        "\n    ".join(f"step_{number} = {number}" for number in range(60)),
    ]
)
HEADS = st.sampled_from(["", "'''Storage of files.'''\n", "import os\n\n", "LIMIT = 3\n"])


class Edits(RuleBasedStateMachine):
    """Random edits of a workspace; now and then it is indexed, and the index must be as if made from nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = Store(Path(self.folder.name) / "incremental.index")
        self.workspace = Workspace()
        self.embedder = CountingEmbedder(limit=InputLimit(80))
        self.parts: dict[str, tuple[str, dict[str, str]]] = {}
        self.is_indexed = False
        self.runs = 0

    @rule(path=PATHS, head=HEADS)
    def set_head(self, path: str, head: str) -> None:
        self._put(path, head, self.parts.get(path, ("", {}))[1])

    @rule(path=PATHS, name=FUNCTIONS, body=BODIES)
    def put_function(self, path: str, name: str, body: str) -> None:
        head, functions = self.parts.get(path, ("", {}))
        self._put(path, head, functions | {name: body})

    @rule(path=PATHS, name=FUNCTIONS)
    def delete_function(self, path: str, name: str) -> None:
        head, functions = self.parts.get(path, ("", {}))
        self._put(path, head, {other: body for other, body in functions.items() if other != name})

    @rule(path=PATHS, name=FUNCTIONS, new_name=FUNCTIONS)
    def rename_function(self, path: str, name: str, new_name: str) -> None:
        head, functions = self.parts.get(path, ("", {}))
        self._put(path, head, {new_name if other == name else other: body for other, body in functions.items()})

    @rule(path=PATHS, new_path=PATHS)
    def move_file(self, path: str, new_path: str) -> None:
        if path in self.parts and path != new_path:
            self.parts[new_path] = self.parts.pop(path)
            self.workspace.move(path, new_path)
            self.is_indexed = False

    @rule(path=PATHS)
    def delete_file(self, path: str) -> None:
        if path in self.parts:
            del self.parts[path]
            self.workspace.remove(path)
            self.is_indexed = False

    @rule()
    def refresh(self) -> None:
        Indexer(self.workspace, self.store, self.embedder, now_ns=self.workspace.tick).refresh()
        self.is_indexed = True

    @rule()
    def update_all(self) -> None:
        indexer = Indexer(self.workspace, self.store, self.embedder, now_ns=self.workspace.tick)
        indexer.update(["a.py", "b.py", "pkg"])
        self.is_indexed = True

    @invariant()
    def no_text_is_embedded_twice(self) -> None:
        assert len(self.embedder.texts) == len(set(self.embedder.texts))

    @invariant()
    def the_index_equals_a_fresh_one(self) -> None:
        if not self.is_indexed:
            return
        self.runs += 1
        path = Path(self.folder.name) / f"fresh-{self.runs}.index"
        with Store(path) as fresh:
            embedder = CountingEmbedder(limit=InputLimit(80))
            Indexer(self.workspace, fresh, embedder, now_ns=self.workspace.tick).refresh()
            assert contents(self.store) == contents(fresh)
        self.is_indexed = False

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    def _put(self, path: str, head: str, functions: dict[str, str]) -> None:
        self.parts[path] = (head, functions)
        text = head + "".join(f"\n\ndef {name}(file):\n    {body}\n" for name, body in functions.items())
        self.workspace.write(path, text)
        self.is_indexed = False


TestEdits = Edits.TestCase
TestEdits.settings = settings(
    max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
