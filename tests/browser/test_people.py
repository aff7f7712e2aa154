"""Be anyone: each person with their own view, zone and language."""

import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.samples import actions, labelled, mrkdwn
from tests.playground.tiny_app import button


def test_one_click_makes_somebody_else(open_page, server):
    """The address, the side bar, the title and what is said next are the other person's."""
    page = open_page("erik")
    page.get_by_role("button", name=re.compile("^Be Aino Mäkelä")).click()
    expect(page.locator("#sidebar .me strong")).to_have_text("Aino Mäkelä")
    expect(page).to_have_title("sales · Aino Mäkelä")
    assert "#as=@aino&in=sales" in page.url

    page.get_by_placeholder("Message #sales").fill("it is me")
    page.keyboard.press("Enter")
    expect(page.locator("#main .message .author")).to_have_text("Aino Mäkelä")

    page.reload()
    expect(page.locator("#sidebar .me strong")).to_have_text("Aino Mäkelä")


def test_whom_one_pressed_last_is_whom_one_is(open_page, workspace):
    """However long the answer about the one before takes."""
    page, aino = open_page("erik"), workspace.user("@aino").id
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route(f"**/people/{aino}/workspace", hold)
    page.get_by_role("button", name=re.compile("^Be Aino")).click()
    page.get_by_role("button", name=re.compile("^Be Maja")).click()
    name = page.locator("#sidebar .me strong")
    expect(name).to_have_text("Maja Lindqvist")
    with page.expect_response(f"**/people/{aino}/workspace") as answer:
        waiting[0].continue_()
    answer.value.finished()

    page.get_by_placeholder("Message #sales").fill("it is me")
    page.keyboard.press("Enter")
    expect(page.locator("#main .message .author")).to_have_text("Maja Lindqvist")
    expect(name).to_have_text("Maja Lindqvist")


def test_news_take_no_button_from_under_a_press(open_page, server):
    """What is pressed while something comes in does what it says; the news are shown after it."""
    page = open_page("erik", "sales")
    random = page.locator("#sidebar").get_by_role("button", name=re.compile("^random"))
    mql = page.locator("#sidebar").get_by_role("button", name=re.compile("^mql-handoff"))
    random.hover()
    page.mouse.down()
    server.person("@maja").say("news", "mql-handoff")
    page.wait_for_timeout(500)  # time to draw the side bar anew
    page.mouse.up()

    expect(page.locator("#main .panel-head h2")).to_have_text("# random")
    expect(mql).to_have_class(re.compile("is-unread"))


def test_the_address_alone_decides(open_page, server):
    """Changing the address in place changes person, channel and thread."""
    root = server.person("@maja").say("Who takes it?", "mql-handoff")
    page = open_page("erik")
    page.evaluate(f"location.hash = '#as=@anna&in=mql-handoff&thread={root.ts}'")

    expect(page.locator("#sidebar .me strong")).to_have_text("Anna Kowalska")
    expect(page.locator("#main .panel-head h2")).to_have_text("# mql-handoff")
    expect(page.locator("#thread .message")).to_contain_text("Who takes it?")


def test_everybody_reads_their_own_time_and_language(open_page, post):
    """The same instant is 09:00 in Stockholm, half past one in Kolkata, and yesterday's words."""
    date = "<!date^1772697600^{date_long}, {time}|then>"
    post("Due", blocks=[{"type": "section", "text": mrkdwn(date)}])

    for who, written in {
        "erik": "torsdag 5 mars 2026, 09:00",
        "jonas": "Donnerstag, 5. März 2026, 09:00",
        "priya": "Thursday, 5 March 2026, 13:30",
    }.items():
        page = open_page(who)
        expect(page.locator("#main .block-section")).to_have_text(written)
        page.context.close()


@pytest.mark.usefixtures("app")
def test_two_windows_race_for_one_button(open_page, app, post, client, channel, workspace):
    """The first to press gets it; the other sees at once that it is gone, and why."""
    taken: list[str] = []

    @app.action("take")
    def take(ack, body):
        ack()
        user = body["user"]["id"]
        if taken:
            client.chat_postEphemeral(channel=channel, user=user, text="Somebody was first.")
        else:
            taken.append(user)
            client.chat_update(channel=channel, ts=body["message"]["ts"], text="Taken.")

    ts = post("A lead", blocks=[actions(labelled("Accept", at={"action_id": "take"}))])
    erik, aino = open_page("erik"), open_page("aino")
    expect(aino.get_by_role("button", name="Accept")).to_be_visible()
    erik.get_by_role("button", name="Accept").click()

    expect(erik.locator("#main .message")).to_contain_text("Taken.")
    expect(aino.get_by_role("button", name="Accept")).to_have_count(0)
    assert [workspace.user("@erik").id] == taken

    workspace.channel(channel)
    late = aino.request.post(
        f"{workspace.base_url}/playground/people/@aino/click",
        data={"action_id": "take", "on": ts, "channel": channel, "stale": True},
    )
    assert late.ok
    expect(aino.locator(".only-you")).to_be_visible()
    expect(erik.locator(".only-you")).to_have_count(0)


def test_a_conversation_between_two(open_page, workspace):
    """A DM starts with a click on a name, and rings at the other's side."""
    erik, aino = open_page("erik"), open_page("aino")
    erik.locator("#sidebar").get_by_role("button", name="Aino Mäkelä").click()
    erik.get_by_placeholder("Message Aino Mäkelä").fill("Do you take it?")
    erik.keyboard.press("Enter")

    entry = aino.locator("#sidebar").get_by_role("button", name=re.compile("^Erik Östberg"))
    expect(entry.locator(".badge")).to_have_text("1")
    entry.click()
    expect(aino.locator("#main .message")).to_contain_text("Do you take it?")


def test_what_is_private_stays_so(open_page, workspace):
    """Who is not in a private channel does not see that it exists; public ones can be joined."""
    workspace.add_channel("board", ["maja", "henrik"], private=True)
    maja, sam = open_page("maja"), open_page("sam", "sales")

    expect(maja.locator("#sidebar").get_by_role("button", name="board")).to_be_visible()
    expect(sam.locator("#sidebar").get_by_role("button", name="board")).to_have_count(0)
    expect(sam.locator("#main .composer")).to_have_count(0)
    sam.get_by_role("button", name="Join").click()
    expect(sam.get_by_placeholder("Message #sales")).to_be_visible()


def test_the_same_person_in_two_windows(open_page, post):
    """Reading in one window is reading in the other; a chosen button stays where it was."""
    post("News", blocks=[actions(button())])
    there = open_page("erik", "random")
    unread = there.locator("#sidebar").get_by_role("button", name=re.compile("^sales"))
    expect(unread).to_have_class(re.compile("is-unread"))
    open_page("erik", "sales")

    expect(unread).not_to_have_class(re.compile("is-unread"))
