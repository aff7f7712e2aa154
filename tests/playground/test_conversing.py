"""A Bolt app and people, in Socket Mode and over signed HTTP alike."""

import time
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from playground import Person, Refused, Server, Workspace
from tests.playground.tiny_app import button, card, modal, note_input, plain


@pytest.fixture
def erik(server: Server) -> Person:
    return server.person("@erik")


def post(client: WebClient, **more: Any) -> str:
    more = {"channel": "mql-handoff", "text": "A card", "blocks": card(), **more}
    return str(client.chat_postMessage(**more)["ts"])


@pytest.fixture
def form(connected: App, client: WebClient, erik: Person) -> App:
    """Erik has the app's modal open."""
    post(client, blocks=card(button("open")))
    erik.click("open", channel="mql-handoff")
    return connected


def test_a_click_reaches_the_app_with_message_state_and_a_working_response_url(
    connected: App, client: WebClient, erik: Person
) -> None:
    """A click tells the app who, what and where, and can be answered privately."""
    ts = post(client)

    delivery = erik.click("go", channel="mql-handoff")

    assert (True, "") == (delivery.acked, delivery.error)
    assert 0 < delivery.latency_ms
    body = connected.heard[0]  # type: ignore[attr-defined]
    assert (erik.id, ts) == (body["user"]["id"], body["message"]["ts"])
    assert ("go", "buttons", "1") == tuple(
        body["actions"][0][name] for name in ("action_id", "block_id", "value")
    )
    for use in range(5):
        assert 200 == WebhookClient(body["response_url"]).send(text=f"only you {use}").status_code
    refused = WebhookClient(body["response_url"]).send(text="once more")
    assert (404, True) == (refused.status_code, "used_url" in refused.body)
    assert "only you 4" == erik.sees("mql-handoff")[-1].words


def test_a_response_url_replaces_and_deletes_what_was_clicked(
    connected: App, client: WebClient, erik: Person, workspace: Workspace
) -> None:
    """A private card can be replaced and taken away after its button was pressed."""
    channel = workspace.channel("mql-handoff").id
    client.chat_postEphemeral(channel=channel, user=erik.id, text="psst", blocks=card())
    erik.click("go", channel="mql-handoff")
    hook = WebhookClient(connected.heard[0]["response_url"])  # type: ignore[attr-defined]

    hook.send(text="replaced", replace_original=True)
    assert ["replaced"] == [seen.words for seen in erik.sees("mql-handoff")]

    hook.send(text="", delete_original=True)
    assert [] == erik.sees("mql-handoff")


@pytest.mark.usefixtures("form")
@pytest.mark.parametrize(
    ("note", "callback_id", "errors"),
    [
        ("bad", "form", {"note_block": "No."}),
        ("more", "second", {}),
        ("deeper", "form", {}),
        ("done", None, {}),
        ("fine", None, {}),
    ],
)
def test_a_modal_follows_the_answer_to_its_submission(
    erik: Person, note: str, callback_id: str | None, errors: dict[str, str]
) -> None:
    """After sending a modal a person sees errors, the next step, or nothing more."""
    delivery = erik.submit({"note": note})

    assert "" == delivery.error
    shown = erik.modal
    assert callback_id == (shown.callback_id if shown else None)
    assert errors == (shown.errors if shown else {})


def test_a_closed_modal_is_told_to_the_app_that_asked(form: App, erik: Person) -> None:
    """Cancelling the whole stack says so, top view first."""
    erik.submit({"note": "deeper"})

    erik.close_view(everything=True)

    assert erik.modal is None
    closed = [body for body in form.heard if body["type"] == "view_closed"]  # type: ignore[attr-defined]
    assert [True] == [body["is_cleared"] for body in closed]


@pytest.mark.usefixtures("form")
def test_what_is_typed_survives_an_update_of_the_view(client: WebClient, erik: Person) -> None:
    """An updated modal keeps what was typed where block_id and action_id stay."""
    erik.fill({"note": "half a sen"})
    assert erik.modal is not None

    client.views_update(view_id=erik.modal.id, view=modal("again"))

    assert erik.modal is not None
    assert "half a sen" == erik.modal.values["note_block"]["note"]["value"]


@pytest.mark.usefixtures("form")
def test_the_client_itself_refuses_an_incomplete_modal(erik: Person) -> None:
    """A required field left empty is never sent."""
    with pytest.raises(Refused, match="required"):
        erik.submit({})


@pytest.mark.usefixtures("connected")
def test_a_command_is_answered_to_its_asker_only(server: Server, erik: Person) -> None:
    """A slash command's answer is private."""
    erik.command("/lead", "ada", channel="sales")

    assert "You asked for ada" == erik.sees("sales")[-1].words
    assert [] == server.person("@maja").sees("sales")


@pytest.mark.usefixtures("connected")
def test_a_late_command_shows_operation_timeout(workspace: Workspace, erik: Person) -> None:
    """Who waits longer than Slack waits is told so."""
    workspace.app.ack_timeout_s = 0.2

    delivery = erik.command("/lead", "slow", channel="sales")

    assert (False, "operation_timeout") == (delivery.acked, delivery.error)
    assert ['/lead failed with the error "operation_timeout"'] == erik.notices


@pytest.mark.usefixtures("connected")
def test_home_and_direct_messages(erik: Person) -> None:
    """Opening Home shows what the app publishes, and a DM is answered."""
    erik.open_home()
    assert erik.home is not None
    assert ["at_home"] == [b.action_id for b in erik.home.buttons]

    erik.say("hello")
    erik.wait_to_see(erik.dm()[0].channel, "You said: hello")


@pytest.mark.usefixtures("connected")
def test_an_external_select_asks_the_app_for_its_options(client: WebClient, erik: Person) -> None:
    """Typing in a select shows what the app offers."""
    select = {"type": "external_select", "action_id": "pick", "placeholder": plain("Who?")}
    post(client, blocks=card(select))

    options = erik.options_for("pick", "ab", on=erik.sees("mql-handoff")[-1])

    assert ["abab"] == [option["text"]["text"] for option in options]


@pytest.mark.usefixtures("connected")
def test_many_people_click_at_once(client: WebClient, workspace: Workspace) -> None:
    """Five hundred clicks at once are each acked, once, and soon: what else the machine does is not
    counted."""
    ts = post(client)
    channel = workspace.channel("mql-handoff")
    people = [Person(workspace, workspace.add_user(f"clicker{n}")) for n in range(500)]
    channel.members |= {person.id for person in people}

    began = time.process_time()
    sent = [p.click("go", on=ts, channel="mql-handoff", wait=False) for p in people]

    assert {(True, "", 1)} == {(d.wait().acked, d.error, len(d.attempts)) for d in sent}
    assert time.process_time() - began < 3


OPTION = {"text": plain("Bad timing"), "value": "bad_timing"}
CHOICES = {"options": [OPTION]}
FIELDS: list[tuple[str, dict[str, Any], Any, str, Any]] = [
    ("static_select", CHOICES, "bad_timing", "selected_option", OPTION),
    ("radio_buttons", CHOICES, "Bad timing", "selected_option", OPTION),
    ("multi_static_select", CHOICES, ["Bad timing"], "selected_options", [OPTION]),
    ("checkboxes", CHOICES, ["bad_timing"], "selected_options", [OPTION]),
    ("datepicker", {}, "2026-03-02", "selected_date", "2026-03-02"),
    ("timepicker", {}, "09:30", "selected_time", "09:30"),
    ("datetimepicker", {}, 1_772_442_000, "selected_date_time", 1_772_442_000),
    ("number_input", {"is_decimal_allowed": False}, 12, "value", "12"),
    ("email_text_input", {}, "ada@acme.example", "value", "ada@acme.example"),
]


def test_each_kind_of_field_is_sent_in_slacks_own_words(
    on_sockets: App, client: WebClient, erik: Person, workspace: Workspace
) -> None:
    """Whatever a person chooses arrives in the field Slack names for it."""
    blocks = [
        {"type": "input", "block_id": kind, "label": plain(kind), "element": element}
        for kind, more, *_ in FIELDS
        for element in [{"type": kind, "action_id": kind, **more}]
    ]
    post(client)
    erik.click("go", channel="mql-handoff")
    trigger = on_sockets.heard[0]["trigger_id"]  # type: ignore[attr-defined]
    client.views_open(trigger_id=trigger, view=modal("fields", *blocks))

    workspace.app.ack_timeout_s = 0.1  # nobody listens to this form
    sent = erik.submit({kind: wanted for kind, _, wanted, *_ in FIELDS}).payload

    values = sent["view"]["state"]["values"]
    for kind, _, _, field, expected in FIELDS:
        assert {"type": kind, field: expected} == values[kind][kind]


@pytest.mark.parametrize(
    ("block", "typed", "complaint"),
    [
        (note_input(max_length=3), "long", "at most 3"),
        (note_input(min_length=3), "ab", "at least 3"),
        (note_input(type="email_text_input"), "ada", "valid email"),
        (note_input(type="number_input", is_decimal_allowed=False), "1.5", "whole number"),
        (note_input(type="number_input", is_decimal_allowed=True, max_value="5"), "7", "at most 5"),
    ],
)
def test_the_client_refuses_what_does_not_fit_a_field(
    on_sockets: App, client: WebClient, erik: Person, block: Any, typed: str, complaint: str
) -> None:
    """A value that does not fit its field is never sent, and the person is told why."""
    post(client, blocks=card(button("go")))
    erik.click("go", channel="mql-handoff")
    trigger = on_sockets.heard[0]["trigger_id"]  # type: ignore[attr-defined]
    client.views_open(trigger_id=trigger, view=modal("fields", block))

    with pytest.raises(Refused, match=complaint):
        erik.submit({"note": typed})

    assert erik.modal is not None
    assert ["note_block"] == list(erik.modal.errors)
