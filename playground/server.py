"""The workspace on a port: uvicorn in a thread, Slack's doors and the playground's own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from playground.clock import WireClock
from playground.control import Control
from playground.courier import Courier
from playground.extension import Extension
from playground.loopback import LOOPBACK, AsgiApp, LoopbackOnly, Scope
from playground.pages import Pages
from playground.person import Person
from playground.prompt_server import PromptServer
from playground.socket_mode import Sockets
from playground.travel import Travel
from playground.wire import Wire
from playground.workspace import Workspace

TICK_S = 0.05
BACKLOG = 2048


def _knowing_transport(app: AsgiApp, transport: asyncio.BaseTransport) -> AsgiApp:
    """Faults must be able to cut a connection, which ASGI cannot say."""

    async def with_transport(scope: Scope, receive: Any, send: Any) -> None:
        scope["playground.transport"] = transport
        await app(scope, receive, send)

    return with_transport


class _Http(H11Protocol):
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app: Any = _knowing_transport(self.app, transport)


class _WebSocket(WebSocketsSansIOProtocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.app: Any = _knowing_transport(self.app, transport)


class _RealTimeLoop(asyncio.SelectorEventLoop):
    """Timers by wire time: a test that freezes time while the server runs would stop them all."""

    _wire = WireClock()

    def time(self) -> float:
        return self._wire.monotonic()


class Server:
    """`with Server(workspace) as server:` or start() and stop(); port 0 takes a free one.

    `extension` puts panels of the embedding program on the page.
    """

    def __init__(
        self,
        workspace: Workspace | None = None,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        extension: Extension | None = None,
    ) -> None:
        self.workspace = workspace or Workspace()
        self.extension = extension
        self._host, self._port = host, port
        self._sockets = Sockets(self.workspace)
        self._travel = Travel(self.workspace, extension.next_due if extension else None)
        self._courier = Courier(self.workspace, self._sockets)
        self._uvicorn: PromptServer | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self._port}"

    @property
    def api_url(self) -> str:
        """What WebClient takes as base_url."""
        return f"{self.url}/api/"

    @property
    def connections(self) -> int:
        """Socket Mode connections open now."""
        return self._sockets.count

    def person(self, who: str) -> Person:
        return Person.of(self.workspace, who)

    def start(self) -> Server:
        self._ready.clear()
        # asyncio switches Nagle's delay off only where the protocol is named: else each answer on a
        # connection kept open waits 40 ms for the other side's delayed ack.
        listening = socket.socket(proto=socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((self._host, self._port))
        listening.listen(BACKLOG)  # so that nobody is turned away before uvicorn takes over
        self._port = listening.getsockname()[1]
        self.workspace.base_url = self.url
        self.workspace.faults.on_sockets = self._on_sockets
        self._uvicorn = PromptServer(self._config())
        serving = self._uvicorn.serve([listening])
        self._thread = threading.Thread(
            target=self._run, args=(serving,), name="playground", daemon=True
        )
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the playground did not start within 10 s")
        return self

    def _run(self, serving: Coroutine[Any, Any, None]) -> None:
        with asyncio.Runner(loop_factory=_RealTimeLoop) as runner:
            runner.run(serving)

    def _config(self) -> uvicorn.Config:
        app = Starlette(
            routes=[
                *Wire(self.workspace, self._sockets).routes(),
                *Control(self.workspace, self._travel).routes(),
                *Pages(self.workspace, self.extension).routes(),
            ],
            lifespan=self._lifespan,
        )
        return uvicorn.Config(
            LoopbackOnly(app) if self._host in LOOPBACK else app,
            http=_Http,
            ws=_WebSocket,
            loop="asyncio",
            log_level="warning",
            access_log=False,
            backlog=BACKLOG,
            timeout_graceful_shutdown=1,
        )

    @contextlib.asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        self._loop = asyncio.get_running_loop()
        self._courier.attach(self._loop)
        ticking = asyncio.create_task(self._tick())
        self._ready.set()
        yield
        ticking.cancel()
        self._travel.stop()
        await self._courier.stop()

    async def _tick(self) -> None:
        while True:
            self.workspace.tick()
            await asyncio.sleep(TICK_S)

    def _on_sockets(self, act: str, reason: str) -> int:
        """Called from any thread but the server's own."""
        if self._loop is None:
            return 0

        async def on_loop() -> int:
            if act == "drop":
                return self._sockets.drop()
            return await self._sockets.disconnect(reason)

        return asyncio.run_coroutine_threadsafe(on_loop(), self._loop).result(10)

    def stop(self) -> None:
        if self._uvicorn is None or self._thread is None:
            return
        if self._loop is not None and self._loop.is_running():
            self._loop.call_soon_threadsafe(self._sockets.drop)
        self._uvicorn.end()
        self._thread.join(10)
        self._uvicorn = self._thread = self._loop = None

    def wait(self) -> None:
        """Until the server ends."""
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(self, *_error: object) -> None:
        self.stop()
