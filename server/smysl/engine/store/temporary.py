"""A place for an index that lives as long as its engine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory


@dataclass(frozen=True, slots=True)
class TemporaryPlace:
    """An empty folder to be the workspace, and where its index may lie. `remove` takes both away."""

    folder: TemporaryDirectory[str]
    workspace: Path
    index: Path

    @classmethod
    def make(cls) -> TemporaryPlace:
        """A new one; raises OSError."""
        folder = TemporaryDirectory(prefix="smysl-", ignore_cleanup_errors=True)
        workspace = Path(folder.name) / "workspace"
        workspace.mkdir()
        return cls(folder, workspace, Path(folder.name) / "shown.index")

    def remove(self) -> None:
        """Take the folder away. Idempotent."""
        self.folder.cleanup()
