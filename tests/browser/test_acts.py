"""What a person does on the page reaches the app as Slack would send it."""

import re
import threading

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE_S, clicked
from tests.browser.samples import OPTIONS, actions, element, labelled, mrkdwn, option, select
from tests.playground.tiny_app import button, plain

pytestmark = pytest.mark.usefixtures("app")

CONFIRM = {
    "title": plain("Not yours?"),
    "text": mrkdwn("It goes back to the *queue*."),
    "confirm": plain("Yes, send it back"),
    "deny": plain("No"),
    "style": "danger",
}


def test_a_button_is_clicked_once_and_acked(open_page, post, app, workspace):
    """The app hears of the click, who clicked, and the button's value; pressing twice is one."""
    pressed_twice = threading.Event()

    @app.action("wait")
    def wait(ack, body):
        assert pressed_twice.wait(PATIENCE_S)
        app.heard.append(body)
        ack()

    accept = labelled("Accept", at={"action_id": "wait", "value": "42"})
    post("A card", blocks=[actions(accept, select())])
    page = open_page("aino")
    page.get_by_role("button", name="Accept").dblclick()
    pressed_twice.set()

    delivery = clicked(workspace, "wait")
    assert (True, "42") == (delivery.acked, delivery.payload["actions"][0]["value"])
    assert "aino" == delivery.payload["user"]["username"]
    assert 1 == len(app.heard)


def test_a_confirm_dialog_is_asked_first(open_page, post, workspace):
    """No sends nothing; yes sends the click."""
    post("A card", blocks=[actions({**button(), "confirm": CONFIRM})])
    page = open_page()
    go = page.get_by_role("button", name="Go")

    go.click()
    dialog = page.get_by_role("dialog", name="Not yours?")
    expect(dialog.locator("strong")).to_have_text("queue")
    dialog.get_by_role("button", name="No").click()
    expect(dialog).to_have_count(0)
    assert [] == list(workspace.deliveries.kept)

    go.click()
    dialog.get_by_role("button", name="Yes, send it back").click()
    expect(dialog).to_have_count(0)
    assert clicked(workspace, "go").acked


def test_a_choice_is_made_by_keyboard(open_page, post, workspace):
    """A menu opens, narrows to what is typed, and takes the choice with Enter."""
    post("A card", blocks=[actions(select())])
    page = open_page()
    page.get_by_role("button", name="Send to queue").press("Enter")
    search = page.get_by_role("combobox", name="Send to queue")
    search.fill("dac")
    expect(page.locator(".list-option")).to_have_text(["DACH"])
    search.press("Enter")

    expect(page.locator("[data-action=queue]")).to_contain_text("DACH")
    assert "d" == clicked(workspace, "queue").payload["actions"][0]["selected_option"]["value"]


def test_several_choices_are_told_when_the_list_closes(open_page, post, workspace):
    """A multi-select sends all that was chosen, once."""
    several = element("multi_static_select", "several", options=OPTIONS)
    post("A card", blocks=[actions(several)])
    page = open_page()
    page.get_by_role("button", name="Select options").click()
    page.get_by_role("option", name="Nordics").click()
    page.get_by_role("option", name="Iberia").click()
    page.keyboard.press("Escape")

    action = clicked(workspace, "several").payload["actions"][0]
    assert ["n", "i"] == [chosen["value"] for chosen in action["selected_options"]]


def test_a_list_is_asked_from_the_app(open_page, post, workspace):
    """An external select offers what the app answers for the letters typed."""
    pick = element("external_select", "pick", min_query_length=2)
    post("A card", blocks=[actions(pick)])
    page = open_page()
    page.get_by_role("button", name="Select an option").click()
    expect(page.locator(".list-note")).to_have_text("Type at least 2 letters.")
    page.keyboard.type("ab")
    page.get_by_role("option", name="abab").click()

    chosen = clicked(workspace, "pick").payload["actions"][0]["selected_option"]
    assert ("x", "abab") == (chosen["value"], chosen["text"]["text"])


@pytest.mark.parametrize(
    ("kind", "typed", "field", "told"),
    [
        ("datetimepicker", "2026-03-30T09:30", "selected_date_time", 1774843200),
        ("datepicker", "2026-03-09", "selected_date", "2026-03-09"),
        ("timepicker", "09:30", "selected_time", "09:30"),
    ],
)
def test_a_day_or_a_time_is_picked(open_page, post, workspace, kind, typed, field, told):
    """The picked day or time arrives as the person sees it."""
    post("A card", blocks=[actions(element(kind, "when"))])
    page = open_page("priya")  # in Kolkata, five and a half hours ahead
    page.locator("[data-action=when]").fill(typed)
    expect(page.locator("[data-action=when]")).not_to_have_attribute("aria-busy", "true")

    assert told == clicked(workspace, "when").payload["actions"][0][field]


def test_ticks_and_radios(open_page, post, workspace):
    """Each tick tells all that is ticked."""
    ticks = element("checkboxes", "ticks", options=OPTIONS[:2])
    radio = element("radio_buttons", "radio", options=OPTIONS[:2])
    post("A card", blocks=[actions(ticks, radio)])
    page = open_page()
    page.get_by_role("checkbox", name="DACH").check()
    page.get_by_role("radio", name="Nordics").check()

    ticked = clicked(workspace, "ticks").payload["actions"][0]["selected_options"]
    assert ["d"] == [chosen["value"] for chosen in ticked]
    assert "n" == clicked(workspace, "radio").payload["actions"][0]["selected_option"]["value"]


def test_the_menu_behind_the_dots(open_page, post, workspace):
    """An overflow menu shows its choices and sends the one taken."""
    more = element("overflow", "more", options=[option("Open", "open"), option("Give", "give")])
    post("A card", blocks=[actions(more)])
    page = open_page()
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("option", name="Give").click()

    assert "give" == clicked(workspace, "more").payload["actions"][0]["selected_option"]["value"]


def test_a_link_button_leads_away_and_tells_the_app(open_page, post, workspace, server):
    """A button with an address is a link that tells nobody where its reader came from."""
    post("A card", blocks=[actions({**button(), "url": f"{server.url}/page/icon.svg"})])
    page = open_page()
    go = page.get_by_role("link", name="Go")
    expect(go).to_have_attribute("rel", "noopener noreferrer")
    with page.context.expect_page():
        go.click()

    assert clicked(workspace, "go").acked


def test_what_the_app_does_not_take_is_told(open_page, post, workspace):
    """A click that nobody acks in time is told to the person, and only to them."""
    post("A card", blocks=[actions(button("open"))])
    workspace.app.ack_timeout_s = 0.1
    workspace.faults.delay(0.9, "views.open", before=True)
    page, other = open_page("erik"), open_page("aino")
    page.get_by_role("button", name="Go").click()

    expect(page.locator(".notice")).to_contain_text("This app did not take the click.")
    expect(other.locator(".notice")).to_have_count(0)


def test_a_message_is_said_as_one_self(open_page, workspace):
    """What is typed is posted as the person, with names made mentions and signs kept."""
    page = open_page("maja")
    field = page.get_by_placeholder("Message #sales")
    field.fill("@eri")
    expect(page.locator(".suggestion")).to_have_text("@erikErik Östberg")
    field.press("Enter")
    field.press_sequentially("is 1 < 2 & <b>? #random")
    field.press("Shift+Enter")
    field.press_sequentially("@channel")
    field.press("Escape")
    field.press("Enter")

    shown = page.locator("#main .message", has_text="@erik is 1 < 2 & <b>? #random")
    expect(shown.locator(".author")).to_have_text("Maja Lindqvist")
    [said] = workspace.messages.all_in(workspace.channel("sales").id)
    erik, random = workspace.user("@erik").id, workspace.channel("random").id
    written = f"<@{erik}> is 1 &lt; 2 &amp; &lt;b&gt;? <#{random}>\n<!channel>"
    assert written == said.text


def test_a_slash_command_is_completed_and_answered(open_page, workspace, keep_screen):
    """Typing / offers the commands and what they take; the answer is only the asker's."""
    page = open_page()
    field = page.get_by_placeholder("Message #sales")
    field.fill("/le")
    expect(page.locator(".suggestion")).to_have_text("/lead [name or e-mail]Find a lead")
    keep_screen(page, "slash-command")
    field.press("Tab")
    expect(field).to_have_value("/lead ")
    expect(page.locator("#main .composer-hint")).to_have_text(
        "/lead [name or e-mail] — Find a lead"
    )
    field.press_sequentially("ada  l")
    field.press("Enter")

    answer = page.locator("#main .message", has_text="You asked for ada  l")
    expect(answer.locator(".only-you")).to_be_visible()
    assert [] == workspace.messages.all_in(workspace.channel("sales").id)


def test_a_command_that_is_none_keeps_what_was_typed(open_page):
    """A wrong command is explained, and not lost."""
    page = open_page()
    field = page.get_by_placeholder("Message #sales")
    field.fill("/leed ada")
    field.press("Enter")

    expect(page.locator(".notice")).to_contain_text("/leed is not a valid command.")
    expect(field).to_have_value("/leed ada")


def test_commands_do_not_work_in_threads(open_page, post):
    """As in Slack, and with Slack's explanation."""
    root = post("A card")
    post("a reply", thread_ts=root)
    page = open_page()
    page.get_by_role("button", name="1 reply").click()
    field = page.get_by_placeholder("Reply")
    field.fill("/lead ada")
    field.press("Enter")

    expect(page.locator(".notice")).to_contain_text("cannot be used in a thread")


def test_a_reaction_is_one_click(open_page, post, workspace, channel):
    """A reaction is counted, names its people, and is taken once from each."""
    ts = post("Well done")
    page = open_page()
    page.locator("#main .message", has_text="Well done").hover()
    page.get_by_role("button", name="React with raised_hands").click()

    reaction = page.get_by_role("button", name=re.compile(":raised_hands: Erik"))
    expect(reaction).to_have_attribute("aria-pressed", "true")
    erik = workspace.user("@erik").id
    assert {"raised_hands": [erik]} == workspace.messages.get(channel, ts).reactions
