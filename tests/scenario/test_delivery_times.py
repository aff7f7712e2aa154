"""When a card went up: Slack says so, and is believed where it can be true."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.delivery.outcomes import Ok
from tests.scenario.office import START, Office, open_office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


class OddTimes:
    """A stand-in for Slack that carries messages and gives them times of its own."""

    def __init__(self, ts: str) -> None:
        self.ts = ts

    def __getattr__(self, method: str) -> Any:
        raise AssertionError(f"nobody needs {method} here")

    def post(self, channel: str, *_: Any, **__: Any) -> Ok:
        return Ok(self.ts, channel)

    def permalink(self, channel: str, ts: str) -> str:
        return ""


@pytest.mark.parametrize(
    "ts", ["1700000000.000100", "0", "99999999999.0", "soon", "-1.5", "9" * 400, "1e9"]
)
def test_a_time_that_cannot_be_is_not_believed(office: Office, ts: str) -> None:
    """Whatever Slack's stand-in calls a message, the four hours begin when it was posted."""
    odd = office.with_(slack=OddTimes(ts))
    lead = odd.lead()
    odd.later(seconds=90)
    odd.deliver()

    card, offer = odd.card(lead), odd.handoff(lead).offer
    assert card is not None
    assert ts == card.ts
    assert START + timedelta(seconds=90) == offer.posted_at
    assert offer.posted_at + timedelta(hours=4) == offer.answer_due
    assert not odd.unsent()


def test_a_card_found_again_after_a_weekend_was_up_all_the_time(office: Office) -> None:
    """An outage of Baton does not make the team's time longer."""
    lead = office.lead()
    office.later(minutes=5)
    office.workspace.faults.lose_reply("chat.postMessage")
    office.deliver()
    office.later(minutes=600)
    office.deliver()

    posted_at = office.handoff(lead).offer.posted_at
    assert posted_at is not None
    assert timedelta(minutes=5) <= posted_at - START < timedelta(minutes=6)
