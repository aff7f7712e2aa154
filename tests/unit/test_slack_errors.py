"""Each of Slack's errors leads to the one thing that can be done about it."""

import pytest

from bot.delivery.outcomes import Broken, Gone, RefusedContent, TryLater, Unknown, Unlisted
from bot.delivery.slack_errors import (
    BROKEN_CHANNEL,
    BROKEN_TOKEN,
    GONE,
    MAYBE_DONE,
    NOT_NOW,
    OUTCOMES,
    REFUSED,
    sorted_out,
)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        ("internal_error", Unknown),
        ("fatal_error", Unknown),
        ("service_unavailable", TryLater),
        ("channel_not_found", Broken),
        ("not_in_channel", Broken),
        ("is_archived", Broken),
        ("messages_tab_disabled", Broken),
        ("message_limit_exceeded", Broken),
        ("token_revoked", Broken),
        ("missing_scope", Broken),
        ("restricted_action_read_only_channel", Broken),
        ("restricted_action_of_tomorrow", Broken),
        ("invalid_blocks", RefusedContent),
        ("msg_blocks_too_long", RefusedContent),
        ("edit_window_closed", RefusedContent),
        ("metadata_too_large", RefusedContent),
        ("message_not_found", Gone),
        ("cant_update_message", Gone),
        ("restricted_action_thread_locked", Gone),
        ("born_next_year", Unlisted),
    ],
)
def test_an_error_becomes_its_outcome(error: str, outcome: type) -> None:
    """Whoever runs the bot reads Slack's own name of the error, and the bot does what fits it."""
    assert outcome(error) == sorted_out(error)


def test_no_error_is_listed_twice() -> None:
    """Which of two outcomes an error gets never depends on the order of a table."""
    listed = [MAYBE_DONE, NOT_NOW, BROKEN_TOKEN, BROKEN_CHANNEL, GONE, REFUSED]

    assert sum(map(len, listed)) == len(OUTCOMES)


@pytest.mark.parametrize("answer", [None, 7, "", "<html>Ada Lovelace</html>", "two words"])
def test_an_answer_that_is_not_slacks_is_never_quoted(answer: object) -> None:
    """A proxy's page in place of Slack's answer leaves nothing personal in the logs."""
    assert Unknown("an answer that is not Slack's") == sorted_out(answer)
