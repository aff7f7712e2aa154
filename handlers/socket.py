"""Socket Mode: Slack's requests over a WebSocket that we open; no public address is needed.

Not slack_sdk's own client: its reader calls itself once for each piece of what has arrived, and a
crowd's clicks coming in one stream end in a RecursionError that drops them all (seen with 500
clicks of 3 kB). This one reads a message at a time.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import structlog
from slack_bolt.response import BoltResponse
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from handlers.private import log_failure

log = structlog.get_logger(__name__)

WORKERS = 32
QUIET_SECONDS = 0.05  # without a request: what was on its way has arrived
LARGEST_MESSAGE_BYTES = 16_000_000
OPEN_SECONDS = 10
OPEN_LEEWAY_SECONDS = 5  # a name server's, which the limit above does not bind
CLOSE_SECONDS = 2
# Before connecting again; longer each time that does not last, and the last one is repeated.
PAUSES_SECONDS = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
LIVED_SECONDS = 30  # a connection that lasted so long was no failure

RENEWALS = ("warning", "refresh_requested")  # not, for one, "link_disabled": switched off

Dispatch = Callable[[dict[str, Any], dict[str, str]], BoltResponse]
Json = dict[str, Any]


class NoConnection(RuntimeError):
    """Slack gave no address, or did not answer there."""


class SocketMode:
    """One connection that is kept up. `dispatch` runs on a pool of its own and returns the ack."""

    def __init__(self, dispatch: Dispatch, app_token: str, api_url: str) -> None:
        self._dispatch = dispatch
        self._token = app_token
        self._slack = WebClient(base_url=api_url, timeout=OPEN_SECONDS, retry_handlers=[])
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="click")
        self._lock = threading.Condition()
        self._open: set[ClientConnection] = set()
        self._current: ClientConnection | None = None  # the newest; the others are on their way out
        self._connected_at = float("-inf")
        self._failures = 0  # in a row; written by one thread at a time
        self._in_hand: set[object] = set()  # one for each request without its ack
        self._stopping = False  # no new connections
        self._closed = False  # nothing is taken any more
        self._keeper = threading.Thread(target=self._keep_up, name="socket", daemon=True)

    def start(self) -> None:
        """Connect, and stay connected. Raises NoConnection when the first attempt fails."""
        self._connect()
        self._keeper.start()

    def state(self) -> str:
        with self._lock:
            return "connected" if self._current is not None else "disconnected"

    def stop(self, patience: float = 5.0) -> None:
        """Ack what is in hand, and what arrives while that lasts; then take nothing more, and
        close. Waits at most `patience` seconds for the acks."""
        deadline = time.monotonic() + patience
        with self._lock:
            self._stopping = True
            self._lock.notify_all()
            while self._is_busy() or self._lock.wait_for(self._is_busy, QUIET_SECONDS):
                if not self._lock.wait_for(
                    lambda: not self._in_hand, max(deadline - time.monotonic(), 0)
                ):
                    log.warning("Acks may be lost", action="acks_lost", count=len(self._in_hand))
                    break
            self._closed = True  # a click done without an ack would look undone to who clicked
            connections = list(self._open)
        for connection in connections:
            connection.close()
            self._retire(connection, asked=True)  # its own thread may find out only later
        self._pool.shutdown(wait=False)
        if self._keeper.is_alive():
            self._keeper.join(CLOSE_SECONDS)

    def _is_busy(self) -> bool:
        return bool(self._in_hand)

    # ------------------------------------------------------------------ staying connected

    def _keep_up(self) -> None:
        while self._is_needed():
            try:
                self._connect()
            except NoConnection as error:
                log.warning("No connection to Slack", action="socket_failed", why=str(error))
                self._failures += 1

    def _is_needed(self) -> bool:
        """Waits until a connection is missing, and some more after failures; False when Baton
        stops."""
        with self._lock:
            self._lock.wait_for(lambda: self._stopping or self._current is None)
            pause = PAUSES_SECONDS[min(self._failures, len(PAUSES_SECONDS) - 1)]
            self._lock.wait_for(lambda: self._stopping, pause)
            return not self._stopping

    def _connect(self) -> None:
        """Raises NoConnection, and nothing else: the keeper must go on."""
        try:
            answer = self._slack.apps_connections_open(app_token=self._token)
        except Exception as error:  # noqa: BLE001
            raise NoConnection(_why(error)) from None
        opened: Future[None] = Future()
        address = str(answer.get("url"))
        reader = threading.Thread(
            target=self._listen, args=(address, opened), name="socket reader", daemon=True
        )
        reader.start()
        try:
            opened.result(OPEN_SECONDS + OPEN_LEEWAY_SECONDS)
        except TimeoutError:
            raise NoConnection("TimeoutError") from None

    def _listen(self, address: str, opened: Future[None]) -> None:
        try:
            with connect(
                address,
                open_timeout=OPEN_SECONDS,
                close_timeout=CLOSE_SECONDS,
                max_size=LARGEST_MESSAGE_BYTES,
                compression=None,
            ) as connection:
                self._begin(connection)
                opened.set_result(None)
                try:
                    for raw in connection:
                        self._hear(connection, raw)
                finally:
                    self._retire(connection, asked=False)
                    self._forget(connection)
        except Exception as error:  # whoever waits for `opened` must hear of it
            if not opened.done():
                opened.set_exception(NoConnection(_why(error)))
            elif not isinstance(error, WebSocketException | OSError):
                log.error("The connection broke off", action="socket_broken", exc_info=error)

    def _begin(self, connection: ClientConnection) -> None:
        with self._lock:
            self._open.add(connection)
            self._current = connection
            self._connected_at = time.monotonic()

    def _retire(self, connection: ClientConnection, asked: bool) -> None:
        """Another one takes over; what still comes in here is heard until Slack closes it."""
        with self._lock:
            if self._current is connection:
                lasted = time.monotonic() - self._connected_at > LIVED_SECONDS
                self._failures = 0 if asked or lasted else self._failures + 1
                self._current = None
                self._lock.notify_all()

    def _forget(self, connection: ClientConnection) -> None:
        with self._lock:
            self._open.discard(connection)

    # ------------------------------------------------------------------ requests and acks

    def _hear(self, connection: ClientConnection, raw: str | bytes) -> None:
        try:
            message = json.loads(raw)
        except (ValueError, RecursionError):
            log.warning("Unreadable message", action="socket_unreadable")
            return
        if not isinstance(message, dict):
            return
        if message.get("type") == "disconnect":
            why = str(message.get("reason"))
            log.info("Slack asks to reconnect", action="socket_retired", why=why)
            self._retire(connection, asked=why in RENEWALS)
        elif isinstance(message.get("envelope_id"), str):
            self._take(connection, message)

    def _take(self, connection: ClientConnection, envelope: Json) -> None:
        with self._lock:
            if self._closed:
                return
            hand = object()
            try:
                done = self._pool.submit(self._answer, connection, envelope, hand)
            except RuntimeError as error:  # no thread to be had, say: Slack tells the person
                log.error("A request was not taken", action="not_taken", exc_info=error)
                return
            self._in_hand.add(hand)
        done.add_done_callback(log_failure)

    def _answer(self, connection: ClientConnection, envelope: Json, hand: object) -> None:
        try:
            payload = envelope.get("payload")
            if isinstance(payload, dict):
                answer = self._dispatch(payload, _retry_headers(envelope))
                self._ack(connection, envelope["envelope_id"], answer)
        finally:
            with self._lock:
                self._in_hand.discard(hand)
                self._lock.notify_all()

    def _ack(self, connection: ClientConnection, envelope_id: str, answer: BoltResponse) -> None:
        """Without one, Slack tells the person that it did not work."""
        if answer.status != 200:
            return
        ack: Json = {"envelope_id": envelope_id}
        if answer.body:
            kind = answer.headers.get("content-type", [""])[0]
            is_json = kind.startswith("application/json")
            ack["payload"] = json.loads(answer.body) if is_json else {"text": answer.body}
        try:
            connection.send(json.dumps(ack))
        except (WebSocketException, OSError):
            log.warning("An ack came too late for its connection", action="ack_lost")


def _why(error: Exception) -> str:
    """Slack's own name of the error where it gave one."""
    if isinstance(error, SlackApiError) and isinstance(error.response.data, dict):
        return str(error.response.data.get("error"))
    if isinstance(error, ImportError):
        return str(error)  # says what a proxy's kind of connection needs
    return type(error).__name__


def _retry_headers(envelope: Json) -> dict[str, str]:
    """An event told again, said as it would be over HTTP."""
    told = {
        "x-slack-retry-num": envelope.get("retry_attempt"),
        "x-slack-retry-reason": envelope.get("retry_reason"),
    }
    return {name: str(value) for name, value in told.items() if value is not None}
