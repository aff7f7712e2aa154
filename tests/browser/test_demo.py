"""The demo as a newcomer lives it: the tour, a race, time, hostile leads, Baton dead and back."""

import os
import re
import signal
from contextlib import ExitStack
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESKTOP
from tests.browser.demo import Demo

CHANNEL = "mql-handoff"
PHONE = {"width": 360, "height": 740}
SLOWLY_MS = 60_000  # what waits for many messages, one a second

pytestmark = pytest.mark.timeout(300)  # on a busy machine


@pytest.fixture
def server():
    """The demo in the place of the tiny app's workspace: `open_page` opens its page."""
    with Demo() as demo:
        yield demo


@pytest.fixture
def page(open_page):
    return open_page("erik", CHANNEL)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).last.click()


def step(page: Page, name: str) -> Locator:
    return page.locator(f"[data-step={name}]")


def expect_done(page: Page, name: str, timeout: float | None = None) -> None:
    expect(step(page, name)).to_have_class("tour-done", timeout=timeout)


def messages(page: Page, words: str) -> Locator:
    return page.locator("#main .message", has_text=words)


def become(page: Page, offered_by: str, name: str) -> None:
    """By the button that this step of the tour offers."""
    step(page, offered_by).get_by_role("button", name=f"Be {name}").click()
    place = "app" if name == "Anna" else CHANNEL
    expect(page).to_have_url(re.compile(f"as=@{name.lower()}&in={place}"))


def open_tools(page: Page, panel: str) -> Locator:
    if page.locator("#tools").is_hidden():
        page.get_by_role("button", name="Tools").click()
    page.get_by_role("tab", name=panel).click()
    return page.locator("#tools-panel")


def write(page: Page, text: str) -> None:
    page.locator("#main .composer-text").fill(text)
    page.locator("#main .composer-text").press("Enter")


def loaded_width(image: Locator) -> int:
    expect(image).to_be_visible(timeout=SLOWLY_MS)
    image.scroll_into_view_if_needed()
    image.evaluate("image => image.decode()")
    return int(image.evaluate("image => image.naturalWidth"))


def test_the_tour_from_end_to_end(page, keep_screen):
    """Seven steps by clicks on the page, each ticked off when it happened and not before."""
    expect(page.locator(".tour-steps li")).to_have_count(7)
    names = page.locator(".tour-steps li").evaluate_all("all => all.map(li => li.dataset.step)")
    assert ["accept", "race", "reminder", "escalation", "reject", "lookup", "digest"] == names
    expect(page.locator(".tour-done")).to_have_count(0)

    accept_and_race(page)
    be_late_with_a_lead(page)
    keep_screen(page, "demo-escalation")
    reject_a_lead(page)
    keep_screen(page, "demo-anna")
    look_a_lead_up(page)
    keep_screen(page, "demo-look-up")
    read_the_digest(page)
    keep_screen(page, "demo-digest")
    expect(page.locator(".tour-progress")).to_contain_text("All done")


def accept_and_race(page: Page) -> None:
    press(page, "Accept")
    expect_done(page, "accept")
    expect(messages(page, "Accepted by @erik")).to_be_visible()
    press(page, "Race for a lead")
    expect_done(page, "race", SLOWLY_MS)  # a lead, its card, two clicks and two answers


def be_late_with_a_lead(page: Page) -> None:
    press(page, "Send a lead")
    expect(page.get_by_role("button", name="Accept", exact=True)).to_have_count(1)
    press(page, "Until something is due")
    expect_done(page, "reminder")
    expect(step(page, "escalation")).to_have_class("tour-next")
    press(page, "Until something is due")
    expect_done(page, "escalation")
    become(page, "escalation", "Maja")
    expect(messages(page, "still needs an answer").last).to_contain_text("@maja")


def reject_a_lead(page: Page) -> None:
    """At first without the note that this reason wants."""
    become(page, "reject", "Erik")
    press(page, "Reject")
    choose_reason(page, "Bad data")
    modal = page.locator("dialog")
    modal.get_by_role("button", name="Reject").click()
    expect(modal.locator(".input-error")).to_be_visible()
    expect(step(page, "reject")).to_have_class("tour-next")
    modal.locator("textarea").fill("The phone belongs to a bakery.")
    modal.get_by_role("button", name="Reject").click()
    expect(modal).to_have_count(0)
    expect_done(page, "reject")
    become(page, "reject", "Anna")
    expect(messages(page, "The phone belongs to a bakery.")).to_be_visible()


def look_a_lead_up(page: Page) -> None:
    become(page, "lookup", "Erik")
    write(page, "/lead Ingrid")
    expect_done(page, "lookup")
    answer = page.locator(".is-ephemeral", has_text="Ingrid")
    expect(answer).to_contain_text("Only visible to you")


def read_the_digest(page: Page) -> None:
    press(page, "Next Monday")
    expect_done(page, "digest", SLOWLY_MS)
    assert 400 < loaded_width(messages(page, "The week of 2 Mar 2026").locator("img"))
    page.locator("#main .thread-link").last.click()
    expect(page.locator("#thread")).to_contain_text("Bad data: 1")


def choose_reason(page: Page, label: str) -> None:
    page.locator("dialog .select").click()
    page.get_by_role("option", name=label).click()


def test_two_people_race_in_two_windows(page, open_page, server):
    """One has the lead, the other is told who was first; both windows show it by themselves."""
    other = open_page("priya", CHANNEL)
    busy = {"kind": "status", "status": 503, "method": "chat.update"}  # both still see the button
    assert page.request.post(f"{server.url}/playground/faults", data=busy).ok

    press(page, "Accept")
    press(other, "Accept")

    taken = [messages(each, "Accepted by @") for each in (page, other)]
    for card in taken:
        expect(card).to_contain_text("First contact due")
    winner, loser = (page, other) if "@erik" in taken[0].inner_text() else (other, page)
    expect(loser.locator(".is-ephemeral")).to_contain_text("was first: accepted")
    expect(winner.locator(".is-ephemeral")).to_have_count(0)
    expect_done(winner, "accept")
    expect_done(winner, "race")


def test_a_thread_and_app_home(page, keep_screen):
    """A thread opens beside the channel; on App Home one click acts on a lead of mine."""
    press(page, "Send a lead")
    press(page, "Until something is due")
    expect_done(page, "reminder")
    page.locator("#main .thread-link").first.click()
    expect(page.locator("#thread")).to_contain_text("is still waiting for an answer")
    keep_screen(page, "demo-thread")

    press(page, "Accept")
    expect_done(page, "accept")
    page.locator("#sidebar").get_by_role("button", name="Baton").click()
    page.get_by_role("button", name="Home", exact=True).click()
    home = page.locator(".home")
    home.get_by_role("button", name="Contacted").click()
    expect(home.get_by_role("button", name="Contacted")).to_have_count(0)
    expect(home.get_by_role("button", name="Qualified (SQL)")).to_be_visible()
    keep_screen(page, "demo-home")
    page.locator("#sidebar").get_by_role("button", name=CHANNEL).click()
    expect(messages(page, "Ingrid Åkesson · ")).to_contain_text("Accepted by @erik")
    expect(page.locator("#main").get_by_role("button", name="Contacted")).to_have_count(0)


def test_quick_presses_on_a_slow_machine(page, server):
    """The lead that was sent a moment ago is waited for, however long Baton takes over it."""
    press(page, "Accept")
    expect_done(page, "accept")
    [baton] = server.children()
    os.kill(baton, signal.SIGSTOP)
    press(page, "Send a lead")
    press(page, "Until something is due")
    page.wait_for_timeout(3000)  # longer than it would wait for nothing
    os.kill(baton, signal.SIGCONT)

    expect(messages(page, "New lead")).to_have_count(1)
    expect_done(page, "reminder", SLOWLY_MS)


def test_time_is_the_visitors(page):
    """An hour, then the next morning; the page shows the workspace's time, cards theirs."""
    clock = page.locator(".clock-time")
    expect(clock).to_have_text(re.compile("08:5[5-9]"))

    press(page, "+1 h")
    expect(clock).to_have_text(re.compile("09:5[5-9]"), timeout=SLOWLY_MS)  # time goes on
    expect(messages(page, "still needs an answer; it was due today at 09:30")).to_be_visible()
    expect_done(page, "escalation")

    press(page, "Next morning")
    expect(page.locator(".clock-day")).to_have_text("Sat 7 Mar", timeout=SLOWLY_MS)
    expect(clock).to_have_text("09:00", timeout=SLOWLY_MS)


HOSTILE = [
    "<!channel> *Boss* <@U0P0000005>",
    "<img src=x onerror=window.broken=1>",
    "\u202egnp.exe \u05d3\u05e0\u05d4 \u0633\u0644\u0645\u0649",
    "W" * 10_000,
]


def test_hostile_names_stay_text(page, keep_screen):
    """Whatever somebody calls themselves in a form, the page shows letters, and keeps its shape."""
    page.get_by_role("button", name="Close: Baton in seven steps").click()
    panel = open_tools(page, "Leads")
    for number, name in enumerate(HOSTILE):
        for label in ("Name", "Company", "Why now"):
            panel.get_by_label(label, exact=True).fill(name)
        panel.get_by_label("E-mail").fill(f"person{number}@acme{number}.example")
        panel.get_by_label("Source").fill("webinar")
        panel.get_by_role("button", name="Send this lead").click()
        expect(page.locator("#main .block-header")).to_have_count(number + 2)
    page.get_by_role("button", name="Close the tools").click()

    for name in HOSTILE[:2]:
        expect(messages(page, name)).to_be_visible()
    assert page.evaluate("window.broken === undefined")
    expect(page.locator("#main img")).to_have_count(0)
    expect(page.locator("#main .mention", has_text="@channel")).to_have_count(0)
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        keep_screen(page, f"demo-hostile-{size['width']}")
        assert [] == page.evaluate(TOO_WIDE)


TOO_WIDE = """() => [...document.querySelectorAll("html, body, #main, #main .scroller, .message")]
  .filter((each) => each.scrollWidth > each.clientWidth + 1)
  .map((each) => each.className || each.tagName)"""


LEADS_CSV = """email,name,company,country,source,why
grete@hafen.example,Grete Hafen,Hafen AG,SE,trade show,Asked for a price at the booth
jean@pont.example,Jean Pont,Pont SA,NO,trade show,Wants to see it with own data
"""


def test_a_csv_is_dropped_on_the_page(page):
    """Marketing's list becomes cards, in the workspace's time; a file of nonsense is explained."""
    panel = open_tools(page, "Leads")
    drop(page, LEADS_CSV)

    expect(messages(page, "Grete Hafen · Hafen AG")).to_contain_text("today at 14:00")
    expect(messages(page, "Jean Pont · Pont SA")).to_be_visible()
    expect(page.locator(".notice-text")).to_contain_text("2")

    drop(page, "colour,size\nred,9\n")
    expect(page.locator(".notice-text")).to_contain_text("email")
    expect(panel).to_be_visible()


def drop(page: Page, text: str) -> None:
    files = page.evaluate_handle(
        """text => {
          const files = new DataTransfer();
          files.items.add(new File([text], "leads.csv", { type: "text/csv" }));
          return files;
        }""",
        text,
    )
    page.locator(".demo-drop").dispatch_event("drop", {"dataTransfer": files})


def test_a_burst_of_twenty(page, keep_screen):
    """Twenty leads at once become twenty cards, one a second, none lost and none doubled."""
    open_tools(page, "Leads")
    press(page, "A burst of 20 leads")

    accept = page.locator("#main").get_by_role("button", name="Accept")
    expect(accept).to_have_count(21, timeout=SLOWLY_MS)
    titles = page.locator("#main .block-header").all_inner_texts()
    assert len(titles) == len(set(titles))
    keep_screen(page, "demo-burst")


def test_simulated_sellers_come_and_go(page):
    """They answer leads while they are there, and tick nothing off for the visitor."""
    panel = open_tools(page, "Baton")
    press(page, "Let simulated sellers work")
    expect(panel.get_by_role("button", name="Send the simulated sellers home")).to_be_visible()
    press(page, "+15 min")
    expect(messages(page, "Accepted by @erik")).to_be_visible(timeout=SLOWLY_MS)

    press(page, "Send the simulated sellers home")
    expect(panel.get_by_role("button", name="Let simulated sellers work")).to_be_visible()
    press(page, "Send a lead")
    expect(page.get_by_role("button", name="Accept", exact=True)).to_have_count(1)
    press(page, "+15 min")
    expect(page.locator(".clock-time")).to_have_text(re.compile("09:2[5-9]"), timeout=SLOWLY_MS)
    expect(page.get_by_role("button", name="Accept", exact=True)).to_have_count(1)
    expect(page.locator(".tour-done")).to_have_count(0)


def test_baton_is_killed_and_comes_back(page, keep_screen):
    """A click while it is dead says that it failed; once it runs again the same click works."""
    panel = open_tools(page, "Baton")
    press(page, "Kill it (kill -9)")
    expect(panel).to_contain_text("Baton is not running")
    press(page, "Accept")
    expect(page.locator(".notice.is-error")).to_be_visible(timeout=SLOWLY_MS)
    press(page, "Race for a lead")
    expect(page.locator(".notice-text").last).to_contain_text("Baton is not running.")
    keep_screen(page, "demo-killed")
    expect(page.locator(".tour-done")).to_have_count(0)

    press(page, "Start it again")
    expect(panel).to_contain_text("Baton is running.", timeout=SLOWLY_MS)
    press(page, "Accept")
    expect(messages(page, "Accepted by @erik")).to_be_visible()


def test_a_day_in_a_minute(page, server, keep_screen):
    """The rest of the day passes by itself, with its people, and ends with Monday's digest."""
    panel = open_tools(page, "Baton")
    press(page, "+1 h")
    expect(page.locator(".clock-time")).to_have_text(re.compile("09:5[5-9]"), timeout=SLOWLY_MS)
    page.request.post(f"{server.url}/playground/clock", data={"to": "2026-03-06T14:30:00+01:00"})
    press(page, "Watch a day in a minute")

    expect(messages(page, "The week of 2 Mar 2026")).to_be_visible(timeout=2 * SLOWLY_MS)
    expect(page.locator(".clock-day")).to_have_text("Mon 9 Mar")
    expect(page.locator(".clock-controls select")).to_have_value("1", timeout=SLOWLY_MS)
    expect(panel.get_by_role("button", name="Watch a day in a minute")).to_be_enabled()
    assert "tour-done" != step(page, "accept").get_attribute("class")
    keep_screen(page, "demo-after-a-day")


@pytest.fixture
def in_the_background():
    """As a script starts it with `&`: what the shell starts so does not hear Ctrl-C by itself."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("in_the_background")
@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_ends_cleanly(told):
    """Ctrl-C, a closed terminal or a polite kill: exit code 0, and nobody is left behind."""
    with Demo() as demo:
        children = demo.children()
        assert children
        assert 0 == demo.end(told)
        assert [] == [pid for pid in children if Path(f"/proc/{pid}").exists()]
        assert "Traceback" not in demo.said()


def test_two_demos_at_once(open_page):
    """Two people of one machine try it without meeting; a port in use is one sentence."""
    with Demo() as first, ExitStack() as trying:
        page = open_page("erik", CHANNEL)  # of a second demo
        press(page, "Accept")
        expect(messages(page, "Accepted by @erik")).to_be_visible()
        page.goto(f"{first.url}/#as=@erik&in={CHANNEL}")
        expect(page.get_by_role("button", name="Accept", exact=True)).to_have_count(1)
        with pytest.raises(RuntimeError, match="Another program uses this port"):
            trying.enter_context(Demo(int(first.url.rpartition(":")[2])))
        page.goto("about:blank")


def test_its_main_screens_fit(open_page, keep_screen):
    """In the light and in the dark, at a desk and on a phone, nothing sticks out."""
    for scheme, size in product(("light", "dark"), (DESKTOP, PHONE)):
        page = open_page("erik", CHANNEL, size, color_scheme=scheme)
        name = f"demo-{scheme}-{size['width']}"
        expect(page.get_by_role("button", name="Accept", exact=True)).to_be_visible()
        keep_screen(page, f"{name}-tour")
        for panel in ("Leads", "Baton"):
            open_tools(page, panel)
            keep_screen(page, f"{name}-{panel.lower()}")
        assert [] == page.evaluate(TOO_WIDE)
