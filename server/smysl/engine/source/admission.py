"""Whether a walk would come to a file, also where the file is not there yet."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from smysl.engine.source.ignoring import SUFFIXES, Depth, is_environment, rules_of


def is_admitted(workspace: Path, path: str, *, exclude: Sequence[str] = (), include: Sequence[str] = ()) -> bool:
    """Whether the file at `path` (relative, forward slashes) would be indexed: by its name, the settings and the ignore
    files above it. A path through a link is not: the walk comes to the file where it really is.
    """
    root = Path(os.path.realpath(workspace))
    *folders, name = path.split("/")
    if not name.endswith(SUFFIXES) or "" in folders or ".." in folders:
        return False
    if os.path.realpath(root / path) != os.path.normpath(root / path):
        return False
    depth, here = Depth.NORMAL, ""
    names = _names(root)
    rules = rules_of(root, exclude=exclude, include=include).entering(root, "", names)
    for folder in folders:
        here = f"{here}/{folder}" if here else folder
        chosen = rules.depth_of(here, folder, depth)
        names = _names(root / here)
        if chosen is Depth.NORMAL and is_environment(names):
            chosen = rules.depth_when_ignored(here, folder)
        if chosen is None:
            return False
        depth = chosen
        rules = rules.entering(root / here, here, names)
    return rules.takes_file(path, depth)


def _names(folder: Path) -> set[str]:
    try:
        return set(os.listdir(folder))  # noqa: PTH208 - a folder's names, and nothing of what they name
    except OSError:
        return set()
