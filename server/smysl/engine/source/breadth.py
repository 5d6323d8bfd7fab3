"""Folders that nobody means to search whole."""

from __future__ import annotations

from pathlib import Path

from smysl.engine.types import Message, say

_PROJECT = (".git", "pyproject.toml", "setup.py", ".smyslignore")
"""A home folder that has one of these is somebody's project, as in a container."""


def is_too_wide(folder: Path) -> bool:
    """Whether `folder` (real, absolute) is a whole disk, or a home folder that is no project."""
    if folder.parent == folder:
        return True
    return folder == _home() and not any((folder / name).exists() for name in _PROJECT)


def too_wide(folder: Path) -> tuple[Message, Message]:
    """Why such a folder is not searched, and what to do."""
    if folder.parent == folder:
        return (
            say("{path} is a whole disk, which is not searched.", path=folder),
            say("Open the folder of a project."),
        )
    return (
        say("{path} is your home folder, which is not searched whole.", path=folder),
        say("Open the folder of a project, or put a file .smyslignore into this one that names what to leave out."),
    )


def _home() -> Path | None:
    try:
        return Path.home().resolve()
    except (OSError, RuntimeError):  # there is none
        return None
