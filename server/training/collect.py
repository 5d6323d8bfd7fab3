"""Fetch what sources.tsv names: repositories as bare clones of one commit, packages as archives."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from training.reading import find_archive
from training.sources import Excluded, Origin, Source


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


def fetch_excluded(excluded: Iterable[Excluded], folder: Path) -> None:
    """Bring the packages here that are kept for measuring, to know their code."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in excluded:
        download(one.package, folder)


def download(requirement: str, folder: Path) -> None:
    """A wheel if there is one, else what there is; never anything that it needs, and nothing of it is run."""
    pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder)]
    try:
        _run([*pip, "--only-binary", ":all:", requirement])
    except subprocess.CalledProcessError:
        _run([*pip, "--no-build-isolation", requirement])


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True)
