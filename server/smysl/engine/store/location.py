"""Where the index file of a workspace lies."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

import platformdirs

VARIABLE = "SMYSL_CACHE_DIR"
SUFFIX = ".index"


def cache_folder(cache_dir: Path | None = None) -> Path:
    """The folder of all index files: `cache_dir` if given, else SMYSL_CACHE_DIR, else the user's cache folder."""
    if cache_dir is not None:
        return cache_dir
    named = os.environ.get(VARIABLE, "").strip()
    if named:
        return Path(named).expanduser()
    return Path(platformdirs.user_cache_dir("smysl", appauthor=False))


def index_file(workspace: Path, *, cache_dir: Path | None = None) -> Path:
    """The index file of `workspace`: a readable stem and a hash of the folder's real path.

    Two names of one folder (a symbolic link, a relative path) have one index file.
    """
    real = os.path.normcase(os.path.realpath(workspace))
    digest = hashlib.blake2b(os.fsencode(real), digest_size=8).hexdigest()
    stem = re.sub(r"[^\w.-]+", "-", Path(real).name).strip(".-")[:40] or "workspace"
    return cache_folder(cache_dir) / f"{stem}-{digest}{SUFFIX}"


def of_version(index: Path, version: int) -> Path:
    """The file that stands in for `index` while a newer version of the program holds that one."""
    return index.with_name(f"{index.stem}.v{version}{index.suffix}")


def of_any_version(index: Path) -> tuple[Path, ...]:
    """`index` and the files that stand in for it, as far as there are any."""
    return (index, *sorted(index.parent.glob(f"{index.stem}.v*{index.suffix}")))


def is_writable(index: Path) -> bool:
    """False when the file is there and cannot be written, or SQLite's files beside it cannot."""
    if not os.path.exists(index):  # noqa: PTH110 - Path.exists raises where the folder cannot be entered
        return True
    return os.access(index, os.W_OK) and os.access(index.parent, os.W_OK)


def make_private(path: Path) -> None:
    """Make the folder (0700) and an empty file (0600) for the index, unless they are there.

    Raises OSError.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
