"""What changes the index. Each method is one transaction (the long ones are several, each leaving a sound index)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from pathlib import Path

import apsw

from smysl.engine.store import borrowing, embeddings, files, location, messages, schema, spaces, vectors
from smysl.engine.store.connection import transaction, translated
from smysl.engine.store.records import Attached, ChunkIdentity, FileChange, PendingText, StoredChunk, StoredFile
from smysl.engine.types import FileProblem, Message, Space, Vector

_WORDS_CHANGED = "UPDATE meta SET value = value + 1 WHERE key IN ('words', 'vectors')"
_VECTORS_CHANGED = "UPDATE meta SET value = value + 1 WHERE key = 'vectors'"
_RETIRE_AT_ONCE = 500
_TRUNCATE = "PRAGMA wal_checkpoint(TRUNCATE)"
_VACUUM = "VACUUM"


class Writer:
    """Write access to one index file; the holder of its lock. For one thread.

    Raises `IndexFileError` and its kin from every method; `DiskFullError` leaves what was committed before.
    """

    def __init__(self, connection: apsw.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._spoken: set[tuple[str, str]] = set()

    @contextmanager
    def _changing_chunks(self) -> Iterator[apsw.Connection]:
        """A transaction after which readers look at everything anew."""
        with translated(self._path), transaction(self._connection):
            yield self._connection
            self._connection.execute(_WORDS_CHANGED)

    @contextmanager
    def _changing_vectors(self) -> Iterator[apsw.Connection]:
        """A transaction after which readers look at the vectors anew; what they know of the words stays."""
        with translated(self._path), transaction(self._connection):
            yield self._connection
            self._connection.execute(_VECTORS_CHANGED)

    def use_version(self, version: str) -> bool:
        """Say which version of chunks and terms is written; if the file has another, all files count as changed.

        Returns whether all has to be looked at: until `complete_walk`, however many runs end before it. Vectors stay:
        they are found by their texts.
        """
        with translated(self._path):
            if files.version(self._connection) == version:
                return files.walked(self._connection) != version
            with self._changing_chunks() as connection:
                files.renew(connection, version)
            return True

    def complete_walk(self, version: str) -> None:
        """Note that all files were looked at, and read where they had changed."""
        with translated(self._path):
            if files.walked(self._connection) != version:
                with transaction(self._connection):
                    files.set_walked(self._connection, version)

    def use_space(self, space: Space, *, windowing: str, now: float) -> tuple[int, bool]:
        """The id of `space`, made if new, and whether every chunk is attached to its texts there.

        `windowing` names how texts are cut for it: another one than before means that all chunks are attached anew.
        `now` is in seconds since the epoch.
        """
        with translated(self._path):
            is_known = spaces.is_known(self._connection, space, windowing=windowing)
        if is_known:
            with translated(self._path), transaction(self._connection):
                return spaces.use(self._connection, space, windowing=windowing, now=now)
        with self._changing_vectors() as connection:
            return spaces.use(connection, space, windowing=windowing, now=now)

    def complete_space(self, space_id: int) -> None:
        """Note that every chunk is attached in this space; adding chunks without it undoes that."""
        with translated(self._path), transaction(self._connection):
            spaces.complete(self._connection, space_id)

    def drop_space(self, key: str) -> bool:
        """Remove an embedding space with all its vectors; whether it was there."""
        with self._changing_vectors() as connection:
            return spaces.drop(connection, key)

    def files(self) -> dict[str, StoredFile]:
        """The files of the index by path."""
        with translated(self._path):
            return files.all_files(self._connection)

    def identities(self, path: str) -> list[ChunkIdentity]:
        """What tells the stored chunks of a file apart, in the order of their ids."""
        with translated(self._path):
            return files.identities(self._connection, path)

    def replace_file(self, change: FileChange, *, space_id: int | None = None) -> Attached:
        """Bring a file and its chunks to a new state; new chunks get their texts in `space_id`, if given."""
        with self._changing_chunks() as connection:
            attached = files.replace(connection, change, space_id=space_id, known_spoken=self._spoken)
        for new in change.added:
            self._spoken.update(new.spoken)
        return attached

    def touch_file(self, path: str, *, size: int, mtime_ns: int, indexed_ns: int) -> None:
        """Note that the bytes of a file were seen again and are the same. No search finds anything else by it."""
        with translated(self._path), transaction(self._connection):
            files.touch(self._connection, path, size=size, mtime_ns=mtime_ns, indexed_ns=indexed_ns)

    def remove_file(self, path: str) -> int:
        """Forget a file and its problems; how many chunks went with it (0 for an unknown path)."""
        with self._changing_chunks() as connection:
            return files.remove(connection, path)

    def set_walk_problems(self, problems: Sequence[FileProblem]) -> None:
        """What the last walk could not read, in place of what the one before could not."""
        with translated(self._path):
            if files.walk_problems(self._connection) == list(problems):
                return
            with transaction(self._connection):
                files.set_walk_problems(self._connection, problems)

    def unattached(self, space_id: int, *, after: int, limit: int) -> list[StoredChunk]:
        """Chunks with an id above `after` that have no texts in a space, by id."""
        with translated(self._path):
            return files.unattached(self._connection, space_id, after=after, limit=limit)

    def attach(self, space_id: int, texts: Sequence[tuple[int, Sequence[str]]]) -> Attached:
        """Link chunks (id, text hashes by window) to these texts alone; known vectors are taken at once."""
        with self._changing_vectors() as connection:
            embeddings.detach_from(connection, space_id, [chunk_id for chunk_id, _ in texts])
            return embeddings.attach(connection, space_id, texts)

    def pending(self, space_id: int, *, after: int, limit: int) -> list[PendingText]:
        """Texts that wait for a vector, by link id from `after` on; a text of several chunks comes several times."""
        with translated(self._path):
            return embeddings.pending(self._connection, space_id, after=after, limit=limit)

    def count_pending(self, space_id: int) -> int:
        """How many different texts wait for a vector."""
        with translated(self._path):
            return embeddings.count_pending(self._connection, space_id)

    def count_failed(self, space_id: int) -> int:
        """How many different texts the model failed on."""
        with translated(self._path):
            return embeddings.count_failed(self._connection, space_id)

    def store_vectors(self, space_id: int, rows: Sequence[tuple[str, Vector]]) -> None:
        """Store unit vectors of the space's length by the hash of their text, and give them to the waiting chunks."""
        with self._changing_vectors() as connection:
            embeddings.add(connection, space_id, ((text_hash, vectors.to_bytes(vector)) for text_hash, vector in rows))

    def fail(self, space_id: int, rows: Sequence[tuple[str, Message]]) -> None:
        """Note why texts have no vector; they are not tried again until `retry_failed`."""
        with self._changing_vectors() as connection:
            embeddings.fail(connection, space_id, [(text_hash, messages.encode(reason)) for text_hash, reason in rows])

    def retry_failed(self, space_id: int) -> None:
        """Make the texts that failed pending again."""
        with self._changing_vectors() as connection:
            embeddings.retry(connection, space_id)

    def borrow(self, others: Sequence[Path], space: Space, *, space_id: int, wanted: Set[str]) -> frozenset[str]:
        """Copy the vectors of the texts `wanted` from other index files of the same repository; those that were found.

        Damage there, another schema or a missing file only means that nothing comes from it.
        """
        found: set[str] = set()
        names = (name for other in others for name in (other, location.of_version(other, schema.VERSION)))
        for other in names:
            for rows in borrowing.vectors_of(other, space, wanted - found):
                with self._changing_vectors() as connection:
                    embeddings.add(connection, space_id, rows)
                found.update(text_hash for text_hash, _ in rows)
        return frozenset(found)

    def retire(self) -> None:
        """Put vectors that no chunk wants any more aside; they come back when their text does."""
        with translated(self._path):
            more = embeddings.has_orphans(self._connection)
        if not more:
            return
        while more:
            with self._changing_vectors() as connection:
                more = embeddings.retire(connection, limit=_RETIRE_AT_ONCE)
        with translated(self._path), transaction(self._connection):
            for space_id in spaces.ids(self._connection):
                embeddings.trim_retired(self._connection, space_id)
                vectors.compact(self._connection, space_id)

    def shrink(self) -> None:
        """Give the room of what was removed back to the disk; takes time and, for a while, twice the room."""
        with translated(self._path):
            self._connection.execute(_VACUUM)
            self._connection.execute(_TRUNCATE)
