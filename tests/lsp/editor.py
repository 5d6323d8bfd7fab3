"""An editor for tests: it starts the real server on standard input and output, and speaks to it through pytest-lsp."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Any

from lsprotocol import types as lsp
from pytest_lsp import LanguageClient, client_capabilities, make_test_lsp_client
from typing_extensions import Self

DEADLINE = 60.0
"""Seconds that anything may take on a busy machine."""

ANSWERED_WITHIN = 15.0
"""Seconds within which a request that waits for nothing is answered on a busy machine."""

_STOPPED = 10.0


class Editor:
    """A client with a server of its own, initialised on entering and shut down on leaving.

    settings: what `workspace/configuration` answers for the section `smysl`, by scope URI; "" is every other scope.
    statuses: the `smysl/status` notifications. progress: tokens and values of `$/progress`.
    """

    def __init__(
        self,
        home: Path,
        *folders: Path,
        settings: Mapping[str, Any] | None = None,
        options: Any = None,
        locale: str | None = "en",
        encodings: Sequence[lsp.PositionEncodingKind | str] = (),
        adapt: Callable[[lsp.ClientCapabilities], None] = lambda capabilities: None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.client: LanguageClient = make_test_lsp_client()
        self.client.set_configuration({"smysl": dict(settings or {})})
        self.folders = folders
        self.statuses: list[dict[str, Any]] = []
        self.progress: list[tuple[int | str, Any]] = []
        self._news = asyncio.Condition()
        self._home = home
        self._options = options
        self._locale = locale
        self._environ = environ or {}
        self._capabilities = client_capabilities("visual-studio-code")
        self._version = 0
        general = self._capabilities.general or lsp.GeneralClientCapabilities()
        general.position_encodings = list(encodings) or None
        self._capabilities.general = general
        adapt(self._capabilities)
        self.client.feature(lsp.CLIENT_REGISTER_CAPABILITY)(lambda params: None)

        def on_status(params: Any) -> None:  # pygls marks what it is given, which a bound method does not take
            self._on_status(params)

        def on_progress(params: lsp.ProgressParams) -> None:
            self.progress.append((params.token, plain(params.value)))

        self.client.feature("smysl/status")(on_status)
        self.client.protocol.fm.features.pop(lsp.PROGRESS)  # pytest-lsp's own knows no partial results
        self.client.feature(lsp.PROGRESS)(on_progress)

    @property
    def process(self) -> asyncio.subprocess.Process:
        """The server's process."""
        process = self.client._server  # there is no public way
        assert process is not None
        return process

    async def __aenter__(self) -> Self:
        await self.start()
        await self.initialise()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.returncode is None:
            await asyncio.wait_for(self.client.shutdown_session(), _STOPPED)
        await self.client.stop()  # type: ignore[no-untyped-call]  # pygls has no types there

    async def start(self) -> None:
        """Start the process alone."""
        environ = {
            **os.environ,
            "HOME": str(self._home),
            "XDG_CONFIG_HOME": str(self._home / "config"),
            "SMYSL_CACHE_DIR": str(self._home / "cache"),
            "OLLAMA_HOST": "http://127.0.0.1:9",
            **self._environ,
        }
        await self.client.start_io(sys.executable, "-m", "smysl", "lsp", env=environ)

    async def connect(self, host: str, port: int) -> None:
        """Connect to a server that is listening, or soon will be."""
        while not await self._is_connected(host, port):
            await asyncio.sleep(0.1)

    async def initialise(self) -> lsp.InitializeResult:
        """`initialize` and `initialized`."""
        params = lsp.InitializeParams(
            capabilities=self._capabilities,
            root_uri=self.folders[0].as_uri() if self.folders else None,
            workspace_folders=[lsp.WorkspaceFolder(folder.as_uri(), folder.name) for folder in self.folders],
            initialization_options=self._options,
            locale=self._locale,
        )
        result: lsp.InitializeResult = await within(self.client.initialize_session(params))
        return result

    async def request(self, method: str, params: Any = None) -> Any:
        """The result of a custom request, as plain values. Raises `JsonRpcException`."""
        asked = self.client.protocol.send_request_async(method, params)  # type: ignore[no-untyped-call]  # as above
        return plain(await within(asked))

    async def raw(self, method: str, params: Any, *, id: str = "raw") -> Any:  # noqa: A002 - as the protocol has it
        """The result of a request whose params may be anything. Raises `JsonRpcException`."""
        protocol = self.client.protocol
        answer: Future[Any] = Future()
        protocol._request_futures[id], protocol._result_types[id] = answer, None  # there is no public way
        protocol._send_data({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
        return plain(await within(asyncio.wrap_future(answer), ANSWERED_WITHIN))

    def arrange(self, *, added: Sequence[Path] = (), removed: Sequence[Path] = ()) -> None:
        """`workspace/didChangeWorkspaceFolders`."""
        event = lsp.WorkspaceFoldersChangeEvent(
            added=[lsp.WorkspaceFolder(path.as_uri(), path.name) for path in added],
            removed=[lsp.WorkspaceFolder(path.as_uri(), path.name) for path in removed],
        )
        self.client.workspace_did_change_workspace_folders(lsp.DidChangeWorkspaceFoldersParams(event))

    async def command(self, name: str, *arguments: Any) -> Any:
        """The result of a command, as plain values."""
        params = lsp.ExecuteCommandParams(command=name, arguments=list(arguments) or None)
        return plain(await within(self.client.workspace_execute_command_async(params)))

    async def search(self, query: str, **more: Any) -> Any:
        """`smysl/search`."""
        return await self.request("smysl/search", {"query": query, **more})

    async def names(self, query: str, **more: Any) -> list[str]:
        """The names of the hits of a search."""
        return [hit["name"] for hit in (await self.search(query, **more))["hits"]]

    async def until(self, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait for the newest status to fit."""

        async def wait() -> dict[str, Any]:
            async with self._news:
                await self._news.wait_for(lambda: bool(self.statuses) and fits(self.statuses[-1]))
                return self.statuses[-1]

        status: dict[str, Any] = await within(wait())
        return status

    async def ready(self) -> dict[str, Any]:
        """Wait until all is indexed."""
        return await self.until(lambda status: status["state"] == "ready" and not status["pending"])

    async def finds(self, query: str, name: str, **more: Any) -> None:
        """Ask until the first hit is called `name`."""

        await eventually(lambda: self.names(query, **more), lambda names: names[:1] == [name])

    def open(self, path: Path, text: str | None = None, *, uri: str | None = None) -> str:
        """`textDocument/didOpen`; returns the URI."""
        uri = uri or path.as_uri()
        document = lsp.TextDocumentItem(uri, "python", 0, path.read_text("utf-8") if text is None else text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(document))
        return uri

    def change(self, uri: str, text: str) -> None:
        """`textDocument/didChange` with the whole text."""
        self._version += 1
        identifier = lsp.VersionedTextDocumentIdentifier(self._version, uri)
        whole = lsp.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(identifier, [whole]))

    def close(self, uri: str) -> None:
        """`textDocument/didClose`."""
        self.client.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(uri)))

    def configure(self, settings: Mapping[str, Any]) -> None:
        """Other settings, told with `workspace/didChangeConfiguration`."""
        self.client.set_configuration({"smysl": dict(settings)})
        self.client.workspace_did_change_configuration(lsp.DidChangeConfigurationParams(settings=None))

    async def hover(self, uri: str, line: int, character: int) -> str | None:
        """The text of a hover; None when there is none. Places as the protocol counts them."""
        params = lsp.HoverParams(lsp.TextDocumentIdentifier(uri), lsp.Position(line, character))
        found = await within(self.client.text_document_hover_async(params))
        if found is None:
            return None
        assert isinstance(found.contents, lsp.MarkupContent)
        return found.contents.value

    async def symbols(self, query: str) -> list[str]:
        """The names that `workspace/symbol` gives."""
        found = await within(self.client.workspace_symbol_async(lsp.WorkspaceSymbolParams(query)))
        return [one.name for one in found or ()]

    async def _is_connected(self, host: str, port: int) -> bool:
        try:
            await self.client.start_tcp(host, port)
        except OSError:
            return False
        return True

    def _on_status(self, params: Any) -> None:
        self.statuses.append(plain(params))
        asyncio.get_running_loop().create_task(self._notify())

    async def _notify(self) -> None:
        async with self._news:
            self._news.notify_all()


async def eventually(ask: Callable[[], Awaitable[Any]], fits: Callable[[Any], bool] = bool) -> Any:
    """What `ask` gives once it fits, before the deadline."""

    async def asking() -> Any:
        while not fits(found := await ask()):
            await asyncio.sleep(0.05)
        return found

    return await within(asking())


async def within(awaited: Any, seconds: float = DEADLINE) -> Any:
    """What `awaited` gives, if it does before the deadline."""
    return await asyncio.wait_for(awaited, seconds)


def plain(value: Any) -> Any:
    """What pygls makes of JSON, as dictionaries and lists again."""
    if hasattr(value, "_asdict"):
        return {name: plain(one) for name, one in value._asdict().items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value
