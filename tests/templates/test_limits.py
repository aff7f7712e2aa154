"""What Baton says is what Slack takes: within its limits, from the longest and oddest leads."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from bot.delivery import block_limits
from bot.delivery.actions import Action, Callback, Field
from bot.delivery.block_limits import Json, OutsideLimits, all_texts, check_message, check_view
from bot.delivery.escaping import length
from bot.delivery.words.messages import TELLERS
from bot.domain.messages import KINDS
from bot.use_cases.records import Colleague, Person
from playground.block_rules import check_message_blocks
from playground.block_rules import check_view as check_playground_view
from tests.templates import everything
from tests.templates.leads import stories
from tests.templates.test_hostile import HOSTILE, called

WORDS = everything.words()


@pytest.mark.parametrize("name", HOSTILE)
def test_every_message_fits(name: str) -> None:
    """A text of any kind and length leaves room: 10,000 characters in all, 4,000 in front."""
    for kind, said in everything.messages(WORDS, called(HOSTILE[name]), HOSTILE[name]):
        total = sum(length(text) for text in all_texts(said.blocks))
        assert total < block_limits.MOST_TEXT_IN_ALL, kind
        assert 0 < length(said.text.strip()) < block_limits.MOST_MESSAGE_TEXT, kind
        check_message_blocks(said.blocks, lambda file: True)


@pytest.mark.parametrize("name", HOSTILE)
def test_every_home_fits(name: str) -> None:
    """The fullest Home of the oddest leads has under a hundred blocks, and Slack takes it."""
    for kind, view in everything.homes(WORDS, called(HOSTILE[name]), HOSTILE[name]):
        assert len(view["blocks"]) <= 95, kind  # a notice may stand on top
        check_playground_view(view, "home", len(json.dumps(view)))


def test_a_home_that_slack_refuses_is_found_first() -> None:
    """So does a Home: too many blocks, too long a text, too many bytes."""
    check_view("home", {"type": "home", "blocks": [{"type": "divider"}] * 100})
    for blocks in (
        [{"type": "divider"}] * 101,
        [{"type": "section", "text": text("x" * 3001)}],
        [{"type": "section", "text": text("x" * 2900)}] * 99,
    ):
        with pytest.raises(OutsideLimits, match=r"^home: Slack would refuse this: "):
            check_view("home", {"type": "home", "blocks": blocks})


def test_every_kind_of_message_has_words() -> None:
    """Whatever is put into the outbox can be said."""
    said = {message.kind for _, message in everything.told().values()} | {"card"}
    assert set(KINDS) == set(TELLERS) == said


def action_ids(node: object) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from action_ids(item)
    elif isinstance(node, dict):
        if "action_id" in node:
            yield node["action_id"]
        if node.get("action_id") == Action.MORE:
            yield from (option["value"].partition(":")[0] for option in node["options"])
        for value in node.values():
            yield from action_ids(value)


def test_every_button_has_a_name_that_handlers_know() -> None:
    """No button is put on a card that nobody listens to, and none is missing."""
    shown = {name for _, said in everything.messages(WORDS) for name in action_ids(said.blocks)}
    assert set(Action) == shown


def test_every_form_has_a_name_that_handlers_know() -> None:
    """Every form that opens can be submitted, field by field."""
    views = [view for _, view in everything.modals(WORDS)]
    assert set(Callback) == {view["callback_id"] for view in views}
    assert set(Field) == {name for view in views for name in action_ids(view["blocks"])}
    for view in views:
        for block in view["blocks"]:
            if block["type"] == "input":
                assert block["block_id"] == block["element"]["action_id"]


def test_buttons_carry_handoff_and_round() -> None:
    """A click says which offer of the lead it answers."""
    said = dict(everything.messages(WORDS))["card 2, released"]
    buttons = [item for block in said.blocks for item in block.get("elements", ())]
    values = {button["value"] for button in buttons if "value" in button}
    assert {"12:2"} == values


@pytest.mark.parametrize("name", HOSTILE)
def test_the_largest_team_fits_into_a_form(name: str) -> None:
    """A hundred colleagues with the oddest names, and a lead of each: the form still opens."""
    dossier = stories(called(HOSTILE[name]))["accepted in time"].dossier()
    person = Person("U0CILLA", "cilla", HOSTILE[name] or "Cilla")
    many = [Colleague(person, True, True, (everything.listed(dossier),))] * 101
    view = WORDS.hand_over_view(dossier, many)
    check_playground_view(view, "modal", len(json.dumps(view)))


def text(words: str, kind: str = "mrkdwn") -> Json:
    return {"type": kind, "text": words}


def button(**more: object) -> Json:
    return {"type": "button", "action_id": "a", "text": text("Go", "plain_text"), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def select(*options: Json) -> Json:
    return {"type": "static_select", "action_id": "a", "options": list(options)}


OPTION = {"text": text("one", "plain_text"), "value": "1"}

REFUSED: dict[str, list[Json]] = {
    "section text": [{"type": "section", "text": text("x" * 3001)}],
    "section text, in emoji": [{"type": "section", "text": text("🎉" * 1501)}],
    "empty text": [{"type": "section", "text": text(" ")}],
    "field": [{"type": "section", "fields": [text("x" * 2001)]}],
    "fields": [{"type": "section", "fields": [text("x")] * 11}],
    "no fields": [{"type": "section", "fields": []}],
    "header": [{"type": "header", "text": text("x" * 151, "plain_text")}],
    "context": [{"type": "context", "elements": [text("x")] * 11}],
    "buttons": [actions(*[button()] * 26)],
    "button text": [actions(button(text=text("x" * 76, "plain_text")))],
    "button value": [actions(button(value="x" * 2001))],
    "button url": [actions(button(url="https://x" * 400))],
    "options": [actions(select(*[OPTION] * 101))],
    "no options": [actions(select())],
    "option text": [actions(select({**OPTION, "text": text("x" * 76, "plain_text")}))],
    "option group": [
        actions({**select(), "option_groups": [{"label": text("x" * 76), "options": [OPTION]}]})
    ],
    "option value": [actions(select({**OPTION, "value": "x" * 151}))],
    "blocks": [{"type": "divider"}] * 51,
    "alternative text": [{"type": "image", "image_url": "https://x", "alt_text": "x" * 2001}],
    "one block_id twice": [{"type": "divider", "block_id": "a"}] * 2,
    "all text": [{"type": "section", "text": text("x" * 2900)}] * 4,
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_slack_refuses_is_found_first(name: str) -> None:
    """A template that outgrows Slack fails in our tests, not in somebody's channel."""
    with pytest.raises(OutsideLimits, match=r"^card: Slack would refuse this: .+\.$"):
        check_message("card", "text", REFUSED[name])


def test_a_message_needs_words_of_its_own() -> None:
    """Notifications and screen readers have the text alone."""
    with pytest.raises(OutsideLimits, match="/text is empty"):
        check_message("card", " ", [{"type": "divider"}])
    with pytest.raises(OutsideLimits, match="/text has 4001 characters"):
        check_message("card", "x" * 4001, [{"type": "divider"}])


def test_the_error_quotes_no_lead() -> None:
    """What goes to the log names the place, not the person."""
    with pytest.raises(OutsideLimits) as refused:
        check_message("card", "text", [{"type": "header", "text": text("Ada" * 60, "plain_text")}])
    assert ("/blocks/0/text has 180 characters, 150 are allowed",) == refused.value.problems


VIEW: Json = {
    "type": "modal",
    "title": text("Won", "plain_text"),
    "submit": text("Save", "plain_text"),
    "blocks": [
        {
            "type": "input",
            "label": text("Amount", "plain_text"),
            "element": {"type": "plain_text_input", "action_id": "amount"},
        }
    ],
}


@pytest.mark.parametrize(
    "change",
    [
        {"title": text("x" * 25, "plain_text")},
        {"submit": text("x" * 25, "plain_text")},
        {"private_metadata": "x" * 3001},
        {"blocks": VIEW["blocks"] * 101},
    ],
)
def test_a_form_that_slack_refuses_is_found_first(change: Json) -> None:
    """So does a form."""
    check_view("won", VIEW)
    with pytest.raises(OutsideLimits):
        check_view("won", {**VIEW, **change})


def test_a_form_with_inputs_needs_a_submit() -> None:
    """Slack refuses to open a form that cannot be sent."""
    with pytest.raises(OutsideLimits, match="/submit is missing"):
        check_view("won", {name: value for name, value in VIEW.items() if name != "submit"})
