"""The demo in a terminal: what happened can be read, whatever the screen's width."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from slack_sdk import WebClient

from bot.demo.screen import Screen
from playground import Server, WorkspaceClock, sample_workspace

ZONE = ZoneInfo("Europe/Stockholm")
MORNING = datetime(2026, 3, 6, 9, 30, tzinfo=ZONE)
REASON: dict[str, Any] = {
    "type": "section",
    "text": {"type": "mrkdwn", "text": "Reason: *Bad data*"},
}
NOTE: dict[str, Any] = {"type": "section", "text": {"type": "mrkdwn", "text": "“It bounces.”"}}
TITLE: dict[str, Any] = {"type": "section", "text": {"type": "mrkdwn", "text": "Rejected"}}
FIGURE: dict[str, Any] = {
    "type": "section",
    "fields": [{"type": "mrkdwn", "text": "*Posted*\n45\n_before: 3_"}],
}


def shown(width: int, *posts: tuple[str, str, str, list[dict[str, Any]]]) -> list[str]:
    """The lines of a terminal of this width after Baton posted `(to, kind, text, blocks)`."""
    written = io.StringIO()
    console = Console(file=written, width=width, force_terminal=True, color_system=None)
    workspace = sample_workspace(clock=WorkspaceClock(MORNING, paused=True))
    with Server(workspace) as server, Screen(workspace, console, ZONE):
        client = WebClient(workspace.app.bot_token, base_url=server.api_url)
        for to, kind, text, blocks in posts:
            place = workspace.user(to).id if to.startswith("@") else workspace.channel(to).id
            about = {"event_type": "baton", "event_payload": {"kind": kind}}
            client.chat_postMessage(channel=place, text=text, blocks=blocks, metadata=about)
    return [line.rstrip() for line in written.getvalue().splitlines()]


def test_the_same_words_to_several_people_are_said_once() -> None:
    """Two marketers hear of one rejection: one line, and its reason once."""
    news = ("rejection_news", "@priya rejected Ada (Acme). Reason: Bad data", [TITLE, REASON, NOTE])
    lines = shown(100, ("@anna", *news), ("@luis", *news), ("@maja", "reminder", "Still here?", []))
    assert [
        "Fri 09:30  @anna, @luis  @priya rejected Ada (Acme). Reason: Bad data",
        f"{'':25}“It bounces.”",
        "Fri 09:30  @maja         Still here?",
    ] == lines


def test_a_narrow_screen_loses_the_company_before_what_happened() -> None:
    """No line is wider than the screen; Japanese counts double."""
    text = "佐藤 美咲 (さくら工務店): Accepted by @erik. First contact due by Monday, ten past nine"
    (line,) = shown(80, ("mql-handoff", "card", text, []))
    assert "佐藤 美咲: Accepted by @erik. First contact" in line
    assert line.endswith("…")


def test_the_reason_is_still_said_where_the_line_was_cut() -> None:
    """What matters most about a rejection is never what the screen has no room for."""
    text = "@priya rejected Maja-Stina Öberg (Kustlogistik i Luleå), 10:38. Reason: Bad data"
    lines = shown(60, ("@anna", "rejection_news", text, [TITLE, REASON, NOTE]))
    assert f"{'':25}Reason: Bad data" in lines


def test_times_are_said_in_no_language() -> None:
    """The hour of today, the date of another day: Swedish and German lines stay what they are."""
    today, monday = (int(MORNING.replace(day=day).timestamp()) for day in (6, 9))
    text = f"angenommen <!date^{today}^{{time}}|x>, fällig <!date^{monday}^{{time}}|x>"
    (line,) = shown(100, ("mql-handoff", "card", text, []))
    assert line.endswith("angenommen 09:30, fällig 2026-03-09 09:30")


def test_a_figure_of_the_digest_is_one_line() -> None:
    """Label, value and the week before, side by side."""
    lines = shown(100, ("mql-handoff", "digest", "The week", [TITLE, FIGURE]))
    assert ["Fri 09:30  #mql-handoff  The week", f"{'':25}Posted: 45 · before: 3"] == lines
