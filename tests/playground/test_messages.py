"""Messages as they are posted, changed, threaded and read back."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from playground import Refused, Server, Workspace, WorkspaceClock, sample_workspace
from tests.playground.tiny_app import button, card, client_of, plain

WHERE = "mql-handoff"


def test_timestamps_rise_even_while_time_stands_still() -> None:
    """Every message of a channel has its own timestamp, in workspace time."""
    start = datetime(2026, 3, 2, 8, tzinfo=UTC)
    clock = WorkspaceClock(start, paused=True)
    with Server(sample_workspace(clock=clock)) as server:
        client = client_of(server)
        first, second = (client.chat_postMessage(channel=WHERE, text="x")["ts"] for _ in range(2))
        clock.advance(by=timedelta(hours=1))
        third = client.chat_postMessage(channel=WHERE, text="x")["ts"]

    seconds = int(start.timestamp())
    assert [f"{seconds}.000000", f"{seconds}.000001", f"{seconds + 3600}.000000"] == [
        first,
        second,
        third,
    ]


def test_a_text_only_update_takes_the_blocks_away_and_keeps_metadata(
    client: WebClient, server: Server
) -> None:
    """An update says everything anew, except metadata."""
    metadata = {"event_type": "sent", "event_payload": {"id": 7}}
    sent = client.chat_postMessage(channel=WHERE, text="t", blocks=card(), metadata=metadata)
    channel, ts = sent["channel"], sent["ts"]

    changed = {**metadata, "event_payload": {"id": 8}}
    client.api_call("chat.update", json={"channel": channel, "ts": ts, "metadata": changed})
    assert ["go"] == server.person("@erik").sees(WHERE)[-1].action_ids

    client.chat_update(channel=channel, ts=ts, text="only text")
    seen = server.person("@erik").sees(WHERE)[-1]
    assert ("only text", [], True) == (seen.words, seen.blocks, seen.edited)
    assert seen.metadata is not None
    assert {"id": 8} == seen.metadata["event_payload"]


def test_a_thread_and_its_broadcast(client: WebClient, server: Server) -> None:
    """Replies stay in the thread; a broadcast one is also in the channel."""
    root = client.chat_postMessage(channel=WHERE, text="root")["ts"]
    first = client.chat_postMessage(channel=WHERE, text="reply", thread_ts=root)["ts"]
    client.chat_postMessage(channel=WHERE, text="loud", thread_ts=first, reply_broadcast=True)

    channel = server.workspace.channel(WHERE).id
    erik = server.person("@erik")
    assert ["root", "loud"] == [seen.words for seen in erik.sees(WHERE)]
    assert ["root", "reply", "loud"] == [s.words for s in erik.thread(erik.sees(WHERE)[0])]
    read = client.conversations_replies(channel=channel, ts=root)["messages"]
    assert (2, root) == (read[0]["reply_count"], read[2]["thread_ts"])
    assert ["loud", "root"] == [
        message["text"] for message in client.conversations_history(channel=channel)["messages"]
    ]


def test_history_by_pages_bounds_and_metadata(client: WebClient) -> None:
    """Nothing is lost or seen twice between pages, and bounds leave their own instant out."""
    metadata = {"event_type": "sent", "event_payload": {"id": 1}}
    sent = [
        client.chat_postMessage(channel=WHERE, text=str(n), metadata=metadata) for n in range(5)
    ]
    channel, stamps = sent[0]["channel"], [answer["ts"] for answer in sent]

    pages = [
        [message["text"] for message in page["messages"]]
        for page in client.conversations_history(channel=channel, limit=2)
    ]
    assert [["4", "3"], ["2", "1"], ["0"]] == pages

    def between(**more: Any) -> list[str]:
        found = client.conversations_history(
            channel=channel, oldest=stamps[1], latest=stamps[3], **more
        )
        return [message["text"] for message in found["messages"]]

    assert (["2"], ["3", "2", "1"]) == (between(), between(inclusive=True))
    plain_read = client.conversations_history(channel=channel)["messages"][0]
    full = client.conversations_history(channel=channel, include_all_metadata=True)
    assert ("metadata" in plain_read, metadata) == (False, full["messages"][0]["metadata"])


def test_posting_to_a_person_opens_the_apps_dm(client: WebClient, server: Server) -> None:
    """A message to a user id is a DM from the app, and the same one each time."""
    maja = server.person("@maja")

    sent = client.chat_postMessage(channel=maja.id, text="psst")
    opened = client.conversations_open(users=[maja.id])

    assert sent["channel"] == opened["channel"]["id"]
    assert (["psst"], ["dm"]) == (
        [seen.words for seen in maja.dm()],
        [ping.why for ping in maja.pings()],
    )


def test_only_its_reader_sees_an_ephemeral_message(client: WebClient, server: Server) -> None:
    """An ephemeral message is for one person and is no part of history."""
    maja, erik = server.person("@maja"), server.person("@erik")

    client.chat_postEphemeral(channel=WHERE, user=maja.id, text="only you")

    assert ([("only you", True)], []) == (
        [(seen.words, seen.ephemeral) for seen in maja.sees(WHERE)],
        erik.sees(WHERE),
    )


def test_who_is_pinged(client: WebClient, server: Server, workspace: Workspace) -> None:
    """Mentions of a person and of their group ping; an edit or a plain reply does not."""
    erik, maja = server.person("@erik"), server.person("@maja")
    group = workspace.group("nordic-sales").id
    sent = client.chat_postMessage(channel=WHERE, text=f"<!subteam^{group}> look")
    client.chat_postMessage(channel=WHERE, text="quiet", thread_ts=sent["ts"])
    client.chat_postMessage(channel=WHERE, text=f"<@{maja.id}>", thread_ts=sent["ts"])
    client.chat_update(channel=sent["channel"], ts=sent["ts"], text=f"<@{erik.id}> edited")

    assert (["group"], ["mention"]) == (
        [ping.why for ping in erik.pings()],
        [ping.why for ping in maja.pings()],
    )


def rich(*elements: dict[str, str]) -> dict[str, object]:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def section(kind: str, words: str) -> dict[str, object]:
    return {"type": "section", "text": {"type": kind, "text": words}}


@pytest.mark.parametrize(
    ("why", "block"),
    [
        ("everybody", lambda maja: section("mrkdwn", "<!channel> look")),
        ("mention", lambda maja: {"type": "section", "fields": [{"type": "mrkdwn", "text": maja}]}),
        (
            "mention",
            lambda maja: {"type": "context", "elements": [{"type": "mrkdwn", "text": maja}]},
        ),
        ("mention", lambda maja: rich({"type": "user", "user_id": maja[2:-1]})),
        ("everybody", lambda maja: rich({"type": "broadcast", "range": "here"})),
        ("", lambda maja: section("plain_text", f"<!channel> {maja}")),
        ("", lambda maja: {"type": "header", "text": {"type": "plain_text", "text": maja}}),
        ("", lambda maja: rich({"type": "text", "text": f"<!channel> {maja}"})),
    ],
)
def test_words_that_are_not_formatted_ping_nobody(
    client: WebClient, server: Server, why: str, block: Callable[[str], dict[str, object]]
) -> None:
    """A mention works in mrkdwn and as an element of rich_text; in plain text it is just words."""
    maja = server.person("@maja")
    client.chat_postMessage(channel=WHERE, text="x", blocks=[block(f"<@{maja.id}>")])
    assert [why] * bool(why) == [ping.why for ping in maja.pings()]


def test_permalinks_and_reactions(client: WebClient, server: Server) -> None:
    """A message can be linked to and reacted to, once."""
    sent = client.chat_postMessage(channel=WHERE, text="x")
    channel, ts = sent["channel"], sent["ts"]

    link = client.chat_getPermalink(channel=channel, message_ts=ts)["permalink"]
    client.reactions_add(channel=channel, name="eyes", timestamp=ts)

    assert link.endswith(f"/archives/{channel}/p{ts.replace('.', '')}")
    with pytest.raises(SlackApiError, match="already_reacted"):
        client.reactions_add(channel=channel, name="eyes", timestamp=ts)
    assert ["eyes"] == list(server.person("@erik").sees(WHERE)[-1].reactions)


def test_a_click_needs_the_button_it_clicks(client: WebClient, server: Server) -> None:
    """What is not on the message cannot be clicked, unless one's screen was behind."""
    erik = server.person("@erik")
    sent = client.chat_postMessage(channel=WHERE, text="x", blocks=card(button("accept")))
    with pytest.raises(Refused, match="action_not_found"):
        erik.click("reject", on=sent["ts"], channel=WHERE)

    client.chat_update(channel=sent["channel"], ts=sent["ts"], text="taken")
    with pytest.raises(Refused, match="action_not_found"):
        erik.click("accept", on=sent["ts"], channel=WHERE)

    late = erik.click("accept", on=sent["ts"], channel=WHERE, stale=True)
    assert "accept" == late.payload["actions"][0]["action_id"]


def test_people_and_groups_are_described(client: WebClient, workspace: Workspace) -> None:
    """The directory tells zones, languages, e-mail addresses and members."""
    maja = client.users_lookupByEmail(email="MAJA@northwind.example")["user"]
    info = client.users_info(user=maja["id"], include_locale=True)["user"]
    groups = client.usergroups_list(include_users=True)["usergroups"]
    public = client.conversations_list()["channels"]

    assert ("maja", "Europe/Stockholm", "sv-SE") == (info["name"], info["tz"], info["locale"])
    assert ["nordic-sales", "marketing"] == [group["handle"] for group in groups]
    assert client.usergroups_users_list(usergroup=groups[0]["id"])["users"] == groups[0]["users"]
    assert ["mql-handoff", "sales", "random"] == [channel["name"] for channel in public]
    members = client.conversations_members(channel=public[1]["id"])["members"]
    assert workspace.channels[public[1]["id"]].members == set(members)
    assert not client.dnd_info(user=maja["id"])["dnd_enabled"]
    assert "active" == client.users_getPresence(user=maja["id"])["presence"]


def test_the_longest_text_is_cut(client: WebClient) -> None:
    """Text beyond 40,000 characters is cut, not refused."""
    sent = client.chat_postMessage(channel=WHERE, text="x" * 40_001)

    assert 40_000 == len(sent["message"]["text"])


def test_files_are_shared_when_processed(client: WebClient, server: Server) -> None:
    """An uploaded file appears a moment later, and only then may a block show it."""
    workspace = server.workspace
    workspace.files.processing_s = 60
    channel = workspace.channel(WHERE).id
    done = client.files_upload_v2(
        channel=channel, filename="chart.png", content=b"png", initial_comment="The week"
    )
    picture = {"type": "image", "alt_text": "chart", "slack_file": {"id": done["file"]["id"]}}
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        client.chat_postMessage(channel=channel, text="digest", blocks=[picture])
    assert {} == client.files_info(file=done["file"]["id"])["file"]["shares"]

    workspace.files.hurry()
    seen = server.person("@erik").wait_to_see(WHERE, "The week")

    info = client.files_info(file=done["file"]["id"])["file"]
    assert (seen.ts, "image/png") == (info["shares"]["public"][channel][0]["ts"], info["mimetype"])
    client.chat_postMessage(channel=channel, text="digest", blocks=[picture, *card()])


@pytest.mark.parametrize(
    ("allowed", "error"),
    [("none", "file_uploads_disabled"), ("images", "file_uploads_except_images_disabled")],
)
def test_admins_may_forbid_files(
    client: WebClient, workspace: Workspace, allowed: str, error: str
) -> None:
    """A workspace may take no files, or only pictures."""
    workspace.files.allowed = allowed

    with pytest.raises(SlackApiError, match=error):
        client.files_getUploadURLExternal(filename="a.csv", length=3)


def test_words_read_in_order(client: WebClient, server: Server) -> None:
    """What a person reads is the blocks' text, top to bottom."""
    header = {"type": "header", "text": plain("Lead")}
    client.chat_postMessage(channel=WHERE, text="fallback", blocks=[header, *card()])

    assert "Lead\nA card\nGo" == server.person("@erik").sees(WHERE)[-1].words
