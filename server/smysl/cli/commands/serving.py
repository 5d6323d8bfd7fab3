"""`lsp`: the language server for editors."""

from __future__ import annotations

import ipaddress
from typing import Annotated

import typer

from smysl.cli.session import Session
from smysl.engine.errors import UsageError
from smysl.engine.types import say
from smysl.serving import Address, Serving


def lsp(
    session: Session,
    *,
    stdio: Annotated[
        bool, typer.Option("--stdio", help="Speak on standard input and output, as without --tcp.")
    ] = False,
    tcp: Annotated[
        str | None, typer.Option("--tcp", metavar="HOST:PORT", help="Listen here instead, for one editor at a time.")
    ] = None,
    any_host: Annotated[
        bool, typer.Option("--any-host", help="Let --tcp listen where other machines reach it; nothing is encrypted.")
    ] = False,
) -> None:
    """Start the language server, for an editor."""
    if stdio and tcp is not None:
        raise UsageError(say("--stdio and --tcp exclude each other."))
    address = None if tcp is None else _address(tcp, any_host=any_host)
    code = session.world.serve(Serving(session.settings, session.problems, session.language, address, session.verbose))
    raise typer.Exit(code)


def _address(text: str, *, any_host: bool) -> Address:
    host, _, port = text.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise UsageError(say("“{text}” is not an address.", text=text), say("Write it as HOST:PORT: 127.0.0.1:2087."))
    if not any_host and not _is_loopback(host):
        raise UsageError(
            say("{host} can be reached by other machines, which could read all the code.", host=host),
            say("Use 127.0.0.1, or say --any-host if you mean it."),
        )
    return Address(host, int(port))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
