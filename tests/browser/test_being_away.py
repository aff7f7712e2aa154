"""One's own menu: status, pauses, the schedule, presence; and what an administrator changes."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import clicked
from tests.browser.samples import actions, select
from tests.browser.test_safety import axe_script, serious_faults
from tests.playground.tiny_app import button


@pytest.fixture(autouse=True)
def _time_stands(workspace):
    workspace.clock.pause()


def open_menu(page: Page, name: str = "Erik Östberg"):
    page.get_by_role("button", name=f"{name}: status and notifications").click()
    return page.get_by_role("dialog", name=name)


def entry(page: Page, name: str):
    return page.locator("#sidebar").get_by_role("button", name=re.compile(f"^{name}"))


def test_a_status_is_set_seen_and_gone_when_it_ends(open_page, server, workspace, client):
    """One of the usual ones, until the end of the day, beside one's name wherever others see it."""
    erik, maja = open_page("erik"), open_page("maja")
    server.person("@erik").say("hi", "sales")
    menu = open_menu(erik)
    menu.get_by_role("button", name="Out sick").click()
    menu.get_by_role("button", name="Set status").click()

    expect(menu).to_have_count(0)
    expect(erik.locator(".me .status-mark")).to_have_attribute("aria-label", "Out sick until 23:59")
    for place in (entry(maja, "Erik Östberg"), maja.locator("#main .message-head")):
        expect(place.locator(".status-mark")).to_have_text("🤒")
    profile = client.users_info(user=workspace.user("@erik").id)["user"]["profile"]
    assert ("Out sick", ":face_with_thermometer:") == (
        profile["status_text"],
        profile["status_emoji"],
    )

    workspace.clock.advance(by=timedelta(hours=15))
    expect(erik.locator(".me .status-mark")).to_have_count(0)
    expect(maja.locator("#main .message-head .status-mark")).to_have_count(0)


def test_notifications_are_paused_and_resumed(open_page, workspace):
    """Half an hour without notifications; others see it; it can be ended before."""
    page, erik = open_page("erik"), workspace.user("@erik")
    open_menu(page).get_by_role("button", name="30 minutes").click()
    expect(page.locator(".me .presence")).to_have_attribute(
        "aria-label", "Notifications paused until 09:30"
    )
    assert erik.dnd.paused is not None
    assert timedelta(minutes=30) == erik.dnd.paused[1] - erik.dnd.paused[0]

    menu = open_menu(page)
    menu.get_by_role("button", name="Resume notifications").click()
    expect(page.locator(".me .presence")).to_have_attribute("aria-label", "Active")
    assert erik.dnd.paused is None


def test_a_schedule_begins_and_ends_by_itself(open_page, workspace):
    """From 22:00 the mark is there without anybody doing anything, until 08:00."""
    page = open_page("erik")
    open_menu(page).get_by_role("button", name="Save schedule").click()
    mark = page.locator(".me .presence")
    expect(mark).to_have_attribute("aria-label", "Active")

    workspace.clock.advance(by=timedelta(hours=13))
    expect(mark).to_have_attribute("aria-label", re.compile("^Notifications paused until"))
    workspace.clock.advance(by=timedelta(hours=10))
    expect(mark).to_have_attribute("aria-label", "Active")
    open_menu(page).get_by_role("button", name="Remove schedule").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert workspace.user("@erik").dnd.schedule is None


def test_somebody_goes_away(open_page, workspace):
    """Away is shown as an empty circle to everybody else."""
    erik, maja = open_page("erik"), open_page("maja")
    open_menu(erik).get_by_role("button", name="Set yourself as away").click()
    expect(entry(maja, "Erik Östberg").locator(".presence")).to_have_class(re.compile("is-away"))
    assert "away" == workspace.user("@erik").presence


def test_an_administrator_changes_who_is_where(open_page, workspace):
    """Out of a group, out of a channel, and deactivated: no longer somebody one can be."""
    page = open_page("erik")
    page.get_by_role("button", name="Tools").click()
    page.get_by_role("tab", name="Admin").click()
    account = page.locator(".account", has_text="Aino Mäkelä")
    account.locator("summary").click()
    for name in ("@nordic-sales", "#sales"):
        account.get_by_label(name).uncheck()
        expect(account.get_by_label(name)).not_to_be_checked()
    account.get_by_role("button", name="Deactivate").click()

    expect(account.get_by_text("DEACTIVATED")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Be Aino"))).to_have_count(0)
    aino = workspace.user("@aino")
    assert aino.deleted
    assert aino.id not in workspace.group("@nordic-sales").members
    assert aino.id not in workspace.channel("sales").members


def test_a_choice_stays_for_whoever_made_it(open_page, app, post, workspace):
    """A menu in a message shows what oneself chose, after a reload too; others see none of it."""
    post("A card", blocks=[actions(select(), button())])
    page = open_page("erik")
    page.get_by_role("button", name="Send to queue").click()
    page.locator(".list-option").first.click()
    chosen = page.locator("#main .select-value")
    expect(chosen).to_be_visible()
    said = chosen.inner_text()

    page.get_by_role("button", name=re.compile("^Be Aino")).click()
    expect(page.locator("#main .select")).to_be_visible()
    expect(chosen).to_have_count(0)
    page.get_by_role("button", name=re.compile("^Be Erik")).click()
    expect(page.locator("#sidebar .me strong")).to_have_text("Erik Östberg")
    page.reload()
    expect(chosen).to_have_text(said)
    page.get_by_role("button", name="Go").click()
    values = clicked(workspace, "go").payload["state"]["values"]
    [[state]] = [states.values() for states in values.values()]
    assert said == state["selected_option"]["text"]["text"]


def test_the_clock_is_whole_on_a_narrow_screen(open_page):
    """At 360 pixels each button of the clock can be pressed without scrolling."""
    page = open_page(size={"width": 360, "height": 740})
    buttons = page.get_by_role("group", name="Workspace time").get_by_role("button")
    expect(buttons).to_have_count(5)
    for place in range(5):
        box = buttons.nth(place).bounding_box()
        assert box
        assert 0 <= box["x"]
        assert box["x"] + box["width"] <= 360


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault_in_either(open_page, server, scheme):
    """One's own menu and the administrator's panel have roles, labels and contrast, in both."""
    server.person("@erik").set_status("On the phone")
    server.person("@maja").set_presence("away")
    server.person("@aino").pause_notifications(minutes=30)
    server.person("@erik").say("hi", "sales")
    page = open_page(color_scheme=scheme, bypass_csp=True)
    page.add_script_tag(content=axe_script())
    page.get_by_role("button", name="Tools").click()
    page.get_by_role("tab", name="Admin").click()
    page.locator(".account summary").last.click()
    assert [] == serious_faults(page)

    open_menu(page)
    assert [] == serious_faults(page)
