"""Do Not Disturb, presence and status: what a person sets, what an app may know of it, and when."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from playground import InstalledApp, Person, Refused, Server, WorkspaceClock, sample_workspace
from tests.playground.tiny_app import client_of

MONDAY = datetime(2026, 3, 2, 14, tzinfo=UTC)  # 15:00 in Stockholm, 16:00 in Helsinki
NOBODY = {"dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1}


@pytest.fixture
def server() -> Iterator[Server]:
    app = InstalledApp(events=frozenset(["dnd_updated_user", "user_change"]))
    with Server(sample_workspace(app=app, clock=WorkspaceClock(MONDAY, paused=True))) as running:
        yield running


@pytest.fixture
def client(server: Server) -> WebClient:
    return client_of(server)


@pytest.fixture
def erik(server: Server) -> Person:
    return server.person("@erik")


def move(server: Server, **by: float) -> None:
    assert isinstance(server.workspace.clock, WorkspaceClock)
    server.workspace.clock.advance(by=timedelta(**by))


def dnd(client: WebClient, person: Person) -> tuple[bool, datetime, datetime]:
    told: Any = client.dnd_info(user=person.id).data
    assert {"ok", "dnd_enabled", "next_dnd_start_ts", "next_dnd_end_ts"} == set(told)
    start, end = (datetime.fromtimestamp(told[f"next_dnd_{n}_ts"], UTC) for n in ("start", "end"))
    return told["dnd_enabled"], start, end


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}+00:00")


def test_a_pause_is_seen_by_apps_as_a_session_that_ends(
    client: WebClient, erik: Person, server: Server
) -> None:
    """Whoever pauses notifications for half an hour is in Do Not Disturb for half an hour."""
    erik.pause_notifications(minutes=30)
    move(server, minutes=10)
    assert (True, MONDAY, MONDAY + timedelta(minutes=30)) == dnd(client, erik)

    move(server, minutes=20)
    info: Any = client.dnd_info(user=erik.id).data
    assert NOBODY == {name: info[name] for name in NOBODY}


def test_until_tomorrow_is_nine_in_ones_own_zone(client: WebClient, server: Server) -> None:
    """A pause until tomorrow ends at 09:00 where the person is."""
    aino = server.person("@aino")
    aino.pause_notifications(until="tomorrow")
    assert at("03-03T07:00") == dnd(client, aino)[2]
    aino.resume_notifications()
    assert not dnd(client, aino)[0]


@pytest.mark.parametrize(
    ("now", "start", "end"),
    [
        ("03-02T14:00", "03-02T21:00", "03-03T07:00"),
        ("03-02T23:30", "03-02T21:00", "03-03T07:00"),
        ("03-03T06:59", "03-02T21:00", "03-03T07:00"),
        ("03-03T07:00", "03-03T21:00", "03-04T07:00"),
        ("03-28T23:00", "03-28T21:00", "03-29T06:00"),  # the clocks go forward that night
    ],
)
def test_a_schedule_is_kept_each_night_on_the_wall(
    client: WebClient, erik: Person, server: Server, now: str, start: str, end: str
) -> None:
    """From 22:00 to 08:00 in Stockholm: the session that is on, else the next one."""
    assert isinstance(server.workspace.clock, WorkspaceClock)
    erik.set_dnd_schedule("22:00", "08:00")
    server.workspace.clock.advance(to=at(now))

    assert (True, at(start), at(end)) == dnd(client, erik)


def test_a_pause_into_the_night_ends_with_the_night(client: WebClient, erik: Person) -> None:
    """A pause that reaches into the schedule becomes one session with it."""
    erik.set_dnd_schedule("22:00", "08:00")
    erik.pause_notifications(until=at("03-02T22:00"))
    assert (True, MONDAY, at("03-03T07:00")) == dnd(client, erik)
    erik.resume_notifications()
    assert at("03-02T21:00") == dnd(client, erik)[1]


def test_do_not_disturb_holds_back_the_ping_but_not_the_message(
    client: WebClient, erik: Person, server: Server
) -> None:
    """What is said meanwhile is there, with its badge, and no notification is made up for later."""
    before, told = len(erik.pings()), server.workspace.reading
    badges = told.attention(erik.id)
    erik.pause_notifications(minutes=30)
    client.chat_postMessage(channel=erik.id, text="while away")

    assert ("while away", before) == (erik.dm()[-1].words, len(erik.pings()))
    assert badges + 1 == told.attention(erik.id)
    move(server, minutes=30)
    assert before == len(erik.pings())
    client.chat_postMessage(channel=erik.id, text="back again")
    assert ["back again"] == [ping.words for ping in erik.pings()[before:]]


def test_a_team_is_asked_about_at_once(client: WebClient, erik: Person, server: Server) -> None:
    """dnd.teamInfo answers for up to 50 people, and refuses nobody, strangers and crowds."""
    maja = server.person("@maja")
    erik.pause_notifications(minutes=60)

    users: Any = client.dnd_teamInfo(users=[erik.id, maja.id])["users"]
    assert {erik.id: True, maja.id: False} == {
        user: told["dnd_enabled"] for user, told in users.items()
    }
    assert NOBODY == users[maja.id]
    refused = [([], "no_users_provided"), (["U0NOBODY"], "user_not_visible")]
    for wanted, error in [*refused, ([erik.id] * 51, "invalid_arguments")]:
        with pytest.raises(SlackApiError, match=error):
            client.dnd_teamInfo(users=wanted)


def test_an_app_learns_of_its_own_snooze_only(client: WebClient, server: Server) -> None:
    """snooze_enabled is told of oneself, and so is how presence was found."""
    own: Any = client.dnd_info().data
    assert not own["snooze_enabled"]
    assert client.users_getPresence(user=server.workspace.app.bot_user)["online"]
    server.workspace.app.scopes -= {"dnd:read"}
    with pytest.raises(SlackApiError, match="missing_scope"):
        client.dnd_teamInfo(users=[server.person("@erik").id])


def test_presence_is_active_until_one_goes_away(client: WebClient, erik: Person) -> None:
    """People are active by default and away when they say so."""
    assert {"ok": True, "presence": "active"} == client.users_getPresence(user=erik.id).data
    erik.set_presence("away")
    assert "away" == client.users_getPresence(user=erik.id)["presence"]
    with pytest.raises(Refused, match="no_such_presence"):
        erik.set_presence("asleep")


def shown(client: WebClient, person: Person) -> tuple[str, str, int]:
    profile = client.users_info(user=person.id)["user"]["profile"]
    return profile["status_text"], profile["status_emoji"], profile["status_expiration"]


def test_a_status_is_shown_until_it_expires(
    client: WebClient, erik: Person, server: Server
) -> None:
    """A status has words, an emoji and an end in workspace time; then it is gone."""
    erik.set_status("In a meeting", "calendar", minutes=60)
    end = int((MONDAY + timedelta(hours=1)).timestamp())
    assert ("In a meeting", ":calendar:", end) == shown(client, erik)
    listed: Any = client.users_list()["members"]
    assert end == next(u for u in listed if u["id"] == erik.id)["profile"]["status_expiration"]

    since = server.workspace.feed.last
    move(server, minutes=60)
    assert ("", "", 0) == shown(client, erik)
    changes = server.workspace.feed.since(since)
    assert [erik.id] == [c.data["user"] for c in changes if c.kind == "user_changed"]


@pytest.mark.parametrize(
    ("until", "end"), [("today", "03-02T22:59"), ("week", "03-08T22:59"), ("tomorrow", "03-03T08")]
)
def test_a_status_ends_at_a_time_people_say(
    client: WebClient, erik: Person, until: str, end: str
) -> None:
    """Today, this week and tomorrow are those of the person's own wall."""
    erik.set_status("Vacationing", ":palm_tree:", until=until)
    assert at(end).timestamp() == shown(client, erik)[2]


def test_a_status_without_end_or_emoji_stays(client: WebClient, erik: Person) -> None:
    """Words alone get a speech balloon, and last until they are taken away."""
    erik.set_status("On the phone")
    assert ("On the phone", ":speech_balloon:", 0) == shown(client, erik)
    erik.set_status()
    assert ("", "", 0) == shown(client, erik)


def test_nonsense_is_refused(erik: Person) -> None:
    """The past, no duration, an empty schedule and a novel are not accepted."""
    for wrong, act in {
        "time_goes_on": lambda: erik.pause_notifications(until=MONDAY),
        "no_duration": erik.pause_notifications,
        "no_such_schedule": lambda: erik.set_dnd_schedule("08:00", "08:00"),
        "too_long": lambda: erik.set_status("x" * 101),
    }.items():
        with pytest.raises(Refused, match=wrong):
            act()


def test_apps_that_listen_hear_of_it(erik: Person, server: Server) -> None:
    """dnd_updated_user and user_change carry what changed."""
    sent = len(server.workspace.deliveries.kept)
    erik.pause_notifications(minutes=30)
    erik.set_status("Out sick", "face_with_thermometer", until="today")

    paused, said = [d.payload["event"] for d in list(server.workspace.deliveries.kept)[sent:]]
    assert ("dnd_updated_user", erik.id) == (paused["type"], paused["user"])
    assert paused["dnd_status"]["dnd_enabled"]
    assert ("user_change", "Out sick") == (said["type"], said["user"]["profile"]["status_text"])


def test_another_process_sets_it_too(server: Server, client: WebClient, erik: Person) -> None:
    """The same acts over the control API."""
    url = f"{server.url}/playground/people/@erik"
    for act, options in {
        "pause_notifications": {"until": "tomorrow"},
        "set_dnd_schedule": {"start": "22:00", "end": "08:00"},
        "set_presence": {"presence": "away"},
        "set_status": {"text": "Vacationing", "emoji": "palm_tree", "until": "week"},
    }.items():
        assert {"result": None} == httpx.post(f"{url}/{act}", json=options).json()
    assert (True, MONDAY, at("03-03T08:00")) == dnd(client, erik)
    assert ":palm_tree:" == shown(client, erik)[1]
    assert (
        "time_goes_on"
        == httpx.post(f"{url}/pause_notifications", json={"until": MONDAY.isoformat()}).json()[
            "error"
        ]
    )
