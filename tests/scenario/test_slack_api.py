"""What Slack's answers, and its silences, become. Over real HTTP, against the playground."""

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.delivery.outcomes import (
    Absent,
    Broken,
    CannotLook,
    Failure,
    Gone,
    Identity,
    Ok,
    Outcome,
    RateLimited,
    RefusedContent,
    Roster,
    Sessions,
    TryLater,
    Unknown,
    Unlisted,
    Uploaded,
)
from bot.delivery.slack_api import SlackApi
from playground import InstalledApp, Server, Workspace, WorkspaceClock, sample_workspace
from tests.scenario.world import serving

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
PATIENCE_SECONDS = 20
PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)


@pytest.fixture
def clock() -> WorkspaceClock:
    return WorkspaceClock(START, paused=True)


@pytest.fixture
def server(clock: WorkspaceClock) -> Iterator[Server]:
    with Server(sample_workspace(clock=clock)) as running:
        yield running


@pytest.fixture
def workspace(server: Server) -> Workspace:
    return server.workspace


@pytest.fixture
def slack(server: Server, clock: WorkspaceClock) -> SlackApi:
    return SlackApi(
        server.workspace.app.bot_token, clock.now, server.api_url, timeout=PATIENCE_SECONDS
    )


@pytest.fixture
def channel(workspace: Workspace) -> str:
    return str(workspace.channel("mql-handoff").id)


def hello(slack: SlackApi, channel: str, key: str = "k1", thread_ts: str | None = None) -> Outcome:
    return slack.post(channel, "Hello", [], thread_ts, metadata={"key": key})


def said_in(server: Server, channel: str) -> list[str]:
    return [seen.text for seen in server.person("@maja").sees(channel)]


def test_a_post_returns_where_it_is(server: Server, slack: SlackApi, channel: str) -> None:
    """What was posted can be found, changed and linked to later."""
    posted = hello(slack, channel)

    assert isinstance(posted, Ok)
    assert channel == posted.channel
    assert slack.permalink(channel, posted.ts).startswith("http")
    assert Ok(posted.ts, channel) == slack.update(channel, posted.ts, "Changed", [])
    assert ["Changed"] == said_in(server, channel)


def test_a_person_is_written_to_in_their_dm(server: Server, slack: SlackApi) -> None:
    """A private nudge reaches one person, and the answer names the DM it is in."""
    maja = server.workspace.user("@maja")
    posted = slack.post(maja.id, "Psst", [])

    assert isinstance(posted, Ok)
    assert posted.channel.startswith("D")
    assert Ok(channel=posted.channel) == slack.open_dm(maja.id)
    assert ["Psst"] == [seen.text for seen in server.person("@maja").dm()]


def test_a_broadcast_reply_is_seen_in_the_channel(
    server: Server, slack: SlackApi, channel: str
) -> None:
    """A reminder in a card's thread does not hide from those who never opened it."""
    root = hello(slack, channel)
    assert isinstance(root, Ok)
    slack.post(channel, "Quiet", [], root.ts)
    slack.post(channel, "Loud", [], root.ts, broadcast=True)

    assert ["Hello", "Loud"] == said_in(server, channel)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        ("internal_error", Unknown("internal_error")),
        ("is_archived", Broken("is_archived")),
        ("token_revoked", Broken("token_revoked")),
        ("msg_blocks_too_long", RefusedContent("msg_blocks_too_long")),
        ("thread_not_found", Gone("thread_not_found")),
        ("born_next_year", Unlisted("born_next_year")),
        ("ratelimited", RateLimited(timedelta(seconds=1))),
    ],
)
def test_a_refusal_becomes_its_outcome(
    workspace: Workspace, slack: SlackApi, channel: str, error: str, outcome: Failure
) -> None:
    """Slack's no is told apart by what can be done about it."""
    workspace.faults.refuse("chat.postMessage", error)

    assert outcome == hello(slack, channel)


def lose_reply(workspace: Workspace) -> None:
    workspace.faults.lose_reply("chat.postMessage")


def cut(workspace: Workspace) -> None:
    workspace.faults.cut("chat.postMessage")


def fail_before(workspace: Workspace) -> None:
    workspace.faults.status("chat.postMessage", 503)


def fail_after(workspace: Workspace) -> None:
    workspace.faults.status("chat.postMessage", 500, performed=True)


def answer_late(workspace: Workspace) -> None:
    workspace.faults.delay(2, "chat.postMessage", times=1)


@pytest.mark.parametrize("fault", [lose_reply, cut, fail_before, fail_after, answer_late])
def test_what_may_have_arrived_is_called_unknown(
    server: Server, channel: str, fault: Callable[[Workspace], None]
) -> None:
    """A dropped connection, a timeout and a server's error all leave it open; nobody guesses."""
    fault(server.workspace)
    impatient = SlackApi(server.workspace.app.bot_token, lambda: START, server.api_url, timeout=1)

    assert isinstance(hello(impatient, channel), Unknown)


def test_nobody_listening_is_surely_not_sent() -> None:
    """While Slack is out of reach a message is simply tried again later."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/api/"
        slack = SlackApi("xoxb-1", lambda: START, url, timeout=PATIENCE_SECONDS)

        assert TryLater("ConnectionRefusedError") == hello(slack, "C1")


def test_a_wrong_token_and_a_wrong_address_are_for_a_person_to_mend(server: Server) -> None:
    """A mistake in the settings is said, not retried for ever."""
    wrong_token = SlackApi("xoxb-wrong", lambda: START, server.api_url, timeout=PATIENCE_SECONDS)
    wrong_address = SlackApi(
        "xoxb-wrong", lambda: START, f"{server.url}/nowhere/", timeout=PATIENCE_SECONDS
    )

    assert Broken("invalid_auth") == hello(wrong_token, "C1")
    assert isinstance(hello(wrong_address, "C1"), Broken)


def test_a_limited_post_closes_nothing_else(
    workspace: Workspace, slack: SlackApi, channel: str
) -> None:
    """One busy channel does not silence the others."""
    workspace.faults.rate_limit("chat.postMessage", retry_after=30)

    assert RateLimited(timedelta(seconds=30)) == hello(slack, channel)
    assert isinstance(hello(slack, channel), Ok)


def test_any_other_limited_method_stays_closed_for_as_long_as_slack_asked(
    workspace: Workspace, slack: SlackApi, channel: str, clock: WorkspaceClock
) -> None:
    """Slack is not asked again before it wants to be."""
    posted = hello(slack, channel)
    assert isinstance(posted, Ok)
    workspace.faults.rate_limit("chat.update", retry_after=30)

    assert RateLimited(timedelta(seconds=30)) == slack.update(channel, posted.ts, "A", [])
    clock.advance(timedelta(seconds=10))
    assert RateLimited(timedelta(seconds=20)) == slack.update(channel, posted.ts, "B", [])
    clock.advance(timedelta(seconds=20))
    assert posted == slack.update(channel, posted.ts, "C", [])


def test_a_message_is_found_again_by_its_key(
    slack: SlackApi, channel: str, clock: WorkspaceClock
) -> None:
    """A lost answer can be made good: the message knows which outbox row it came from."""
    posted = hello(slack, channel, "k1")
    clock.advance(timedelta(minutes=1))
    hello(slack, channel, "k2")

    assert posted == slack.find_by_key(channel, "k1", START - timedelta(minutes=5), None)
    assert posted == slack.find_by_key(channel, "k1", None, None)
    assert Absent() == slack.find_by_key(channel, "k3", START, None)
    assert Absent() == slack.find_by_key(channel, "k1", START + timedelta(seconds=30), None)


def test_a_reply_is_found_in_its_thread(slack: SlackApi, channel: str) -> None:
    """Replies are not in a channel's history; they are looked for where they are."""
    root = hello(slack, channel, "k1")
    assert isinstance(root, Ok)
    reply = hello(slack, channel, "k2", root.ts)

    assert reply == slack.find_by_key(channel, "k2", START, root.ts)
    assert Absent() == slack.find_by_key(channel, "k2", START, None)
    assert Absent() == slack.find_by_key(channel, "k2", START, "1.000001")


def test_a_long_history_is_read_page_by_page(slack: SlackApi, channel: str) -> None:
    """A busy channel hides nothing."""
    first = hello(slack, channel, "k0")
    for number in range(1, 203):
        hello(slack, channel, f"k{number}")

    assert first == slack.find_by_key(channel, "k0", START - timedelta(minutes=5), None)


def test_without_a_history_scope_we_cannot_look(clock: WorkspaceClock) -> None:
    """Not being allowed to look is told apart from having looked in vain."""
    app = InstalledApp(scopes=frozenset({"chat:write"}))
    with Server(sample_workspace(app=app, clock=clock)) as server:
        slack = SlackApi(app.bot_token, clock.now, server.api_url, timeout=PATIENCE_SECONDS)
        found = slack.find_by_key(server.workspace.channel("mql-handoff").id, "k1", START, None)

        assert CannotLook("missing_scope") == found


def test_a_search_that_fails_says_so(workspace: Workspace, slack: SlackApi, channel: str) -> None:
    """A search cut short is no proof that nothing was posted."""
    workspace.faults.cut("conversations.history")
    assert isinstance(slack.find_by_key(channel, "k1", START, None), TryLater)

    workspace.faults.rate_limit("conversations.history", retry_after=7)
    assert RateLimited(timedelta(seconds=7)) == slack.find_by_key(channel, "k1", START, None)


def test_an_image_is_ready_some_time_after_its_upload(
    workspace: Workspace, slack: SlackApi
) -> None:
    """The digest can wait for its chart, and knows when it is there."""
    workspace.files.processing_s = 60
    uploaded = slack.upload_image("week.png", PNG, "The week in a chart")

    assert isinstance(uploaded, Uploaded)
    assert slack.image_ready(uploaded.file) is False
    workspace.files.hurry()
    workspace.tick()
    assert slack.image_ready(uploaded.file) is True


def test_forbidden_uploads_are_a_plain_no(workspace: Workspace, slack: SlackApi) -> None:
    """Where an admin allows no files, the digest learns it at once."""
    workspace.files.allowed = "none"

    refused = RefusedContent("file_uploads_disabled")
    assert refused == slack.upload_image("week.png", PNG, "The week in a chart")


def test_who_we_are_and_what_we_may(workspace: Workspace, slack: SlackApi) -> None:
    """`baton check` can name the scope that is missing."""
    identity = slack.auth_test()

    assert isinstance(identity, Identity)
    assert workspace.app.scopes == identity.scopes
    assert identity.user.startswith("U")


def test_the_roster_names_people_groups_and_channels(
    workspace: Workspace, slack: SlackApi, channel: str
) -> None:
    """Everybody named in app.yaml is found, with zone and language."""
    roster = slack.roster()

    assert isinstance(roster, Roster)
    maja = next(person for person in roster.people if person.handle == "maja")
    assert ("Europe/Stockholm", "sv") == (maja.time_zone, maja.language)
    assert "maja@northwind.example" == maja.email
    assert channel == roster.channels["mql-handoff"]
    sales = next(group for group in roster.groups if group.handle == "nordic-sales")
    assert workspace.user("@erik").id in sales.members
    assert [] == list(roster.lacking)


def test_do_not_disturb_is_read_for_several_at_once(server: Server, slack: SlackApi) -> None:
    """Who has paused, from when and till when; of the others there is nothing to respect."""
    erik, maja = (server.workspace.user(who).id for who in ("@erik", "@maja"))
    server.person("@erik").pause_notifications(minutes=90)

    sessions = {erik: (START, START + timedelta(minutes=90))}
    assert Sessions(sessions) == slack.do_not_disturb([erik, maja])
    assert Broken("user_not_visible") == slack.do_not_disturb([erik, "U0NOBODY"])


def test_without_its_scope_do_not_disturb_cannot_be_read(workspace: Workspace) -> None:
    """It is a refusal with a name, for the log."""
    app = workspace.app
    app.scopes = app.scopes - {"dnd:read"}
    with Server(workspace) as server:
        slack = SlackApi(app.bot_token, lambda: START, server.api_url, timeout=PATIENCE_SECONDS)
        assert Broken("missing_scope") == slack.do_not_disturb([workspace.user("@erik").id])


# ---------------------------------------------------------------------------- a strange Slack


@pytest.fixture
def strange() -> Iterator[Callable[[object], SlackApi]]:
    """A Slack whose every answer is this JSON."""
    said: list[object] = []

    async def say(_: Request) -> JSONResponse:
        return JSONResponse(said[-1])

    with serving(Starlette(routes=[Route("/{method}", say, methods=["GET", "POST"])])) as address:

        def answering(answer: object) -> SlackApi:
            said.append(answer)
            return SlackApi("xoxb-1", lambda: START, f"{address}/", timeout=PATIENCE_SECONDS)

        yield answering


@pytest.mark.parametrize("answer", ["x", ["x"], 7, None, [], {}])
def test_an_answer_that_is_no_object_leaves_it_open(
    strange: Callable[[object], SlackApi], answer: object
) -> None:
    """A proxy that answers in Slack's place breaks nothing off: we look, and try again."""
    slack = strange(answer)

    assert isinstance(hello(slack, "C1"), Unknown)
    assert isinstance(slack.find_by_key("C1", "k1", START, None), TryLater)
    assert isinstance(slack.roster(), Unknown)
    assert "" == slack.permalink("C1", "1.0")


@pytest.mark.parametrize("odd", ["x", 7, ["x"], {"x": 1}])
def test_parts_of_another_shape_are_taken_for_absent(
    strange: Callable[[object], SlackApi], odd: object
) -> None:
    """Whatever stands in for Slack need not fill in every field to be worked with."""
    names = ("channel", "messages", "members", "usergroups", "channels", "file")
    slack = strange({"ok": True, "response_metadata": odd, **dict.fromkeys(names, odd)})

    assert Ok(channel="U1") == slack.open_dm("U1")
    assert Absent() == slack.find_by_key("C1", "k1", START, None)
    assert isinstance(slack.roster(), Roster)
    assert slack.image_ready("F1") is False
    told = {"dnd_enabled": True, "next_dnd_start_ts": odd, "next_dnd_end_ts": odd}
    for users in (odd, {"U1": odd}, {"U1": told}):
        answer = strange({"ok": True, "users": users}).do_not_disturb(["U1"])
        assert Sessions({}) == answer
