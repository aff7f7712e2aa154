"""What a status in Slack says about whether somebody can be asked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.delivery.outcomes import Status
from bot.delivery.roster import statuses
from bot.delivery.signals import says_away


@pytest.mark.parametrize(
    ("emoji", "text"),
    [
        (":palm_tree:", "Vacationing"),
        (":palm_tree:", ""),
        (":face_with_thermometer:", "Out sick"),
        (":palm_tree::skin-tone-2:", ""),
        ("", "On vacation until Monday"),
        ("", "OOO"),
        ("", "Out of the office"),
        (":speech_balloon:", "on parental leave"),
        ("", "On leave till May"),
        ("", "Annual leave"),
        ("", "På semester"),
        ("", "föräldraledig"),
        ("", "Im Urlaub"),
        ("", "krankgeschrieben"),
    ],
)
def test_who_does_not_work_is_away(emoji: str, text: str) -> None:
    """Slack's own suggestions, and how people begin such a status in three languages."""
    assert says_away(Status(emoji, text))


@pytest.mark.parametrize(
    ("emoji", "text"),
    [
        (":bus:", "Commuting"),
        (":spiral_calendar_pad:", "In a meeting"),
        (":house_with_garden:", "Working remotely"),
        (":coffee:", "Planning my vacation"),
        ("", "Semesterplanering"),
        ("", "Krankenhaus AG"),
        ("", "Leaving early"),
        ("", "Leave a message"),
        ("", "sickening deals"),
        ("", ""),
        (":", ""),
    ],
)
def test_who_works_is_not(emoji: str, text: str) -> None:
    """A meeting, a bus or a word that only looks like it keeps nobody from being asked."""
    assert not says_away(Status(emoji, text))


@pytest.mark.parametrize(
    ("profile", "status"),
    [
        ({"status_emoji": ":palm_tree:", "status_text": ""}, Status(":palm_tree:")),
        (
            {"status_emoji": "", "status_text": "OOO", "status_expiration": 1772442000},
            Status("", "OOO", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ),
        ({"status_text": "OOO", "status_expiration": 0}, Status("", "OOO")),
        ({"status_text": "OOO", "status_expiration": 1e30}, Status("", "OOO")),
        ({"status_text": "OOO", "status_expiration": "soon"}, Status("", "OOO")),
        ({"status_text": ["odd"], "status_emoji": None}, None),
        ({}, None),
        ("odd", None),
    ],
)
def test_a_status_is_read_as_slack_lists_it(profile: Any, status: Status | None) -> None:
    """With its end, where it has one; what is no status is none."""
    listed = statuses([{"id": "U1", "profile": profile}])
    assert ({"U1": status} if status else {}) == listed
