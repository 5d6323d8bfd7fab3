"""The values that travel between the layers: frozen, slotted, free of behaviour that does IO.

Conventions, everywhere: lines are 1-based and inclusive, columns and bytes are 0-based, byte ends are exclusive, paths
are relative to the workspace with forward slashes, scores and similarities are "higher is better".
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Vector: TypeAlias = NDArray[np.float32]
"""Shape (dimensions,), unit length."""

Matrix: TypeAlias = NDArray[np.float32]
"""Shape (n, dimensions), unit rows."""


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for a person: an English template with named fields, and the values of those fields.

    The edges translate the template and fill it in; `str()` gives the English text.
    """

    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**self.values)


def say(template: str, **values: object) -> Message:
    """A `Message`; every literal template given to this function has a translation (a test collects them)."""
    return Message(template, values)


class Kind(str, Enum):
    """What a chunk is."""

    FUNCTION = "function"
    METHOD = "method"
    CLASS = "class"
    MODULE = "module"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a source: lines 1-based and inclusive; bytes of the decoded text as UTF-8, end exclusive."""

    start_line: int
    end_line: int
    start_byte: int
    end_byte: int


@dataclass(frozen=True, slots=True)
class SourceText:
    """The decoded text of one file.

    `content_hash` is of the raw bytes; `text` has no byte order mark and keeps its line ends.
    `notes` says in what way reading was not perfect (wrong declared encoding, NUL bytes).
    """

    text: str
    encoding: str
    content_hash: str
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """A function, method, class or module: what is found as one hit.

    `span` takes in the decorators and the comments directly above.
    `code` is what a person reads and a model embeds: the text of the span, dedented; for a class its header, docstring,
    attributes and method signatures; for a module its docstring and top-level statements.
    `qualified_name` is Python's without `<locals>`: `Outer.method.inner`; a module has its dotted name.
    `body` is the code without docstring and comments: what the machine runs.
    `name_line` and `name_column` (code points) say where the name stands.
    `context` is the first paragraph of what the class around it (for a method) or the module (for the rest) says it is.
    """

    kind: Kind
    name: str
    qualified_name: str
    span: Span
    name_line: int
    name_column: int
    signature: str
    docstring: str
    comments: str
    code: str
    body: str = ""
    context: str = ""
    is_test: bool = False
    is_deprecated: bool = False


class Tests(str, Enum):
    """How a search treats test code."""

    INCLUDE = "include"
    ONLY = "only"
    EXCLUDE = "exclude"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search may return; filters act inside the candidate search, so they never empty a page by themselves.

    `paths` are gitignore-style patterns relative to the workspace (`src/`, `**/api/*.py`, `!legacy/`); empty is all.
    `within` are files and folders by their names, relative to the workspace and never patterns; empty is all.
    """

    paths: tuple[str, ...] = ()
    kinds: frozenset[Kind] = frozenset()
    tests: Tests = Tests.INCLUDE
    within: tuple[str, ...] = ()


class Mode(str, Enum):
    """Which halves of the search answer."""

    FUSED = "fused"
    LEXICAL = "lexical"
    DENSE = "dense"


class Reason(str, Enum):
    """Why a hit was found."""

    MEANING = "meaning"
    WORDS = "words"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer of a search. `score` is in [0, 1]; ARCHITECTURE.md says what it means.

    `highlights` say where the words that were looked for stand in `snippet`: code points, end exclusive.
    `is_unsaved`: from a document that is shown and differs from its file; places are those of the document then.
    """

    chunk_id: int
    path: str
    kind: Kind
    name: str
    qualified_name: str
    span: Span
    name_line: int
    name_column: int
    score: float
    snippet: str
    reasons: tuple[Reason, ...] = ()
    is_stale: bool = False
    highlights: tuple[tuple[int, int], ...] = ()
    is_unsaved: bool = False


SAME_VECTORS = 0.99
"""The least cosine of two vectors of one text that still count as the same. Another processor, card or build differs in
the fourth decimal; another reading of a letter or sign by the tokeniser moves the probe by tenths."""


@dataclass(frozen=True, slots=True)
class Space:
    """An embedding space: vectors are comparable only within one, and `key` names it.

    `key` is a digest of all that decides the vectors: model digest, prompts and dimensions, and the probe where a
    server computes others than it did before. `options` are those of the call, which change no vector.
    `probe` is the vector of a fixed text (32-bit floats, little-endian) and `computed_by` the version of the server
    that was seen to give it; both are empty for a model whose digest alone decides, or where they could not be had.
    """

    key: str
    model: str
    dimensions: int
    digest: str = ""
    prompt_version: str = ""
    options: str = ""
    probe: bytes = b""
    computed_by: str = ""

    def is_kin_of(self, other: Space) -> bool:
        """Whether the same model, called in the same way, made both; a server may still have computed them apart."""
        mine = (self.digest, self.prompt_version, self.dimensions)
        return bool(self.digest) and mine == (other.digest, other.prompt_version, other.dimensions)

    def agreement(self, other: Space) -> float | None:
        """The cosine of the two probes; None where one is not known."""
        if not self.probe or len(self.probe) != len(other.probe):
            return None
        return float(np.dot(np.frombuffer(self.probe, dtype="<f4"), np.frombuffer(other.probe, dtype="<f4")))

    def agrees_with(self, other: Space) -> bool:
        """Whether vectors of both may meet: kin whose probes agree, or, where neither has a probe, of one key."""
        agreement = self.agreement(other)
        if agreement is None:
            return self.key == other.key and self.probe == other.probe
        return self.is_kin_of(other) and agreement >= SAME_VECTORS


_SIGNS = string.punctuation.encode()

_BETWEEN_SIGNS = 1.6
"""How much longer a token is when signs are counted apart: 4 characters where 2.5 are the rule. With the vocabulary of
BERT and 256 tokens, of 1,000 windows of the standard library 3 are too long then, without it 10."""


@dataclass(frozen=True, slots=True)
class InputLimit:
    """How much text a model takes: `tokens`, and how many characters a token is worth at the least.

    `chars_per_token` is for ASCII, `wide_chars_per_token` for everything else (Cyrillic in an English vocabulary is
    about one character a token). Both are meant to err on the safe side.
    """

    tokens: int
    chars_per_token: float = 2.5
    wide_chars_per_token: float = 1.0

    def cost(self, text: str) -> float:
        """Estimated tokens of `text`, rather too many than too few; that of a whole is at most that of its parts.

        Most tokenisers make a token of every sign, so regular expressions and tables cost more than their length says.
        """
        ascii_text = text.encode("ascii", "ignore")
        signs = len(ascii_text) - len(ascii_text.translate(None, _SIGNS))
        by_length = len(ascii_text) / self.chars_per_token
        by_signs = signs + (len(ascii_text) - signs) / (_BETWEEN_SIGNS * self.chars_per_token)
        return max(by_length, by_signs) + (len(text) - len(ascii_text)) / self.wide_chars_per_token


@dataclass(frozen=True, slots=True)
class Failure:
    """A text that the model could not embed: its place in the batch, and why."""

    index: int
    reason: Message


@dataclass(frozen=True, slots=True)
class Embedded:
    """The answer to a batch: `vectors` has a row a text; the rows named in `failures` are NaN.

    There are rows for the first texts only when the model went away or the work was taken back in the middle.
    """

    vectors: Matrix
    failures: tuple[Failure, ...] = ()


class Phase(str, Enum):
    """What an index run is doing."""

    SCANNING = "scanning"
    READING = "reading"
    EMBEDDING = "embedding"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an index run is: `done` of `total` files (reading) or texts (embedding); `seconds_left` if known."""

    phase: Phase
    done: int
    total: int
    seconds_left: float | None = None
    path: str = ""


ProgressCallback: TypeAlias = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class FileProblem:
    """A file that was indexed in part or not at all, and why."""

    path: str
    message: Message


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What an index run changed. Counts of files and chunks; `embedded` counts texts sent to the model.

    `gave_way` says that it ended with texts pending because something more urgent came, `is_incomplete` that something
    is left that will be tried again; of trouble that was told before, nothing is said again in `notices`.
    """

    files: int = 0
    files_changed: int = 0
    files_removed: int = 0
    chunks: int = 0
    chunks_added: int = 0
    chunks_removed: int = 0
    embedded: int = 0
    reused: int = 0
    failed: int = 0
    pending: int = 0
    seconds: float = 0.0
    problems: tuple[FileProblem, ...] = ()
    notices: tuple[Message, ...] = ()
    gave_way: bool = False
    is_incomplete: bool = False


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds spent in a search."""

    embed: float = 0.0
    lexical: float = 0.0
    dense: float = 0.0
    rank: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Subject:
    """The chunk that an answer is about, and where it stands: in the document shown, else in the file.

    `is_saved_version`: its text is that of the last saved version, for nothing is shown, or what is has no vectors yet.
    """

    qualified_name: str
    span: Span
    is_saved_version: bool


@dataclass(frozen=True, slots=True)
class Outline:
    """A chunk of one file, without its text."""

    chunk_id: int
    kind: Kind
    name: str
    qualified_name: str
    span: Span
    name_line: int
    name_column: int


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits, best first; `model` is what embedded the query, or None when the words alone answered.

    `subject` is the chunk whose like was looked for, None for a search.
    """

    query: str
    hits: tuple[Hit, ...]
    model: str | None
    timings: Timings
    notices: tuple[Message, ...] = ()
    subject: Subject | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a workspace's index; `space` is the key of the one that answers.

    `notices` is trouble with the index, `hints` what is worth knowing of the model in use and is no trouble.
    """

    workspace: str
    index_file: str
    files: int
    chunks: int
    embedded: int
    pending: int
    failed: int
    model: str | None
    dimensions: int | None
    spaces: tuple[str, ...]
    size_bytes: int
    problems: tuple[FileProblem, ...] = ()
    notices: tuple[Message, ...] = ()
    space: str | None = None
    hints: tuple[Message, ...] = ()
