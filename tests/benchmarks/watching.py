"""How long until one changed function of a watched workspace is found?

    python -m tests.benchmarks.watching

The workspace is a copy of the standard library's top folder; the model is a fake Ollama that takes 20 ms a text. The
time runs from the save to the first search that finds the new words; the model's time is shown apart. The debounce of
the watcher (150 ms) is part of it: it lets a formatter that runs on save finish.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import sysconfig
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.engine.embed.fake_ollama import FakeOllama

from smysl.engine.engine import Engine
from smysl.engine.settings import Settings
from smysl.engine.types import Mode

ROUNDS = 10
MODEL_SECONDS = 0.02
FILES = 60


def main(arguments: Sequence[str]) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder, FakeOllama(["bge-m3"]) as fake:
        workspace, cache = Path(folder) / "workspace", Path(folder) / "cache"
        workspace.mkdir()
        for path in sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))[:FILES]:
            shutil.copy(path, workspace)
        settings = Settings(model="bge-m3", ollama_host=fake.host, cache_dir=cache)
        with Engine.open(workspace, settings) as engine, engine.watch(lambda report: None):
            fake.delay_per_text = MODEL_SECONDS
            waits, texts = [], []
            for round_number in range(ROUNDS):
                before = len(fake.embedded_texts)
                waits.append(wait_for_change(engine, workspace / "ast.py", f"zebra{round_number}x"))
                texts.append(len(fake.embedded_texts) - before)
        sys.stdout.write(
            f"{ROUNDS} edits: save to found, median {statistics.median(waits) * 1000:.0f} ms, "
            f"slowest {max(waits) * 1000:.0f} ms (the model's own time in it: {MODEL_SECONDS * 1000:.0f} ms a text); "
            f"texts embedded an edit: {min(texts)} to {max(texts)}\n"
        )


def wait_for_change(engine: Engine, path: Path, word: str) -> float:
    """Change one function of `path` so that it holds `word`; seconds until a search finds it by vector and word."""
    text = path.read_text("utf-8")
    start = text.index("def dump(")
    line = text.index("\n", text.index('"""', text.index('"""', start) + 3)) + 1
    path.write_text(f"{text[:line]}    {word} = None\n{text[line:]}", "utf-8")
    started = time.perf_counter()
    while True:
        hits = engine.search(word, top_k=1, mode=Mode.LEXICAL).hits
        if hits and word in hits[0].snippet and engine.status().pending == 0:
            return time.perf_counter() - started
        time.sleep(0.005)


if __name__ == "__main__":
    main(sys.argv[1:])
