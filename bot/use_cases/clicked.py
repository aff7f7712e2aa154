"""When a click counts."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.handoff import Handoff

LONGEST_ON_ITS_WAY = timedelta(minutes=10)  # a click that Slack tells us of later counts as of then


def counts_at(before: Handoff, now: datetime, clicked_at: datetime | None) -> datetime:
    """The instant at which Slack says that a click was made: what the way to us took is charged to
    nobody. Where the clocks differ too much for that to be true, and where Slack does not say, now.
    Never before what the click answers."""
    if clicked_at is None or not now - LONGEST_ON_ITS_WAY <= clicked_at <= now:
        return now
    offer = before.offer
    known = (
        offer.posted_at,
        offer.answered_at,
        offer.touched_at,
        offer.sql_at,
        offer.opportunity_at,
        offer.asked_at,
        offer.asked_until,
        before.clock.started_at if before.clock else None,
    )
    # A step of the ladder that came in between is no such thing: the click was made before it.
    return max((clicked_at, *(min(at, now) for at in known if at)))
