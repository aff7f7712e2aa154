"""App Home: what waits for a person, with the buttons that act right there."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.domain.handoff import State
from bot.use_cases.my_work import MOST_WAITING
from handlers.home import PUBLISHED_AT_ONCE
from playground import Person, sample_workspace
from playground.delivery import INTERACTIVE
from playground.wording import block_words
from tests.crash.service import installed, service
from tests.scenario.world import World, open_world, read


@pytest.fixture(params=["socket", "http"])
def world(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    with open_world(tmp_path, over=request.param) as opened:
        yield opened
        opened.nothing_more()


@pytest.fixture
def near(tmp_path: Path) -> Iterator[World]:
    """A World for what does not depend on how Slack reaches Baton."""
    with open_world(tmp_path) as opened:
        yield opened
        opened.nothing_more()


def home(world: World, who: str) -> str:
    """What somebody reads in their Home, as Slack shows it to them now."""
    shown = world.person(who).home
    assert shown is not None, f"{who} has no Home yet"
    return read(world.server.workspace, block_words(shown.body["blocks"]))


def opened(world: World, who: str) -> str:
    delivery = world.person(who).open_home()
    assert delivery is not None
    assert delivery.acked, delivery.error
    world.settle()
    return home(world, who)


def click(world: World, who: str, action: str, lead: int) -> None:
    """A button in their Home."""
    value = f"{lead}:{world.handoff(lead).round}"
    delivery = world.person(who).click(action, value=value)
    assert delivery.acked, delivery.error
    world.settle()


def test_a_seller_finds_what_waits_and_accepts_it_there(world: World):
    """Opened, one click, and the lead is theirs: Home says so at once, and so does the card."""
    lead = world.lead("Ada", why="Asked for a price")
    before = opened(world, "@erik")
    assert "You hold no lead just now." in before
    assert "Ada (Acme) · L-1 · nordics" in before.replace("*", "")
    assert "Please answer by *2026-03-02 14:00 CET*" in before
    assert "Why now: Asked for a price" in before

    click(world, "@erik", "accept", lead)
    assert world.id("@erik") == world.handoff(lead).holder
    after = home(world, "@erik")
    assert "Nothing waits for an answer." in after
    assert "Accepted. First contact is due by" in after
    world.deliver()
    assert "Accepted by @erik" in world.shows(lead)


def test_a_held_lead_is_worked_on_from_home(near: World):
    """Contacted, qualified, won: each click shows at once which ones come next."""
    lead = near.lead("Ada")
    opened(near, "@erik")
    for action, said in (
        ("accept", "First contact is due"),
        ("contacted", "Contacted, 2026-03-02 10:00 CET."),
        ("sql", "Qualified (SQL), 2026-03-02 10:00 CET."),
        ("opportunity", "Opportunity since 2026-03-02 10:00 CET."),
    ):
        click(near, "@erik", action, lead)
        assert said in home(near, "@erik")
    click(near, "@erik", "won", lead)
    near.person("@erik").submit({"amount": "12 000"})
    near.settle()
    assert State.WON is near.handoff(lead).state
    assert "You hold no lead just now." in home(near, "@erik")


def test_a_rejection_from_home_shows_there_at_once(near: World):
    """The form opens over Home; when it is sent, the lead is gone from the list."""
    lead = near.lead("Ada")
    opened(near, "@erik")
    click(near, "@erik", "reject", lead)
    assert near.person("@erik").submit({"reason": "not_icp"}).acked
    near.settle()
    assert State.REJECTED is near.handoff(lead).state
    assert "Nothing waits for an answer." in home(near, "@erik")
    near.deliver()
    near.hears("@anna", "@erik rejected")
    near.hears("@luis", "@erik rejected")


def test_who_is_late_hears_it_on_top_of_their_home(world: World):
    """Slack gives no address for a private reply there: who was first stands in Home itself, for
    a minute."""
    lead = world.lead("Ada")
    opened(world, "@aino")
    world.click("@erik", "accept", lead)
    click(world, "@aino", "accept", lead)
    assert home(world, "@aino").startswith("@erik was first: accepted 2026-03-02 10:00 CET.")
    assert world.id("@erik") == world.handoff(lead).holder
    world.homes.refresh()
    assert "@erik was first" in home(world, "@aino")
    world.clock.advance(timedelta(seconds=61))
    world.homes.refresh()
    assert "@erik was first" not in home(world, "@aino")


def test_the_same_click_twice_is_still_a_yes(near: World):
    """Impatience is not scolded in Home either."""
    lead = near.lead("Ada")
    opened(near, "@erik")
    accept = near.person("@erik").click("accept", value=f"{lead}:1")
    near.settle()
    near.server.workspace.deliveries.send(INTERACTIVE, accept.payload, near.id("@erik")).wait()
    near.settle()
    assert home(near, "@erik").startswith("Your leads")


def test_others_homes_follow_what_happens(near: World):
    """A lead that somebody took leaves the Homes of those who look at them, a new one comes in."""
    lead = near.lead("Ada")
    opened(near, "@erik")
    opened(near, "@aino")
    near.click("@erik", "accept", lead)
    assert 2 == near.homes.refresh()
    assert "Ada" in home(near, "@erik")
    assert "Ada" not in home(near, "@aino")
    near.lead("Grace")
    assert 2 == near.homes.refresh()
    assert "Grace" in home(near, "@aino")
    assert 0 == near.homes.refresh()


def test_nothing_is_published_while_nothing_changes(near: World):
    """Slack's limit is for those who act: a beat that finds all as it was calls nobody."""
    near.lead("Ada")
    opened(near, "@erik")
    calls: list[str] = []
    near.server.workspace.feed.subscribe(
        lambda change: calls.append(change.kind) if change.kind == "home_published" else None
    )
    for _ in range(3):
        near.clock.advance(timedelta(seconds=5))
        near.homes.refresh()
    assert [] == calls


def test_time_makes_a_lead_urgent_and_then_overdue(near: World):
    """What is nearly up, and what is late, is said in words, the most urgent first."""
    near.lead("Ada")
    near.lead("Grace", tier="A")
    shown = opened(near, "@erik")
    assert shown.index("Grace") < shown.index("Ada")
    near.pass_time(minutes=25)
    near.homes.refresh()
    assert "*Time is nearly up:* please answer by *2026-03-02 10:30 CET*" in home(near, "@erik")
    near.pass_time(hours=4)
    near.homes.refresh()
    assert 2 == home(near, "@erik").count("*Overdue:* an answer was due")
    near.forget()


def test_a_manager_finds_what_is_overdue_and_steps_in(near: World):
    """Their team's broken promises, with who holds them, and the buttons to act for others."""
    held = near.lead("Ada")
    near.click("@erik", "accept", held)
    near.lead("Grace")
    assert "Nothing is overdue." in opened(near, "@maja")
    near.pass_time(hours=4, minutes=1)
    near.homes.refresh()
    shown = home(near, "@maja").replace("*", "")
    assert "Grace (Acme)" in shown
    assert "Ada" not in shown
    near.pass_time(hours=20, minutes=30)
    late = "first contact was due 2026-03-03 10:00 CET. It is with @erik."
    assert late in opened(near, "@maja")
    click(near, "@maja", "contacted", held)
    assert State.CONTACTED is near.handoff(held).state
    assert "Ada" not in home(near, "@maja")
    near.forget()


def test_a_head_looks_on(near: World):
    """The head of sales sees what is overdue; acting on it is the team's."""
    near.lead("Ada")
    near.pass_time(hours=5)
    assert "an answer was due" in opened(near, "@henrik")
    assert "Accept" not in home(near, "@henrik")
    near.forget()


def test_everybody_else_is_greeted(near: World):
    """A marketer and a colleague without a part read a friendly line, and nobody's lead."""
    near.lead("Ada")
    assert "Nothing needs you here" in opened(near, "@anna")
    assert "You have no part in one of its queues" in opened(near, "@sam")
    assert "Ada" not in home(near, "@anna") + home(near, "@sam")


def test_everybody_reads_their_own_language(near: World):
    """Home speaks the language of whoever opens it."""
    near.server.workspace.user("@erik").locale = "sv-SE"
    near.clock.advance(timedelta(minutes=1))
    near.look_up_people()
    assert "Du har inga leads just nu." in opened(near, "@erik")


def test_a_long_list_ends_and_says_how_much_more_there_is(near: World):
    """Slack shows a hundred blocks; whoever has more leads sees the most urgent ones."""
    for number in range(MOST_WAITING + 5):
        near.lead(f"Lead{number}")
    shown = opened(near, "@erik")
    assert MOST_WAITING == shown.count("Please answer by")
    assert "… and 5 more, less urgent." in shown


def test_the_messages_tab_opens_no_home(near: World):
    """Slack tells of both tabs; only one is ours to fill."""
    assert near.person("@erik").open_home("messages") is not None
    near.settle()
    assert near.person("@erik").home is None


def test_homes_take_turns(near: World):
    """Many at once are published over several beats, those who waited longest first."""
    people = ["@erik", "@aino", "@maja", "@henrik", "@anna", "@luis", "@jonas"]
    for who in people:
        opened(near, who)
    for who in people:
        near.server.workspace.user(who).locale = "sv-SE"
    near.clock.advance(timedelta(minutes=1))
    near.look_up_people()
    assert [PUBLISHED_AT_ONCE, 2, 0] == [near.homes.refresh() for _ in range(3)]


def test_nobody_is_looked_after_for_ever(near: World):
    """Who opened Home in the morning is not published for at night."""
    opened(near, "@erik")
    near.clock.advance(timedelta(hours=9))
    near.lead("Ada")
    assert 0 == near.homes.refresh()
    assert "Ada" not in home(near, "@erik")
    assert "Ada" in opened(near, "@erik")


def test_a_rate_limit_only_delays(near: World):
    """Slack wants no more views for a while: then Home is made true."""
    near.lead("Ada")
    opened(near, "@erik")
    near.server.workspace.faults.rate_limit("views.publish", retry_after=30)
    click(near, "@erik", "accept", 1)
    assert "You hold no lead" in home(near, "@erik")
    assert 0 == near.homes.refresh()
    near.clock.advance(timedelta(seconds=31))
    assert 1 == near.homes.refresh()
    assert "First contact is due" in home(near, "@erik")


def test_a_workspace_without_the_tab_is_left_in_peace(near: World):
    """An app whose Home is switched off: said once in the log, not tried every five seconds."""
    near.server.workspace.app.home_tab = False
    with capture_logs() as logs:
        assert near.person("@erik").open_home() is not None
        near.settle()
        near.homes.refresh()
    assert ["home_refused"] == [line["action"] for line in logs if "home" in line["action"]]


def test_a_restarted_baton_serves_the_home_that_is_open(tmp_path: Path):
    """Nobody is remembered after a restart, and a click in an old Home is judged and shown."""
    with open_world(tmp_path) as near:
        lead = near.lead("Ada")
        opened(near, "@erik")
        near.homes._opened.clear()
        click(near, "@erik", "reject", lead)
        assert near.person("@erik").submit({"reason": "not_icp"}).acked
        near.settle()
        assert "Nothing waits for an answer." in home(near, "@erik")


def test_forged_events_change_nothing(near: World):
    """An opening without a person, or of a stranger, breaks nothing."""
    for event in (
        {"type": "app_home_opened", "tab": "home"},
        {"type": "app_home_opened", "tab": "home", "user": ["U1"]},
        {"type": "app_home_opened", "tab": {}, "user": near.id("@erik")},
        {"type": "app_home_opened", "tab": "home", "user": "U0NOBODY"},
    ):
        near.server.workspace.send_event(event)
    near.settle()
    assert "You hold no lead" in opened(near, "@erik")


def test_the_running_service_keeps_an_open_home_true(tmp_path: Path):
    """A lead that comes in while somebody looks at Home shows there by itself, within seconds."""
    workspace = sample_workspace(app=installed())
    published: queue.Queue[None] = queue.Queue()
    workspace.feed.subscribe(
        lambda change: published.put(None) if change.kind == "home_published" else None
    )

    def shown() -> str:
        published.get(timeout=60)
        view = Person.of(workspace, "@erik").home
        assert view is not None
        return block_words(view.body["blocks"])

    with service(workspace, f"sqlite:///{tmp_path / 'baton.db'}") as baton:
        baton.start()
        Person.of(workspace, "@erik").open_home()
        assert "Ada" not in shown()
        who = ("--email", "ada@acme.example", "--name", "Ada", "--country", "SE")
        added = baton.command("lead", "add", *who)
        assert 0 == added.returncode, added.stderr
        assert "*Ada*" in shown()
        assert 0 == baton.terminate(), baton.said()
