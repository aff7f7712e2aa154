"""The day: a workspace, Baton as a child process, leads coming in, and people at work."""

from __future__ import annotations

import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console

from bot.demo.child import Child, free_port
from bot.demo.leads import LeadFeed
from bot.demo.screen import Screen, kind_of
from bot.demo.sellers import Sellers
from playground import InstalledApp, Server, Workspace, WorkspaceClock, sample_workspace

ZONE = ZoneInfo("Europe/Stockholm")
FRIDAY_MORNING = datetime(2026, 3, 6, 8, 55, tzinfo=ZONE).astimezone(UTC)
FRIDAY_EVENING = datetime(2026, 3, 6, 16, 30, tzinfo=ZONE).astimezone(UTC)
MONDAY_MORNING = datetime(2026, 3, 9, 8, 58, tzinfo=ZONE).astimezone(UTC)

SPEED = 480.0  # workspace seconds in a real one: the day takes about a minute
FAST = 1500.0
MORNING_SPEED = 60.0  # slow enough to see the digest come on time
TICK_SECONDS = 0.05
PATIENCE_SECONDS = 60.0  # of real time, for the digest at the end


class DemoFailed(RuntimeError):
    """Something that the demo promises to show did not happen; the sentence says what."""


@dataclass(frozen=True)
class Stage:
    workspace: Workspace
    clock: WorkspaceClock
    server: Server
    child: Child
    intake_port: int
    intake_secret: str


def run(config: Path, console: Console, fast: bool = False, port: int = 0) -> None:
    """Play the day and say at the end what was seen. Raises DemoFailed."""
    with stage(config, port) as at:
        console.print(f"A workspace runs at {at.server.url}; Baton is working in it.", style="dim")
        sellers = Sellers(at.workspace)
        with Screen(at.workspace, console, ZONE) as screen:
            play(at, sellers, FAST if fast else SPEED)
        screen.summary(sellers)
        if missing := screen.missing():
            raise DemoFailed(f"The demo did not show: {', '.join(missing)}.")


@contextmanager
def stage(config: Path, port: int = 0) -> Iterator[Stage]:
    """The workspace with Baton in it, its clock standing still on Friday morning."""
    clock = WorkspaceClock(FRIDAY_MORNING, paused=True)
    app = InstalledApp(name="Baton", commands=frozenset({"/lead"}))
    workspace = sample_workspace(app=app, clock=clock)
    intake_port, secret = free_port(), secrets.token_hex(16)
    with Server(workspace, port=port) as server, tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{folder}/demo.db",
            "SLACK_BOT_TOKEN": workspace.app.bot_token,
            "SLACK_APP_TOKEN": workspace.app.app_token,
            "SLACK_SIGNING_SECRET": workspace.app.signing_secret,
            "SLACK_API_URL": server.api_url,
            "SLACK_MODE": "socket",
            "BATON_PORT": str(intake_port),
            "WEBSITE_SECRET": secret,
        }
        arguments = ["--config", str(config), "--clock", f"{server.url}/playground/clock"]
        with Child(arguments, environment) as child:
            child.wait_until_healthy(intake_port)
            yield Stage(workspace, clock, server, child, intake_port, secret)


def play(at: Stage, sellers: Sellers, speed: float) -> None:
    """Friday with its leads, the weekend skipped, and Monday's digest."""
    feed = LeadFeed(at.intake_port, at.intake_secret, FRIDAY_MORNING + timedelta(minutes=8))
    at.clock.set_speed(speed)
    at.clock.resume()
    while at.clock.now() < FRIDAY_EVENING:
        _tick(at, sellers)
        feed.send_due(at.clock.now())
    sellers.go_home()
    at.clock.set_speed(MORNING_SPEED)
    at.clock.advance(to=MONDAY_MORNING)
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not _digest_seen(at):
        _tick(at, sellers)
        if time.monotonic() > give_up:
            return
    at.workspace.deliveries.wait_quiet()


def _tick(at: Stage, sellers: Sellers) -> None:
    at.child.check_alive()
    sellers.work(at.clock.now())
    time.sleep(TICK_SECONDS)


def _digest_seen(at: Stage) -> bool:
    """The digest is complete when its thread holds the breakdown."""
    channel = at.workspace.channel("mql-handoff").id
    return any(
        kind_of(message) == "digest_breakdown" for message in at.workspace.messages.all_in(channel)
    )
