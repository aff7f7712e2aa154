"""The courier in a running service: quick, side by side, and tidy when it stops. Real time."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.delivery.courier import Claimed, Courier
from bot.delivery.rounds import Rounds
from bot.domain.messages import RejectionNews
from tests.scenario.office import Office, open_office


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


def comes_true(test: Callable[[], bool], within_seconds: float) -> bool:
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline:
        if test():
            return True
        time.sleep(0.01)
    return test()


def test_what_is_queued_is_said_at_once(office: Office, rounds: Rounds) -> None:
    """A lead that comes in is in the channel before anybody could wonder."""
    office.lead()
    rounds.wake()

    assert comes_true(lambda: len(office.channel()) == 1, within_seconds=0.9)


def test_what_another_machine_queued_is_said_within_seconds(office: Office, rounds: Rounds) -> None:
    """Nobody rings the bell here, and it is found all the same."""
    office.lead()

    assert comes_true(lambda: len(office.channel()) == 1, within_seconds=3)


def test_a_slow_channel_does_not_hold_up_the_others(office: Office, rounds: Rounds) -> None:
    """While Slack takes its time with one, four people hear their news side by side."""
    lead = office.lead()
    rounds.wake()
    assert comes_true(lambda: len(office.channel()) == 1, within_seconds=3)
    office.workspace.faults.delay(0.8, "chat.postMessage", before=True)
    people = ["@maja", "@anna", "@luis", "@henrik"]
    for who in people:
        office.say(RejectionNews(lead), who)
    started = time.monotonic()
    rounds.wake()

    assert comes_true(lambda: all(office.dm(who) for who in people), within_seconds=4)
    assert time.monotonic() - started < 2.4  # one after the other would be 3.2
    office.workspace.faults.clear()


def test_nobody_waits_for_slack_to_write_something_down(office: Office) -> None:
    """While a message is on its way no transaction is open, so a click is not held up by it."""
    office.lead("Ada")
    office.workspace.faults.delay(1.5, "chat.postMessage", times=1, before=True)
    sending = threading.Thread(target=office.deliver)
    sending.start()
    assert comes_true(lambda: not office.workspace.faults.waiting(), within_seconds=3)
    started = time.monotonic()
    office.lead("Bo")
    took = time.monotonic() - started

    assert sending.is_alive()
    assert took < 0.7
    sending.join()


def test_what_is_in_hand_is_finished_before_the_end(office: Office) -> None:
    """A restart in the middle of a message leaves no doubt behind."""
    rounds = Rounds(office.courier)
    rounds.start()
    office.workspace.faults.delay(0.5, "chat.postMessage", times=1, before=True)
    office.lead()
    rounds.wake()
    assert comes_true(lambda: not office.workspace.faults.waiting(), within_seconds=3)
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
        assert comes_true(lambda: len(office.channel()) == 1, within_seconds=5)
        rounds.stop()

    assert 2 == sum(line["action"] == "claim_failed" for line in logs)
    assert "example.com" not in str(logs)
