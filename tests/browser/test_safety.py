"""Foreign text stays text, nothing from elsewhere loads, and everybody can use the page."""

import http.client
import json
import os
from importlib.resources import files
from importlib.util import find_spec

import pytest
from playwright.sync_api import Error, expect

from tests.browser.conftest import PATIENCE_S
from tests.browser.samples import actions, asking, card, element, everything, mrkdwn, select
from tests.playground.tiny_app import modal, plain

PHONE = {"width": 360, "height": 740}
AXE = "axe_playwright_python"

HOSTILE = [
    "<script>window.hurt = 1</script>",
    "<img src=x onerror='window.hurt = 1'>",
    "<https://a.example|<b onmouseover=window.hurt=1>>",
    "<javascript:window.hurt=1|press me>",
    "\"><svg onload=window.hurt=1> ' & {{7*7}}",
    "\u202e<!channel>\ue000```*_~`",
]


def test_hostile_names_hurt_nobody(open_page, workspace, client, app, channel):
    """Markup in names, texts, blocks and modals is shown as it was written, and does nothing."""
    for number, text in enumerate(HOSTILE):
        workspace.add_user(f"evil{number}", text)
        raw = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        blocks = [
            {"type": "header", "text": plain(text)},
            {"type": "section", "text": mrkdwn(text), "fields": [mrkdwn(raw)]},
            {"type": "markdown", "text": f"[{text}](javascript:window.hurt=1) {text}"},
            {"type": "context", "elements": [plain(text)]},
            actions({**element("button", "go", value="x"), "text": plain(text)}),
            {"type": "image", "image_url": "https://evil.example/p.png", "alt_text": text},
            {"type": "rich_text", "elements": [_link(text)]},
        ]
        client.chat_postMessage(channel=channel, text=raw, blocks=blocks)
    workspace.add_channel("mql<img>", ["erik"])
    page = open_page()

    expect(page.locator("#main .block-header")).to_have_text([text.strip() for text in HOSTILE])
    expect(page.locator("#main .section-field").nth(1)).to_have_text(HOSTILE[1])
    assert page.evaluate("window.hurt") is None
    assert 0 == page.locator("#main :is(script, svg:not(.icon), b, img)").count()
    addresses = page.locator("#main a").evaluate_all("links => links.map((link) => link.protocol)")
    assert {"https:"} == set(addresses)


def _link(text: str):
    link = {"type": "link", "url": "javascript:window.hurt=1", "text": text}
    return {"type": "rich_text_section", "elements": [link]}


def test_a_hostile_modal_hurts_nobody(open_page, app, client, post):
    """Titles, labels, options and errors of a modal are text too."""
    evil = HOSTILE[1]

    @app.action("show")
    def show(ack, body):
        ack()
        choice = select("queue", initial_option={"text": plain(evil), "value": "n"})
        choice["options"] = [{"text": plain(evil), "value": "n"}]
        view = modal("evil", asking("q", evil, choice), title=plain(evil[:24]))
        client.views_open(trigger_id=body["trigger_id"], view=view)

    @app.view("evil")
    def submitted(ack):
        ack(response_action="errors", errors={"q": evil})

    post("A card", blocks=[actions({**element("button", "show"), "text": plain("Show")})])
    page = open_page()
    page.get_by_role("button", name="Show").click()
    page.get_by_role("dialog").get_by_role("button", name="Send").click()

    expect(page.locator(".input-error")).to_have_text(evil)
    expect(page.locator(".input-label")).to_have_text(evil)
    assert page.evaluate("window.hurt") is None


def test_no_script_could_inject_markup(browser, server):
    """Even a mistake in a script cannot turn text into markup: the browser refuses."""
    page = browser.new_page()
    page.goto(server.url)
    with pytest.raises(Error, match="requires 'TrustedHTML'"):
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<i id=hurt></i>')")

    assert 0 == page.locator("#hurt").count()
    page.close()


def test_a_picture_from_elsewhere_is_only_named(open_page, post):
    """No address outside this machine is loaded; a foreign picture is a link with its words."""
    image = {"type": "image", "image_url": "https://evil.example/p.png", "alt_text": "A pixel"}
    post("Look", blocks=[image])
    page = open_page()

    expect(page.get_by_role("link", name="A pixel")).to_have_attribute(
        "href", "https://evil.example/p.png"
    )
    expect(page.locator("#main img")).to_have_count(0)


@pytest.mark.parametrize("path", ["/", "/playground/state", "/api/auth.test", "/page/main.js"])
@pytest.mark.parametrize(
    "headers",
    [{"Host": "rebound.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}],
    ids=["foreign host", "foreign page", "sandboxed page"],
)
def test_other_pages_are_refused(server, path, headers):
    """A page elsewhere, or a name made to point here, gets nothing: DNS rebinding is in vain."""
    connection = http.client.HTTPConnection("127.0.0.1", int(server.url.rpartition(":")[2]))
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()

    assert (403, {"error": "loopback_only"}) == (answer.status, json.loads(answer.read()))
    connection.close()


def test_the_live_feed_refuses_other_pages(server):
    """A WebSocket from another page is closed before it is opened."""
    from websockets.exceptions import InvalidStatus
    from websockets.sync.client import connect
    from websockets.typing import Origin

    address = server.url.replace("http", "ws") + "/live"
    with connect(address) as own:
        server.person("@erik").say("hello", "sales")
        assert "message_posted" in str(own.recv(timeout=PATIENCE_S))
    with pytest.raises(InvalidStatus), connect(address, origin=Origin("https://evil.example")):
        pass


def test_the_page_fits_a_phone(open_page, post, client, keep_screen):
    """At 360 px nothing sticks out, and channel, thread, people and tools can be reached."""
    root = post("A new lead", blocks=card())
    post("Half of the time is gone", thread_ts=root)
    post("Everything", blocks=everything())
    page = open_page(size=PHONE)
    expect(page.locator("#main .message", has_text="Week 10")).to_be_visible()
    assert_fits(page)
    page.get_by_role("button", name="1 reply").click()
    expect(page.locator("#thread .message")).to_have_count(2)
    assert_fits(page)
    keep_screen(page, "phone-thread")
    page.get_by_role("button", name="Close the thread").click()
    page.locator("#main .message", has_text="Ada Lovelace").scroll_into_view_if_needed()
    keep_screen(page, "phone-channel")

    page.get_by_role("button", name="Conversations and people").click()
    page.locator("#sidebar").get_by_role("button", name="random").click()
    expect(page.locator("#main .panel-head h2")).to_have_text("# random")
    expect(page.locator("#sidebar")).not_to_be_in_viewport()
    page.get_by_role("button", name="Tools").click()
    expect(page.get_by_role("tab", name="Inspector")).to_be_visible()
    assert_fits(page)


def assert_fits(page):
    wide = page.evaluate(
        """() => [...document.querySelectorAll("#main *, #thread *, #tools *")]
          .filter((e) => e.checkVisibility() && !e.closest(".table-scroll, #tools-tabs"))
          .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
          .map((e) => e.outerHTML.slice(0, 120))"""
    )
    assert [] == wide


def test_the_page_works_by_keyboard(open_page, post, app, keep_screen):
    """Person, channel, thread and a button are reached with Tab and Enter; Escape leads back."""
    root = post("A card", blocks=card())
    post("a reply", thread_ts=root)
    page = open_page("erik", "random")
    press_until(page, "Be Aino")
    page.keyboard.press("Enter")
    expect(page.locator("#sidebar .me strong")).to_have_text("Aino Mäkelä")
    press_until(page, "sales")
    page.keyboard.press("Enter")
    expect(page.get_by_placeholder("Message #sales")).to_be_focused()
    press_until(page, "1 reply", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_placeholder("Reply")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#thread")).to_be_hidden()
    press_until(page, "Accept", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Accept")).not_to_have_attribute("aria-busy", "true")

    assert 1 == len(app.heard)


def press_until(page, wanted: str, key: str = "Tab") -> None:
    name = """() => {
      const now = document.activeElement;
      return now.matches("button") ? (now.ariaLabel ?? now.textContent) : "";
    }"""
    for _ in range(60):
        page.keyboard.press(key)
        if wanted in str(page.evaluate(name)):
            return
    pytest.fail(f"{key} does not reach {wanted!r}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(open_page, post, app, client, scheme):
    """Roles, labels and contrast hold in both colours: channel, thread, tools and modal."""
    script = axe_script()
    root = post("A new lead", blocks=card())
    post("a reply", thread_ts=root)
    post("Everything", blocks=everything())
    post("<!channel> said `this`")
    # The page's policy is for the page: axe itself has to get in.
    page = open_page(color_scheme=scheme, bypass_csp=True)
    page.get_by_role("button", name="1 reply").click()
    page.get_by_role("button", name="Tools").click()
    expect(page.locator(".log > li").first).to_be_visible()
    page.add_script_tag(content=script)
    assert [] == serious_faults(page)

    page.get_by_role("tab", name="Faults").click()
    page.locator("#main").get_by_role("button", name="Reject").click()
    page.get_by_role("dialog").get_by_role("button", name="Send").click()
    expect(page.locator(".input-error")).to_be_visible()
    assert [] == serious_faults(page)


STILL = """() => Promise.allSettled(document.getAnimations()
  .filter((each) => each.effect.getComputedTiming().iterations !== Infinity)
  .map((each) => each.finished))"""


def axe_script() -> str:
    if find_spec(AXE) is None:
        missing = f"{AXE} is not installed: accessibility was not checked."
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return (files(AXE) / "axe.min.js").read_text()


def serious_faults(page) -> list[str]:
    page.evaluate(STILL)  # what fades in has half a colour
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{fault['id']}: {node['html'][:140]} {node['failureSummary'][:300]}"
        for fault in found["violations"]
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]
