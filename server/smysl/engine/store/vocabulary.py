"""The words that the index really holds, by sound and by beginning. Raises apsw errors."""

from __future__ import annotations

from collections.abc import Sequence

import apsw

from smysl.engine.store.connection import fetch_rows

_BY_SOUND = "SELECT term FROM vocabulary WHERE sound = ? ORDER BY term"
_IN_USE = "SELECT 1 FROM chunk_terms WHERE chunk_terms MATCH ? LIMIT 1"
# All Latin letters come before the brace; GLOB's star would let other characters in.
_BY_PREFIX = "SELECT term FROM chunk_vocabulary WHERE term >= ?1 AND term < ?1 || '{' AND term NOT GLOB '*[^a-z]*'"


def by_sound(connection: apsw.Connection, sounds: Sequence[str]) -> dict[str, list[str]]:
    """For each sound the terms in use that have it, in alphabetical order."""
    found = {}
    for sound in sounds:
        terms = [row[0] for row in fetch_rows(connection, _BY_SOUND, (sound,))]
        found[sound] = [term for term in terms if fetch_rows(connection, _IN_USE, (f'"{term}"',))]
    return found


def by_prefix(connection: apsw.Connection, prefixes: Sequence[str]) -> dict[str, list[str]]:
    """For each prefix the terms of Latin letters that begin with it, in alphabetical order."""
    return {prefix: [row[0] for row in fetch_rows(connection, _BY_PREFIX, (prefix,))] for prefix in prefixes}
