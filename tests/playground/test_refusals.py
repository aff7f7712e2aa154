"""What Slack refuses, by name: real WebClient calls against one workspace."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from playground import Server, Workspace, sample_workspace
from tests.playground.tiny_app import button, card, client_of, modal, note_input, plain

Json = dict[str, Any]


@pytest.fixture(scope="module")
def places() -> Iterator[tuple[Server, dict[str, str]]]:
    """A workspace with a place or a thing for each refusal; `names` stand for ids in the tables."""
    workspace = sample_workspace()
    workspace.add_channel("closed", archived=True)
    workspace.add_channel("elsewhere", ["@maja"], with_app=False)
    workspace.add_channel("secret", ["@maja"], private=True, with_app=False)
    workspace.add_channel("quiet").posting = "restricted_action"
    workspace.add_user("gone", deleted=True)
    with Server(workspace) as server:
        said = server.person("@maja").say("mine", "mql-handoff")
        own = client_of(server).chat_postMessage(channel="mql-handoff", text="own")
        ids = {f"#{c.name}": c.id for c in workspace.channels.values() if not c.is_direct}
        ids |= {f"@{user.handle}": user.id for user in workspace.users.values()}
        yield server, ids | {"MAJAS": said.ts, "OWN": str(own["ts"])}


def refusal(server: Server, method: str, args: Json, token: str = "") -> Json:
    try:
        client_of(server, token).api_call(method, json=args)
    except SlackApiError as error:
        data: Json = dict(error.response.data)
        return data
    return {}


POST, UPDATE, HANDOFF = "chat.postMessage", "chat.update", {"channel": "#mql-handoff"}
OWN = {**HANDOFF, "ts": "OWN"}


def saying(**more: Any) -> Json:
    return {**HANDOFF, "text": "hi", **more}


def about(**payload: Any) -> Json:
    return saying(metadata={"event_type": "sent", "event_payload": payload})


REFUSED: list[tuple[str, Json, str]] = [
    (POST, {"text": "hi"}, "invalid_arguments"),
    (POST, {"channel": "C0NOWHERE", "text": "hi"}, "channel_not_found"),
    (POST, {"channel": "#secret", "text": "hi"}, "channel_not_found"),
    (POST, {"channel": "@gone", "text": "hi"}, "channel_not_found"),
    (POST, {"channel": "#closed", "text": "hi"}, "is_archived"),
    (POST, {"channel": "#quiet", "text": "hi"}, "restricted_action"),
    (POST, HANDOFF, "no_text"),
    (POST, saying(text=""), "no_text"),
    (POST, saying(blocks="{"), "invalid_blocks_format"),
    (POST, saying(blocks={}), "invalid_blocks_format"),
    (POST, saying(attachments=[{}] * 101), "too_many_attachments"),
    (POST, saying(markdown_text="*both*"), "markdown_text_conflict"),
    (POST, saying(thread_ts="1.000000"), "cannot_reply_to_message"),
    (POST, saying(metadata={"event_type": "sent"}), "invalid_metadata_format"),
    (POST, saying(metadata="{"), "invalid_metadata_format"),
    (POST, about(names=["a", "b"]), "invalid_metadata_schema"),
    (POST, about(deep={"a": {"b": 1}}), "invalid_metadata_schema"),
    (POST, about(big="x" * 2000), "metadata_too_large"),
    (UPDATE, {**HANDOFF, "ts": "1.000000", "text": "hi"}, "message_not_found"),
    (UPDATE, {**HANDOFF, "ts": "MAJAS", "text": "hi"}, "cant_update_message"),
    (UPDATE, {**OWN, "text": "x" * 4001}, "msg_too_long"),
    (UPDATE, OWN, "no_text"),
    ("chat.delete", {**HANDOFF, "ts": "MAJAS"}, "cant_delete_message"),
    ("chat.postEphemeral", saying(user="@sam"), "user_not_in_channel"),
    ("chat.postEphemeral", {**HANDOFF, "user": "@maja"}, "no_text"),
    ("chat.getPermalink", {**HANDOFF, "message_ts": "1.000000"}, "message_not_found"),
    ("conversations.history", {"channel": "#elsewhere"}, "not_in_channel"),
    ("conversations.history", {"channel": "#secret"}, "channel_not_found"),
    ("conversations.history", {**HANDOFF, "cursor": "rubbish"}, "invalid_cursor"),
    ("conversations.history", {**HANDOFF, "oldest": "soon"}, "invalid_ts_oldest"),
    ("conversations.history", {**HANDOFF, "limit": 5000}, "invalid_limit"),
    ("conversations.replies", {**HANDOFF, "ts": "1.000000"}, "thread_not_found"),
    ("conversations.replies", {**OWN, "latest": "soon"}, "invalid_ts_latest"),
    ("conversations.list", {"types": "rooms"}, "invalid_types"),
    ("conversations.open", {"users": "@gone"}, "user_disabled"),
    ("conversations.open", {"users": "U0NOBODY"}, "user_not_found"),
    ("conversations.join", {"channel": "#closed"}, "is_archived"),
    ("conversations.invite", {**HANDOFF, "users": "@maja"}, "already_in_channel"),
    ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
    ("users.lookupByEmail", {"email": "nobody@acme.example"}, "users_not_found"),
    ("users.lookupByEmail", {"email": "gone@northwind.example"}, "users_not_found"),
    ("usergroups.users.list", {"usergroup": "S0NONE"}, "no_such_subteam"),
    ("views.open", {"trigger_id": "1.2.3", "view": modal()}, "invalid_trigger_id"),
    ("views.open", {"trigger_id": "1.2.3", "view": modal(submit=None)}, "invalid_arguments"),
    (
        "views.open",
        {"trigger_id": "1.2.3", "view": modal(title=plain("x" * 25))},
        "invalid_arguments",
    ),
    (
        "views.open",
        {"trigger_id": "1", "view": modal(private_metadata="x" * 3001)},
        "invalid_arguments",
    ),
    (
        "views.open",
        {"trigger_id": "1", "view": modal("f", *[{"type": "divider"}] * 101)},
        "invalid_arguments",
    ),
    ("views.update", {"view_id": "V0NONE", "view": modal()}, "not_found"),
    ("views.publish", {"user_id": "@maja", "view": modal()}, "invalid_arguments"),
    ("files.getUploadURLExternal", {"filename": "a.png", "length": 0}, "invalid_arguments"),
    ("files.completeUploadExternal", {"files": [{"id": "F0NONE"}]}, "file_not_found"),
    ("files.info", {"file": "F0NONE"}, "file_not_found"),
    ("reactions.add", {**HANDOFF, "name": "eyes", "timestamp": "1.0"}, "message_not_found"),
    ("chat.shout", {}, "unknown_method"),
]


@pytest.mark.parametrize(
    ("method", "args", "error"), REFUSED, ids=[f"{m} {e}" for m, _, e in REFUSED]
)
def test_slack_refuses_by_name(
    places: tuple[Server, dict[str, str]], method: str, args: Json, error: str
) -> None:
    """A mistake is answered with the name Slack has for it."""
    server, ids = places
    named = {
        name: ids.get(value, value) if isinstance(value, str) else value
        for name, value in args.items()
    }

    assert error == refusal(server, method, named).get("error")


@pytest.mark.parametrize(
    ("token", "method", "error"),
    [
        ("xoxb-wrong", "auth.test", "invalid_auth"),
        ("xapp-playground", "auth.test", "not_allowed_token_type"),
        ("xoxb-playground", "apps.connections.open", "not_allowed_token_type"),
    ],
)
def test_wrong_tokens(
    places: tuple[Server, dict[str, str]], token: str, method: str, error: str
) -> None:
    """A token opens only what it is for."""
    assert error == refusal(places[0], method, {}, token)["error"]


def test_no_token_and_a_revoked_one(server: Server, client: WebClient) -> None:
    """Without a token nobody is let in, and a revoked one ends everything."""
    nobody = WebClient(base_url=server.api_url)
    with pytest.raises(SlackApiError, match="not_authed"):
        nobody.auth_test()

    server.workspace.app.revoked = "token_revoked"
    with pytest.raises(SlackApiError, match="token_revoked"):
        client.auth_test()


def test_missing_scope_names_what_is_needed(workspace: Workspace, server: Server) -> None:
    """An app without a scope is told which one it lacks."""
    workspace.app.scopes = frozenset({"channels:read", "users:read"})

    answer = refusal(server, POST, saying(channel="mql-handoff"))

    assert ("missing_scope", "chat:write", "channels:read,users:read") == (
        answer["error"],
        answer["needed"],
        answer["provided"],
    )
    listed = client_of(server).conversations_list()
    assert "channels:read,users:read" == listed.headers["x-oauth-scopes"]
    wanted = {"types": "private_channel"}
    assert "groups:read" == refusal(server, "conversations.list", wanted)["needed"]


def test_public_channels_need_membership_or_a_scope(server: Server, workspace: Workspace) -> None:
    """Without chat:write.public the app speaks only where it was invited."""
    channel = workspace.add_channel("elsewhere", with_app=False).id
    assert {} == refusal(server, POST, {"channel": channel, "text": "hi"})

    workspace.app.scopes -= {"chat:write.public"}
    said = refusal(server, POST, {"channel": channel, "text": "hi"})

    assert "not_in_channel" == said["error"]


def section(text: str = "x", **more: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def select(options: int = 1, **more: Any) -> Json:
    items = [{"text": plain("o"), "value": str(n)} for n in range(options)]
    return {"type": "static_select", "action_id": "s", "options": items, **more}


BLOCKS: list[tuple[str, list[Json], str]] = [
    ("51 blocks", [section()] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    ("long section", [section("x" * 3001)], "must be less than 3001 characters"),
    ("empty text", [section("")], "must be more than 0 characters"),
    ("no text", [{"type": "section"}], "missing required field: text or fields"),
    ("11 fields", [{"type": "section", "fields": [plain("x")] * 11}], "no more than 10 items"),
    ("long field", [{"type": "section", "fields": [plain("x" * 2001)]}], "less than 2001"),
    ("long header", [{"type": "header", "text": plain("x" * 151)}], "less than 151"),
    ("mrkdwn header", [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "enum value"),
    ("long button", card({**button(), "text": plain("x" * 76)}), "less than 76"),
    ("mrkdwn button", card({**button(), "text": {"type": "mrkdwn", "text": "x"}}), "enum value"),
    ("button value", card(button(value="x" * 2001)), "less than 2001"),
    ("button style", card({**button(), "style": "loud"}), "enum value"),
    ("long action_id", card(button("x" * 256)), "less than 256"),
    ("26 elements", card(*[button(f"b{n}") for n in range(26)]), "no more than 25 items"),
    ("same action_id", card(button(), button()), "action_id already exists: go"),
    ("same block_id", [section(block_id="b"), section(block_id="b")], "block_id already exists"),
    ("101 options", card(select(101)), "no more than 100 items"),
    ("no options", card(select(0)), "must have at least 1 items"),
    ("6 in overflow", card({**select(6), "type": "overflow"}), "no more than 5 items"),
    ("11 context", [{"type": "context", "elements": [plain("x")] * 11}], "no more than 10"),
    ("no alt_text", [{"type": "image", "image_url": "https://a.example/x.png"}], "alt_text"),
    ("no picture", [{"type": "image", "alt_text": "x"}], "image_url or slack_file"),
    ("input in section", [section(accessory=note_input()["element"])], "unsupported type"),
    ("unknown block", [{"type": "sparkle"}], "unsupported type: sparkle"),
    ("no type", [{}], "missing required field: type"),
    ("unknown field", [section(colour="red")], "invalid additional property: colour"),
    ("alert in message", [{"type": "alert"}], "unsupported type: alert"),
    ("two tables", [{"type": "table", "rows": [[plain("x")]]}] * 2, "no more than 1 table"),
]


@pytest.mark.parametrize(("blocks", "problem"), [b[1:] for b in BLOCKS], ids=[b[0] for b in BLOCKS])
def test_blocks_are_refused_with_what_is_wrong(
    places: tuple[Server, dict[str, str]], blocks: list[Json], problem: str
) -> None:
    """A block Slack would not show is refused, and the answer points at it."""
    answer = refusal(places[0], POST, saying(channel="mql-handoff", blocks=blocks))

    assert "invalid_blocks" == answer["error"]
    assert any(problem in message for message in answer["response_metadata"]["messages"])
    assert any(problem in message for message in answer["errors"])


@pytest.mark.parametrize(
    "blocks",
    [
        [section("x" * 3000)],
        [section()] * 50,
        [{"type": "header", "text": plain("x" * 150)}],
        card(*[button(f"b{n}", "x" * 2000) for n in range(25)]),
        card(select(100)),
        [{"type": "section", "fields": [plain("x" * 1000)] * 10}],
    ],
    ids=["section", "50 blocks", "header", "25 buttons", "100 options", "10 fields"],
)
def test_blocks_exactly_at_the_limit_are_taken(
    places: tuple[Server, dict[str, str]], blocks: list[Json]
) -> None:
    """The limit itself is allowed."""
    assert {} == refusal(places[0], POST, saying(channel="mql-handoff", blocks=blocks))


def test_too_much_text_in_one_message(places: tuple[Server, dict[str, str]]) -> None:
    """Five full sections are more than one message may hold."""
    blocks = [section("x" * 3000)] * 5

    answer = refusal(places[0], POST, saying(channel="mql-handoff", blocks=blocks))

    assert "msg_blocks_too_long" == answer["error"]


@pytest.mark.parametrize("encoding", ["json", "params"])
def test_forms_and_json_are_both_understood(
    places: tuple[Server, dict[str, str]], encoding: str
) -> None:
    """Arguments arrive alike as a form and as JSON."""
    blocks: Any = card() if encoding == "json" else json.dumps(card())
    args = {"channel": "mql-handoff", "text": "hi", "blocks": blocks}
    client = client_of(places[0])

    if encoding == "json":
        answer = client.api_call(POST, json=args)
    else:
        answer = client.api_call(POST, params=args)

    assert "buttons" == answer["message"]["blocks"][1]["block_id"]
