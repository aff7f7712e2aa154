"""`POST /leads`: who may hand a lead in, what is wrong with it, and once is once."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from bot.domain.handoff import State
from handlers.front_door import signature
from tests.scenario.world import World, open_world

ADA = {"email": "ada@acme.example", "name": "Ada", "country": "SE", "why": "Asked for a demo"}
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_world(tmp_path_factory.mktemp("intake")) as world:
        yield world


@pytest.fixture
def world(opened: World) -> Iterator[World]:
    """One World for all of these: each test takes in people of its own."""
    yield opened
    opened.forget()


def signed(body: bytes, late: int = 0, source: str = "website", **how: str) -> Any:
    secret = how.get("secret", "a-secret")
    timestamp = str(int(time.time()) - late)
    return {
        "X-Baton-Source": source,
        "X-Baton-Timestamp": timestamp,
        "X-Baton-Signature": signature(secret.encode(), timestamp, body).decode(),
    }


def post(world: World, body: bytes, kind: str = JSON, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.post(
        f"{world.http}/leads", content=body, headers={"Content-Type": kind, **named}, timeout=10
    )


def hand_in(world: World, lead: object, **headers: str) -> httpx.Response:
    body = json.dumps(lead).encode()
    return post(world, body, **{**signed(body), **headers})


def test_a_signed_lead_becomes_a_card(world: World):
    """A website hands a lead in; the answer names it, and its card goes up."""
    response = hand_in(world, ADA)
    answer = response.json()
    assert (201, "offered", []) == (response.status_code, answer["outcome"], answer["warnings"])
    world.deliver()
    world.sees("Ada", "Asked for a demo", "website")
    assert State.OFFERED is world.handoff(answer["handoff"]).state
    assert answer["lead"].startswith("L-")


def test_a_form_tool_that_cannot_sign(world: World):
    """A token is enough where signing is not possible, and a plain form is enough for a lead."""
    body = b"email=grace%40acme.example&name=Grace+Hopper&score=87"
    response = post(world, body, FORM, Authorization="Bearer a-token")
    assert 201 == response.status_code
    world.deliver()
    world.sees("Grace Hopper", "87", "forms")


def test_the_same_person_again_is_news_on_the_open_card(world: World):
    """A second form of the same person is no second card."""
    first = hand_in(world, {"email": "again@acme.example"}).json()
    second = hand_in(world, {"email": "Again@ACME.example", "name": "Again"})
    assert (200, "news", first["handoff"]) == (
        second.status_code,
        second.json()["outcome"],
        second.json()["handoff"],
    )


def test_the_same_request_again_is_nothing_new(world: World):
    """A sender that is not sure may send again, with the same key."""
    lead = {"email": "key@acme.example"}
    first = hand_in(world, lead, Idempotency_Key="form-17")
    again = hand_in(world, lead, Idempotency_Key="form-17")
    assert (201, 200, "repeated") == (
        first.status_code,
        again.status_code,
        again.json()["outcome"],
    )
    assert first.json()["handoff"] == again.json()["handoff"]


def test_one_key_for_two_sources_is_two_keys(world: World):
    """Numbers of one system never hide the leads of another."""
    hand_in(world, {"email": "one@acme.example"}, Idempotency_Key="7")
    body = b"email=two%40acme.example"
    other = post(world, body, FORM, Authorization="Bearer a-token", Idempotency_Key="7")
    assert (201, "offered") == (other.status_code, other.json()["outcome"])


def test_a_recorded_request_played_again_is_nothing_new(world: World):
    """Whoever records a signed request can do nothing with it."""
    body = json.dumps({"email": "replay@acme.example"}).encode()
    headers = signed(body)
    outcomes = [post(world, body, **headers).json()["outcome"] for _ in range(3)]
    assert ["offered", "repeated", "repeated"] == outcomes


def test_ten_at_once_are_one(world: World):
    """The same request ten times at the same moment makes one lead and one handoff."""
    lead = {"email": "burst@acme.example"}

    def send(_: int) -> dict[str, Any]:
        return dict(hand_in(world, lead, Idempotency_Key="burst").json())

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(send, range(10)))
    assert 1 == len({answer["handoff"] for answer in answers})
    assert ["offered"] == [a["outcome"] for a in answers if a["outcome"] != "repeated"]


BODY = json.dumps(ADA).encode()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic a-token"},
        {"Authorization": "a-token"},
        signed(BODY, secret="wrong"),
        signed(BODY, secret=""),
        signed(b"another body"),
        signed(BODY, late=310),
        signed(BODY, late=-100_000),
        signed(BODY, source="forms"),
        signed(BODY, secret="", source="forms"),
        signed(BODY, secret="", source="off"),
        signed(BODY, source="nobody"),
        {**signed(BODY), "X-Baton-Source": ""},
        {**signed(BODY), "X-Baton-Timestamp": "now"},
        {**signed(BODY), "X-Baton-Timestamp": ""},
        {**signed(BODY), "X-Baton-Timestamp": "9" * 100},
        {**signed(BODY), "X-Baton-Signature": "v0="},
        {**signed(BODY), "X-Baton-Signature": "v0=\xff"},
        {**signed(BODY), "X-Baton-Signature": "x", "Authorization": "Bearer a-token"},
    ],
    ids=range(21),
)
def test_who_cannot_prove_it_is_turned_away(world: World, headers: dict[str, str]):
    """Nobody hands in leads in another's name, and the answer does not say what was wrong."""
    raw: Any = {name: value.encode("latin-1") for name, value in headers.items()}
    response = post(world, BODY, **raw)
    assert 401 == response.status_code
    assert "missing, wrong or too old" in response.text


def test_every_problem_is_listed_by_its_field(world: World):
    """The sender can put everything right in one go."""
    response = hand_in(world, {"email": "ada@", "score": "high", "crm_url": "javascript:x"})
    assert 400 == response.status_code
    assert ["email", "score", "crm_url"] == [
        problem["field"] for problem in response.json()["problems"]
    ]


def test_what_was_kept_aside_is_said(world: World):
    """A phone number nobody can dial is no reason to lose the lead."""
    response = hand_in(world, {"email": "phone@acme.example", "phone": "ask for Ada"})
    assert (201, ["phone"]) == (
        response.status_code,
        [warning["field"] for warning in response.json()["warnings"]],
    )


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", JSON, 400),
        (b"{", JSON, 400),
        (b"[]", JSON, 400),
        (b"null", JSON, 400),
        (b'"ada@acme.example"', JSON, 400),
        (b"[" * 100_000, JSON, 400),
        (b'{"email":' * 20_000, JSON, 400),
        (b"\xff", JSON, 400),
        (b'{"email": "\xff@acme.example"}', JSON, 400),
        (b'{"email": NaN}', JSON, 400),
        (b'{"score": ' + b"9" * 5000 + b"}", JSON, 400),
        (b'{"email": "a@acme.example", "name": {"a": {"b": []}}}', JSON, 400),
        (b"{}", JSON, 400),
        (b"email=%FF", FORM, 400),
        (b"", FORM, 400),
        (b"email=ada%40acme.example", "text/plain", 415),
        (b"email=ada%40acme.example", "", 415),
        (b"email=ada%40acme.example", "multipart/form-data; boundary=x", 415),
        (b"<lead/>", "application/xml", 415),
        (b'{"name": "' + b"x" * 300_000 + b'"}', JSON, 413),
    ],
    ids=range(20),
)
def test_a_body_that_is_no_lead(world: World, body: bytes, kind: str, status: int):
    """Whatever is sent, the sender reads what to send instead."""
    response = post(world, body, kind, **signed(body))
    assert status == response.status_code
    assert response.json()["problems"][0]["problem"]


@pytest.mark.parametrize("key", ["a b", "x" * 201, "\xe4"])
def test_a_key_that_is_none(world: World, key: str):
    """A key is short and plain, so that both sides write it alike."""
    body = json.dumps({"email": "k@acme.example"}).encode()
    raw: Any = {"Idempotency_Key": key.encode("latin-1")}
    response = post(world, body, **{**signed(body), **raw})
    assert (400, "Idempotency-Key") == (
        response.status_code,
        response.json()["problems"][0]["field"],
    )


def test_a_hostile_lead_is_a_lead_like_others(world: World):
    """Names made to ping or to break things arrive as the harmless text they are."""
    name = '<!channel> *_~` "x" \\ \u202e \u0000 \ud83d 👩‍💻 שלום'
    assert 201 == hand_in(world, {"email": "evil@acme.example", "name": name}).status_code
    world.deliver()
    card = next(said for said in world.said if "👩‍💻" in said.words)
    assert "<!channel>" not in " ".join([card.seen.text, *formatted(card.seen.blocks)])


def formatted(part: Any) -> Iterator[str]:
    """All the text in which Slack looks for mentions."""
    if isinstance(part, dict) and part.get("type") == "mrkdwn":
        yield part["text"]
    elif isinstance(part, (dict, list)):
        for inner in part.values() if isinstance(part, dict) else part:
            yield from formatted(inner)


def test_nothing_of_a_lead_is_logged(world: World):
    """Logs say that leads come and are refused, never whose."""
    with capture_logs() as logs:
        hand_in(world, {"email": "private@acme.example", "name": "Private Person"})
        hand_in(world, {"email": "private@", "name": "Private Person"})
        post(world, BODY, Authorization="Bearer wrong")
    assert {"lead_refused", "intake_unauthorised"} == {line["action"] for line in logs}
    assert "rivate" not in str(logs)
    assert "wrong" not in str(logs)


def test_only_post(world: World):
    """The address is for handing in, not for looking around; a program reads why."""
    for path, status, says in (
        ("leads", 405, "Method Not Allowed: this address takes POST."),
        ("lead", 404, "Not Found."),
    ):
        answer = httpx.get(f"{world.http}/{path}")
        told = {"problems": [{"field": "", "problem": says}]}
        assert (status, told) == (answer.status_code, answer.json())
