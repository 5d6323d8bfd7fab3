"""How the language server behaves in an editor: does it answer while it indexes, and does it rest when nothing happens?

    python -m tests.benchmarks.responsiveness [--functions N] [--stored N] [--edits N] [--idle SECONDS]

The workspaces are pieces of the standard library; the model is a fake Ollama in a process of its own that takes 8 ms a
text. Beside each wait stands that of a server that does no work, asked in turn with it (what the machine and this
client take), and beside the memory that of a process that has imported the same libraries and nothing else.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import multiprocessing
import os
import random
import re
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from lsprotocol import types as lsp
from tests.engine.embed.fake_ollama import FakeOllama
from tests.lsp.editor import Editor

MODEL_SECONDS = 0.008
PAUSE_SECONDS = 0.02
STARTS = 5
SPIN_SECONDS = 0.02
OPEN_DOCUMENTS = 10
EDITED_DOCUMENTS = 20
REST_SECONDS = 6.0
"""After these the server has given back what it has no use for."""
TOLD_AFTER = (200, 1_000, 3_000, 5_000)
"""Numbers of edits after which the memory is told."""

_PATIENCE_SECONDS = 900.0
_MODEL = "bge-m3"
_DEFINITION = re.compile(r"^ *(?:async )?def (?=\w)", re.MULTILINE)
_LIBRARIES = (
    "anyio, apsw, httpx, lsprotocol.types, numkong, numpy, ollama, pathspec, psutil, pygls.lsp.server, "
    "rich, safetensors.numpy, sqlite_vec, Stemmer, tokenizers, tree_sitter, tree_sitter_python, typer, "
    "watchdog.observers"
)
QUERIES = (
    "parse the command line",
    "разобрать командную строку",
    "удалить временный файл",
    "compare two dates",
    "послать письмо",
    "read a line from the socket",
    "сжать данные",
    "quote a shell argument",
    "открыть страницу в браузере",
    "wait for a thread to end",
)


@dataclass(slots=True)
class Waits:
    """How long answers took, in seconds."""

    name: str
    seconds: list[float] = field(default_factory=list)

    async def take(self, asked: Awaitable[Any]) -> Any:
        """Await and note how long it was."""
        began = time.perf_counter()
        answer = await asked
        self.seconds.append(time.perf_counter() - began)
        return answer

    def __str__(self) -> str:
        if not self.seconds:
            return f"{self.name}: none"
        p50, p95 = np.percentile(self.seconds, [50, 95]) * 1000
        return f"{self.name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms, of {len(self.seconds)}"


class TimedEditor(Editor):
    """An editor that knows when a partial result came."""

    def __init__(self, home: Path, *folders: Path, settings: Mapping[str, Any]) -> None:
        super().__init__(home, *folders, settings=settings)
        self.partial_at: dict[int | str, float] = {}
        self.client.protocol.fm.features.pop(lsp.PROGRESS)
        self._tokens = itertools.count()

        def on_progress(params: lsp.ProgressParams) -> None:
            self.partial_at.setdefault(params.token, time.perf_counter())

        self.client.feature(lsp.PROGRESS)(on_progress)

    @property
    def server(self) -> psutil.Process:
        """The server's process."""
        return psutil.Process(self.process.pid)

    async def timed_search(self, query: str, words: Waits, whole: Waits) -> None:
        """Search, and note when the words' answer came (or the whole, where that was before it) and when the whole."""
        token = f"partial-{next(self._tokens)}"
        began = time.perf_counter()
        await whole.take(self.search(query, partialResultToken=token))
        words.seconds.append(self.partial_at.pop(token, time.perf_counter()) - began)


def main(arguments: Sequence[str]) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--functions", type=int, default=5_000, help="of the workspace that is indexed while it is used"
    )
    parser.add_argument("--stored", type=int, default=10_000, help="of the workspace whose memory is measured")
    parser.add_argument("--edits", type=int, default=TOLD_AFTER[-1])
    parser.add_argument("--idle", type=float, default=20.0)
    chosen = parser.parse_args(arguments)
    _tell(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder, fake_ollama() as host:
        place = Path(folder)
        small, large = place / "small", place / "large"
        functions, stored = write_library(small, chosen.functions), write_library(large, chosen.stored)
        asyncio.run(_starts(place / "starts", small))
        _tell(f"\n## While {functions:,} functions are indexed with a model of {MODEL_SECONDS * 1000:.0f} ms a text\n")
        asyncio.run(_first_index(place / "first", small, host))
        for name, settings in {
            "built-in model": {"model": "builtin"},
            f"{_MODEL}, 1,024 dimensions": _with(host),
        }.items():
            _tell(f"\n## Rest, with {stored:,} functions indexed; {name}\n")
            asyncio.run(_rest(place / settings["model"], large, settings, edits=chosen.edits, idle=chosen.idle))
    _tell(f"\nload {os.getloadavg()[0]:.1f}")


def write_library(target: Path, functions: int) -> int:
    """Copy files of the standard library until they hold so many functions; returns how many they hold."""
    library = Path(sysconfig.get_paths()["stdlib"])
    held = 0
    for path in sorted(library.rglob("*.py")):
        parts = path.relative_to(library).parts
        if held >= functions:
            break
        if not {"site-packages", "test", "tests", "idlelib", "lib2to3"} & set(parts):
            text = path.read_text("utf-8", "replace")
            held += len(_DEFINITION.findall(text))
            copy = target.joinpath(*parts)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(text, "utf-8")
    return held


@contextmanager
def fake_ollama() -> Iterator[str]:
    """The address of a fake Ollama whose work is not done by this process."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve_ollama, args=(theirs,), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send(None)
        process.join()


def _serve_ollama(pipe: Connection) -> None:
    with FakeOllama([_MODEL], delay_per_text=MODEL_SECONDS) as fake:
        pipe.send(fake.host)
        while not pipe.poll(0.5):
            fake.calls.clear()  # it remembers every text
            fake.requests.clear()


def _with(host: str) -> dict[str, Any]:
    return {"model": _MODEL, "ollamaHost": host}


@asynccontextmanager
async def _editor(home: Path, *folders: Path, settings: Mapping[str, Any]) -> AsyncIterator[TimedEditor]:
    async with TimedEditor(home, *folders, settings=settings) as editor:
        yield editor


async def _indexed(editor: Editor) -> None:
    while (status := await editor.request("smysl/status"))["state"] != "ready" or status["pending"]:
        await asyncio.sleep(0.2)


async def _starts(home: Path, folder: Path) -> None:
    """From the start of the process to the answer to `initialize`, beside the import of pygls alone."""
    peer, ours, worked = Waits("Python importing pygls"), Waits("from the start to the answer of initialize"), []
    for _ in range(STARTS):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import pygls.lsp.server"], check=True)
        peer.seconds.append(time.perf_counter() - began)
        editor = TimedEditor(home, folder, settings={"model": "lexical"})
        began = time.perf_counter()
        await editor.start()
        await editor.initialise()
        ours.seconds.append(time.perf_counter() - began)
        worked.append(_worked(editor))
        await editor.__aexit__(None, None, None)
    ratio = np.median(ours.seconds) / np.median(peer.seconds)
    _tell(f"{ours}; processor time {np.median(worked) * 1000:.0f} ms\n{peer}; ratio {ratio:.2f}")


async def _first_index(home: Path, folder: Path, host: str) -> None:
    words, whole = Waits("search, the answer of the words"), Waits("search, the whole answer")
    hover, nothing = Waits("hover"), Waits("a request that needs no work")
    elsewhere, spinning = (
        Waits("the same of a server at rest"),
        Waits(f"{SPIN_SECONDS * 1000:.0f} ms of work elsewhere"),
    )
    chance = random.Random(1)
    began = time.perf_counter()
    async with (
        _editor(home / "other", settings={"enable": False}) as other,
        _editor(home, folder, settings=_with(host)) as editor,
    ):
        places = [place for path in _largest(folder, OPEN_DOCUMENTS) for place in _definitions(editor.open(path), path)]
        for query in itertools.cycle(QUERIES):
            status = await nothing.take(editor.request("smysl/status"))
            if status["state"] == "ready" and not status["pending"]:
                break
            await elsewhere.take(other.request("smysl/status"))
            await editor.timed_search(query, words, whole)
            for _ in range(2):
                await hover.take(editor.hover(*chance.choice(places)))
            spinning.seconds.append(_spin())
            await asyncio.sleep(PAUSE_SECONDS)
        took = time.perf_counter() - began
        worked = _worked(editor)
        _tell(f"{took:.0f} s, of them the model's own {status['chunks'] * MODEL_SECONDS:.0f} s at the least; ")
        _tell(f"the server's processor time {worked:.0f} s")
        for waits in (words, whole, hover, nothing, elsewhere, spinning):
            _tell(str(waits))
        await _afterwards(editor, places, chance)


async def _afterwards(editor: TimedEditor, places: Sequence[tuple[str, int, int]], chance: random.Random) -> None:
    """The same questions when all is indexed."""
    words, whole, hover = Waits("words"), Waits("search when all is indexed"), Waits("hover when all is indexed")
    started = _worked(editor)
    for query in QUERIES * 4:
        await editor.timed_search(query, words, whole)
    searched = _worked(editor)
    for place in chance.choices(places, k=len(QUERIES) * 4):
        await hover.take(editor.hover(*place))
    hovered = _worked(editor)
    search_ms, hover_ms = (
        1000 * (later - before) / len(QUERIES) / 4 for before, later in ((started, searched), (searched, hovered))
    )
    _tell(f"{whole}, the model's {MODEL_SECONDS * 1000:.0f} ms among them; processor time {search_ms:.1f} ms a search")
    _tell(f"{hover}; processor time {hover_ms:.1f} ms a hover")


async def _rest(home: Path, folder: Path, settings: Mapping[str, Any], *, edits: int, idle: float) -> None:
    _tell(f"memory of Python with the same libraries imported: {_megabytes(_libraries_memory()):.0f} MB")
    async with _editor(home, folder, settings=settings) as editor:
        await asyncio.wait_for(_indexed(editor), _PATIENCE_SECONDS)
        _tell(f"after the first index: {_memory(editor)}")
    async with _editor(home, folder, settings=settings) as editor:
        await asyncio.wait_for(_indexed(editor), _PATIENCE_SECONDS)
        _tell(f"started anew: {_memory(editor)}")
        for query in QUERIES:
            await editor.search(query)
        _tell(f"after {len(QUERIES)} searches: {_memory(editor)}")
        await _edit(editor, folder, edits)
        await asyncio.sleep(1.0)
        await _sleep(editor, idle)


async def _edit(editor: TimedEditor, folder: Path, edits: int) -> None:
    """Type and save, in turn in several documents; every tenth edit is followed by a search."""
    paths = _largest(folder, EDITED_DOCUMENTS, largest=40_000)
    texts = {editor.open(path): (path, path.read_text("utf-8")) for path in paths}
    told = (0, 0)
    worked = _worked(editor)
    for number, (uri, (path, text)) in enumerate(itertools.islice(itertools.cycle(texts.items()), edits), start=1):
        changed = f"{text}\n\ndef added_{number}(count):\n    return count * {number}\n"
        editor.change(uri, changed)
        path.write_text(changed, "utf-8")
        editor.client.text_document_did_save(lsp.DidSaveTextDocumentParams(lsp.TextDocumentIdentifier(uri)))
        if number % 10 == 0:
            await editor.search(QUERIES[number // 10 % len(QUERIES)])
        await asyncio.sleep(PAUSE_SECONDS)
        if number in TOLD_AFTER or number == edits:
            told = await _tell_growth(editor, number, *told)
    _tell(f"processor time {(_worked(editor) - worked) / max(1, edits) * 1000:.1f} ms an edit")


async def _tell_growth(editor: TimedEditor, edits: int, edits_before: int, bytes_before: int) -> tuple[int, int]:
    """Tell the memory after so many edits, and its growth since those before; returns both for the next time."""
    await asyncio.sleep(1.0)
    await asyncio.wait_for(_indexed(editor), _PATIENCE_SECONDS)
    await asyncio.sleep(REST_SECONDS)
    resident = int(editor.server.memory_info().rss)
    growth = (resident - bytes_before) / 1000 / (edits - edits_before)
    since = f"; {growth:+.1f} kB an edit since {edits_before:,}" if edits_before else ""
    _tell(f"after {edits:,} edits: {_memory(editor)}{since}")
    return edits, resident


async def _sleep(editor: TimedEditor, seconds: float) -> None:
    server = editor.server
    worked, woken = _worked(editor), _wakes(server)
    await asyncio.sleep(seconds)
    worked, woken = _worked(editor) - worked, _wakes(server) - woken
    awake = f"{worked * 1000:.0f} ms of processor time, woken {woken / seconds:.1f} times a second"
    _tell(f"idle for {seconds:.0f} s: {awake}")


def _spin() -> float:
    """How long this process takes to do `SPIN_SECONDS` of work: longer by as much as others want the machine."""
    began, end = time.perf_counter(), time.thread_time() + SPIN_SECONDS
    while time.thread_time() < end:
        pass
    return time.perf_counter() - began


def _wakes(server: psutil.Process) -> int:
    """How often any thread of the process went to sleep and was woken; 0 where that cannot be known."""
    counted = 0
    for task in Path(f"/proc/{server.pid}/task").glob("*/status"):
        found = re.search(r"^voluntary_ctxt_switches:\s+(\d+)", task.read_text("ascii"), re.MULTILINE)
        counted += int(found[1]) if found else 0
    return counted


def _worked(editor: TimedEditor) -> float:
    """Seconds of processor time that the server has used."""
    return float(sum(editor.server.cpu_times()[:2]))


def _memory(editor: TimedEditor) -> str:
    known = editor.server.memory_full_info()
    told = f"{_megabytes(known.rss):.0f} MB resident, {_megabytes(known.uss):.0f} MB its own"
    if not psutil.LINUX:
        return told
    heap = sum(part.rss for part in editor.server.memory_maps() if part.path == "[heap]")
    return f"{told}, {_megabytes(heap):.1f} MB of it the heap of the C library"


def _libraries_memory() -> int:
    """Bytes that a process holds that has imported what the server imports."""
    code = f"import {_LIBRARIES}; input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process_info = psutil.Process(process.pid)
        last = -1
        while (now := int(process_info.memory_info().rss)) != last or not last:
            last = now
            time.sleep(1.0)
        process.communicate(b"\n")
    return last


def _largest(folder: Path, count: int, *, largest: int = 200_000) -> list[Path]:
    sizes = sorted(((path.stat().st_size, path) for path in folder.rglob("*.py")), reverse=True)
    return [path for size, path in sizes if size <= largest][:count]


def _definitions(uri: str, path: Path) -> list[tuple[str, int, int]]:
    """Where names of functions begin: the URI, the line and the character."""
    lines = path.read_text("utf-8").split("\n")
    found = ((number, _DEFINITION.match(line)) for number, line in enumerate(lines))
    return [(uri, number, match.end()) for number, match in found if match]


def _megabytes(count: int) -> float:
    return count / 1_000_000


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
