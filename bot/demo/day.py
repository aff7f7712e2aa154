"""The day: leads coming in, people at work, and Monday's digest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from time import monotonic, sleep

from rich.console import Console

from bot.demo.leads import LeadFeed, people_without_end
from bot.demo.screen import Screen, kind_of
from bot.demo.sellers import CHANNEL, Sellers
from bot.demo.stage import ZONE, Stage
from playground.clock import instant_of

EVENING = time(16, 30)
MORNING = time(8, 58)  # just before the digest
FIRST_LEAD = timedelta(minutes=8)

SPEED = 480.0  # workspace seconds in a real one: the day takes about a minute
FAST = 1500.0
MORNING_SPEED = 60.0  # slow enough to see the digest come on time
TICK_SECONDS = 0.05
PATIENCE_SECONDS = 60.0  # of real time, for the digest at the end


class DemoFailed(RuntimeError):
    """Something that the demo promises to show did not happen; the sentence says what."""


def run_day(config: Path, console: Console, fast: bool = False, port: int = 0) -> None:
    """Play the day and say at the end what was seen. Raises DemoFailed."""
    with Stage(config, port) as at:
        console.print(f"A workspace runs at {at.server.url}; Baton is working in it.", style="dim")
        sellers = Sellers(at.workspace)
        with Screen(at.workspace, console, ZONE) as screen:
            play(at, sellers, people_without_end(), FAST if fast else SPEED)
        screen.summary(sellers)
        if missing := screen.missing():
            raise DemoFailed(f"The demo did not show: {', '.join(missing)}.")


def play(at: Stage, sellers: Sellers, leads: Iterator[dict[str, str]], speed: float) -> None:
    """The rest of this day with its leads, the days till Monday skipped, and Monday's digest."""
    began = at.clock.now()
    feed = LeadFeed(at.send, leads, began + FIRST_LEAD)
    at.clock.set_speed(speed)
    at.clock.resume()
    at.tell_time()
    while at.clock.now() < _local(began, EVENING):
        _tick(at, sellers)
        feed.send_due(at.clock.now())
    sellers.go_home()
    at.clock.set_speed(MORNING_SPEED)
    at.clock.advance(to=_local(next_monday(at.clock.now()), MORNING))
    at.tell_time()
    give_up = monotonic() + PATIENCE_SECONDS
    while not _digest_seen(at) and monotonic() < give_up:
        _tick(at, sellers)
    at.workspace.deliveries.wait_quiet()


def next_monday(now: datetime) -> datetime:
    local = now.astimezone(ZONE)
    return local + timedelta(days=7 - local.weekday())


def _local(day: datetime, at: time) -> datetime:
    return datetime.combine(day.astimezone(ZONE).date(), at, ZONE).astimezone(UTC)


def _tick(at: Stage, sellers: Sellers) -> None:
    at.child.check_alive()
    sellers.work(at.clock.now())
    sleep(TICK_SECONDS)


def _digest_seen(at: Stage) -> bool:
    """This Monday's digest is complete when its thread holds the breakdown."""
    channel = at.workspace.channel(CHANNEL).id
    midnight = _local(at.clock.now(), time())
    return any(
        kind_of(message) == "digest_breakdown" and instant_of(message.ts) > midnight
        for message in at.workspace.messages.all_in(channel)
    )
