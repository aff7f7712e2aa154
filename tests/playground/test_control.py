"""The playground's own doors: another process acts, looks, breaks things and moves time."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from slack_bolt import App
from slack_sdk import WebClient

from playground import InstalledApp, Server, WorkspaceClock, sample_workspace
from tests.playground.tiny_app import button, card

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
PATIENCE_S = 60.0


@pytest.fixture
def server() -> Iterator[Server]:
    clock = WorkspaceClock(START, paused=True)
    app = InstalledApp(ack_timeout_s=PATIENCE_S, trigger_lives_s=PATIENCE_S)
    with Server(sample_workspace(app=app, clock=clock)) as running:
        yield running


@pytest.fixture
def control(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{server.url}/playground", timeout=PATIENCE_S) as http:
        yield http


def test_another_process_reads_and_moves_the_clock(control: httpx.Client) -> None:
    """Workspace time can be read, sped up, paused and moved from outside."""
    told = {"now": START.isoformat(), "speed": 1.0, "paused": True}
    assert told == control.get("/clock").json()

    moved = control.post("/clock", json={"speed": 60, "by": 3600}).json()
    assert ("2026-03-02T09:00:00+00:00", 60.0) == (moved["now"], moved["speed"])
    back = control.post("/clock", json={"to": START.isoformat()})
    assert (400, "bad_request") == (back.status_code, back.json()["error"])


def test_another_process_lets_people_act_and_look(
    on_sockets: App, client: WebClient, control: httpx.Client
) -> None:
    """A click, a modal and what a person sees, over HTTP."""
    del on_sockets
    client.chat_postMessage(channel="sales", text="x", blocks=card(button("open")))

    def act(name: str, **options: Any) -> Any:
        return control.post(f"/people/@erik/{name}", json=options).json()

    clicked = act("click", action_id="open", channel="sales")["result"]
    assert (True, "") == (clicked["acked"], clicked["error"])
    seen = control.get("/people/@erik/sees", params={"channel": "sales"}).json()
    assert ("A card\nGo", "form") == (seen["messages"][0]["words"], seen["modal"]["callback_id"])
    assert "incomplete" == act("submit")["error"]
    assert act("submit", values={"note": "fine"})["result"]["acked"]
    assert "action_not_found" == act("click", action_id="no", channel="sales")["error"]
    assert "hello" == act("say", text="hello", channel="sales")["result"]["words"]
    assert "user_not_found" == control.post("/people/@nobody/say", json={}).json()["error"]
    kinds = [delivery["kind"] for delivery in control.get("/deliveries").json()["deliveries"]]
    assert ["interactive", "interactive"] == kinds


def test_another_process_injects_faults_and_settings(
    on_sockets: App, client: WebClient, control: httpx.Client, server: Server
) -> None:
    """Faults and settings are set by name; unknown names are refused."""
    del on_sockets
    control.post("/faults", json={"kind": "refuse", "method": "auth.test", "error": "fatal_error"})
    with pytest.raises(Exception, match="fatal_error"):
        client.auth_test()
    assert {"result": 1} == control.post("/faults", json={"kind": "drop_sockets"}).json()
    assert 400 == control.post("/faults", json={"kind": "earthquake"}).status_code

    assert control.post("/settings", json={"pacing": True}).json()["pacing"]
    assert server.workspace.pacing.enabled
    assert 400 == control.post("/settings", json={"colour": "red"}).status_code


def test_another_process_follows_the_changes(control: httpx.Client, client: WebClient) -> None:
    """Changes can be waited for or streamed, from any number on."""
    last = control.get("/state").json()["change"]
    client.chat_postMessage(channel="sales", text="x")

    changes = control.get("/changes", params={"since": last, "wait": 2}).json()["changes"]
    assert ["message_posted"] == [change["kind"] for change in changes]
    with control.stream("GET", "/feed", params={"since": last}) as stream:
        first = next(line for line in stream.iter_lines() if line.startswith("data:"))
    assert '"message_posted"' in first
    sales = next(c for c in control.get("/state").json()["channels"] if c.get("name") == "sales")
    assert ["x"] == [message["text"] for message in sales["messages"]]


@pytest.mark.parametrize("header", [{"host": "evil.example"}, {"origin": "https://evil.example"}])
def test_web_pages_of_others_are_turned_away(control: httpx.Client, header: dict[str, str]) -> None:
    """Neither a foreign page nor a foreign name for this machine may act here."""
    assert 403 == control.get("/state", headers=header).status_code


def test_it_runs_alone(server: Server) -> None:
    """`python -m playground` says what an app has to be told, to copy, and ends when asked."""
    del server
    command = [sys.executable, "-m", "playground", "--port", "0", "--speed", "60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as alone:
        assert alone.stdout is not None
        lines = [alone.stdout.readline() for _ in range(7)]
        given = dict(line[7:].rstrip().split("=") for line in lines if line.startswith("export "))
        client = WebClient(given["SLACK_BOT_TOKEN"], base_url=given["SLACK_API_URL"])
        told = client.auth_test()
        alone.terminate()
        assert (0, "Northwind") == (alone.wait(PATIENCE_S), told["team"])
    assert {"SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_MODE"} <= set(given)
