"""Fetch what sources.tsv names: repositories as bare clones of one commit, packages as archives."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from training.reading import find_archive
from training.sources import Origin, Source


def has(source: Source, *, mirrors: Path, archives: Path) -> bool:
    """Whether the source is there already."""
    if source.origin is Origin.GIT:
        return (mirrors / source.name.replace("/", "+") / "repo").exists()
    if source.origin is Origin.STDLIB:
        return True
    try:
        find_archive(source, archives)
    except FileNotFoundError:
        return False
    return True


def fetch(source: Source, *, mirrors: Path, archives: Path) -> None:
    """Bring a source here. Raises `subprocess.CalledProcessError`."""
    if source.origin is Origin.GIT:
        folder = mirrors / source.name.replace("/", "+") / "repo"
        folder.mkdir(parents=True)
        git = ["git", "--git-dir", str(folder)]
        _run([*git, "init", "-q", "--bare"])
        _run([*git, "fetch", "-q", "--depth=1", f"https://github.com/{source.name}.git", source.revision])
    elif source.origin is Origin.PYPI:
        download(f"{source.name}=={source.revision}", archives)


def download(requirement: str, folder: Path) -> None:
    """A wheel if there is one, else the source archive; never anything that it needs.

    pip asks a source archive's own build for its metadata, in an environment of its own. Raises `CalledProcessError`.
    """
    pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder)]
    try:
        _run([*pip, "--only-binary", ":all:", requirement])
    except subprocess.CalledProcessError:
        _run([*pip, requirement])


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True)
