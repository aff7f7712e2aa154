"""The intake where something is wrong: what the sender reads, and what stands in the log."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from sqlalchemy import make_url
from structlog.testing import capture_logs

from bot.domain.agreement import MarketingPromise
from handlers.health import look
from handlers.http import AWAY, http_app
from handlers.intake import NOT_SAID, STRANGER, Intake
from tests.postgres import connect
from tests.scenario.test_handlers_intake import hand_in, post, signed
from tests.scenario.world import WEBSITE, World, open_world, serving

BODY = b'{"email": "ada@acme.example"}'


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_world(tmp_path_factory.mktemp("trouble")) as opened:
        yield opened


@pytest.mark.parametrize(
    ("headers", "source", "why"),
    [
        (dict, "", "neither X-Baton-Signature nor a Bearer token"),
        (lambda: {"Authorization": "Bearer wrong"}, "", "the token is of no source of app.yaml"),
        (lambda: signed(BODY, source="nobody"), "", "X-Baton-Source names no source of app.yaml"),
        (lambda: signed(BODY, source="forms"), "forms", "the source has no secret in app.yaml"),
        (lambda: signed(BODY, secret="wrong"), "website", "the signature is wrong"),
        (lambda: signed(BODY, late=400), "website", "the timestamp is more than five minutes off"),
        (
            lambda: signed(BODY) | {"X-Baton-Timestamp": "now"},
            "website",
            "X-Baton-Timestamp is no unix",
        ),
    ],
    ids=range(7),
)
def test_the_log_says_why_a_sender_is_not_let_in(
    world: World, headers: Callable[[], dict[str, str]], source: str, why: str
):
    """Who sets up a form finds out what is wrong; who guesses a secret does not."""
    with capture_logs() as logs:
        answer = post(world, BODY, **headers())  # signed now: it is good for five minutes
    assert (401, STRANGER.sentence) == (answer.status_code, answer.json()["problems"][0]["problem"])
    (line,) = logs
    assert (source, True) == (line["source"], line["why"].startswith(why))


def test_the_log_says_which_field_was_wrong(world: World):
    """Whoever looks after a form sees the field's name, and never what somebody typed."""
    with capture_logs() as logs:
        hand_in(world, {"email": "private@", "score": "private"})
    (line,) = logs
    assert ("website", ["email", "score"], 400) == (line["source"], line["fields"], line["status"])
    assert "private" not in str(logs)


def test_what_the_agreement_promises_and_a_lead_lacks(world: World):
    """Marketing hears it at once; the lead is offered all the same."""
    promise = MarketingPromise(required=("email", "company", "source", "why", "extra.budget"))
    desk = replace(world.desk, agreement=replace(world.desk.agreement, marketing=promise))
    intake = Intake(desk, [WEBSITE], time.time, world.after_ack)
    with serving(http_app(intake, lambda: look(desk, "off"))) as address:
        at = replace(world, http=address)
        bare = hand_in(at, {"email": "bare@acme.example", "company": "Acme"})
        whole = {"email": "whole@acme.example", "company": "Acme", "why": "Asked", "budget": "10k"}
        complete = hand_in(at, whole)
    lacks = [(warning["field"], warning["problem"]) for warning in bare.json()["warnings"]]
    assert [("why", NOT_SAID), ("extra.budget", NOT_SAID)] == lacks
    assert (201, 201, []) == (bare.status_code, complete.status_code, complete.json()["warnings"])


@pytest.fixture
def lost(
    tmp_path: Path, postgres_url: str, postgres_database: Callable[..., str]
) -> Iterator[World]:
    """A Baton whose database has gone."""
    address = postgres_database()
    name = make_url(address).database
    with open_world(tmp_path, database=address) as world, connect(make_url(postgres_url)) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")
        yield world
        server.execute(f"CREATE DATABASE {name}")  # for whoever tidies up


def test_while_the_database_is_away_a_lead_stays_with_its_sender(lost: World):
    """A 503 that says when to come again, and one line in the log without anybody's name."""
    with capture_logs() as logs:
        answer = hand_in(lost, {"email": "private@acme.example", "name": "Private Person"})
        well = httpx.get(f"{lost.http}/health")
    assert (503, "5") == (answer.status_code, answer.headers["retry-after"])
    assert [{"field": "", "problem": AWAY}] == answer.json()["problems"]
    assert (503, "unwell") == (well.status_code, well.json()["status"])
    told = [line for line in logs if line["action"] == "database_away"]
    assert ["/leads", "/health"] == [line["path"] for line in told]
    assert "it has no database of that name" in told[0]["event"]
    assert "rivate" not in str(logs)
