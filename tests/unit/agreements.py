"""An agreement to test with: Monday to Friday nine to five in Stockholm, no holidays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.domain.agreement import (
    Act,
    Audience,
    Case,
    Clock,
    Duration,
    NextStep,
    Promised,
    Reason,
    Step,
    Target,
    Terms,
)
from bot.domain.business_hours import Calendar

NINE_TO_FIVE = Calendar("nine-to-five", "Europe/Stockholm", (((540, 1020),),) * 5 + ((),) * 2)

LADDER = (
    Step(Clock.ANSWER, 80, (Audience.HOLDER,), Act.REMIND),
    Step(Clock.ANSWER, 100, (Audience.HOLDER, Audience.MANAGER), Act.ESCALATE),
    Step(Clock.ANSWER, 150, (Audience.HEAD,), Act.REPOST),
    Step(Clock.TOUCH, 80, (Audience.HOLDER,), Act.REMIND),
    Step(Clock.TOUCH, 100, (Audience.HOLDER, Audience.MANAGER), Act.ESCALATE),
    Step(Clock.TOUCH, 150, (Audience.HOLDER, Audience.HEAD), Act.RETURN),
)

REASONS = (
    Reason("bad_data", "Wrong contact data", NextStep.FIX, note_required=True),
    Reason("not_icp", "Not our kind of company", NextStep.SUPPRESS),
    Reason("bad_timing", "Not now", NextStep.RECYCLE, asks_date=True),
    Reason("duplicate", "Already here", NextStep.JOIN, is_rejection=False),
)

TERMS = Terms(
    answer=Target(
        Duration(timedelta(hours=4)), (Case(Duration(timedelta(minutes=30)), tier=("A",)),)
    ),
    touch=Target(Duration(timedelta(hours=8))),
    calendars={"nordics": NINE_TO_FIVE},
    ladder=LADDER,
    reasons=REASONS,
)

PROMISED = Promised("nordics", 1, datetime(2026, 3, 2, 7, 0, tzinfo=UTC))


def stockholm(text: str) -> datetime:
    """`2026-03-02 09:00` in Stockholm's winter (UTC+1), as an instant."""
    return (datetime.fromisoformat(text) - timedelta(hours=1)).replace(tzinfo=UTC)
