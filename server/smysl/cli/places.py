"""Where a command works: the workspace, and a place in a file as `FILE:LINE`."""

from __future__ import annotations

from pathlib import Path

from smysl.engine.errors import UsageError
from smysl.engine.types import say


def workspace_of(given: Path | None, folder: Path) -> Path:
    """The folder that was named, else the nearest one around `folder` that holds `.git`, else `folder` itself.

    Raises `UsageError` when what was named is not a folder.
    """
    if given is None:
        return repository_around(folder) or folder
    path = folder / given.expanduser()
    if not path.is_dir():
        raise UsageError(
            say("“{path}” is not a folder.", path=given), say("Name the folder of the code that is to be searched.")
        )
    return path.resolve()


def repository_around(folder: Path) -> Path | None:
    """The nearest folder, from `folder` upwards, that holds `.git` (a folder, or a file in a worktree)."""
    folder = folder.resolve()
    return next((parent for parent in (folder, *folder.parents) if (parent / ".git").exists()), None)


def place_in(place: str, folder: Path, workspace: Path | None) -> tuple[Path, str, int]:
    """The workspace, the path in it (forward slashes) and the line of `FILE:LINE`.

    FILE is looked for from `folder`, then from the workspace, as hits are printed. Without `workspace` it is the
    repository around the file, else `folder`. Raises `UsageError`.
    """
    name, _, number = place.rpartition(":")
    if not name or not number.isdecimal() or int(number) < 1:
        raise UsageError(
            say("“{place}” is not a place in a file.", place=place), say("Write it as FILE:LINE, such as app.py:12.")
        )
    file = _file(Path(name).expanduser(), folder, workspace_of(workspace, folder))
    root = workspace_of(workspace, folder) if workspace else (repository_around(file.parent) or folder)
    root = root.resolve()
    if not file.is_relative_to(root):
        raise UsageError(
            say("“{path}” is outside the workspace {workspace}.", path=name, workspace=root),
            say("Name its workspace with --workspace."),
        )
    return root, file.relative_to(root).as_posix(), int(number)


def _file(name: Path, *folders: Path) -> Path:
    for folder in folders:
        if (folder / name).is_file():
            return (folder / name).resolve()
    raise UsageError(say("There is no file “{path}”.", path=name))
