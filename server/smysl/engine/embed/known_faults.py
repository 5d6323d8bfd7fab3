"""What is wrong with which version of Ollama, as far as embedding is concerned, and what Smysl does about it."""

from __future__ import annotations

from dataclasses import dataclass

from smysl.engine.finding import Finding, Topic, Verdict
from smysl.engine.types import Message, say

Version = tuple[int, ...]

TRIED: tuple[Version, ...] = ((0, 24, 0), (0, 34, 4))
"""The versions that Smysl's own suite runs against."""

_ISSUES = "https://github.com/ollama/ollama/issues/"
_HANDLED = say("Nothing to do: Smysl works around it.")


@dataclass(frozen=True, slots=True)
class KnownFault:
    """A fault of the versions from `since` to before `until` (None is not mended yet). `advice` None: it is handled."""

    since: Version
    until: Version | None
    message: Message
    source: str
    advice: Message | None = None


KNOWN_FAULTS: tuple[KnownFault, ...] = (
    KnownFault(
        (0,),
        (0, 11, 11),
        say("It ignores the number of dimensions that is asked for."),
        f"{_ISSUES}12242",
    ),
    KnownFault(
        (0,),
        (0, 14),
        say("A vector that is no number ends the whole call with an error."),
        f"{_ISSUES}13572",
    ),
    KnownFault(
        (0, 12),
        (0, 30),
        say("It reads й, ё, accents and some signs otherwise than the versions before and after it."),
        "https://github.com/ollama/ollama/commit/3f6642f6f",
        say("Update Ollama before you index much Russian text: afterwards the vectors are made anew."),
    ),
    KnownFault(
        (0, 13, 1),
        (0, 30),
        say("nomic-embed-text and other models without capitals do not read words with capitals."),
        f"{_ISSUES}13942",
    ),
    KnownFault(
        (0, 13, 5),
        (0, 30),
        say("It answers long Russian texts with an error instead of shortening them."),
        f"{_ISSUES}14186",
    ),
    KnownFault(
        (0, 30),
        None,
        say("It shortens texts of more than 2,048 tokens silently, unless asked for a larger batch."),
        f"{_ISSUES}14259",
    ),
    KnownFault(
        (0, 12, 5),
        None,
        say("A model that computes nonsense on a card may give vectors of zeros, with success."),
        f"{_ISSUES}12611",
    ),
    KnownFault(
        (0, 30, 6),
        None,
        say("On a Mac, qwen3-embedding aborts on texts of more than 2,048 tokens."),
        f"{_ISSUES}16582",
        say("Do not set “input_tokens” of this model above 2,048."),
    ),
)


def faults_of(version: Version) -> tuple[KnownFault, ...]:
    """Those that `version` has."""
    return tuple(
        fault for fault in KNOWN_FAULTS if fault.since <= version and (fault.until is None or version < fault.until)
    )


def version_findings(version: Version | None) -> tuple[Finding, ...]:
    """What to know of a server of `version`; None is one that does not tell."""
    if version is None:
        told = say("Ollama does not tell its version, or is a private build.")
        return (Finding(Topic.OLLAMA, Verdict.NOTE, told, say("Smysl compares its vectors whenever it starts.")),)
    findings = []
    if version[:2] > max(TRIED)[:2]:
        told = say("Ollama {version} is newer than what Smysl was tried with.", version=written(version))
        advice = say("The model's self-test below shows whether it serves; Smysl notices when vectors change.")
        findings.append(Finding(Topic.OLLAMA, Verdict.NOTE, told, advice))
    findings += [
        Finding(
            Topic.OLLAMA,
            Verdict.NOTE if fault.advice is None else Verdict.WARNING,
            say("Known fault of {version}: {fault}", version=written(version), fault=fault.message),
            fault.advice or _HANDLED,
            fault.source,
        )
        for fault in faults_of(version)
    ]
    return tuple(findings)


def written(version: Version) -> str:
    """As a person writes it."""
    return ".".join(map(str, version))
