"""The exceptions of the engine. Each says what went wrong, where, and what to do about it.

SmyslError
├── UsageError            the request makes no sense (a path outside the workspace, an unknown model)
├── Cancelled             the caller took the work back
├── WorkspaceError        the folder cannot be read
├── IndexFileError        the index file cannot be opened, written or trusted
│   ├── IndexBusyError    another process is writing this index
│   ├── IndexDamagedError the file is damaged; the next index run builds it anew
│   └── DiskFullError     no room left; what had been written stays valid
└── EmbedderError         the model gave no vectors
    ├── ModelUnavailable  no server, or a server that does not answer
    ├── ModelMissing      the server answers, the model is not there or cannot embed
    └── ModelFault        the model answered with what cannot be used
"""

from __future__ import annotations

from smysl.engine.types import Message, say


class SmyslError(Exception):
    """Base of all errors meant for a person: `message` says what and where, `advice` what to do about it."""

    def __init__(self, message: Message, advice: Message | None = None) -> None:
        super().__init__(f"{message} {advice}" if advice else str(message))
        self.message = message
        self.advice = advice

    @property
    def sentences(self) -> tuple[Message, ...]:
        """Message and advice, for those who tell instead of raise."""
        return (self.message,) if self.advice is None else (self.message, self.advice)


class UsageError(SmyslError):
    """The request makes no sense as it stands."""


class Cancelled(SmyslError):
    """The caller took the work back; nothing is broken and nothing finished is lost."""

    def __init__(self) -> None:
        super().__init__(say("Cancelled."))


class WorkspaceError(SmyslError):
    """The workspace folder is missing or cannot be read."""


class IndexFileError(SmyslError):
    """The index file cannot be opened, written or trusted."""


class IndexBusyError(IndexFileError):
    """Another process is writing this index; reading it still works."""


class IndexDamagedError(IndexFileError):
    """The index file is damaged; it is moved aside and built anew by the next index run."""


class DiskFullError(IndexFileError):
    """There is no room left on the disk of the index; everything committed so far stays valid."""


class EmbedderError(SmyslError):
    """The model gave no vectors."""


class ModelUnavailable(EmbedderError):
    """No server answers at the address, or it stopped answering."""


class ModelMissing(EmbedderError):
    """The server answers, but the model is not there or cannot embed."""


class ModelFault(EmbedderError):
    """The model answered with something that cannot be used (zero, NaN or wrong-length vectors, an unknown error)."""
