"""The model in use: chosen when first needed, chosen again when it went away, came back or became another."""

from __future__ import annotations

import math
import threading
import time
from contextlib import suppress

from smysl.engine.answering import Answering, StandIns, drift_notice, is_drift
from smysl.engine.cancel import CancelToken
from smysl.engine.embed.choose import Choice, choose_embedder
from smysl.engine.embed.embedder import Embedder
from smysl.engine.errors import IndexFileError, ModelUnavailable
from smysl.engine.settings import Settings
from smysl.engine.store import Store
from smysl.engine.types import Message, Space, say

ASK_AGAIN_SECONDS = 30.0
"""How long a choice without a model stands before Ollama is looked for again."""


class ModelInUse:
    """Holds the embedder that `settings` name, and what stands in for it; close it. Safe between threads."""

    def __init__(self, settings: Settings, store: Store, embedder: Embedder | None = None) -> None:
        """`embedder` overrides what `settings.model` says."""
        self._settings = settings
        self._store = store
        self._choice: Choice | None = Choice(embedder) if embedder else None
        self._chosen_at = 0.0
        self._choosing = threading.Lock()
        self._stand_ins = StandIns(settings)

    def choice(
        self, cancel: CancelToken | None = None, *, patience: float = ASK_AGAIN_SECONDS, wait: float = math.inf
    ) -> Choice:
        """The model to use; one that does not answer now is looked for again later, one that is missing raises.

        While another thread opens it for longer than `wait` seconds, there is none, with a notice.
        """
        with (cancel or CancelToken()).holding(self._choosing, at_most=wait) as is_turn:
            if not is_turn:
                return Choice(None, (say("The model is being loaded; the words alone answered."),))
            waited = time.monotonic() - self._chosen_at
            if self._choice is not None and self._choice.embedder is not None and not self._choice.is_current():
                self._choice.embedder.close()
                self._choice = None
            if self._choice is None or (self._choice.embedder is None and waited > patience):
                try:
                    self._choice = choose_embedder(self._settings, known=self._spaces(), cancel=cancel)
                except ModelUnavailable as error:
                    self._choice = Choice(None, error.sentences)
                self._chosen_at = time.monotonic()
            return self._choice

    @property
    def hints(self) -> tuple[Message, ...]:
        """What is to be told of the model that was chosen last, if one was: that it stands in for another, say."""
        choice = self._choice
        return () if choice is None or choice.embedder is None else choice.notices

    def answering(self, choice: Choice, cancel: CancelToken | None = None) -> Answering | None:
        """What embeds a query now: the model of `choice` or what stands in for it; None is words alone."""
        if choice.embedder is None:
            return None
        return self._stand_ins.answering(self._store.reader, choice.embedder, cancel=cancel)

    def drift(self, choice: Choice) -> tuple[Message, ...]:
        """What to tell of a server that computes other vectors than the one before, until the index has caught up."""
        with suppress(IndexFileError):
            if choice.embedder is not None and is_drift(self._store.reader, choice.embedder.space):
                return (drift_notice(choice.embedder.space),)
        return ()

    def close(self) -> None:
        """Let go of the models. Idempotent."""
        self._stand_ins.close()
        with self._choosing:
            choice, self._choice = self._choice, None
        if choice and choice.embedder:
            choice.embedder.close()

    def _spaces(self) -> tuple[Space, ...]:
        """The spaces of the index, last used first; none where it turns out to be damaged, which others will tell."""
        with suppress(IndexFileError):
            return tuple(stored.space for stored in self._store.reader.spaces())
        return ()
