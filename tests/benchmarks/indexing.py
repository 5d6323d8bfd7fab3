"""How fast is a code base indexed without a model, and how fast is it seen that nothing changed?

    python -m tests.benchmarks.indexing [FOLDER]

FOLDER is the standard library of this interpreter unless given. semble 0.7 indexes the same folder in the same run,
each tool in a process of its own (its start-up not counted), one after the other and twice.
"""

from __future__ import annotations

import collections
import json
import re
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from semble import SembleIndex
from tests.engine.embed.static_model import write_static_model

from smysl.engine.engine import Engine
from smysl.engine.settings import Settings


def main(arguments: Sequence[str]) -> None:
    """Measure, or with `--one TOOL FOLDER SCRATCH` do one measurement and print it as JSON."""
    if arguments[:1] == ["--one"]:
        tool, place, scratch_place = arguments[1:]
        measure = with_smysl if tool == "smysl" else with_semble
        measured = measure(Path(place), Path(scratch_place))
        sys.stdout.write(json.dumps(measured))
        return
    folder = Path(arguments[0] if arguments else sysconfig.get_paths()["stdlib"])
    best: dict[str, dict[str, float]] = {}
    for _ in range(2):
        for tool in ("smysl", "semble"):
            with tempfile.TemporaryDirectory() as scratch:
                command = [sys.executable, "-m", "tests.benchmarks.indexing", "--one", tool, str(folder), scratch]
                measured = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            if tool not in best or measured["seconds"] < best[tool]["seconds"]:
                best[tool] = measured
    ours, theirs = best["smysl"], best["semble"]
    sys.stdout.write(
        f"smysl:  {ours['files']:,.0f} files, {ours['chunks']:,.0f} chunks in {ours['seconds']:.1f} s, "
        f"{ours['chunks'] / ours['seconds']:,.0f} chunks/s (words, kept on disk)\n"
        f"        again with nothing changed: {ours['again']:.2f} s, "
        f"{ours['again'] / ours['files'] * 2000:.2f} s for 2,000 files\n"
        f"semble: {theirs['chunks']:,.0f} chunks in {theirs['seconds']:.1f} s, "
        f"{theirs['chunks'] / theirs['seconds']:,.0f} chunks/s (words and static vectors, in memory)\n"
        f"ratio of times, smysl / semble: {ours['seconds'] / theirs['seconds']:.2f}\n"
    )


def with_smysl(folder: Path, scratch: Path) -> dict[str, float]:
    """Index into a new file, then look again."""
    with Engine.open(folder, Settings(model="lexical", cache_dir=scratch)) as engine:
        started = time.perf_counter()
        report = engine.refresh()
        seconds = time.perf_counter() - started
        started = time.perf_counter()
        engine.refresh()
        again = time.perf_counter() - started
    return {"seconds": seconds, "again": again, "files": report.files, "chunks": report.chunks}


def with_semble(folder: Path, scratch: Path) -> dict[str, float]:
    """Index with semble and a Model2Vec folder made here."""
    model = write_model(folder, scratch / "model")
    started = time.perf_counter()
    index = SembleIndex.from_path(str(folder), model_path=str(model))
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "chunks": len(index.chunks)}


def write_model(folder: Path, target: Path) -> Path:
    """A Model2Vec folder of the usual size (30,000 words, 256 dimensions): random vectors cost what trained ones do."""
    words: collections.Counter[str] = collections.Counter()
    for path in sorted(folder.glob("*.py")):
        words.update(re.findall(r"[a-z]+|[^\sa-z]", path.read_text("utf-8", "replace").lower()))
    vocabulary = ["[UNK]", *(word for word, _ in words.most_common(29_999))]
    return write_static_model(target, words=vocabulary, dimensions=256)


if __name__ == "__main__":
    main(sys.argv[1:])
