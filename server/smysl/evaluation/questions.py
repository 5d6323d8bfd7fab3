"""Questions that code asks itself: the first sentence of what is said of a definition, whose answer is that definition.

What asks for nothing in particular is dropped: sentences that several definitions share, that repeat the name, that are
boilerplate, code or too short. Russian and English questions are told apart; other languages are left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from smysl.evaluation.datasets import Query
from smysl.evaluation.docstrings import first_sentence, twin
from smysl.evaluation.prose import Told
from smysl.evaluation.units import Unit, parse

STYLE = "from the code"

LEAST = 10
"""A language with fewer questions is left out, when the other has more: a handful says nothing."""

MOST_CHARACTERS = 240
"""A longer sentence is a table or a licence, not a question."""

_ROLE = re.compile(r":[\w:.+-]+:`(?:([^`<]+?)\s*<[^`]*>|([^`]+))`")
_QUOTED = re.compile(r"``([^`]+)``|`([^`]+)`_{0,2}|\*\*([^*]+)\*\*")
_WORD = re.compile(r"[^\W\d_]{3,}")
_NAME_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[А-ЯЁ]?[а-яё]+")
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
_LATIN = re.compile(r"[a-z]", re.IGNORECASE)
_OTHER = re.compile(r"[^\W\d_]")
_NOT_RUSSIAN = re.compile(r"[іїєґў]", re.IGNORECASE)
_EMPTY_WORDS = frozenset(
    _WORD.findall(
        "the and for this that with from into are was its get gets set sets return returns returning given when which "
        "возвращает вернуть возвращение получает получить устанавливает установить для этот эта это его или при как"
    )
)
_BOILERPLATE = re.compile(
    r"(?:see|cf)\b.*\b(?:base|parent|super|above|below|class|method|docs?)"
    r"|(?:see|inherited from|overrides?|same as|alias (?:for|of)|wrapper (?:for|around)|shortcut (?:for|to)) \S+$"
    r"|(?:todo|fixme|xxx|hack|deprecated|noqa|copyright|licen[cs]ed?|test(?:s|ing)?)\b"
    r"|(?:initiali[sz]e[sd]?|constructor|init) ?(?:self|the (?:object|class|instance))?\b.{0,12}$"
    r"|(?:см\.|смотри|псевдоним|синоним|сокращение для|устарел|тест\b|конструктор)"
    r"|инициализ\w+ (?:объект|класс|экземпляр)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions, and how many sentences were left out and why: `repeated` ones, `trivial`
    ones, those in other `languages` or in one with next to no questions.

    `unasked` are good ones beyond the size of the sample.
    """

    queries: tuple[Query, ...]
    repeated: int = 0
    trivial: int = 0
    languages: int = 0
    unasked: int = 0


def questions(told: Iterable[Told], *, sample: int = 0) -> Questions:
    """At most `sample` questions a language (0 is all), in order of the code.

    The sample is drawn by a hash of what is asked about, so that an edit elsewhere changes nothing of it.
    """
    by_sentence: dict[str, list[tuple[str, Unit]]] = {}
    trivial = languages = 0
    for one in told:
        sentence = plain(first_sentence(one.text)) if one.text else ""
        if not sentence:
            continue
        if language_of(sentence) is None:
            languages += 1
        elif is_trivial(sentence, one.unit.qualified_name):
            trivial += 1
        else:
            by_sentence.setdefault(sentence.lower(), []).append((sentence, one.unit))
    good: list[Query] = []
    repeated = 0
    for group in by_sentence.values():
        # The blocking and the asynchronous form of one thing are both right answers.
        if len({twin(unit.id) for _, unit in group}) == 1:
            gold = tuple(unit.id for _, unit in group)
            good.append(Query("", gold[0], language_of(group[0][0]) or "", group[0][0], gold, STYLE))
        else:
            repeated += len(group)
    good, rare = _of_common_languages(good)
    sampled = _sample(good, sample)
    chosen = tuple(query for query in good if query.id in sampled)
    return Questions(chosen, repeated, trivial, languages + rare, len(good) - len(chosen))


def language_of(text: str) -> str | None:
    """`ru` or `en`, whichever has more letters; None for another language or for no letters."""
    cyrillic, latin = len(_CYRILLIC.findall(text)), len(_LATIN.findall(text))
    if _NOT_RUSSIAN.search(text) or len(_OTHER.findall(text)) > 1.2 * (cyrillic + latin):
        return None
    # A Russian sentence about code is full of Latin names, an English one has no Cyrillic word by chance.
    return None if not cyrillic + latin else "ru" if 3 * cyrillic >= latin else "en"


def plain(sentence: str) -> str:
    """`sentence` without the markup of reStructuredText and Markdown; of a dotted name in a role its last part."""
    sentence = _ROLE.sub(lambda role: role[1] or role[2].lstrip("~!").rpartition(".")[2], sentence)
    sentence = _QUOTED.sub(lambda found: next(part for part in found.groups() if part is not None), sentence)
    if sentence.count("(") > sentence.count(")"):  # it was cut at an abbreviation: “(old, see. …”
        sentence = sentence[: sentence.rindex("(")]
    return " ".join(sentence.split()).strip(" .:;-–—=*#")


def is_trivial(sentence: str, name: str) -> bool:
    """Whether `sentence` asks for nothing beyond the `name` of what it describes, or is no sentence."""
    words = [word.lower() for word in _WORD.findall(sentence)]
    telling = [word for word in words if word not in _EMPTY_WORDS]
    if len(words) < 2 or not telling or len(sentence) > MOST_CHARACTERS or ">>>" in sentence or "://" in sentence:
        return True
    if _BOILERPLATE.match(sentence) or parse(sentence) is not None:
        return True  # what parses is code
    parts = [part.lower() for part in _NAME_PART.findall(name)]
    return all(any(_alike(word, part) for part in parts) for word in telling)


def _alike(word: str, part: str) -> bool:
    """Whether they are one word but for its ending."""
    length = max(3, min(len(word), len(part)) - 2)
    return word[:length] == part[:length]


def _of_common_languages(queries: list[Query]) -> tuple[list[Query], int]:
    """The queries without those of a language that has next to none, unless no other has more; and how many went."""
    counts = Counter(query.language for query in queries)
    kept = [query for query in queries if counts[query.language] >= LEAST]
    return (kept, len(queries) - len(kept)) if kept else (queries, 0)


def _sample(queries: Iterable[Query], size: int) -> frozenset[str]:
    by_language: dict[str, list[str]] = {}
    for query in queries:
        by_language.setdefault(query.language, []).append(query.id)
    return frozenset(name for names in by_language.values() for name in sorted(names, key=_lot)[: size or len(names)])


def _lot(name: str) -> bytes:
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
