"""The scene of a play in a real editor: a real project, a home of its own, and the editor's set-up out of README.md.

The project is httpx as the virtual environment has it, in a folder whose name has a space and Cyrillic letters, with a
Git repository around it. Nothing of the person's own home is read or written, and there is no Ollama.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]

_SECONDS = 300.0
"""How long a play may take on a busy machine; the editors' own deadlines are shorter."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A folder that is gone afterwards, the project in it, and the variables that an editor is started with."""

    place: Path
    project: Path
    environ: Mapping[str, str]

    def write(self, name: str, *blocks: str) -> Path:
        """A file beside the project that holds `blocks`."""
        target = self.place / name
        target.write_text("\n".join(blocks), "utf-8")
        return target

    def play(self, title: str, command: Sequence[str | Path]) -> bool:
        """Run an editor in the project; whether it and its server ended well. What it prints is shown."""
        _tell(f"--- {title}")
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=self.project,
            env=dict(self.environ),
            stdin=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
        )
        try:
            code = process.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            _tell(f"FAIL {title}: the editor was still at it after {_SECONDS:.0f} s")
            code = 1
        left = self._left_behind()
        for one in left:
            one.kill()
        gone = not left
        _tell(f"{'PASS' if gone else 'FAIL'} nothing is left running")
        _tell(f"{'PASS' if code == 0 else 'FAIL'} {title}, exit code {code}")
        return code == 0 and gone

    def _left_behind(self) -> list[psutil.Process]:
        """Processes that were started from here; they have a moment to end."""

        def is_ours(process: psutil.Process) -> bool:
            try:
                return bool(process.environ().get("HOME") == self.environ["HOME"])
            except psutil.Error:
                return False

        ours = [process for process in psutil.process_iter() if is_ours(process)]
        _, alive = psutil.wait_procs(ours, timeout=10)
        return list(alive)


@contextmanager
def scene() -> Iterator[Scene]:
    """Set it up, and take it away."""
    spec = importlib.util.find_spec("httpx")
    if spec is None or spec.origin is None:
        raise SystemExit("httpx is not installed in this virtual environment")
    with tempfile.TemporaryDirectory(prefix="smysl-e2e-") as folder:
        place = Path(folder)
        project = place / "мой проект"
        shutil.copytree(Path(spec.origin).parent, project / "httpx", ignore=shutil.ignore_patterns("__pycache__"))
        (project / "pyproject.toml").write_text('[project]\nname = "project"\n', "utf-8")
        home = place / "home"
        home.mkdir()
        environ = {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
            "HOME": str(home),
            "TMPDIR": str(home),
            "XDG_CACHE_HOME": str(home / "cache"),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_DATA_HOME": str(home / "data"),
            "XDG_STATE_HOME": str(home / "state"),
            "LANG": "C.UTF-8",
            "SMYSL_LANG": "en",
            "OLLAMA_HOST": f"127.0.0.1:{_closed_port()}",
            "PROJECT": str(project),
        }
        subprocess.run(["git", "init", "--quiet", str(project)], check=True, env=environ)
        yield Scene(place, project, environ)


def readme_blocks(heading: str, language: str) -> list[str]:
    """The code in `language` that README.md shows below `heading`."""
    text = (ROOT / "README.md").read_text("utf-8")
    section = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ \w|\Z)", text, re.MULTILINE | re.DOTALL)
    if section is None:
        raise SystemExit(f"README.md has no section “{heading}”")
    return re.findall(rf"^```{language}\n(.*?)^```$", section[1], re.MULTILINE | re.DOTALL)


def finish(results: Sequence[bool]) -> None:
    """Say how all went, and end with the exit code for it."""
    passed = bool(results) and all(results)
    _tell(f"{'PASS' if passed else 'FAIL'} {sum(results)} of {len(results)}")
    raise SystemExit(0 if passed else 1)


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
