"""Going ahead in time, and what a person has read."""

from datetime import UTC, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import httpx
import pytest
from slack_sdk import WebClient

from playground import Extension, Person, Server, Workspace, WorkspaceClock, sample_workspace
from playground.eyes import workspace_of
from playground.travel import next_morning

STOCKHOLM = ZoneInfo("Europe/Stockholm")


@pytest.mark.parametrize(
    ("now", "weekday", "morning"),
    [
        ("2026-03-05T06:00", None, "2026-03-05T08:00"),  # 07:00 in Stockholm: still today
        ("2026-03-05T08:00", None, "2026-03-06T08:00"),  # at nine exactly, the next one is meant
        ("2026-03-28T12:00", None, "2026-03-29T07:00"),  # the clocks go forward in between
        ("2026-03-05T23:30", 0, "2026-03-09T08:00"),
        ("2026-03-09T07:59", 0, "2026-03-09T08:00"),
        ("2026-10-24T12:00", 0, "2026-10-26T08:00"),  # and back
    ],
)
def test_the_next_morning_is_nine_on_the_wall(now: str, weekday: int | None, morning: str) -> None:
    """Nine o'clock means nine on the company's wall, whatever the season."""
    told = next_morning(datetime.fromisoformat(now).replace(tzinfo=UTC), STOCKHOLM, weekday)

    assert datetime.fromisoformat(morning).replace(tzinfo=UTC) == told
    assert 9 == told.astimezone(STOCKHOLM).hour


def unread(person: Person, channel: str) -> tuple[int, int]:
    for known in workspace_of(person)["channels"]:
        if known["id"] == channel:
            return known["unread"]["messages"], known["unread"]["mentions"]
    raise LookupError(channel)


def test_channels_and_threads_are_read_apart(
    workspace: Workspace, client: WebClient, server: Server
) -> None:
    """Looking at a channel does not read its threads, and a mark never goes back."""
    erik, channel = server.person("@erik"), workspace.channel("sales").id
    root = str(client.chat_postMessage(channel=channel, text="A lead")["ts"])
    mention = f"<@{erik.id}> please"
    reply = str(client.chat_postMessage(channel=channel, text=mention, thread_ts=root)["ts"])
    assert (1, 1) == unread(erik, channel)

    erik.read("sales", reply)
    assert (0, 1) == unread(erik, channel)

    erik.read("sales", reply, root)
    erik.read("sales", root, root)
    assert (0, 0) == unread(erik, channel)


def test_a_broadcast_reply_is_read_in_either_place(
    workspace: Workspace, client: WebClient, server: Server
) -> None:
    """What stands in the channel and in the thread is new once."""
    erik, channel = server.person("@erik"), workspace.channel("sales").id
    root = str(client.chat_postMessage(channel=channel, text="A lead")["ts"])
    said = client.chat_postMessage(
        channel=channel, text=f"<@{erik.id}>", thread_ts=root, reply_broadcast=True
    )
    assert (2, 1) == unread(erik, channel)

    erik.read("sales", str(said["ts"]))
    assert (0, 0) == unread(erik, channel)


def test_time_waits_for_a_slow_app() -> None:
    """What is due on the way is done at its time, however long a busy app takes to notice."""
    begin = datetime(2026, 3, 2, 8, tzinfo=UTC)
    dues = [begin + timedelta(minutes=minutes) for minutes in (7, 30)]
    clock = WorkspaceClock(begin, paused=True)
    done: list[datetime] = []
    looks = count()

    def next_due() -> datetime | None:
        if dues and dues[0] <= clock.now() and next(looks) % 4 == 3:  # it has noticed at last
            dues.pop(0)
            done.append(clock.now())
        return dues[0] if dues else None

    workspace = sample_workspace(clock=clock)
    with Server(workspace, extension=Extension("Dues", next_due=next_due)) as server:
        httpx.post(f"{server.url}/playground/travel", json={"by": 3600}).raise_for_status()
        arrived = begin + timedelta(hours=1)
        while clock.now() < arrived:
            assert workspace.feed.wait_past(workspace.feed.last, 20)

    assert [begin + timedelta(minutes=7), begin + timedelta(minutes=30)] == done
