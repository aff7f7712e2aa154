"""uvicorn that ends when it is told to.

uvicorn itself looks only every tenth of a second whether to end, and again whether all is closed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from socket import socket

import uvicorn

TICK_S = 1.0  # the Date of answers
LOOK_S = 0.002


class PromptServer(uvicorn.Server):
    """`end()` from any thread; else a uvicorn like any other."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def end(self) -> None:
        self.should_exit = True
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # it has ended by itself, and its loop is gone
                self._loop.call_soon_threadsafe(self._told.set)

    async def main_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), TICK_S)

    async def shutdown(self, sockets: Sequence[socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listening in sockets or ():
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._until_idle(), self.config.timeout_graceful_shutdown)
        for task in self.server_state.tasks:
            task.cancel()
        await self.lifespan.shutdown()

    async def _until_idle(self) -> None:
        while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110 (untold)
            await asyncio.sleep(LOOK_S)
