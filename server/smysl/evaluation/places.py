"""Where what is measured is kept: beside the indexes, so that one folder holds all that may be removed."""

from __future__ import annotations

import shutil
from pathlib import Path

from platformdirs import user_cache_path

from smysl.engine.settings import Settings


def cache_folder(settings: Settings) -> Path:
    """The folder of the indexes of `settings`."""
    return settings.cache_dir or user_cache_path("smysl", appauthor=False)


def comparisons_folder(settings: Settings) -> Path:
    """The folder of what comparisons of models keep."""
    return cache_folder(settings) / "compare"


def forget_comparisons(index: Path, settings: Settings) -> int:
    """Remove all that comparisons keep of the workspace whose own index file is `index`; returns the bytes freed."""
    freed = 0
    for path in sorted(comparisons_folder(settings).glob(f"*/{index.stem}.*")):
        if path.is_dir():
            freed += sum(file.stat().st_size for file in path.iterdir())
            shutil.rmtree(path, ignore_errors=True)
        else:
            freed += path.stat().st_size
            path.unlink(missing_ok=True)
    return freed
