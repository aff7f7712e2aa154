"""Socket Mode: up to ten WebSockets, each payload to one of them, acks by envelope_id."""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from playground.delivery import COMMAND, EVENT, Ack, Delivery
from playground.state import Json
from playground.workspace import Workspace

WARNED_BEFORE_S = 10.0

# Over TLS a client reads one envelope at a time; plain TCP glues a burst into one stream, and the
# SDK's own reader goes one call deeper for each envelope until it overflows. So a burst passes in
# groups: beyond so many unanswered envelopes, each next one waits a moment for an answer.
UNANSWERED = 32
PATIENCE_S = 0.01


@dataclass(eq=False)
class Connection:
    number: int
    socket: WebSocket
    waiting: dict[str, asyncio.Future[Ack]] = field(default_factory=dict)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, envelope: Json) -> asyncio.Future[Ack]:
        """Sent in the order of calling; the future is its ack."""
        async with self.turn:
            if len(self.waiting) >= UNANSWERED:
                self.answered.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(PATIENCE_S):
                        await self.answered.wait()
            answer: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()
            self.waiting[envelope["envelope_id"]] = answer
            await self.socket.send_text(json.dumps(envelope))
            return answer

    def hear(self, envelope_id: str, payload: Any) -> None:
        answer = self.waiting.pop(envelope_id, None)
        if answer is not None and not answer.done():
            answer.set_result(Ack(payload=payload))
        self.answered.set()

    def cut(self) -> None:
        """No closing handshake: as when a cable is pulled."""
        self.socket.scope["playground.transport"].abort()


class Sockets:
    """Lives on the server's event loop; nothing here is called from another thread."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._open: list[Connection] = []
        self._retiring: set[Connection] = set()
        self._turn = 0
        self._last = 0

    @property
    def count(self) -> int:
        return len(self._open)

    async def serve(self, socket: WebSocket) -> None:
        app = self._workspace.app
        ticket = socket.query_params.get("ticket", "")
        if not self._workspace.tickets.use_socket(ticket):
            await socket.close(4004)
            return
        await socket.accept()
        if len(self._open) >= app.max_connections:
            await self._say(socket, {"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return
        self._last += 1
        connection = Connection(self._last, socket)
        self._open.append(connection)  # who has read the hello can be reached
        self._workspace.feed.emit("socket_opened", connection=connection.number)
        await self._say(socket, self._hello())
        debug = socket.query_params.get("debug_reconnects") == "true"
        lives_s = 360.0 if debug else app.connection_lives_s
        ageing = asyncio.create_task(self._grow_old(connection, lives_s)) if lives_s else None
        try:
            await self._listen(connection)
        finally:
            if ageing:
                ageing.cancel()
            self._forget(connection)

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._open),
            "debug_info": {"host": "playground", "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._workspace.app.app_id},
        }

    async def _say(self, socket: WebSocket, message: Json) -> None:
        message.setdefault("debug_info", {"host": "playground"})
        await socket.send_text(json.dumps(message))

    async def _listen(self, connection: Connection) -> None:
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                self._hear(connection, await connection.socket.receive_text())

    def _hear(self, connection: Connection, text: str) -> None:
        try:
            message: Any = json.loads(text)
        except json.JSONDecodeError:
            return  # clients may send their own keep-alive words
        if isinstance(message, dict):
            connection.hear(str(message.get("envelope_id")), message.get("payload"))

    def _forget(self, connection: Connection) -> None:
        if connection in self._open:
            self._open.remove(connection)
        self._retiring.discard(connection)
        for waiting in connection.waiting.values():
            if not waiting.done():
                waiting.set_result(Ack("connection_failed", status=0))
        self._workspace.feed.emit("socket_closed", connection=connection.number)

    async def send(self, delivery: Delivery, retry: int = 0, reason: str = "") -> Ack:
        """One attempt over one connection; never raises for a connection that goes away."""
        connection = self._next()
        if connection is None:
            return Ack("connection_failed", status=0)
        envelope_id = str(uuid.uuid4())
        envelope: Json = {
            "envelope_id": envelope_id,
            "type": delivery.kind,
            "accepts_response_payload": delivery.kind != EVENT,
            "payload": delivery.payload,
        }
        if delivery.kind == EVENT:
            envelope |= {"retry_attempt": retry, "retry_reason": reason}
        try:
            async with asyncio.timeout(self._workspace.app.ack_timeout_s):
                return await (await connection.send(envelope))
        except TimeoutError:
            return Ack("timeout", status=0)
        except (WebSocketDisconnect, RuntimeError):
            return Ack("connection_failed", status=0)  # closed between choosing and sending
        finally:
            connection.waiting.pop(envelope_id, None)

    def _next(self) -> Connection | None:
        usable = [c for c in self._open if c not in self._retiring] or self._open
        if not usable:
            return None
        self._turn += 1
        return usable[self._turn % len(usable)]

    # faults

    def drop(self) -> int:
        dropped = list(self._open)
        for connection in dropped:
            connection.cut()
        return len(dropped)

    async def disconnect(self, reason: str) -> int:
        """`warning` only announces; after the other reasons the connection is closed."""
        told = list(self._open)
        for connection in told:
            await self._tell_to_leave(connection, reason)
        return len(told)

    async def _tell_to_leave(self, connection: Connection, reason: str) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            self._retiring.add(connection)
            await self._say(connection.socket, {"type": "disconnect", "reason": reason})
            if reason != "warning":
                await asyncio.sleep(0.05)
                await connection.socket.close()

    async def _grow_old(self, connection: Connection, lives_s: float) -> None:
        warned_before = min(WARNED_BEFORE_S, lives_s / 2)
        await asyncio.sleep(lives_s - warned_before)
        await self._tell_to_leave(connection, "warning")
        await asyncio.sleep(warned_before)
        await self._tell_to_leave(connection, "refresh_requested")


def user_error(delivery: Delivery, error: str) -> str:
    """The name under which a person sees a failed delivery."""
    if error in ("timeout", "http_timeout"):
        return "operation_timeout"
    return "dispatch_failed" if delivery.kind == COMMAND else error
