"""Menus and pickers in messages and modals: people choose, the app is sent what Slack sends."""

from datetime import UTC, datetime
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from playground import Person, Refused, Server, SlackError, Workspace
from playground.clock import instant_of
from tests.playground.tiny_app import button, card, modal, plain

Json = dict[str, Any]
WHERE = "mql-handoff"
TEN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NOW = {"text": plain("Now"), "value": "now"}
LATER = {"text": plain("Later"), "value": "later"}
CHOICES = {"options": [NOW, LATER]}


@pytest.fixture
def erik(server: Server) -> Person:
    return server.person("@erik")


def post(client: WebClient, *elements: Json) -> str:
    blocks = card(*elements)
    return str(client.chat_postMessage(channel=WHERE, text="x", blocks=blocks)["ts"])


def element(kind: str, **more: Any) -> Json:
    return {"type": kind, "action_id": kind, **more}


CHOSEN: list[tuple[str, Json, Any, str, Any]] = [
    ("timepicker", {}, "14:00", "selected_time", "14:00"),
    ("datepicker", {}, TEN.date(), "selected_date", "2026-03-02"),
    ("datetimepicker", {}, TEN, "selected_date_time", int(TEN.timestamp())),
    ("static_select", CHOICES, "Later", "selected_option", LATER),
    ("radio_buttons", CHOICES, "later", "selected_option", LATER),
    ("overflow", CHOICES, "later", "selected_option", LATER),
    ("checkboxes", CHOICES, ["now", "later"], "selected_options", [NOW, LATER]),
]


@pytest.mark.parametrize(("kind", "more", "wanted", "field", "expected"), CHOSEN)
def test_each_element_sends_what_was_chosen(
    client: WebClient, erik: Person, kind: str, more: Json, wanted: Any, field: str, expected: Any
) -> None:
    """A choice in a message arrives in the field Slack names for it, and so does one beside it."""
    post(client, element(kind, **more), button())

    payload = erik.click(kind, channel=WHERE, value=wanted).payload
    assert expected == payload["actions"][0][field]
    assert kind == payload["actions"][0]["type"]

    values = erik.click("go", channel=WHERE).payload["state"]["values"]
    kept = {} if kind == "overflow" else {kind: {"type": kind, field: expected}}
    assert kept == values.get("buttons", {})


def test_people_and_channels_are_chosen_by_name(client: WebClient, erik: Person) -> None:
    """A person picks @maja and #sales; the app is sent their ids."""
    workspace = erik.workspace
    post(client, element("users_select"), element("conversations_select"))
    maja, sales = workspace.user("@maja").id, workspace.channel("sales").id

    chosen = erik.click("users_select", channel=WHERE, value="@maja").payload
    assert maja == chosen["actions"][0]["selected_user"]
    chosen = erik.click("conversations_select", channel=WHERE, value="#sales").payload
    assert sales == chosen["actions"][0]["selected_conversation"]
    assert maja == chosen["state"]["values"]["buttons"]["users_select"]["selected_user"]
    with pytest.raises(SlackError, match="user_not_found"):
        erik.click("users_select", channel=WHERE, value="@nobody")


def test_a_choice_is_ones_own_and_ends_with_its_menu(client: WebClient, erik: Person) -> None:
    """What Erik chose is not Maja's; a menu that was taken away is forgotten."""
    ts = post(client, element("static_select", **CHOICES, initial_option=NOW), button())
    erik.click("static_select", channel=WHERE, value="later")

    def chosen(person: Person) -> Json:
        values = person.click("go", channel=WHERE).payload["state"]["values"]
        found: Json = values["buttons"]["static_select"]["selected_option"]
        return found

    assert (LATER, NOW) == (chosen(erik), chosen(Person.of(erik.workspace, "@maja")))
    channel = erik.workspace.channel(WHERE).id
    client.chat_update(channel=channel, ts=ts, text="x", blocks=card())
    assert {} == erik.click("go", channel=WHERE).payload["state"]["values"]


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("timepicker", "25:00"),
        ("datepicker", "2026-02-30"),
        ("datetimepicker", 12),
        ("datetimepicker", datetime(2026, 3, 2)),
    ],
)
def test_a_picker_holds_only_what_can_be_picked(
    client: WebClient, erik: Person, kind: str, wanted: Any
) -> None:
    """No client lets anybody pick the 30th of February."""
    post(client, element(kind))
    with pytest.raises(Refused, match="Please choose"):
        erik.click(kind, channel=WHERE, value=wanted)
    assert not erik.workspace.deliveries.kept


REFUSED: list[tuple[str, Json]] = [
    ("overflow", {"options": [LATER] * 6}),
    ("overflow", {"options": []}),
    ("overflow", {}),
    ("radio_buttons", {"options": [LATER] * 11}),
    ("radio_buttons", {"options": [LATER], "initial_option": NOW}),
    ("static_select", {"options": [LATER], "initial_option": NOW}),
    ("static_select", {"options": [LATER] * 101}),
    ("checkboxes", {"options": [LATER], "initial_options": [NOW]}),
    ("timepicker", {"initial_time": "9:30"}),
    ("timepicker", {"initial_time": "24:00"}),
    ("datepicker", {"initial_date": "2026-02-30"}),
    ("datetimepicker", {"initial_date_time": 12}),
    ("datetimepicker", {"placeholder": plain("When?")}),
    ("users_select", {"options": [LATER]}),
    ("static_select", {"options": [LATER], "placeholder": plain("x" * 151)}),
]


@pytest.mark.parametrize(("kind", "more"), REFUSED)
def test_slack_refuses_elements_that_break_its_rules(
    client: WebClient, kind: str, more: Json
) -> None:
    """Too many options, an initial choice that is none, a time that is none: invalid_blocks."""
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        post(client, element(kind, **more))


def test_only_some_elements_stand_beside_a_text(client: WebClient) -> None:
    """A section takes an overflow, a picker or a select, but no datetimepicker."""

    def beside(accessory: Json) -> None:
        text = {"type": "mrkdwn", "text": "A lead"}
        block = {"type": "section", "text": text, "accessory": accessory}
        client.chat_postMessage(channel=WHERE, text="x", blocks=[block])

    for kind, more, *_ in CHOSEN:
        if kind != "datetimepicker":
            beside(element(kind, **more))
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        beside(element("datetimepicker"))


def test_a_click_says_when_it_was_in_workspace_time(client: WebClient, erik: Person) -> None:
    """action_ts is the instant of the click, written as message timestamps are."""
    ts = post(client)
    before, action = erik.workspace.clock.now(), erik.click("go", channel=WHERE).payload["actions"]

    at = action[0]["action_ts"]
    assert before <= instant_of(at) <= erik.workspace.clock.now()
    assert (len(ts), True) == (len(at), at > ts)


def test_a_button_in_a_modal_may_open_update_and_push(
    on_sockets: App, client: WebClient, erik: Person
) -> None:
    """Each click in a modal brings its view, its values and a trigger that works once."""
    del on_sockets
    when = {"type": "input", "block_id": "when", "label": plain("When")}
    inside = [*card(button()), when | {"element": element("timepicker")}]
    post(client, button("open"))
    erik.click("open", channel=WHERE)
    view = erik.modal
    assert view is not None
    client.views_update(view_id=view.id, view=modal("first", *inside))
    erik.fill({"when": "14:00"})

    clicked = erik.click("go").payload
    assert {"type": "view", "view_id": view.id} == clicked["container"]
    assert "response_url" not in clicked
    values = clicked["view"]["state"]["values"]
    assert "14:00" == values["when"]["timepicker"]["selected_time"]
    client.views_push(trigger_id=clicked["trigger_id"], view=modal("pushed", *inside))
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        client.views_push(trigger_id=clicked["trigger_id"], view=modal("again"))
    opened = erik.click("go").payload
    client.views_open(trigger_id=opened["trigger_id"], view=modal("anew"))
    assert (erik.modal and erik.modal.callback_id) == "anew"


def test_a_modal_may_answer_into_the_conversation_it_was_opened_in(
    on_sockets: App, client: WebClient, erik: Person, workspace: Workspace
) -> None:
    """A menu with response_url_enabled gives a URL for the conversation that stands in it."""
    del on_sockets
    post(client, button())
    trigger = erik.click("go", channel=WHERE).payload["trigger_id"]
    menu = element(
        "conversations_select", default_to_current_conversation=True, response_url_enabled=True
    )
    block = {"type": "input", "block_id": "where", "label": plain("Where"), "element": menu}
    client.views_open(trigger_id=trigger, view=modal("tell", block))

    sent = erik.submit(wait=False).payload["response_urls"]
    place = {"block_id": "where", "action_id": "conversations_select"}
    channel = {"channel_id": workspace.channel(WHERE).id}
    assert [place | channel] == [{n: u[n] for n in u if n != "response_url"} for u in sent]
    assert sent[0]["response_url"].startswith(workspace.base_url)
