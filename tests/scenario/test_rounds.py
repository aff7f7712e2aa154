"""The courier in a running service: quick, side by side, and tidy when it stops. Real time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.delivery.courier import Claimed, Courier
from bot.delivery.outcomes import Outcome
from bot.delivery.rounds import Rounds
from bot.delivery.slack_api import SlackApi
from bot.domain.messages import RejectionNews
from tests.scenario.office import Office, open_office

PATIENCE_SECONDS = 20.0


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


@pytest.fixture
def rounds(office: Office) -> Iterator[Rounds]:
    working = Rounds(office.courier)
    working.start()
    yield working
    working.stop()


def comes_true(test: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if test():
            return True
        time.sleep(0.01)
    return test()


def test_what_is_queued_is_said_at_once(
    monkeypatch: pytest.MonkeyPatch, office: Office, request: pytest.FixtureRequest
) -> None:
    """A lead that comes in is in the channel before anybody could wonder: the bell alone is
    enough."""
    monkeypatch.setattr("bot.delivery.rounds.LOOK_EVERY_SECONDS", 3600)
    rounds: Rounds = request.getfixturevalue("rounds")
    office.lead()
    rounds.wake()

    assert comes_true(lambda: len(office.channel()) == 1)


def test_what_another_machine_queued_is_said_within_seconds(office: Office, rounds: Rounds) -> None:
    """Nobody rings the bell here, and it is found all the same."""
    office.lead()

    assert comes_true(lambda: len(office.channel()) == 1)


class Together(SlackApi):
    """A Slack that takes posts only so many at a time."""

    def __init__(self, office: Office, many: int) -> None:
        app = office.workspace.app
        super().__init__(app.bot_token, office.clock.now, office.server.api_url)
        self._all_here = threading.Barrier(many)

    def post(self, *args: Any, **kwargs: Any) -> Outcome:
        self._all_here.wait(PATIENCE_SECONDS)
        return super().post(*args, **kwargs)


def test_a_slow_channel_does_not_hold_up_the_others(office: Office) -> None:
    """While Slack takes its time with one, four people hear their news side by side."""
    people = ["@maja", "@anna", "@luis", "@henrik"]
    lead = office.lead()
    office.deliver()
    for who in people:
        office.say(RejectionNews(lead), who)
    rounds = Rounds(office.with_(slack=Together(office, len(people))).courier)
    rounds.start()

    assert comes_true(lambda: all(office.dm(who) for who in people))
    rounds.stop()


class Held(SlackApi):
    """A Slack that answers a post only when it is told to."""

    def __init__(self, office: Office) -> None:
        app = office.workspace.app
        super().__init__(app.bot_token, office.clock.now, office.server.api_url)
        self.asked, self.may_answer = threading.Event(), threading.Event()

    def post(self, *args: Any, **kwargs: Any) -> Outcome:
        self.asked.set()
        assert self.may_answer.wait(PATIENCE_SECONDS)
        return super().post(*args, **kwargs)


def test_nobody_waits_for_slack_to_write_something_down(office: Office) -> None:
    """While a message is on its way no transaction is open, so a click is not held up by it."""
    office.lead("Ada")
    slack = Held(office)
    sending = threading.Thread(target=office.with_(slack=slack).deliver)
    sending.start()
    assert slack.asked.wait(PATIENCE_SECONDS)
    office.lead("Bo")

    assert sending.is_alive()
    slack.may_answer.set()
    sending.join()


def test_what_is_in_hand_is_finished_before_the_end(office: Office) -> None:
    """A restart in the middle of a message leaves no doubt behind."""
    rounds = Rounds(office.courier)
    rounds.start()
    office.workspace.faults.delay(0.5, "chat.postMessage", times=1, before=True)
    office.lead()
    rounds.wake()
    assert comes_true(lambda: not office.workspace.faults.waiting())
    rounds.stop()

    assert ["card 1 of 1: offered"] == office.channel()
    assert not office.unsent()


class Stumbling(Courier):
    """Its database is away for a moment, twice."""

    stumbles = 2

    def claim(self, limit: int) -> list[Claimed]:
        if self.stumbles:
            self.stumbles -= 1
            raise ConnectionError("secret@example.com")
        return super().claim(limit)


def test_a_database_that_was_away_is_asked_again(office: Office) -> None:
    """The rounds go on, and the log says what happened without saying about whom."""
    courier = Stumbling(office.books, office.slack, office.words, office.clock.now, office.wire)
    rounds = Rounds(courier)
    office.lead()
    with capture_logs() as logs:
        rounds.start()
        assert comes_true(lambda: len(office.channel()) == 1)
        rounds.stop()

    assert 2 == sum(line["action"] == "claim_failed" for line in logs)
    assert "example.com" not in str(logs)
