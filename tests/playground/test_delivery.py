"""How payloads reach an app: sockets, signatures, retries, connections that end."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import Response
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from playground import Server, Workspace
from tests.playground import tiny_app
from tests.playground.tiny_app import button, card, modal

PATIENCE_S = 20.0


@contextlib.contextmanager
def opened(server: Server, greeting: str = "hello") -> Iterator[ClientConnection]:
    """A bare WebSocket, after its first message."""
    client = WebClient(base_url=server.api_url)
    url = client.apps_connections_open(app_token=server.workspace.app.app_token)["url"]
    with connect(url) as socket:
        assert greeting == json.loads(socket.recv(PATIENCE_S))["type"]
        yield socket


def until(true: Callable[[], bool], timeout_s: float = PATIENCE_S) -> bool:
    ends = time.monotonic() + timeout_s
    while not true() and time.monotonic() < ends:
        time.sleep(0.01)
    return true()


def test_a_socket_url_opens_once(server: Server) -> None:
    """Each connection needs a URL of its own."""
    client = WebClient(base_url=server.api_url)
    url = client.apps_connections_open(app_token=server.workspace.app.app_token)["url"]
    with connect(url) as first:
        assert "hello" == json.loads(first.recv(PATIENCE_S))["type"]
        with pytest.raises(Exception, match=r"403|4004|rejected"), connect(url):
            pass


def test_ten_connections_share_the_payloads(server: Server) -> None:
    """Ten may connect, the eleventh is sent away, and each payload goes to one of them."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(opened(server)) for _ in range(10)]
        eleventh = stack.enter_context(opened(server, "disconnect"))
        with pytest.raises(ConnectionClosed):
            eleventh.recv(PATIENCE_S)
        sent = [server.person("@erik").command("/x", str(n), wait=False) for n in range(10)]
        for socket in sockets:
            envelope = json.loads(socket.recv(PATIENCE_S))
            assert ("slash_commands", True) == (
                envelope["type"],
                envelope["accepts_response_payload"],
            )
            socket.send(json.dumps({"envelope_id": envelope["envelope_id"]}))
        assert {True} == {delivery.wait().acked for delivery in sent}


def test_without_a_connection_a_person_sees_it_fail(server: Server) -> None:
    """With no app connected a command says so at once."""
    delivery = server.person("@erik").command("/lead", "ada")

    assert (False, "dispatch_failed") == (delivery.acked, delivery.error)


def test_the_app_comes_back_after_a_dropped_socket_and_after_a_warning(
    on_sockets: App, server: Server, client: WebClient
) -> None:
    """The SDK reconnects when its socket is cut or it is told to, and clicks go on."""
    del on_sockets
    client.chat_postMessage(channel="sales", text="x", blocks=card())
    opened_sockets: list[int] = []
    server.workspace.feed.subscribe(
        lambda c: opened_sockets.append(1) if c.kind == "socket_opened" else None
    )

    assert 1 == server.workspace.faults.disconnect("warning")
    assert until(lambda: len(opened_sockets) == 1 and server.connections == 1)
    assert server.person("@erik").click("go", channel="sales").acked

    assert 1 == server.workspace.faults.disconnect("refresh_requested")
    assert until(lambda: len(opened_sockets) == 2 and server.connections == 1)
    assert server.person("@erik").click("go", channel="sales").acked


def test_a_connection_grows_old(server: Server) -> None:
    """Before its end a connection is warned, then asked to refresh, then closed."""
    server.workspace.app.connection_lives_s = 0.2
    with opened(server) as socket:
        reasons = [json.loads(socket.recv(PATIENCE_S))["reason"] for _ in range(2)]
        with pytest.raises(ConnectionClosed):
            socket.recv(PATIENCE_S)

    assert ["warning", "refresh_requested"] == reasons


def test_an_unacked_event_is_retried_over_sockets(server: Server) -> None:
    """An event nobody acks comes again, says why, and stays itself."""
    server.workspace.app.ack_timeout_s = 0.1
    server.workspace.app.event_retry_after_s = (0.0, 1.0)
    with opened(server) as socket:
        delivery = server.person("@erik").open_home(wait=False)
        envelopes = [json.loads(socket.recv(PATIENCE_S)) for _ in range(2)]
        server.workspace.app.ack_timeout_s = PATIENCE_S
        envelopes.append(json.loads(socket.recv(PATIENCE_S)))
        socket.send(json.dumps({"envelope_id": envelopes[2]["envelope_id"]}))
        assert delivery is not None
        assert delivery.wait().acked

    assert [(0, ""), (1, "timeout"), (2, "timeout")] == [
        (envelope["retry_attempt"], envelope["retry_reason"]) for envelope in envelopes
    ]
    assert 1 == len({envelope["payload"]["event_id"] for envelope in envelopes})


def answering(requests: list[Request], *answers: Response) -> Callable[[Request], Any]:
    waiting = list(answers)

    async def handle(request: Request) -> Response:
        await request.body()
        requests.append(request)
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    return handle


@pytest.mark.parametrize(
    ("answers", "retries"),
    [
        ([Response(status_code=500), Response()], [None, "1"]),
        ([Response(status_code=404)], [None, "1", "2", "3"]),
        ([Response(status_code=500, headers={"x-slack-no-retry": "1"})], [None]),
    ],
    ids=["then fine", "never fine", "no retry"],
)
def test_events_over_http_are_signed_and_retried(
    server: Server, answers: list[Response], retries: list[str | None]
) -> None:
    """A refused event comes three more times, signed anew, unless the app declines."""
    server.workspace.app.event_retry_after_s = (0.0, 0.0, 0.0)
    requests: list[Request] = []
    with tiny_app.serving(answering(requests, *answers)) as url:
        server.workspace.app.request_url = url
        server.person("@erik").open_home()

    assert retries == [request.headers.get("x-slack-retry-num") for request in requests]
    reasons = [request.headers.get("x-slack-retry-reason") for request in requests[1:]]
    assert ["http_error"] * (len(requests) - 1) == reasons
    verifier = SignatureVerifier(server.workspace.app.signing_secret)
    for request in requests:
        body = request._body.decode()
        assert verifier.is_valid_request(body, dict(request.headers))


def test_clicks_are_not_retried_and_a_wrong_secret_is_seen_as_an_error(
    server: Server, client: WebClient
) -> None:
    """A click the app rejects is delivered once, and the person sees that it failed."""
    client.chat_postMessage(channel="sales", text="x", blocks=card())
    with tiny_app.over_http(server, tiny_app.build(client, "another secret")):
        delivery = server.person("@erik").click("go", channel="sales")

    assert (False, "http_error", 1) == (delivery.acked, delivery.error, len(delivery.attempts))
    assert 401 == delivery.attempts[0].status


def test_an_app_that_is_down_over_http(server: Server) -> None:
    """Nobody at the other end is seen as a failed dispatch."""
    server.workspace.app.request_url = "http://127.0.0.1:9/slack/events"

    assert "dispatch_failed" == server.person("@erik").command("/lead").error


def test_the_stack_of_modals_ends_at_three_and_hashes_guard_updates(
    on_sockets: App, server: Server, client: WebClient
) -> None:
    """A fourth modal is refused, and so is an update that missed another one."""
    del on_sockets
    erik = server.person("@erik")
    client.chat_postMessage(channel="sales", text="x", blocks=card(button("open")))
    erik.click("open", channel="sales")
    assert erik.modal is not None
    for _ in range(2):
        erik.submit({"note": "deeper"})
    refused = erik.submit({"note": "deeper"})
    assert "push_limit_reached" == refused.error
    assert "trouble connecting" in erik.notices[-1]

    view = server.workspace.views.stack(erik.id)[-1]
    client.views_update(view_id=view.id, hash=view.hash, view=modal("again"))
    with pytest.raises(SlackApiError, match="hash_conflict"):
        client.views_update(view_id=view.id, hash="0.0", view=modal("again"))


def test_the_change_feed_tells_what_happened_in_order(
    on_sockets: App, workspace: Workspace, client: WebClient, server: Server
) -> None:
    """Who listens hears of posts, deliveries, acks and views as they happen."""
    del on_sockets
    kinds: list[str] = []
    heard = threading.Event()

    def listen(change: Any) -> None:
        kinds.append(change.kind)
        if change.kind == "delivery_settled":
            heard.set()

    stop = workspace.feed.subscribe(listen)
    client.chat_postMessage(channel="sales", text="x", blocks=card(button("open")))
    server.person("@erik").click("open", channel="sales")
    assert heard.wait(PATIENCE_S)
    stop()
    client.chat_postMessage(channel="sales", text="unheard")

    assert ["message_posted", "delivery_sent", "view_changed", "delivery_settled"] == kinds
