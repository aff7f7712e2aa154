"""Time is the visitor's: it stands, runs, and goes ahead in order."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from playground import Extension, InstalledApp, Server, WorkspaceClock, sample_workspace
from tests.browser.conftest import PATIENCE_S, THURSDAY


def bar(page):
    return page.get_by_role("group", name="Workspace time")


def test_time_is_read_in_both_zones(open_page, workspace):
    """The page shows the reader's time, and the company's where that differs."""
    workspace.clock.pause()
    stockholm, kolkata = open_page("erik"), open_page("priya")

    expect(stockholm.locator(".clock-face")).to_have_text("tors 5 mars09:00Stockholm")
    expect(kolkata.locator(".clock-face")).to_have_text("Thu 5 Mar13:30Kolkata09:00 Stockholm")


def test_time_stands_and_runs(open_page, workspace):
    """Pause and the speeds reach the workspace, and every window."""
    one, other = open_page("erik"), open_page("aino")
    bar(one).get_by_role("button", name="Pause time").click()
    expect(bar(other).get_by_role("button", name="Let time run")).to_be_visible()
    assert workspace.clock.paused

    bar(one).get_by_label("Speed of time").select_option("600")
    expect(bar(other).get_by_role("button", name="Pause time")).to_be_visible()
    assert (600.0, False) == (workspace.clock.speed, workspace.clock.paused)


@pytest.mark.parametrize(
    ("pressed", "arrives", "face"),
    [
        ("+15 min", THURSDAY + timedelta(minutes=15), "tors 5 mars09:15Stockholm"),
        ("Next morning", datetime(2026, 3, 6, 8, tzinfo=UTC), "fre 6 mars09:00Stockholm"),
        ("Next Monday", datetime(2026, 3, 9, 8, tzinfo=UTC), "mån 9 mars09:00Stockholm"),
    ],
)
def test_time_goes_ahead(pressed, arrives, face, channel_of_time):
    """A press leads to the next quarter, to nine in the morning, to Monday at nine."""
    server, page, _ = channel_of_time([])
    bar(page).get_by_role("button", name=pressed).click()
    expect(page.locator(".clock-face")).to_have_text(face)
    expect(bar(page).get_by_role("button", name=pressed)).to_be_visible()

    assert arrives == server.workspace.clock.now()


def test_what_is_due_on_the_way_happens_in_order(channel_of_time):
    """The app sees each of its instants as now, one after the other, and time goes no further."""
    dues = [THURSDAY + timedelta(minutes=minutes) for minutes in (7, 30, 31, 75)]
    looked = threading.Event()
    server, page, seen = channel_of_time(list(dues), looked)
    bar(page).get_by_role("button", name="+1 h").click()
    expect(page.locator(".clock-way")).to_contain_text("On the way to tors 10:00")
    looked.set()
    expect(bar(page).get_by_role("button", name="+1 h")).to_be_visible()

    assert dues[:3] == seen
    assert THURSDAY + timedelta(hours=1) == server.workspace.clock.now()
    times = page.locator("#main .message time")
    expect(times).to_have_text(["09:07", "09:30", "09:31"])


@pytest.fixture
def channel_of_time(browser):
    """A paused workspace whose app has something due at given instants, and a page on it; time
    sets out when `go` is set."""
    opened = []

    def start(dues, go=None):
        clock = WorkspaceClock(THURSDAY, paused=True)
        workspace = sample_workspace(app=InstalledApp(), clock=clock)
        seen = []

        def next_due():
            assert go is None or go.wait(PATIENCE_S)
            while dues and dues[0] <= clock.now():
                seen.append(clock.now())
                dues.pop(0)
                maja.say("due", "random")
            return dues[0] if dues else None

        server = Server(workspace, extension=Extension("Dues", next_due=next_due))
        maja = server.person("@maja")
        opened.append(server.start())
        page = browser.new_page()
        opened.append(page)
        page.goto(f"{server.url}/#as=@erik&in=random")
        page.wait_for_selector("body[data-ready]")
        return server, page, seen

    yield start
    for item in reversed(opened):
        item.close() if hasattr(item, "close") else item.stop()


def test_a_journey_can_be_stopped(open_page, workspace):
    """On the way to next Monday one may get off; time stays where it was."""
    page = open_page()
    bar(page).get_by_role("button", name="Next Monday").click()
    bar(page).get_by_role("button", name="Stop").click()
    expect(bar(page).get_by_role("button", name="Next Monday")).to_be_visible()

    assert THURSDAY < workspace.clock.now() < THURSDAY + timedelta(days=3)


def test_a_clock_led_from_elsewhere_is_left_alone(browser):
    """Where a test moves time, the page says so and offers no buttons."""
    from playground import FollowingClock

    with Server(sample_workspace(clock=FollowingClock(lambda: THURSDAY))) as server:
        page = browser.new_page()
        page.goto(server.url)
        expect(page.get_by_text("Time is led from elsewhere")).to_be_visible()
        expect(bar(page).get_by_role("button")).to_have_count(0)
        page.close()
