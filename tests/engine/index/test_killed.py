from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.engine.index.indexing import SPACE, CountingEmbedder, Workspace

from smysl.engine.index import Indexer
from smysl.engine.store import Store

FILES = {f"f{number}.py": f"def f{number}():\n    return {number}\n" for number in range(40)}

CHILD = """
import sys
from pathlib import Path
from tests.engine.index.indexing import CountingEmbedder, Workspace
from tests.engine.index.test_killed import FILES
from smysl.engine.index import Indexer
from smysl.engine.store import Store

class Slow(CountingEmbedder):
    def embed_documents(self, texts, *, cancel=None):
        answer = super().embed_documents(texts, cancel=cancel)
        for text in texts:
            sys.stdout.write(text.split(":")[0] + "\\n")
        sys.stdout.flush()
        if len(self.calls) == 5:
            sys.stdin.read()
        return answer

Indexer(Workspace(FILES), Store(Path(sys.argv[1])), Slow()).refresh()
"""


def test_after_kill_9_the_index_opens_and_at_most_what_was_in_flight_is_embedded_again(tmp_path: Path) -> None:
    index = tmp_path / "killed.index"
    root = Path(__file__).parents[3]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(root), str(root / "server")))}
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(index)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    ) as child:
        assert child.stdout is not None
        asked = [child.stdout.readline().strip() for _ in range(20)]
        child.send_signal(signal.SIGKILL)
        child.wait()
    workspace, embedder = Workspace(FILES), CountingEmbedder()
    with Store(index) as store:
        assert store.notices == ()
        report = Indexer(workspace, store, embedder, now_ns=workspace.tick).refresh()
        assert report.pending == 0
        assert store.reader.coverage(SPACE.key).embedded == 40
    again = {text.split(":")[0] for text in embedder.texts} & set(asked)
    assert len(again) <= 8  # the batch in flight and the one whose answer was not yet written
    assert len(embedder.texts) == 40 - 20 + len(again)
