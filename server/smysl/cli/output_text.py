"""The answers for people: plain lines, and colours where a terminal wants them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from smysl.cli.session import Session
from smysl.engine.types import FileProblem, Hit, IndexReport, Kind, Message, Reason, SearchResult, Status, say

SNIPPET_LINES = 8
"""How much of a hit is shown; its place says where the rest is."""

_INDENT = "    "


def write_search(session: Session, result: SearchResult) -> None:
    """The hits of a search, best first, or a sentence on standard error that there are none."""
    if not result.hits:
        session.notice(say("Nothing was found for “{query}”.", query=result.query))
        return
    write = _write_coloured if _wants_colour(session) else _write_plain
    write(session, [(_heading(session, rank, hit), hit) for rank, hit in enumerate(result.hits, start=1)])


def write_index(session: Session, report: IndexReport) -> None:
    """What an index run did, in a few lines."""
    session.answer(index_line(session, report))
    _write_problems(session, report.problems)


def index_line(session: Session, report: IndexReport) -> str:
    """What an index run changed, in one line."""
    return session.translate(
        say(
            "{files} files and {chunks} chunks are indexed; {changed} files changed, {removed} removed, "
            "{embedded} texts embedded, {seconds} s.",
            files=report.files,
            chunks=report.chunks,
            changed=report.files_changed,
            removed=report.files_removed,
            embedded=report.embedded,
            seconds=f"{report.seconds:.2f}",
        )
    )


def write_status(session: Session, status: Status) -> None:
    """The state of an index, a line a fact."""
    model = status.model or say("none, words only")
    facts: tuple[Message, ...] = (
        say("Workspace: {path}", path=status.workspace),
        say("Index file: {path} ({size} MiB)", path=status.index_file, size=f"{status.size_bytes / 2**20:.1f}"),
        say("Files: {count}", count=status.files),
        say("Chunks: {count}", count=status.chunks),
        say("Model: {model}", model=model),
        say(
            "Embedded: {embedded}, waiting: {pending}, failed: {failed}",
            embedded=status.embedded,
            pending=status.pending,
            failed=status.failed,
        ),
    )
    for fact in facts:
        session.answer(session.translate(fact))
    _write_problems(session, status.problems)


def _heading(session: Session, rank: int, hit: Hit) -> tuple[str, ...]:
    reasons = ", ".join(session.translate(_REASONS[reason]) for reason in hit.reasons)
    stale = session.translate(say("changed since it was indexed")) if hit.is_stale else ""
    return (
        f"{rank}.",
        f"{_printable(hit.path)}:{hit.name_line}",
        hit.qualified_name,
        session.translate(_KINDS[hit.kind]),
        f"{hit.score:.3f}",
        *(item for item in (reasons, stale) if item),
    )


def _write_plain(session: Session, rows: Iterable[tuple[tuple[str, ...], Hit]]) -> None:
    for heading, hit in rows:
        session.answer("  ".join(heading))
        shown, hidden = _cut(hit.snippet)
        for code_line in shown:
            session.answer((_INDENT + code_line).rstrip())
        if hidden:
            session.answer(_INDENT + _more(session, hidden))
        session.answer("")


def _write_coloured(session: Session, rows: Iterable[tuple[tuple[str, ...], Hit]]) -> None:
    from rich.console import Console
    from rich.padding import Padding
    from rich.syntax import Syntax
    from rich.text import Text

    console = Console(file=session.world.stdout, highlight=False, soft_wrap=False)
    styles = ("bold", "cyan", "bold green", "dim", "yellow", "dim italic", "red")
    for heading, hit in rows:
        title = Text("  ").join(Text(part, style) for part, style in zip(heading, styles, strict=False))
        console.print(title, soft_wrap=True)
        shown, hidden = _cut(hit.snippet)
        code = Syntax("\n".join(shown), "python", theme="ansi_dark", background_color="default", word_wrap=False)
        console.print(Padding(code, (0, 0, 0, len(_INDENT))))
        if hidden:
            console.print(Text(_INDENT + _more(session, hidden), "dim"))
        console.print()


def _wants_colour(session: Session) -> bool:
    environ = session.world.environ
    return session.world.stdout.isatty() and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"


def _cut(snippet: str) -> tuple[list[str], int]:
    lines = [_printable(code_line) for code_line in snippet.strip("\n").splitlines()]
    if len(lines) <= SNIPPET_LINES + 1:  # a remark that one line is hidden would take that line's place
        return lines, 0
    return lines[:SNIPPET_LINES], len(lines) - SNIPPET_LINES


def _printable(code_line: str) -> str:
    """Code from strangers goes to a terminal: escape sequences in it are made visible instead of obeyed."""
    return "".join(
        char if char == "\t" or (char >= " " and not "\x7f" <= char <= "\x9f") else f"\\x{ord(char):02x}"
        for char in code_line
    )


def _more(session: Session, hidden: int) -> str:
    return session.translate(say("… {count} more lines", count=hidden))


def _write_problems(session: Session, problems: Iterable[FileProblem]) -> None:
    for problem in problems:
        session.notice(say("{path}: {message}", path=problem.path, message=problem.message))


_KINDS: Mapping[Kind, Message] = {
    Kind.FUNCTION: say("function"),
    Kind.METHOD: say("method"),
    Kind.CLASS: say("class"),
    Kind.MODULE: say("module"),
}

_REASONS: Mapping[Reason, Message] = {
    Reason.MEANING: say("by meaning"),
    Reason.WORDS: say("by words"),
    Reason.NAME: say("by name"),
}
