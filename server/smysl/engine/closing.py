"""What is let go of at the end of a `with` block."""

from __future__ import annotations

from types import TracebackType

from typing_extensions import Self


class Closing:
    """Calls `close` when its `with` block ends, however it ends."""

    def close(self) -> None:
        """Nothing to let go of."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
