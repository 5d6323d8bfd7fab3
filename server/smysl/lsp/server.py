"""The server object: what it knows of its client, its folders and its documents, and how it speaks to the client."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from lsprotocol import types as lsp
from pygls.exceptions import FeatureRequestError, JsonRpcException
from pygls.lsp.server import LanguageServer

from smysl import __version__
from smysl.engine.cancel import CancelToken
from smysl.engine.errors import Cancelled, SmyslError
from smysl.engine.types import Message, Progress, say
from smysl.l10n import Language, language_from_locale, translate
from smysl.lsp import methods, wire
from smysl.lsp.buffers import Buffers
from smysl.lsp.folder import FolderSession
from smysl.lsp.folders import Folders
from smysl.lsp.places import Units, lines_of, path_of
from smysl.lsp.pool import Pool
from smysl.lsp.progress import HowFar, ProgressBar
from smysl.lsp.protocol import SmyslProtocol
from smysl.lsp.session import Place
from smysl.lsp.settings import SECTION, ServerSettings, read_server_settings
from smysl.lsp.statuses import progress_message, status_of
from smysl.serving import Serving

_log = logging.getLogger(__name__)

_Result = TypeVar("_Result")

_CLIENT_SECONDS = 10.0
"""How long a request to the client may take; pygls itself waits for ever."""


class SmyslServer(LanguageServer):
    """Everything that lives as long as a connection. What is called here is called on the thread of the event loop."""

    protocol: SmyslProtocol

    def __init__(self, serving: Serving) -> None:
        super().__init__("smysl", __version__, protocol_cls=SmyslProtocol)
        self._serving = serving
        self._base = serving.settings
        self._language: Language = serving.language
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._told: set[str] = set()
        self._told_in_answers: set[str] = set()
        self._bars: dict[FolderSession, ProgressBar] = {}
        self._cancellable: dict[int | str, ProgressBar] = {}
        self._raw_settings: dict[str | None, Any] = {}
        self._model: str | None = None
        self._status: wire.Status | None = None
        self._is_status_due = False
        self._begun = asyncio.Event()
        self.client_commands: Mapping[str, str] = {}
        self.questions = Pool("smysl-questions", size=4)
        self.glances = Pool("smysl-glances", size=2)
        """For what asks no model: it must not wait behind what does."""
        self.long_work = Pool("smysl-long-work", size=2)
        self.folders = Folders(on_change=partial(self.soon, self.status_changed), on_progress=self._folder_progressed)
        self.buffers = Buffers(self.folders.place_of_document, lambda: self.workspace)
        self.searching: CancelToken | None = None
        self.asking_symbols: CancelToken | None = None

    # Life

    def initialise(self, params: lsp.InitializeParams) -> None:
        """Take from `initialize` what is known before any request."""
        self._loop = asyncio.get_running_loop()
        self.protocol.count_lines_as_editors_do()
        if params.locale:
            self._language = language_from_locale({"SMYSL_LANG": params.locale.replace("-", "_")})
        options = params.initialization_options
        options = dict(options) if isinstance(options, Mapping) else {}
        commands = options.pop("clientCommands", None)
        if isinstance(commands, Mapping):
            self.client_commands = {name: one for name, one in commands.items() if isinstance(one, str)}
        self._raw_settings = {None: options}

    async def begin(self) -> None:
        """The client is ready: ask for its settings, and open its folders."""
        workspace = self.client_capabilities.workspace
        changes = workspace.did_change_configuration if workspace else None
        if changes is not None and changes.dynamic_registration:
            self.spawn(self._register_for_changes())  # a client that does not answer must hold nothing up
        self.folders.change(added=list(self.workspace.folders) or list(filter(None, [self.workspace.root_uri])))
        await self.configure()
        self._begun.set()
        self.status_changed()
        for problem in self._serving.problems:
            self.tell_once(problem)

    async def begun(self) -> None:
        """Wait until the client has told its settings, or has had the time to, so that the folders are known."""
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._begun.wait(), 2 * _CLIENT_SECONDS)

    async def _register_for_changes(self) -> None:
        registration = lsp.Registration("smysl-configuration", lsp.WORKSPACE_DID_CHANGE_CONFIGURATION, None)
        await self.ask(self.client_register_capability_async(lsp.RegistrationParams([registration])))

    async def configure(self, sent: Any = None) -> None:
        """Settings may have changed: pull them, or take what was `sent`, and arrange the folders by them."""
        workspace = self.client_capabilities.workspace
        if workspace is not None and workspace.configuration:
            scopes: list[str | None] = [None, *self.folders.uris]
            items = [lsp.ConfigurationItem(scope_uri=scope, section=SECTION) for scope in scopes]
            found = await self.ask(self.workspace_configuration_async(lsp.ConfigurationParams(items)))
            if found is not None and len(found) == len(scopes) and any(one is not None for one in found):
                self._take(dict(zip(scopes, found, strict=True)))
        elif isinstance(sent, Mapping):
            self._take({None: sent.get(SECTION, sent)})
        self.arrange()

    def _take(self, settings: dict[str | None, Any]) -> None:
        if settings[None] != self._raw_settings.get(None):
            self._model = None
        self._raw_settings = settings

    def arrange(self) -> None:
        """Make the sessions those of the folders and settings that hold now."""
        logging.getLogger("smysl").setLevel(self.settings().log_level.upper())
        self.folders.arrange(self.settings)
        self.buffers.rearranged()
        self.status_changed()

    def settings(self, scope: str | None = None) -> ServerSettings:
        """The settings of a folder, or of all."""
        raw = self._raw_settings.get(scope, self._raw_settings.get(None))
        settings, problems = read_server_settings(raw, self._base)
        for problem in problems:
            self.tell_once(problem)
        if self._model is not None:
            settings = replace(settings, engine=replace(settings.engine, model=self._model))
        return settings

    def select_model(self, model: str) -> None:
        """Use `model` until the client's settings change."""
        self._model = model
        self.arrange()

    def shutdown(self) -> None:
        """The client is gone, in whatever way. Takes about a second at the most."""
        self.buffers.stop()
        for token in filter(None, (self.searching, self.asking_symbols)):
            token.cancel()
        self.folders.stop()
        super().shutdown()  # type: ignore[no-untyped-call]  # pygls has no types there

    # Speaking to the client

    @property
    def units(self) -> Units:
        """How the client counts."""
        return Units(self.workspace.position_codec)

    @property
    def language(self) -> Language:
        """The person's language."""
        return self._language

    def translate(self, message: Message) -> str:
        """`message` in the person's language."""
        return translate(message, self._language)

    def tell_once(self, message: Message) -> None:
        """Show a warning, unless it was shown before."""
        text = self.translate(message)
        if text not in self._told:
            self._told.add(text)
            self.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Warning, text))

    def news(self, notices: Iterable[Message]) -> tuple[str, ...]:
        """`notices` for an answer; what is a hint of the status is said in one answer alone."""
        standing = set(self.status().hints)
        sentences = tuple(dict.fromkeys(map(self.translate, notices)))
        fresh = tuple(sentence for sentence in sentences if sentence not in self._told_in_answers & standing)
        self._told_in_answers = (self._told_in_answers | set(sentences)) & standing
        return fresh

    async def ask(self, question: Coroutine[Any, Any, _Result]) -> _Result | None:
        """The client's answer; None when it gives none in time."""
        try:
            return await asyncio.wait_for(question, _CLIENT_SECONDS)
        except (asyncio.TimeoutError, JsonRpcException) as error:
            _log.warning("The client did not answer: %r", error)
            return None

    def report_server_error(self, error: Exception, source: Any) -> None:
        """To the log: a popup for each malformed message would help nobody. What a request failed of, it was told."""
        if source is FeatureRequestError:
            return
        _log.error("%s: %s", getattr(source, "__name__", source), error, exc_info=error)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Let `work` go on by itself; what it raises goes to the log."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._spawned)

    def _spawned(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("Background work failed", exc_info=error)

    # Questions

    async def answer(
        self, call: Callable[[CancelToken], _Result], token: CancelToken | None = None, *, pool: Pool | None = None
    ) -> _Result:
        """What `call` returns, from another thread, errors turned into those of the protocol.

        A request that is cancelled takes the work back.
        """
        token = token or CancelToken()
        try:
            return await (pool or self.questions).run(partial(call, token))
        except Cancelled as error:
            raise JsonRpcException(self.translate(error.message), code=lsp.LSPErrorCodes.ServerCancelled) from error
        except SmyslError as error:
            advice = None if error.advice is None else self.translate(error.advice)
            raise JsonRpcException(
                self.translate(error.message),
                code=lsp.LSPErrorCodes.RequestFailed,
                data={"kind": type(error).__name__, "advice": advice},
            ) from error
        finally:
            token.cancel()

    def place(self, uri: str) -> Place | None:
        """The folder that holds the file of `uri`."""
        return self.folders.place(uri) if path_of(uri) is not None else None

    def open_lines(self, uri: str) -> Sequence[str] | None:
        """The lines of a document that is open; None for others."""
        path = path_of(uri)
        document = next((one for one in self.workspace.text_documents.values() if one.path == str(path)), None)
        return None if document is None else lines_of(document.source)

    # Status

    def status(self) -> wire.Status:
        """The state of all folders together."""
        sessions, wanted = self.folders.sessions, self.settings().engine.model
        return status_of(sessions, wanted=wanted, has_begun=self._begun.is_set(), translate=self.translate)

    def status_changed(self) -> None:
        """Tell the client, once for all that changes in a moment."""
        if not self._is_status_due:
            self._is_status_due = True
            asyncio.get_running_loop().call_later(0.05, self._send_status)

    def _send_status(self) -> None:
        self._is_status_due = False
        status = self.status()
        if status != self._status:
            self._status = status
            self.protocol.notify(methods.STATUS, wire.to_json(status))

    def _folder_progressed(self, session: FolderSession, progress: Progress | None) -> None:
        self.soon(partial(self._show_progress, session, progress))

    def _show_progress(self, session: FolderSession, progress: Progress | None) -> None:
        bar = self._bars.get(session)
        if progress is None:
            if bar is not None:
                del self._bars[session]
                self.take_away(bar)
            return
        if bar is None:
            title = say("Smysl: indexing {folder}", folder=session.name)
            bar = self._bars[session] = self.show_bar(title, partial(self._hold, session))
        bar.report(HowFar(progress_message(progress), progress.done, progress.total, progress.seconds_left))

    def show_bar(self, title: Message, on_cancel: Callable[[], None]) -> ProgressBar:
        """A progress bar of the client, which its `end` takes away; one that nobody sees where the client has none."""
        bar = ProgressBar(self, title, translate=self.translate, on_cancel=on_cancel)
        window = self.client_capabilities.window
        if window is not None and window.work_done_progress:
            self._cancellable[bar.token] = bar
            self.spawn(bar.begin())
        return bar

    def _hold(self, session: FolderSession) -> None:
        self.questions.submit(session.hold)

    def take_away(self, bar: ProgressBar) -> None:
        """The work of a progress bar has ended."""
        self._cancellable.pop(bar.token, None)
        bar.end()

    def cancel_progress(self, token: int | str) -> None:
        """A person has pressed cancel on a progress bar."""
        bar = self._cancellable.pop(token, None)
        if bar is not None:
            bar.cancelled()

    def soon(self, call: Callable[[], None]) -> None:
        """Have `call` made on the thread of the event loop; for other threads."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            try:
                loop.call_soon_threadsafe(call)
            except RuntimeError:  # it was closed just now
                _log.debug("The event loop is gone")
