"""What Slack sends besides clicks, what it would never send, and a line that cannot be opened."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from slack_bolt.response import BoltResponse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from structlog.testing import capture_logs

from handlers.front_door import signature
from handlers.socket import NoConnection, SocketMode
from tests.scenario.world import World, open_world, serving


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_world(tmp_path_factory.mktemp("odd"), over="http") as opened:
        yield opened


def slack_sends(world: World, payload: dict[str, Any]) -> int:
    """The status of our answer."""
    body = urlencode({"payload": json.dumps(payload)}).encode()
    timestamp = str(int(time.time()))
    secret = world.server.workspace.app.signing_secret.encode()
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature(secret, timestamp, body).decode(),
    }
    return httpx.post(f"{world.http}/slack/events", content=body, headers=headers).status_code


@pytest.mark.parametrize(
    "kind",
    ["shortcut", "message_action", "view_closed", "block_suggestion", "app_rate_limited",
     "interactive_message", "born_next_year"],
)  # fmt: skip
def test_what_nobody_here_listens_to_is_acked(world: World, kind: str):
    """Slack shows nobody an error for something that is not about leads."""
    payload = {"type": kind, "callback_id": "x", "user": {"id": world.id("@erik")}}
    assert 200 == slack_sends(world, payload)
    world.nothing_more()


@pytest.mark.parametrize(
    "view", [{"callback_id": "reject_modal"}, {"type": "modal"}, {"type": 5, "callback_id": "x"}, 7]
)
def test_a_form_that_slack_would_not_send(world: World, view: object):
    """It is refused in one line of the log, without a traceback."""
    payload = {"type": "view_submission", "view": view, "user": {"id": world.id("@erik")}}
    with capture_logs() as logs:
        assert 400 == slack_sends(world, payload)
    assert ["implausible_request"] == [line["action"] for line in logs]


def test_bolt_does_not_explain_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    """The log of a start holds nothing that only the authors of a library understand."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    with open_world(tmp_path, over="http"):
        names = [record.name for record in caplog.records if record.levelno >= logging.INFO]
    assert [] == [name for name in names if name.startswith("slack_bolt")]


# ---------------------------------------------------------------------- a line to open


@contextmanager
def stand_in(answer: object = None) -> Iterator[tuple[str, list[WebSocket]]]:
    """Slack's address, and the lines opened there. `answer`: what it says instead of a line's."""
    lines: list[WebSocket] = []

    async def line(socket: WebSocket) -> None:
        await socket.accept()
        lines.append(socket)
        for number in range(3):
            payload = {"type": "shortcut"}
            await socket.send_json({"envelope_id": str(number), "payload": payload})
        await socket.receive()

    async def where(request: Request) -> JSONResponse:
        return JSONResponse(answer or {"ok": True, "url": f"ws://{request.url.netloc}/"})

    routes = [Route("/apps.connections.open", where, methods=["POST"]), WebSocketRoute("/", line)]
    with serving(Starlette(routes=routes)) as address:
        yield f"{address}/", lines


def outcome_of_start(address: str) -> str:
    """What `start` raised; "hangs" when it does not come back."""
    said: list[str] = []

    def start() -> None:
        try:
            SocketMode(lambda _body, _headers: BoltResponse(status=200), "xapp", address).start()
        except NoConnection as error:
            said.append(f"no connection: {error}")

    thread = threading.Thread(target=start, daemon=True)
    thread.start()
    thread.join(30)
    return said[0] if said else "hangs" if thread.is_alive() else "nothing"


def test_a_proxy_that_python_cannot_use_is_named(monkeypatch: pytest.MonkeyPatch):
    """A start that cannot work ends, and says why."""
    monkeypatch.setenv("SOCKS_PROXY", "socks5://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY", "http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with stand_in() as (address, lines):
        assert outcome_of_start(address).startswith("no connection: ")
        assert [] == lines


@pytest.mark.parametrize(
    "answer",
    ["x", ["x"], {"ok": False}, {"ok": True}, {"ok": True, "url": 7},
     {"ok": True, "url": "ws://[::1"}, {"ok": True, "url": "http://127.0.0.1:9/"}],
    ids=str,
)  # fmt: skip
def test_an_address_that_is_none(answer: object):
    """Whatever Slack's stand-in says instead of an address, the start ends."""
    with stand_in(answer) as (address, _):
        assert outcome_of_start(address).startswith("no connection: ")


def test_a_request_that_nobody_could_take_keeps_nobody_waiting():
    """Out of threads, Baton leaves a click to Slack's own error, and still stops at once."""
    with stand_in() as (address, lines), capture_logs() as logs:
        mode = SocketMode(lambda _body, _headers: BoltResponse(status=200), "xapp", address)
        mode._pool.shutdown()  # as at the limit of the machine: it takes nothing more
        mode.start()
        until = time.monotonic() + 40
        while sum(line.get("action") == "not_taken" for line in logs) < 3:
            assert time.monotonic() < until, logs
            time.sleep(0.01)
        assert ("connected", 1) == (mode.state(), len(lines))
        began = time.monotonic()
        mode.stop(patience=60)
        assert time.monotonic() - began < 30
    assert "acks_lost" not in {line.get("action") for line in logs}
