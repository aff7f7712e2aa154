"""A tiny slack-bolt app, unmodified Bolt and SDK, in Socket Mode or behind signed HTTP."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.starlette import SlackRequestHandler
from slack_sdk import WebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from playground import Server
from playground.prompt_server import PromptServer

Json = dict[str, Any]

CONNECTED_WITHIN_S = 60.0
ONLY_ACKED = ("queue", "several", "pick", "when", "ticks", "radio", "more", "at_home")


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(action_id: str = "go", value: str = "1") -> Json:
    return {"type": "button", "action_id": action_id, "text": plain("Go"), "value": value}


def card(*elements: Json) -> list[Json]:
    return [
        {"type": "section", "block_id": "head", "text": {"type": "mrkdwn", "text": "A card"}},
        {"type": "actions", "block_id": "buttons", "elements": list(elements or (button(),))},
    ]


def note_input(**more: Any) -> Json:
    element = {"type": "plain_text_input", "action_id": "note", **more}
    return {"type": "input", "block_id": "note_block", "label": plain("Note"), "element": element}


def modal(callback_id: str = "form", *blocks: Json, **more: Any) -> Json:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain("Form"),
        "submit": plain("Send"),
        "blocks": list(blocks or (note_input(),)),
        **more,
    }


def client_of(server: Server, token: str = "") -> WebClient:
    token = token or server.workspace.app.bot_token
    return WebClient(token, base_url=server.api_url, retry_handlers=[], timeout=20)


def build(client: WebClient, signing_secret: str) -> App:
    """`app.heard` lists what its listeners were called with."""
    app = App(client=client, signing_secret=signing_secret, process_before_response=True)
    app.heard = []  # type: ignore[attr-defined]

    @app.action("go")
    def go(ack: Callable[..., Any], body: Json) -> None:
        app.heard.append(body)  # type: ignore[attr-defined]
        ack()

    for chosen in ONLY_ACKED:
        app.action(chosen)(_only_ack)
    _listen_to_modals(app)
    _listen_elsewhere(app)
    return app


def _only_ack(ack: Callable[..., Any]) -> None:
    ack()


def _listen_to_modals(app: App) -> None:
    @app.action("open")
    def open_modal(ack: Callable[..., Any], body: Json, client: WebClient) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=modal(notify_on_close=True))
        ack()

    @app.view("form")
    def submitted(ack: Callable[..., Any], view: Json) -> None:
        note = view["state"]["values"]["note_block"]["note"]["value"]
        answers: dict[str, Json] = {
            "bad": {"response_action": "errors", "errors": {"note_block": "No."}},
            "more": {"response_action": "update", "view": modal("second")},
            "deeper": {"response_action": "push", "view": modal()},
            "done": {"response_action": "clear"},
        }
        ack(**answers.get(note, {}))

    @app.view_closed("form")
    def closed(ack: Callable[..., Any], body: Json) -> None:
        app.heard.append(body)  # type: ignore[attr-defined]
        ack()


def _listen_elsewhere(app: App) -> None:
    @app.command("/lead")
    def lead(ack: Callable[..., Any], command: Json) -> None:
        if command["text"] == "slow":
            time.sleep(0.6)
        ack(f"You asked for {command['text']}")

    @app.options("pick")
    def options(ack: Callable[..., Any], payload: Json) -> None:
        ack(options=[{"text": plain(payload["value"] * 2), "value": "x"}])

    @app.event("app_home_opened")
    def home(event: Json, client: WebClient) -> None:
        view = {"type": "home", "blocks": card(button("at_home"))}
        client.views_publish(user_id=event["user"], view=view)

    @app.event("message")
    def message(event: Json, say: Callable[..., Any]) -> None:
        say(f"You said: {event['text']}")


def wait_for_connection(server: Server, change: int) -> None:
    """Until one has been opened since; the client believes so before Slack can use it."""
    feed, newest = server.workspace.feed, change
    while not any(one.kind == "socket_opened" for one in feed.since(change)):
        assert feed.wait_past(newest, CONNECTED_WITHIN_S), "the app did not connect"
        newest = feed.last


@contextlib.contextmanager
def over_sockets(server: Server, app: App) -> Iterator[SocketModeHandler]:
    handler = SocketModeHandler(app, server.workspace.app.app_token)
    before = server.workspace.feed.last
    handler.connect()
    wait_for_connection(server, before)
    try:
        yield handler
    finally:
        # The SDK's close() waits for a pending read (3 s) and for its queue (1 s): end both first.
        # Its reader begins again while a connection is open, and close() may wait for it for ever.
        client, reader = handler.client, handler.client.current_session_runner
        client.auto_reconnect_enabled = False
        client.closed = True
        reader.event.set()
        server.workspace.faults.drop_sockets()
        while reader.is_alive():
            client.current_session_state.terminated = True
            reader.thread.join(0.01)
        client.enqueue_message("")
        handler.close()


@contextlib.contextmanager
def serving(handle: Callable[[Request], Any]) -> Iterator[str]:
    """A web server for one URL, on a free port."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(2048)
    web = Starlette(routes=[Route("/slack/events", handle, methods=["POST"])])
    config = uvicorn.Config(web, log_level="error", backlog=2048, ws="none")
    running = PromptServer(config)
    thread = threading.Thread(target=running.run, args=([listening],), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/slack/events"
    finally:
        running.end()
        thread.join(20)


@contextlib.contextmanager
def over_http(server: Server, app: App) -> Iterator[str]:
    handler = SlackRequestHandler(app)

    async def handle(request: Request) -> Response:
        answer: Response = await handler.handle(request)
        return answer

    with serving(handle) as url:
        server.workspace.app.request_url = url
        yield url
