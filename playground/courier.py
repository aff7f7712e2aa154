"""Carries deliveries to the app by Socket Mode or signed HTTP, and retries events."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from playground import http_delivery
from playground.delivery import EVENT, Ack, Attempt, Delivery
from playground.socket_mode import Sockets, user_error
from playground.workspace import Workspace


class Courier:
    """A Transport: may be called from any thread, works on the server's event loop."""

    def __init__(self, workspace: Workspace, sockets: Sockets) -> None:
        self._workspace = workspace
        self._sockets = sockets
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._workspace.deliveries.transport = self

    def start(self, delivery: Delivery) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._begin, delivery)

    def _begin(self, delivery: Delivery) -> None:
        task = asyncio.get_running_loop().create_task(self._carry(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, delivery: Delivery) -> None:
        ack = await self._attempt(delivery, 0, "")
        if delivery.kind == EVENT:
            for retry, pause_s in enumerate(self._workspace.app.event_retry_after_s, 1):
                if not ack.error or ack.no_retry:
                    break
                await asyncio.sleep(pause_s)
                ack = await self._attempt(delivery, retry, ack.error)
        elif ack.error:
            ack = replace(ack, error=user_error(delivery, ack.error))
        self._workspace.deliveries.settle(delivery, ack)

    async def _attempt(self, delivery: Delivery, retry: int, reason: str) -> Ack:
        wire, app = self._workspace.wire, self._workspace.app
        started = wire.monotonic()
        if app.request_url:
            via = "http"
            ack = await http_delivery.post(app, delivery, wire.now(), retry, reason)
        else:
            via = "socket"
            ack = await self._sockets.send(delivery, retry, reason)
        latency_ms = (wire.monotonic() - started) * 1000
        delivery.attempts.append(Attempt(retry, via, latency_ms, ack.error, ack.status))
        return ack

    async def stop(self) -> None:
        """Give up what is still on its way, so that nobody waits for it."""
        self._workspace.deliveries.transport = None
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for delivery in list(self._workspace.deliveries.kept):
            self._workspace.deliveries.settle(delivery, Ack("dispatch_failed", status=0))
