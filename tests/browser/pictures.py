"""The README's pictures, taken of the running demo: `python -m tests.browser.pictures`."""

from __future__ import annotations

import json
import shutil
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from tests.browser.conftest import FLAGS, NAMES
from tests.browser.demo import ROOT, Demo

PICTURES = ROOT / "docs" / "pictures"
CHANNEL = "mql-handoff"
SIZE: ViewportSize = {"width": 1280, "height": 800}
SLOWLY_MS = 60_000

LEADS = [
    ("Ada Berg", "ada.berg@nordlys.example", "Nordlys Energi", "Asked for a price for 40 people"),
    ("Tuomas Laine", "tuomas@saimaa.example", "Saimaa Shipping", "Wants a demo before the summer"),
    ("Freja Holm", "freja@kvist.example", "Kvist Furniture", "Compared us with two others"),
]


def main() -> None:
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    with Demo() as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        page = browser.new_page(viewport=SIZE)
        page.goto(f"{demo.url}/#as=@erik&in={CHANNEL}")
        page.wait_for_selector("body[data-ready]")
        page.get_by_role("button", name="Close: Baton in seven steps").click()
        take_card(page, demo.url)
        take_digest(page, demo.url)
        browser.close()


def take_card(page: Page, url: str) -> None:
    """One card accepted, one that waits, and its thread with the reminder."""
    first_card_goes_to(page, "Jonas")
    send(url, 0)
    send(url, 1)
    accept = page.get_by_role("button", name="Accept", exact=True)
    expect(accept).to_have_count(2)
    accept.first.click()
    expect(page.locator(".message", has_text="Accepted by @erik")).to_be_visible()
    post(f"{url}/extension/due", {})
    thread = page.locator("#main .thread-link").last
    thread.click()
    expect(page.locator("#thread")).to_contain_text("is still waiting for an answer")
    scroll_to(page, "Accepted by @erik")
    keep(page, "card.png")


def take_digest(page: Page, url: str) -> None:
    """What a day with the simulated sellers leaves for Monday."""
    page.get_by_role("button", name="Close the thread").click()
    post(f"{url}/extension/day", {})
    digest = page.locator(".message", has_text="The week of 2 Mar 2026").first
    expect(digest).to_be_visible(timeout=2 * SLOWLY_MS)
    chart = digest.locator("img")
    expect(chart).to_be_visible()
    chart.scroll_into_view_if_needed()  # until then it is not even fetched
    chart.evaluate("image => image.decode()")
    digest.locator(".thread-link").click()
    page.set_viewport_size({"width": 1280, "height": 1120})
    scroll_to(page, "The week of 2 Mar 2026")
    keep(page, "digest-in-slack.png")


def first_card_goes_to(page: Page, name: str) -> None:
    page.get_by_role("button", name=f"Be {name}").click()
    page.get_by_role("button", name="Accept", exact=True).click()
    expect(page.locator(".message", has_text=f"Accepted by @{name.lower()}")).to_be_visible()
    page.get_by_role("button", name="Be Erik").click()


def send(url: str, number: int) -> None:
    name, email, company, why = LEADS[number]
    lead = {"name": name, "email": email, "company": company, "why": why}
    more = {"country": "SE", "source": "webinar", "campaign": "Spring webinar", "tier": "B"}
    post(f"{url}/extension/lead", lead | more | {"score": "82"})


def post(address: str, body: dict[str, Any]) -> None:
    headers = {"Content-Type": "application/json"}
    body_bytes = json.dumps(body).encode()
    request = urllib.request.Request(address, body_bytes, headers)  # noqa: S310 (loopback)
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        answer.read()


def scroll_to(page: Page, words: str) -> None:
    found = page.locator("#main .message", has_text=words).first
    found.evaluate("message => message.scrollIntoView({ block: 'start' })")
    page.mouse.move(0, 0)


def keep(page: Page, name: str) -> None:
    page.wait_for_timeout(8000)  # until the last notice is gone
    path: Path = PICTURES / name
    page.screenshot(path=path)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
