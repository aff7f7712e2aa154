"""A real browser on the playground's page, with the tiny app at work behind it."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright
from slack_bolt import App
from slack_sdk import WebClient

from playground import CommandHint, InstalledApp, Server, Workspace, WorkspaceClock
from playground import sample_workspace as sample_company
from playground.delivery import Delivery
from tests.playground import tiny_app

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SCREENS = Path(__file__).parents[2] / "artefacts"
DESKTOP = {"width": 1440, "height": 900}
THURSDAY = datetime(2026, 3, 5, 8, tzinfo=UTC)  # 09:00 in Stockholm
PATIENCE_MS = 20_000  # a busy machine has all the time it needs; only a failure takes as long
PATIENCE_S = PATIENCE_MS / 1000

expect.set_options(timeout=PATIENCE_MS)

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    if executable is None:
        missing = f"No browser to test the page with: none of {', '.join(NAMES)} is on PATH."
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=executable, args=FLAGS, timeout=4 * PATIENCE_MS
        )
        yield running
        running.close()


@pytest.fixture
def server() -> Iterator[Server]:
    app = InstalledApp(
        name="Tiny",
        commands=frozenset({"/lead"}),
        command_hints={"/lead": CommandHint("[name or e-mail]", "Find a lead")},
        ack_timeout_s=PATIENCE_S,  # what a test wants late, it makes late
        trigger_lives_s=PATIENCE_S,
    )
    with Server(sample_company(app=app, clock=WorkspaceClock(THURSDAY))) as running:
        yield running


@pytest.fixture
def workspace(server: Server) -> Workspace:
    return server.workspace


@pytest.fixture
def client(server: Server) -> WebClient:
    return tiny_app.client_of(server)


@pytest.fixture
def app(server: Server, client: WebClient) -> Iterator[App]:
    """The tiny app, connected."""
    built = tiny_app.build(client, server.workspace.app.signing_secret)
    with tiny_app.over_sockets(server, built):
        yield built


@pytest.fixture
def channel(workspace: Workspace) -> str:
    return workspace.channel("sales").id


@pytest.fixture
def post(client: WebClient, channel: str) -> Callable[..., str]:
    """The app says something in #sales; answers the message's ts."""

    def say(text: str = "", **more: Any) -> str:
        return str(client.chat_postMessage(channel=channel, text=text, **more)["ts"])

    return say


@pytest.fixture
def open_page(browser: Browser, server: Server) -> Iterator[OpenPage]:
    """A window of its own for each call; fails if a page erred or asked for anything elsewhere."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def opened(who: str = "erik", where: str = "sales", size=DESKTOP, **options: Any) -> Page:
        context = browser.new_context(viewport=size, **options)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        watch(page, troubles)
        page.goto(f"{server.url}/#as=@{who}&in={where}")
        page.wait_for_selector("body[data-ready]")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [] == troubles


def watch(page: Page, troubles: list[str]) -> None:
    def asked(request: Request) -> None:
        if urlsplit(request.url).hostname != "127.0.0.1":
            troubles.append(f"asked for {request.url}")

    page.on("request", asked)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if _is_error(said) else None)


def _is_error(said: Any) -> bool:
    """That the playground refuses, or is away, is shown on the page; the browser notes it, too."""
    notes = ("Failed to load resource", "WebSocket connection to 'ws://127.0.0.1:")
    return said.type == "error" and not said.text.startswith(notes)


@pytest.fixture
def keep_screen() -> Callable[[Page, str], None]:
    """A picture of a main screen, for somebody to look at."""

    def keep(page: Page, name: str) -> None:
        SCREENS.mkdir(exist_ok=True)
        page.wait_for_timeout(250)  # pictures and colours settle
        page.screenshot(path=SCREENS / f"{name}.png")

    return keep


def clicked(workspace: Workspace, action_id: str) -> Delivery:
    """The one click on this action, once the app has answered."""
    newest = 0
    while not (found := clicks(workspace, action_id)):
        assert workspace.feed.wait_past(newest, PATIENCE_S), f"nobody clicked {action_id}"
        newest = workspace.feed.last
    workspace.deliveries.wait_quiet()
    assert found == clicks(workspace, action_id)
    [delivery] = found
    return delivery


def clicks(workspace: Workspace, action_id: str) -> list[Delivery]:
    return [
        delivery
        for delivery in workspace.deliveries.kept
        if (delivery.payload.get("actions") or [{}])[0].get("action_id") == action_id
    ]
