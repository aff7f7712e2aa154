"""When a click counts; how it travels is in tests/scenario/test_click_instants.py."""

from datetime import timedelta

from bot.domain import handoff
from bot.domain.journal import begin
from bot.use_cases.clicked import counts_at
from tests.unit.agreements import PROMISED, stockholm

NINE = stockholm("2026-03-02 09:00")
SECOND = timedelta(seconds=1)


def test_a_click_may_be_quicker_than_our_notes():
    """Who presses a button the moment the card is up is heard, before it is noted to be up."""
    unposted = begin(1, 1, handoff.offer(PROMISED, NINE, handoff.EVERYBODY))

    assert NINE + SECOND == counts_at(unposted, NINE + 2 * SECOND, NINE + SECOND)
