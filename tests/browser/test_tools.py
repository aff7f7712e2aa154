"""Behind the scenes: the inspector, faults, and panels of the embedding program."""

import json

import pytest
from playwright.sync_api import expect
from slack_sdk.errors import SlackApiError
from starlette.responses import JSONResponse
from starlette.routing import Route

from playground import Extension, Server, sample_workspace
from tests.browser.samples import actions, labelled
from tests.playground.tiny_app import button


@pytest.fixture
def page(open_page, app):
    page = open_page()
    page.get_by_role("button", name="Tools").click()
    return page


def row(page, words: str):
    return page.locator(".log > li", has_text=words)


def test_each_request_is_seen_with_its_ack(page, post, keep_screen):
    """A click: to the app and acked in so many ms, with payload and answer to open."""
    post("A card", blocks=[actions(labelled("Accept"))])
    page.get_by_role("button", name="Accept").click()
    click = row(page, "click go")

    expect(click.locator(".log-status")).to_have_text("ack")
    expect(click.locator(".log-who")).to_have_text("@erik")
    expect(click.locator(".log-ms")).to_contain_text(" ms")
    expect(row(page, "chat.postMessage").locator(".log-status")).to_have_text("200")
    click.locator("summary").first.click()
    expect(click.locator(".json-leaf", has_text="block_actions")).to_be_visible()
    keep_screen(page, "inspector")


def test_late_acks_and_429_are_red(page, post, workspace, client, channel):
    """What went wrong stands out, with its name, and can be shown alone."""
    post("A card", blocks=[actions(button("open"))])
    workspace.app.ack_timeout_s = 0.1
    workspace.faults.delay(0.9, "views.open", before=True)
    page.get_by_role("button", name="Go").click()
    expect(row(page, "click open")).to_have_class("is-bad")
    expect(row(page, "click open")).to_contain_text("late ack: operation_timeout")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")

    workspace.faults.rate_limit("chat.postMessage")
    for text in ("first", ""):
        with pytest.raises(SlackApiError):
            client.api_call("chat.postMessage", json={"channel": channel, "text": text})
    expect(row(page, "429 ratelimited")).to_have_class("is-bad")
    expect(row(page, "no_text")).to_have_class("is-bad")
    red = row(page, "no_text").locator(".log-status").evaluate("e => getComputedStyle(e).color")
    assert "rgb(192, 19, 67)" == red

    page.get_by_label("Only trouble").check()
    expect(page.locator(".log > li:not(.is-bad)")).to_have_count(0)
    expect(row(page, "no_text")).to_be_visible()


@pytest.mark.parametrize(
    ("pressed", "error"),
    [("Rate limit", "ratelimited"), ("Server error", "HTTP 503"), ("Lose next reply", "")],
)
def test_faults_at_the_press_of_a_button(page, client, channel, pressed, error):
    """The next call meets the fault; what waits is listed, and gone when it was met."""
    page.get_by_role("tab", name="Faults").click()
    page.get_by_label("What the app asks").select_option("chat.postMessage")
    page.get_by_role("button", name=pressed).click()
    expect(page.locator(".fault-waiting")).to_contain_text("chat.postMessage · 1×")

    failures = (SlackApiError, OSError)
    with pytest.raises(failures, match="ratelimited" if error == "ratelimited" else None):
        client.chat_postMessage(channel=channel, text="x")
    page.get_by_role("button", name="Clear all faults").click()
    expect(page.locator(".fault-waiting")).to_have_count(0)
    assert client.chat_postMessage(channel=channel, text="y")["ok"]


def test_the_socket_is_dropped(page, server):
    """The app's connections are cut, and the page says how many there were."""
    before = server.connections
    page.get_by_role("tab", name="Faults").click()
    page.get_by_role("button", name="Drop socket").click()

    expect(page.locator(".notice")).to_contain_text(f"{before} connections cut.")


def test_the_embedding_program_puts_its_panels_there(browser, tmp_path):
    """Scripts, styles and routes of an extension work under the page's own policy."""
    told = []

    async def lead(request):
        told.append(await request.json())
        return JSONResponse({"said": "A lead is on its way."})

    script, style = tmp_path / "panel.js", tmp_path / "panel.css"
    script.write_text(PANEL)
    style.write_text(".mine { outline: 3px solid rgb(1, 2, 3); }")
    extension = Extension(
        "Demo", [Route("/lead", lead, methods=["POST"])], scripts=[script], styles=[style]
    )
    with Server(sample_workspace(), extension=extension) as server:
        page = browser.new_page()
        page.goto(f"{server.url}/#as=@erik&in=random")
        expect(page.get_by_role("tab", name="Leads")).to_have_attribute("aria-selected", "true")
        page.get_by_role("button", name="Send a lead").click()
        expect(page.locator(".notice")).to_contain_text("A lead is on its way.")
        assert [{"name": "Ada", "as": "erik", "people": 9}] == told

        server.person("@maja").say("hello", "random")
        expect(page.locator(".tab-badge")).to_have_text("message_posted")
        outline = page.locator(".mine").evaluate("e => getComputedStyle(e).outlineColor")
        assert "rgb(1, 2, 3)" == outline
        expect(page.get_by_role("region", name="Tour")).to_contain_text("Step one")
        page.get_by_role("button", name="Close: Tour").click()
        expect(page.get_by_role("region", name="Tour")).to_have_count(0)
        page.close()


PANEL = """
export default function (page) {
  const send = async () => {
    const lead = { name: "Ada", as: page.me.handle, people: page.people.length };
    page.addNotice((await page.fetch("lead", lead)).said);
  };
  const panel = page.addPanel({
    id: "leads", title: "Leads", open: true,
    render(host) {
      const button = { type: "button", class: "mine", onclick: send };
      page.fill(host, page.h("button", button, "Send a lead"));
    },
  });
  const render = (host) => void page.fill(host, "Step one");
  page.addPanel({ id: "tour", title: "Tour", place: "corner", render });
  page.on("message_posted", (change) => panel.setBadge(change.kind));
}
"""


def test_the_calls_log_holds_no_token(page, server, client):
    """What the inspector is sent never carries the app's tokens."""
    client.api_call("auth.test", params={"token": client.token})
    told = page.request.get(f"{server.url}/playground/inspector").json()

    assert client.token not in json.dumps(told["calls"])
    assert "auth.test" in [call["method"] for call in told["calls"]]
