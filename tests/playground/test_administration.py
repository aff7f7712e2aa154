"""People and the app come and go: accounts, channels, user groups, and conversations of several."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from playground import InstalledApp, Person, Refused, Server, Workspace, sample_workspace

EVENTS = frozenset(["user_change", "member_left_channel", "subteam_members_changed"])


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(sample_workspace(app=InstalledApp(events=EVENTS))) as running:
        yield running


@pytest.fixture
def erik(server: Server) -> Person:
    return server.person("@erik")


def heard(workspace: Workspace) -> list[str]:
    return [delivery.payload["event"]["type"] for delivery in workspace.deliveries.kept]


def test_who_is_deactivated_leaves_the_channels_and_is_marked(
    client: WebClient, workspace: Workspace, erik: Person
) -> None:
    """They are listed as deleted, are in no channel, and can do nothing; their groups keep them."""
    workspace.deactivate("@erik")

    listed: Any = client.users_list()["members"]
    assert {"erik"} == {user["name"] for user in listed if user["deleted"]}
    assert all(user["tz"] for user in listed)
    sales = workspace.channel("sales").id
    assert erik.id not in client.conversations_members(channel=sales)["members"]
    assert erik.id in workspace.group("@nordic-sales").members
    assert "away" == client.users_getPresence(user=erik.id)["presence"]
    with pytest.raises(Refused, match="account_inactive"):
        erik.say("hello")
    assert ["member_left_channel"] * 3 + ["user_change"] == heard(workspace)

    workspace.reactivate("@erik")
    assert not client.users_info(user=erik.id)["user"]["deleted"]
    assert erik.id not in workspace.channel("sales").members


def test_a_message_to_somebody_deactivated_reaches_nobody(
    client: WebClient, workspace: Workspace, erik: Person
) -> None:
    """The DM they had takes it without a word of warning; a new one is not opened."""
    client.chat_postMessage(channel=erik.id, text="hello")
    workspace.deactivate("@erik")
    workspace.deactivate("@maja")
    pinged = len(erik.pings())

    assert client.chat_postMessage(channel=erik.id, text="are you there?")["ok"]
    assert ("are you there?", pinged) == (erik.dm()[-1].words, len(erik.pings()))
    with pytest.raises(SlackApiError, match="channel_not_found"):
        client.chat_postMessage(channel=workspace.user("@maja").id, text="hello")
    with pytest.raises(SlackApiError, match="user_disabled"):
        client.conversations_open(users=[erik.id])


def test_an_app_taken_out_of_a_channel_may_not_post_there(
    client: WebClient, workspace: Workspace
) -> None:
    """A public channel answers not_in_channel, unless the app may post anywhere; a private one is
    not there at all."""
    secret = workspace.add_channel("secret", ["@maja"], private=True)
    for channel in ("sales", "secret"):
        workspace.remove("@app", channel)
    assert client.chat_postMessage(channel="sales", text="chat:write.public")["ok"]
    workspace.app.scopes -= {"chat:write.public"}

    with pytest.raises(SlackApiError, match="not_in_channel"):
        client.chat_postMessage(channel="sales", text="x")
    with pytest.raises(SlackApiError, match="channel_not_found"):
        client.chat_postMessage(channel=secret.id, text="x")
    workspace.invite("@app", "sales")
    assert client.chat_postMessage(channel="sales", text="x")["ok"]


def test_groups_are_changed_by_admins(
    client: WebClient, workspace: Workspace, server: Server, erik: Person
) -> None:
    """Somebody is taken out of a group and put back; the app can know."""
    group = workspace.group("@nordic-sales").id

    def act(name: str) -> list[str]:
        options = {"who": "@erik", "group": "@nordic-sales"}
        answer = httpx.post(f"{server.url}/playground/admin/{name}", json=options)
        assert {"result": None} == answer.json()
        found: list[str] = client.usergroups_users_list(usergroup=group)["users"]
        return found

    assert erik.id not in act("remove_from_group")
    assert erik.id in act("add_to_group")
    assert ["subteam_members_changed"] * 2 == heard(workspace)
    removed = workspace.deliveries.kept[0].payload["event"]
    assert ([], [erik.id]) == (removed["added_users"], removed["removed_users"])


def test_another_process_administers(server: Server, workspace: Workspace, erik: Person) -> None:
    """Accounts and channels over the control API; unknown acts are refused."""
    admin = f"{server.url}/playground/admin"
    httpx.post(f"{admin}/remove", json={"who": "@erik", "channel": "sales"})
    httpx.post(f"{admin}/deactivate", json={"who": "@maja"})

    assert erik.id not in workspace.channel("sales").members
    assert workspace.user("@maja").deleted
    httpx.post(f"{admin}/reactivate", json={"who": "@maja"})
    httpx.post(f"{admin}/invite", json={"who": "@maja", "channel": "sales"})
    assert workspace.user("@maja").id in workspace.channel("sales").members
    assert 400 == httpx.post(f"{admin}/promote", json={"who": "@erik"}).status_code
    assert 404 == httpx.post(f"{admin}/deactivate", json={"who": "@nobody"}).status_code


def test_an_app_talks_to_several_people_at_once(
    client: WebClient, workspace: Workspace, server: Server
) -> None:
    """A group DM is opened once, is found again, and pings whoever is in it."""
    two = [workspace.user(who).id for who in ("@erik", "@maja")]
    opened: Any = client.conversations_open(users=two, return_im=True)["channel"]

    assert (True, "mpdm-app--erik--maja-1") == (opened["is_mpim"], opened["name"])
    again = client.conversations_open(users=[*reversed(two)])
    assert (True, opened["id"]) == (again["already_open"], again["channel"]["id"])
    client.chat_postMessage(channel=opened["id"], text="you two")
    for who in ("@erik", "@maja"):
        assert ["dm"] == [ping.why for ping in server.person(who).pings()]
    workspace.app.scopes -= {"mpim:write"}
    with pytest.raises(SlackApiError, match="missing_scope"):
        client.conversations_open(users=two)
    assert client.conversations_open(users=two[:1])["ok"]


def test_leaving_a_channel_is_ones_own_act(erik: Person, workspace: Workspace) -> None:
    """Whoever leaves says nothing there any more."""
    erik.leave("sales")
    with pytest.raises(Refused, match="not_in_channel"):
        erik.say("still here", "sales")
    assert ["member_left_channel"] == heard(workspace)
