"""Rate limits, faults on demand, and the clocks behind them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.client import RemoteDisconnected
from typing import Any
from urllib.error import URLError

import pytest
from freezegun import freeze_time
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from playground import (
    FollowingClock,
    Server,
    SlackError,
    WireClock,
    Workspace,
    WorkspaceClock,
    sample_workspace,
)
from tests.playground.tiny_app import client_of

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
LATE_S = 4


class MovableWire(WireClock):
    """Wire time that a test may push ahead."""

    ahead = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead


def post(client: WebClient, channel: str = "mql-handoff", **more: Any) -> Any:
    return client.chat_postMessage(channel=channel, text="x", **more)


def said(server: Server) -> int:
    return len(server.person("@erik").sees("mql-handoff"))


def test_about_one_post_a_second_and_channel_after_a_burst() -> None:
    """A burst passes, then the channel takes one post a second of workspace time."""
    clock = WorkspaceClock(START, paused=True)
    with Server(sample_workspace(clock=clock, pacing=True)) as server:
        client = client_of(server)
        for _ in range(4):
            post(client)
        with pytest.raises(SlackApiError) as limited:
            post(client)
        response = limited.value.response
        assert (429, "1", "ratelimited") == (
            response.status_code,
            response.headers["Retry-After"],
            response["error"],
        )

        post(client, "sales")
        clock.advance(by=timedelta(seconds=1))
        post(client)
        with pytest.raises(SlackApiError, match="ratelimited"):
            post(client)
        assert 5 == said(server)


def test_tiers_limit_a_method_and_no_other() -> None:
    """Tier 2 takes twenty calls a minute; other methods go on."""
    clock = WorkspaceClock(START, paused=True)
    with Server(sample_workspace(clock=clock, pacing=True)) as server:
        client = client_of(server)
        for _ in range(20):
            client.users_list()
        with pytest.raises(SlackApiError, match="ratelimited"):
            client.users_list()
        assert client.usergroups_list()["ok"]
        clock.advance(by=timedelta(seconds=3))
        assert client.users_list()["ok"]


@pytest.mark.parametrize(
    ("inject", "raised", "performed"),
    [
        (lambda f: f.rate_limit("chat.postMessage", retry_after=7), SlackApiError, 0),
        (lambda f: f.refuse("chat.postMessage", "internal_error"), SlackApiError, 0),
        (lambda f: f.status("chat.postMessage", 503), SlackApiError, 0),
        (lambda f: f.status("chat.postMessage", 502, performed=True), SlackApiError, 1),
        (lambda f: f.cut("chat.postMessage"), (RemoteDisconnected, URLError, OSError), 0),
        (lambda f: f.lose_reply("chat.postMessage"), (RemoteDisconnected, URLError, OSError), 1),
        (lambda f: f.delay(LATE_S, "chat.postMessage", times=1), TimeoutError, 1),
        (lambda f: f.delay(LATE_S, "chat.postMessage", times=1, before=True), TimeoutError, 0),
    ],
    ids=["429", "refuse", "503", "502 after", "cut", "lost", "delay", "delay before"],
)
def test_each_fault_happens_once_and_does_what_it_says(
    server: Server, inject: Callable[[Any], None], raised: Any, performed: int
) -> None:
    """A fault hits one call, which was performed or not as promised; the next call is fine."""
    client, patient = client_of(server), client_of(server)
    client.timeout = LATE_S // 2
    inject(server.workspace.faults)

    with pytest.raises(raised):
        post(client)

    assert performed == said(server)
    assert post(patient)["ok"]


def test_faults_are_for_their_method_only(server: Server, client: WebClient) -> None:
    """Rate limiting one method leaves the others alone, for as many calls as told."""
    server.workspace.faults.rate_limit("chat.postMessage", times=2, retry_after=7)

    assert client.auth_test()["ok"]
    for _ in range(2):
        with pytest.raises(SlackApiError) as limited:
            post(client)
        assert "7" == limited.value.response.headers["Retry-After"]
    assert post(client)["ok"]


def test_triggers_live_three_real_seconds_and_work_once() -> None:
    """A modal can be opened once, in time, whatever workspace time does."""
    wire = MovableWire()
    workspace = Workspace(wire=wire, clock=WorkspaceClock(START, speed=10_000))
    tickets = workspace.tickets
    trigger = tickets.trigger("U1")
    assert "U1" == tickets.exchange(trigger).user
    with pytest.raises(SlackError, match="exchanged_trigger_id"):
        tickets.exchange(trigger)

    late = tickets.trigger("U1")
    wire.ahead = 3.1
    with pytest.raises(SlackError, match="expired_trigger_id"):
        tickets.exchange(late)


def test_response_urls_end_after_half_an_hour() -> None:
    """A response_url is dead after 30 minutes."""
    wire = MovableWire()
    tickets = Workspace(wire=wire).tickets
    token = tickets.response_token("U1", "C1")
    tickets.use_response(token)

    wire.ahead = 30 * 60 + 1

    with pytest.raises(SlackError, match="expired_url"):
        tickets.use_response(token)


def test_workspace_time_runs_pauses_and_jumps() -> None:
    """Time may run faster, stand still and jump ahead, never back."""
    wire = MovableWire()
    clock = WorkspaceClock(START, speed=60, wire=wire)
    wire.ahead = 60
    assert 3600 <= (clock.now() - START).total_seconds() < 3700

    clock.pause()
    stopped = clock.now()
    wire.ahead = 120
    assert stopped == clock.now()
    assert stopped + timedelta(hours=1) == clock.advance(by=timedelta(hours=1))
    with pytest.raises(ValueError, match="back"):
        clock.advance(to=START)


def test_frozen_time_stamps_messages_and_freezes_nothing_else(server: Server) -> None:
    """With time frozen by a test, messages bear the frozen time and triggers still expire."""
    with freeze_time(START, real_asyncio=True) as frozen:
        clock = FollowingClock(lambda: frozen().replace(tzinfo=UTC))
        workspace = sample_workspace(clock=clock)
        workspace.app.trigger_lives_s = 0.01
        with Server(workspace) as running:
            sent = post(client_of(running))
            trigger = workspace.tickets.trigger("U1")
            started = WireClock().monotonic()
            while WireClock().monotonic() < started + 0.02:
                pass
            with pytest.raises(SlackError, match="expired_trigger_id"):
                workspace.tickets.exchange(trigger)

    assert f"{int(START.timestamp())}.000000" == sent["ts"]
    assert server.workspace.clock.now() > START
