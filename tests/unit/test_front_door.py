from __future__ import annotations

import asyncio
import hmac
import json
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote_plus, unquote_to_bytes, urlencode

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_bolt.response import BoltResponse
from starlette.applications import Starlette
from starlette.routing import Route

from handlers.front_door import LONGEST_BODY_BYTES, FrontDoor, form_fields, signature, unquoted

# Slack's published example: docs.slack.dev/authentication/verifying-requests-from-slack
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TIMESTAMP = 1531420618
BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
    b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
    b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
    b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
SIGNATURE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
FORM = "application/x-www-form-urlencoded"


class Door:
    """The front door with a listener behind it that answers at once and remembers."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self.now = float(TIMESTAMP)
        self.heard: list[tuple[dict[str, Any], dict[str, str]]] = []
        self.threads: set[str] = set()
        self.answer = BoltResponse(status=200, body={"text": "heard"})
        door = FrontDoor(self._listen, SECRET, lambda: self.now, pool)
        self._app = Starlette(routes=[Route("/", door.__call__, methods=["POST"])])

    def _listen(self, body: dict[str, Any], headers: dict[str, str]) -> BoltResponse:
        self.heard.append((body, headers))
        self.threads.add(threading.current_thread().name)
        return self.answer

    def post(self, body: bytes = BODY, kind: str = FORM, **headers: str) -> httpx.Response:
        own = {
            "content-type": kind,
            "X-Slack-Request-Timestamp": str(TIMESTAMP),
            "X-Slack-Signature": signature(SECRET.encode(), str(TIMESTAMP), body).decode(),
        }
        changed = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send(body, {**own, **changed})

    def send(self, body: bytes | AsyncIterator[bytes], headers: dict[str, str]) -> httpx.Response:
        async def sent() -> httpx.Response:
            wire = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=wire, base_url="http://baton") as client:
                return await client.post("/", content=body, headers=headers)

        return asyncio.run(sent())


@pytest.fixture
def door() -> Iterator[Door]:
    with ThreadPoolExecutor(2, thread_name_prefix="clicks") as pool:
        yield Door(pool)


def test_the_signature_slack_publishes():
    """What Slack signs is what we check: its own published example."""
    assert SIGNATURE.encode() == signature(SECRET.encode(), str(TIMESTAMP), BODY)


def test_a_signed_command_is_heard_off_the_event_loop(door: Door):
    """A request that Slack signed reaches its listener as plain fields, on the pool."""
    response = door.post(X_Slack_Signature=SIGNATURE)
    assert (200, {"text": "heard"}) == (response.status_code, response.json())
    body, _ = door.heard[0]
    assert ("/webhook-collect", "", "U2CERLKJA") == (
        body["command"],
        body["text"],
        body["user_id"],
    )
    assert {"clicks_0"} == door.threads


def test_header_names_in_any_case(door: Door):
    """Proxies change the case of header names; the signature counts all the same."""
    headers = {"x-slack-signature": SIGNATURE, "X-SLACK-REQUEST-TIMESTAMP": str(TIMESTAMP)}
    response = door.send(BODY, {"Content-Type": FORM, **headers})
    assert 200 == response.status_code


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Slack_Signature": ""},
        {"X_Slack_Signature": "v0="},
        {"X_Slack_Signature": SIGNATURE.replace("a2", "a3")},
        {"X_Slack_Signature": SIGNATURE.removeprefix("v0=")},
        {"X_Slack_Signature": SIGNATURE + "0"},
        {"X_Slack_Signature": "v0=ÿ"},
        {"X_Slack_Request_Timestamp": ""},
        {"X_Slack_Request_Timestamp": "now"},
        {"X_Slack_Request_Timestamp": "-1531420618"},
        {"X_Slack_Request_Timestamp": "1531420618.0"},
        {"X_Slack_Request_Timestamp": "9" * 5000},
        {"X_Slack_Request_Timestamp": str(TIMESTAMP + 1)},
    ],
    ids=str,
)
def test_anybody_else_is_turned_away(door: Door, headers: dict[str, str]):
    """Nobody but Slack can click: a wrong or missing signature goes no further."""
    raw = {name: value.encode("latin-1") for name, value in headers.items()}
    response = door.post(**{"X_Slack_Signature": SIGNATURE, **raw})  # type: ignore[arg-type]
    assert (401, []) == (response.status_code, door.heard)


def test_another_body_under_the_same_signature(door: Door):
    """A signature is for one body, to the byte."""
    response = door.post(BODY + b"&a=", X_Slack_Signature=SIGNATURE)
    assert (401, []) == (response.status_code, door.heard)


@pytest.mark.parametrize(("late", "status"), [(300, 200), (301, 401), (-300, 200), (-301, 401)])
def test_a_request_kept_back_is_refused(door: Door, late: int, status: int):
    """What was recorded cannot be played again after five minutes."""
    door.now = TIMESTAMP + late
    assert status == door.post().status_code


def test_no_secret_no_door():
    """An empty secret would let everybody in: the bot does not start with one."""
    with ThreadPoolExecutor(1) as pool, pytest.raises(ValueError, match="signing_secret"):
        FrontDoor(lambda _body, _headers: BoltResponse(status=200), "", lambda: 0.0, pool)


def test_slack_looks_at_the_certificate(door: Door):
    """Slack's unsigned ssl_check gets its 200, and nobody hears of it."""
    response = door.send(b"ssl_check=1&token=x", {"Content-Type": FORM})
    assert (200, []) == (response.status_code, door.heard)


def test_slack_asks_whether_the_address_is_ours(door: Door):
    """The address is confirmed when the app is set up; a stranger's question is not answered."""
    body = b'{"type": "url_verification", "challenge": "3eZb"}'
    assert "3eZb" == door.post(body, "application/json").text
    assert 401 == door.post(body, "application/json", X_Slack_Signature="v0=00").status_code


def test_a_click_arrives_as_slack_meant_it(door: Door):
    """Plus signs, percent signs, line breaks and emoji of a lead survive the form's encoding."""
    click = {"type": "block_actions", "text": "1+1=2 & 100% ~ é 👩‍💻\r\n\t=3D %41 a_b?"}
    door.post(urlencode({"payload": json.dumps(click)}).encode())
    door.post(urlencode({"payload": json.dumps(click, ensure_ascii=False)}).encode())
    assert [click, click] == [body for body, _ in door.heard]


def test_an_event_told_again_says_so(door: Door):
    """A listener can see that Slack tells an event for the second time."""
    door.post(b'{"type": "event_callback"}', "application/json; charset=utf-8",
              X_Slack_Retry_Num="1", X_Slack_Retry_Reason="http_timeout")  # fmt: skip
    heard = ({"type": "event_callback"},
             {"x-slack-retry-num": "1", "x-slack-retry-reason": "http_timeout"})  # fmt: skip
    assert [heard] == door.heard


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"[" * 200_000, "application/json"),
        (b'"text"', "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"payload=", FORM),
        (b"payload=%7B", FORM),
        (b"payload=[]", FORM),
        (b"payload=" + b"%5B" * 200_000, FORM),
        (b"payload=%FF", FORM),
        (b"a=%FF", FORM),
    ],
    ids=range(12),
)
def test_what_slack_would_never_send(door: Door, body: bytes, kind: str):
    """A body that cannot be read is refused, without a traceback."""
    assert (400, []) == (door.post(body, kind).status_code, door.heard)


def test_a_body_without_end(door: Door):
    """Nobody can fill the memory, whatever length they announce."""
    assert 413 == door.post(b"a" * (LONGEST_BODY_BYTES + 1)).status_code

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"a" * 100_000

    assert 413 == door.send(endless(), {}).status_code
    assert [] == door.heard


def test_bolts_answer_is_slacks_answer(door: Door):
    """Status, body and headers go back as the listener gave them."""
    door.answer = BoltResponse(status=404, body="unknown", headers={"x-slack-no-retry": ["1"]})
    response = door.post()
    assert (404, "unknown", "1") == (
        response.status_code,
        response.text,
        response.headers["x-slack-no-retry"],
    )


@given(st.text())
def test_the_fast_decoder_reads_what_forms_write(text: str):
    """Whatever people type arrives unchanged."""
    safe = text.encode("utf-8", "ignore").decode()
    assert {"payload": safe} == form_fields(b"payload=" + quote_plus(safe).encode())


@given(st.binary() | st.text(alphabet="%=0aA\r\n+ _").map(str.encode))
def test_the_fast_decoder_agrees_with_the_slow_one(raw: bytes):
    """Bodies that no browser would write are read as Python's own library reads them."""
    assert unquote_to_bytes(raw.replace(b"+", b" ")) == unquoted(raw)


def test_the_signature_is_compared_over_the_raw_body(door: Door):
    """The same fields in another encoding carry another signature."""
    given_ = hmac.new(SECRET.encode(), b"v0:%d:a=%%41" % TIMESTAMP, "sha256").hexdigest()
    assert 200 == door.post(b"a=%41", X_Slack_Signature=f"v0={given_}").status_code
    assert 401 == door.post(b"a=A", X_Slack_Signature=f"v0={given_}").status_code
