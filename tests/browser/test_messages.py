"""The channel as a reader sees it: blocks, threads, whispers, edits, what is new."""

import re
from datetime import timedelta

from playwright.sync_api import Page, expect

from tests.browser.samples import card, everything
from tests.playground.tiny_app import client_of

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763606060000000040001f61738550000000049454e44ae426082"
)


def message(page: Page, words: str):
    return page.locator("#main .message", has_text=words)


def test_a_card_has_everything_on_it(open_page, post, keep_screen):
    """Header, fields, context, menu and buttons stand where a Slack user looks for them."""
    post("A new lead", blocks=card())
    page = open_page()
    shown = message(page, "Ada Lovelace")

    expect(shown.get_by_role("heading")).to_have_text("Ada Lovelace · Analytical Engines AB")
    expect(shown.locator(".app-badge")).to_have_text("APP")
    expect(shown.locator(".block-section")).to_contain_text(
        "Wants a demo of Faster quotes by 10:00"
    )
    expect(shown.locator(".section-field").last).to_have_text("Score87 🔥")
    expect(shown.locator(".block-context code")).to_have_text("MQL-1042")
    expect(shown.locator(".button.primary")).to_have_text("Accept")
    expect(shown.locator(".button.danger")).to_have_text("Reject")
    expect(shown.get_by_role("button", name="Send to queue")).to_be_visible()
    expect(shown.get_by_role("button", name="More actions")).to_be_visible()
    keep_screen(page, "channel-light")


def test_every_block_and_element_is_drawn(open_page, post, keep_screen):
    """Nothing that Block Kit's everyday blocks hold is missing or shown as a placeholder."""
    post("Everything", blocks=everything())
    page = open_page(color_scheme="dark")
    shown = message(page, "Week 10")

    expect(shown.locator(".unknown")).to_have_count(0)
    expect(shown.locator(".block-rich_text li")).to_have_text(["one", "two", "first", "second"])
    expect(shown.locator(".block-rich_text strong")).to_have_text("Strong ")
    expect(shown.locator(".rich-line").first).to_contain_text("plain *stars*")
    expect(shown.locator(".block-rich_text pre")).to_have_text("as  it\nstands")
    expect(shown.locator(".block-markdown strong")).to_have_text("12")
    expect(shown.locator(".block-markdown td")).to_have_text(["Nordics", "86 %"])
    expect(shown.locator(".block-markdown li")).to_have_text(
        ["☑ counted", "☐ checked", "first", "second"]
    )
    expect(shown.locator(".block-table td")).to_have_text(["Nordics", "7", "DACH", "5"])
    expect(shown.locator(".block-actions [data-action]")).to_have_count(9)
    expect(shown.locator("[data-action=at]")).to_have_value("09:30")
    keep_screen(page, "blocks-dark")


def test_news_arrive_without_a_reload(open_page, post, server, channel):
    """What is posted, changed and deleted is on the page at once, in every window."""
    windows = [open_page("erik"), open_page("aino")]
    ts = post("Half of the time is *gone*")
    for page in windows:
        expect(message(page, "Half of the time is gone")).to_be_visible()

    client_of(server).chat_update(channel=channel, ts=ts, text="All of it")
    for page in windows:
        expect(message(page, "All of it").locator(".edited")).to_have_text(" (edited)")

    client_of(server).chat_delete(channel=channel, ts=ts)
    for page in windows:
        expect(message(page, "All of it")).to_have_count(0)


def test_a_whisper_is_seen_by_one(open_page, client, channel, workspace):
    """An ephemeral says that only its reader sees it, and is true to that."""
    erik, aino = open_page("erik"), open_page("aino")
    client.chat_postEphemeral(
        channel=channel, user=workspace.user("@erik").id, text="Aino was first."
    )
    client.chat_postMessage(channel=channel, text="For all")

    expect(message(erik, "Aino was first.").locator(".only-you")).to_have_text(
        "Only visible to you"
    )
    expect(message(aino, "For all")).to_be_visible()
    expect(message(aino, "Aino was first.")).to_have_count(0)


def test_a_thread_opens_beside_the_channel(open_page, post, server, keep_screen):
    """Replies are counted below the message, read at the side, and answered there."""
    root = post("A new lead", blocks=card())
    post("Half of the time is gone", thread_ts=root)
    server.person("@aino").say("I can take it", "sales", thread=root)
    page = open_page()

    page.get_by_role("button", name="2 replies").click()
    thread = page.get_by_role("complementary", name="Thread")
    expect(thread.locator(".message")).to_have_count(3)
    expect(thread.locator(".replies-divider")).to_have_text("2 replies")

    thread.get_by_placeholder("Reply").fill("Thank you!")
    page.keyboard.press("Enter")
    expect(thread.locator(".message").last).to_contain_text("Thank you!")
    expect(page.get_by_role("button", name="3 replies")).to_be_visible()
    assert f"thread={root}" in page.url
    keep_screen(page, "thread")

    page.keyboard.press("Escape")
    expect(thread).to_be_hidden()


def test_a_broadcast_reply_leads_to_its_thread(open_page, post):
    """A reply sent to the channel as well is marked, and one click shows what it answers."""
    root = post("Who takes it?")
    post("Nobody so far", thread_ts=root, reply_broadcast=True)
    page = open_page()

    message(page, "Nobody so far").get_by_role("button", name="see the thread").click()

    expect(page.locator("#thread .message").first).to_contain_text("Who takes it?")


def test_the_side_bar_tells_what_is_new(open_page, post, workspace, server):
    """Unread channels are bold; a mention is a number; looking takes both away."""
    page = open_page(where="random")
    sales = page.locator("#sidebar").get_by_role("button", name=re.compile("^sales"))
    post("Good morning")
    expect(sales).to_have_class(re.compile("is-unread"))
    expect(sales.locator(".badge")).to_have_count(0)

    post(f"<@{workspace.user('@erik').id}> and <!channel>")
    expect(sales.locator(".badge")).to_have_text("1")
    expect(page.locator("#rail .face", has_text="Aino").locator(".badge")).to_have_text("1")

    sales.click()
    expect(sales).not_to_have_class(re.compile("is-unread"))
    expect(sales.locator(".badge")).to_have_count(0)
    server.person("@maja").say("hello", "sales")
    expect(message(page, "hello")).to_be_visible()
    expect(sales).not_to_have_class(re.compile("is-unread"))


def test_a_line_shows_from_where_it_is_new(open_page, post):
    """Coming back to a channel, one sees how far one had read."""
    post("Before")
    page = open_page()
    expect(message(page, "Before")).to_be_visible()
    sales = page.locator("#sidebar").get_by_role("button", name=re.compile("^sales"))
    expect(sales).not_to_have_class(re.compile("is-unread"))  # it is known to have been read
    page.locator("#sidebar").get_by_role("button", name="random").click()
    post("After")
    sales.click()

    expect(page.locator(".new-divider + .message")).to_contain_text("After")


def test_a_file_is_shown_in_place(open_page, client, channel):
    """An uploaded picture is seen in the channel, and large when pressed."""
    client.files_upload_v2(
        channel=channel, filename="week.png", content=PICTURE, title="The week", alt_txt="A chart"
    )
    page = open_page()

    picture = page.get_by_role("img", name="A chart")
    expect(picture).to_be_visible()
    assert 1 == picture.evaluate("image => image.naturalWidth")
    page.get_by_role("button", name="Enlarge: A chart").click()
    expect(page.locator("dialog.lightbox")).to_be_visible()


def test_long_channels_come_in_pages(open_page, client, channel, workspace):
    """A long history opens at its end; what is earlier comes when asked for."""
    for number in range(130):
        server_says(workspace, f"number {number}.")
    page = open_page()

    expect(message(page, "number 129.")).to_be_in_viewport()
    expect(message(page, "number 12.")).to_have_count(0)
    page.get_by_role("button", name="Show earlier messages").click()
    expect(message(page, "number 12.")).to_have_count(1)


def server_says(workspace, text: str) -> None:
    from playground import Person

    workspace.clock.advance(by=timedelta(minutes=6))
    Person.of(workspace, "@maja").say(text, "sales")


def test_the_page_comes_back_by_itself(open_page, server, post):
    """When the playground goes away the page says so, and catches up when it is back."""
    page = open_page()
    server.stop()
    expect(page.get_by_role("alert")).to_contain_text("The playground is away")

    server.start()
    expect(page.locator("#offline")).to_be_hidden()
    server.person("@aino").say("Back again", "sales")
    expect(message(page, "Back again")).to_be_visible()
