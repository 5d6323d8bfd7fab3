"""What does a model in Ollama find, and what does a query wait while it indexes?

    python -m tests.benchmarks.ollama [--host URL] [--tree FOLDER] [--queries 50] [quality] [waiting]

The server is a real one with all-minilm in it: that of `--host`, or one that is built and started as the tests do it
(`make test-ollama` builds it). Both parts run unless one is named.

quality: MRR@10 of the development benchmark by words alone, by vectors alone, and by both. The vectors stay in the
cache folder, so a second run only asks.

waiting: the searches of one person, one after the other with a short pause, on an idle server and while an index run of
FOLDER (the standard library without its tests unless given) keeps it busy. The wait is that of `Engine.search`; the
model's own time is what it takes for the same queries on the idle server in the same run. A machine that does other
work makes both worthless.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from tests.ollama.real_ollama import RealOllama

from smysl.engine.cancel import CancelToken
from smysl.engine.engine import Engine
from smysl.engine.errors import Cancelled
from smysl.engine.settings import Settings
from smysl.engine.types import Mode, Phase, Progress, SearchResult
from smysl.evaluation.datasets import read_corpora, read_queries
from smysl.evaluation.metrics import compare
from smysl.evaluation.run import handwritten_material, run_benchmark

MODEL = "all-minilm"
CACHE = Path.home() / ".cache" / "smysl-benchmarks"
DEV = Path(__file__).parent / "dev"
TESTS = ("test/", "tests/", "idle_test/")
PAUSE_SECONDS = (0.05, 0.4)
AIM_MS = 300.0
UNDISTURBED_SECONDS = 30.0
WARM_UP_SECONDS = 5.0


def main(arguments: Sequence[str]) -> None:
    """Run what is asked for and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=["quality", "waiting"], help="quality, waiting; both by default")
    parser.add_argument("--host", help="an Ollama that has all-minilm")
    parser.add_argument("--tree", type=Path, default=Path(sysconfig.get_paths()["stdlib"]))
    parser.add_argument("--queries", type=int, default=50)
    options = parser.parse_args(arguments)
    with serving(options.host) as host:
        if "quality" in options.parts:
            sys.stdout.write(f"# Search quality with {MODEL}, development benchmark\n")
            quality(host)
        if "waiting" in options.parts:
            sys.stdout.write(f"\n# What a query waits while {MODEL} indexes\n")
            waiting(host, options.tree, options.queries)


@contextlib.contextmanager
def serving(host: str | None) -> Iterator[str]:
    """The address of an Ollama with the model: the one given, or one of our own for the block."""
    if host:
        yield host
        return
    with tempfile.TemporaryDirectory() as home, RealOllama(Path(home)) as server:
        yield server.host


def quality(host: str) -> None:
    """Print the table of MRR@10."""
    queries = read_queries(DEV / "queries.jsonl")
    material = handwritten_material(read_corpora(DEV / "corpora.json"), queries, CACHE)
    settings = Settings(model=MODEL, ollama_host=host, cache_dir=CACHE / f"indexes-{MODEL}")
    marks: dict[Mode, dict[str, list[float]]] = {}
    embedded, seconds = 0, 0.0
    for mode in (Mode.LEXICAL, Mode.DENSE, Mode.FUSED):
        reports: list[tuple[int, float]] = []
        run = run_benchmark(
            material,
            lambda tree: Engine.open(tree, settings),
            mode=mode,
            on_report=lambda report, into=reports: into.append((report.embedded, report.seconds)),  # type: ignore[misc]  # mypy infers no default
        )
        embedded += sum(count for count, _ in reports)
        seconds += sum(spent for count, spent in reports if count)
        for answer in run.answers:
            marks.setdefault(mode, {}).setdefault(answer.query.language, []).append(answer.scores.mrr)
    if embedded:
        sys.stdout.write(f"{embedded:,} texts embedded in {seconds:.0f} s, {embedded / seconds:.0f} a second\n")
    languages = sorted(marks[Mode.FUSED])
    sys.stdout.write(f"{'MRR@10':28}" + "".join(f"{language:>24}" for language in languages) + "\n")
    names = {Mode.LEXICAL: "words alone", Mode.DENSE: "vectors alone", Mode.FUSED: "both"}
    for mode, name in names.items():
        cells = "".join(f"{np.mean(marks[mode][language]):>24.3f}" for language in languages)
        sys.stdout.write(f"{name:28}{cells}\n")
    for mode in (Mode.LEXICAL, Mode.DENSE):
        cells = ""
        for language in languages:
            gain = compare(marks[mode][language], marks[Mode.FUSED][language])
            cells += f"{f'{gain.difference:+.3f} ({gain.low:+.3f} {gain.high:+.3f})':>24}"
        sys.stdout.write(f"{'both against ' + names[mode]:28}{cells}\n")


@dataclass
class Run:
    """An index run in a thread of its own: how many texts it has embedded by when."""

    engine: Engine
    cancel: CancelToken = field(default_factory=CancelToken)
    done: list[tuple[float, int]] = field(default_factory=list)
    total: int = 0

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._index, name="index run", daemon=True)

    @property
    def is_running(self) -> bool:
        """Whether it goes on."""
        return self._thread.is_alive()

    def __enter__(self) -> Run:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.cancel.cancel()
        self._thread.join()

    def speed(self, start: float, end: float) -> float:
        """Texts a second between two times."""
        within = [(at, count) for at, count in self.done if start <= at <= end]
        if len(within) < 2:
            return float("nan")
        return (within[-1][1] - within[0][1]) / (within[-1][0] - within[0][0])

    def _index(self) -> None:
        with contextlib.suppress(Cancelled):
            self.engine.refresh(progress=self._heard, cancel=self.cancel)

    def _heard(self, progress: Progress) -> None:
        if progress.phase is Phase.EMBEDDING:
            self.total = progress.total
            self.done.append((time.monotonic(), progress.done))


def waiting(host: str, tree: Path, count: int) -> None:
    """Print the waits and the speeds."""
    asked = [query.text for query in read_queries(DEV / "queries.jsonl") if query.language == "en"][:count]
    with tempfile.TemporaryDirectory() as cache:
        settings = Settings(model=MODEL, ollama_host=host, cache_dir=Path(cache), exclude=TESTS)
        with Engine.open(tree, replace(settings, model="lexical")) as engine:
            chunks = engine.refresh().chunks  # so that the run measured below embeds from its beginning to its end
        with Engine.open(tree, settings) as engine:
            engine.search(asked[0])
            idle = ask(engine, asked)
            with Run(engine) as run:
                while not run.done or run.done[-1][1] < 1:
                    if not run.is_running:
                        raise SystemExit("The index run ended before it embedded anything.")
                    time.sleep(0.05)
                time.sleep(WARM_UP_SECONDS)  # batches grow with the first measurements
                started = time.monotonic()
                time.sleep(UNDISTURBED_SECONDS)
                middle = time.monotonic()
                busy = ask(engine, asked)
                ended = time.monotonic()
                if not run.is_running:
                    raise SystemExit("The index run ended before the last query; give a larger --tree.")
                alone, with_queries, total = run.speed(started, middle), run.speed(middle, ended), run.total
    by_words = sum(result.model is None for _, result in busy)
    sys.stdout.write(f"{chunks:,} chunks, {total:,} texts; {count} queries in {ended - middle:.0f} s\n")
    sys.stdout.write(f"{'':36}{'p50 ms':>9}{'p95 ms':>9}{'slowest':>9}\n")
    model = row("idle: the model", [result.timings.embed for _, result in idle])
    row("idle: words", [result.timings.lexical for _, result in idle])
    row("idle: vectors", [result.timings.dense for _, result in idle])
    row("idle: ranking", [result.timings.rank for _, result in idle])
    row("idle: the search", [wait for wait, _ in idle])
    row("indexing: the model", [result.timings.embed for _, result in busy])
    row("indexing: words", [result.timings.lexical for _, result in busy])
    row("indexing: vectors", [result.timings.dense for _, result in busy])
    row("indexing: ranking", [result.timings.rank for _, result in busy])
    searched = row("indexing: the search", [wait for wait, _ in busy])
    beyond = searched[1] - model[0]
    verdict = "met" if beyond < AIM_MS else "missed"
    sys.stdout.write(
        f"the search while indexing, p95, beyond the model's own time, p50: {beyond:.0f} ms "
        f"(aim: below {AIM_MS:.0f}, {verdict}); answered by words for want of the model: {by_words}\n"
        f"index run: {alone:.1f} texts/s alone, {with_queries:.1f} with queries, ratio {with_queries / alone:.2f}\n"
    )


def ask(engine: Engine, queries: Sequence[str]) -> list[tuple[float, SearchResult]]:
    """Each query with what it took, in ms; between them a pause, as when a person types."""
    pauses = random.Random(0)
    found = []
    for query in queries:
        time.sleep(pauses.uniform(*PAUSE_SECONDS))
        started = time.perf_counter()
        result = engine.search(query)
        found.append(((time.perf_counter() - started) * 1000, result))
    return found


def row(name: str, waits: Sequence[float]) -> tuple[float, float]:
    """Print p50, p95 and the most; the first two are returned."""
    median, high = np.percentile(waits, [50, 95])
    sys.stdout.write(f"{name:36}{median:9.0f}{high:9.0f}{max(waits):9.0f}\n")
    return float(median), float(high)


if __name__ == "__main__":
    main(sys.argv[1:])
