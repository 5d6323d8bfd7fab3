"""The names of what the server speaks beyond the standard; PROTOCOL.md describes them."""

from __future__ import annotations

from typing import Final

SEARCH: Final = "smysl/search"
SIMILAR: Final = "smysl/similar"
STATUS: Final = "smysl/status"
MODELS: Final = "smysl/models"
PULL_MODEL: Final = "smysl/pullModel"

METHODS: Final = (SEARCH, SIMILAR, STATUS, MODELS, PULL_MODEL)

WITH_PARAMS: Final = (SEARCH, SIMILAR, PULL_MODEL)
"""Requests of the client that have params; `smysl/status` is a notification of the server too."""

COMMAND_SEARCH: Final = "smysl.search"
COMMAND_SIMILAR: Final = "smysl.similar"
COMMAND_SHOW_SIMILAR: Final = "smysl.showSimilar"
COMMAND_REINDEX: Final = "smysl.reindex"
COMMAND_STATUS: Final = "smysl.status"
COMMAND_MODELS: Final = "smysl.models"
COMMAND_COMPARE: Final = "smysl.compare"
COMMAND_SELECT_MODEL: Final = "smysl.selectModel"
COMMAND_CLEAN: Final = "smysl.clean"

COMMANDS: Final = (
    COMMAND_SEARCH,
    COMMAND_SIMILAR,
    COMMAND_SHOW_SIMILAR,
    COMMAND_REINDEX,
    COMMAND_STATUS,
    COMMAND_MODELS,
    COMMAND_COMPARE,
    COMMAND_SELECT_MODEL,
    COMMAND_CLEAN,
)
