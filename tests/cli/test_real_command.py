"""The command as a person runs it: a process of its own, the real engine, words only."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.engine.embed.fake_ollama import FakeOllama

from smysl.engine.store.lock import writer_lock

COMMAND = (sys.executable, "-m", "smysl")


@pytest.fixture
def code(tmp_path: Path) -> Path:
    folder = tmp_path / "код"
    folder.mkdir()
    (folder / "сеть.py").write_text(
        'def retry(request):\n    """Повторяет запрос при сбое сети."""\n    return request()\n', encoding="utf-8"
    )
    (folder / "dates.py").write_text('def parse_date(text):\n    """Parse a date."""\n    return text\n')
    return folder


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SMYSL_", "LC_", "LANG"))}
    return {
        **kept,
        "LANG": "C.UTF-8",
        "SMYSL_CACHE_DIR": str(tmp_path / "cache"),
        "SMYSL_MODEL": "lexical",
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }


def _run(
    *arguments: str, cwd: Path, environ: dict[str, str], stdin: str | bytes = ""
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=cwd,
        env=environ,
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return subprocess.CompletedProcess(arguments, done.returncode, done.stdout.decode(), done.stderr.decode())


def test_a_folder_is_indexed_and_searched_in_one_command(code: Path, environ: dict[str, str], tmp_path: Path) -> None:
    done = _run("search", "повторить запрос", "код", "--json", cwd=tmp_path, environ=environ)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["query"], found["model"]) == ("повторить запрос", None)
    best = found["hits"][0]
    assert (best["path"], best["name"], best["kind"]) == ("сеть.py", "retry", "function")
    assert (best["start_line"], best["end_line"]) == (1, 3)


def test_queries_come_from_standard_input_whatever_the_locale(code: Path, environ: dict[str, str]) -> None:
    stdin = "parse date\nсбой сети\n".encode() + b"\xff\n"
    done = _run(
        "search", "--stdin", "--json", ".", cwd=code, environ={**environ, "PYTHONIOENCODING": "cp1251"}, stdin=stdin
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["query"] for answer in answers] == ["parse date", "сбой сети", "\ufffd"]
    assert [answer["hits"][0]["name"] for answer in answers[:2]] == ["parse_date", "retry"]


def test_a_program_may_ask_read_and_ask_again(code: Path, environ: dict[str, str]) -> None:
    with subprocess.Popen(
        [*COMMAND, "search", "--stdin", "--json", "."],
        cwd=code,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for query in ("retry", "parse date"):
            process.stdin.write(query + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["query"] == query
        process.stdin.close()
        assert process.wait(10) == 0


def test_index_status_similar_and_clean_work_on_one_index(code: Path, environ: dict[str, str]) -> None:
    assert json.loads(_run("index", ".", "--json", cwd=code, environ=environ).stdout)["files"] == 2
    status = json.loads(_run("status", "--json", cwd=code, environ=environ).stdout)
    assert status["files"] == 2
    assert Path(status["index_file"]).exists()
    similar = _run("similar", "dates.py:2", "--json", cwd=code, environ=environ)
    assert similar.returncode == 0, similar.stderr
    assert _run("clean", "--yes", cwd=code, environ=environ).returncode == 0
    assert not Path(status["index_file"]).exists()


def test_a_search_waits_for_the_process_that_indexes_and_then_finds_what_is_there(
    code: Path, environ: dict[str, str]
) -> None:
    index = Path(json.loads(_run("status", "--json", cwd=code, environ=environ).stdout)["index_file"])
    with ExitStack() as stack:
        stack.enter_context(writer_lock(index, wait=0.0))
        with subprocess.Popen(
            [*COMMAND, "search", "retry", ".", "--json"],
            cwd=code,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        ) as process:
            assert process.stderr is not None
            assert "waiting up to 5 s" in process.stderr.readline()
            stack.close()
            answer, notices = process.communicate(timeout=30)
    assert (process.returncode, notices) == (0, "")
    assert json.loads(answer)["hits"][0]["name"] == "retry"


def test_watch_sees_an_edit_and_ends_with_130_on_ctrl_c(code: Path, environ: dict[str, str]) -> None:
    with subprocess.Popen(
        [*COMMAND, "watch", "."], cwd=code, env=environ, stderr=subprocess.PIPE, encoding="utf-8"
    ) as process:
        assert process.stderr is not None
        lines = _lines(process.stderr, threading.Timer(30, process.kill))
        _until(lines, "Watching")
        (code / "new.py").write_text("def added():\n    pass\n")
        _until(lines, "3 files")
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130


def test_a_terminal_gets_colours_unless_it_wants_none(code: Path, environ: dict[str, str]) -> None:
    coloured = _in_terminal("search", "retry", ".", cwd=code, environ={**environ, "TERM": "xterm-256color"})
    assert "\x1b[" in coloured
    assert "retry" in coloured
    assert "\x1b[" not in _in_terminal(
        "search", "retry", ".", cwd=code, environ={**environ, "TERM": "xterm-256color", "NO_COLOR": "1"}
    )


def test_a_reader_that_has_left_is_no_error(code: Path, environ: dict[str, str]) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(
            [*COMMAND, "search", "retry", "."],
            cwd=code,
            env=environ,
            stdout=write,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    finally:
        os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


def test_help_and_a_search_by_words_load_neither_a_model_nor_a_client(code: Path, environ: dict[str, str]) -> None:
    program = (
        "import sys\n"
        "from smysl.cli.app import run\n"
        "from smysl.cli.world import real_world\n"
        "run(sys.argv[1:], real_world(lambda serving: 0))\n"
        "print([name for name in ('ollama', 'model2vec', 'httpx', 'rich') if name in sys.modules], file=sys.stderr)\n"
    )
    for arguments in (("--help",), ("status",), ("search", "retry", ".")):
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            cwd=code,
            env=environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.stderr == "[]\n"


def _lines(stream: Iterator[str], deadline: threading.Timer) -> Iterator[str]:
    deadline.start()
    try:
        yield from stream
    finally:
        deadline.cancel()


def _until(lines: Iterator[str], wanted: str) -> None:
    seen = []
    for line in lines:
        seen.append(line)
        if wanted in line:
            return
    pytest.fail(f"no line with {wanted!r} in {seen}")


def _in_terminal(*arguments: str, cwd: Path, environ: dict[str, str]) -> str:
    controller, terminal = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, *arguments], cwd=cwd, env=environ, stdin=subprocess.DEVNULL, stdout=terminal, stderr=terminal
    ) as process:
        os.close(terminal)
        seen = b""
        while True:
            try:
                part = os.read(controller, 65_536)
            except OSError:  # Linux says EIO when the other end is closed
                break
            if not part:
                break
            seen += part
        assert process.wait(30) == 0
    os.close(controller)
    return seen.decode()


def test_ctrl_c_ends_a_pull_with_130_and_says_that_what_was_fetched_is_kept(
    code: Path, environ: dict[str, str]
) -> None:
    with (
        FakeOllama([], pull_step_seconds=10) as fake,
        subprocess.Popen(
            [*COMMAND, "models", "pull", "embeddinggemma", "--ollama-host", fake.host],
            cwd=code,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process,
    ):
        assert process.stderr is not None
        while process.stderr.readline() != b"Fetching\n":
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, b"")
    assert "the next pull goes on from there" in err.decode()
