"""Modals with their errors and stacks, and the app's Home."""

import threading

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE_S, clicked
from tests.browser.samples import actions, big_modal, element
from tests.playground.tiny_app import button, modal


@pytest.fixture
def opened(open_page, app, post, client):
    """A page on which Erik has opened a modal; call it with the view."""

    def with_view(view):
        @app.action("show")
        def show(ack, body):
            ack()
            client.views_open(trigger_id=body["trigger_id"], view=view)

        post("A card", blocks=[actions(button("show"))])
        page = open_page()
        page.get_by_role("button", name="Go").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        return page

    return with_view


def submit(page):
    page.get_by_role("dialog").get_by_role("button", name="Send").click()


def test_a_form_is_checked_beside_its_fields(opened, keep_screen):
    """What is missing or wrong is said at the field, before anything is sent."""
    page = opened(big_modal())
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("E-mail").fill("nowhere")
    submit(page)

    expect(dialog.locator(".input-error")).to_have_text(
        [
            "Please complete this required field.",
            "Please complete this required field.",
            "Please enter a valid email address.",
        ]
    )
    expect(dialog.get_by_label("E-mail")).to_have_attribute("aria-invalid", "true")
    expect(dialog.get_by_label("E-mail")).to_have_value("nowhere")
    keep_screen(page, "modal-errors")


def test_the_apps_own_errors_keep_what_was_typed(opened):
    """The app refuses, says why beside the field, and nothing typed is lost."""
    page = opened(modal())
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Note")).to_be_focused()
    dialog.get_by_label("Note").fill("bad")
    submit(page)
    expect(dialog.locator(".input-error")).to_have_text("No.")
    expect(dialog.get_by_label("Note")).to_have_value("bad")

    dialog.get_by_label("Note").fill("good")
    submit(page)
    expect(dialog).to_have_count(0)


def test_a_form_carries_what_was_chosen(opened, workspace):
    """Every kind of field arrives with its value."""
    page = opened(big_modal())
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Reason").click()
    page.get_by_role("option", name="DACH").click()
    dialog.get_by_label("Note").fill("two\nlines")
    dialog.get_by_label("Try again on").fill("2026-04-01")
    dialog.get_by_role("checkbox", name="Nordics").check()
    submit(page)
    expect(dialog).to_have_count(0)

    [sent] = [d for d in workspace.deliveries.kept if d.payload["type"] == "view_submission"]
    values = sent.payload["view"]["state"]["values"]
    assert "d" == values["reason"]["reason"]["selected_option"]["value"]
    assert "two\nlines" == values["note_block"]["note"]["value"]
    assert "2026-04-01" == values["day"]["day"]["selected_date"]
    assert ["n"] == [chosen["value"] for chosen in values["how"]["how"]["selected_options"]]


def test_modals_are_stacked(opened):
    """A modal opened from a modal covers it; Escape leads back, what was typed still there."""
    page = opened(modal())
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Note").fill("deeper")
    submit(page)
    expect(dialog.get_by_role("button", name="Back")).to_be_visible()
    expect(dialog.get_by_label("Note")).to_have_value("")

    page.keyboard.press("Escape")
    expect(dialog.get_by_role("button", name="Close")).to_be_visible()
    expect(dialog.get_by_label("Note")).to_have_value("deeper")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_escape_leaves_from_a_field_for_a_date(opened):
    """The form goes, without a word about it."""
    page = opened(big_modal())
    page.get_by_role("dialog").get_by_label("Try again on").focus()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("#notices")).to_be_empty()


def test_a_late_answer_is_said_in_the_modal(opened, app, workspace):
    """When the app does not answer in time the modal stays, and says so."""
    too_late = threading.Event()

    @app.view("slow")
    def slow(ack):
        assert too_late.wait(PATIENCE_S)
        ack()

    page = opened(modal("slow"))
    page.get_by_label("Note").fill("x")
    workspace.app.ack_timeout_s = 0.1
    submit(page)

    expect(page.locator(".modal-trouble")).to_contain_text("trouble connecting")
    expect(page.get_by_label("Note")).to_have_value("x")
    too_late.set()


def test_home_is_opened_and_acts(open_page, app, client, workspace, keep_screen):
    """The Home tab shows what the app has put there, and its buttons work."""
    page = open_page()
    page.locator("#sidebar").get_by_role("button", name="Tiny").click()
    page.get_by_role("button", name="Home", exact=True).click()
    home = page.get_by_role("region", name="Home of Tiny")
    expect(home).to_contain_text("A card")
    assert "tab=home" in page.url
    keep_screen(page, "app-home")

    home.get_by_role("button", name="Go").click()
    assert "at_home" == clicked(workspace, "at_home").payload["actions"][0]["action_id"]

    picker = actions(element("datepicker", "day"))
    view = {"type": "home", "blocks": [picker]}
    client.views_publish(user_id=workspace.user("@erik").id, view=view)
    expect(home.locator("[data-action=day]")).to_be_visible()


def test_the_app_answers_in_its_messages(open_page, app):
    """Writing to the app in its Messages tab is a conversation with it."""
    page = open_page(where="app")
    page.get_by_placeholder("Message Tiny").fill("hello")
    page.keyboard.press("Enter")

    expect(page.locator("#main .message").last).to_contain_text("You said: hello")
