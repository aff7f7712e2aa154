"""Clicks on a card: who wins, who is told what, and what Slack hears."""

from __future__ import annotations

import copy
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.domain.handoff import State
from bot.domain.move import Event
from playground.delivery import INTERACTIVE, Delivery
from tests.scenario.world import SETTLE_SECONDS, World, open_world


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


def held(world: World, by: str = "@erik") -> int:
    lead = world.lead()
    world.click(by, "accept", lead)
    world.deliver()
    return lead


# ---------------------------------------------------------------------- accept


def test_who_accepts_first_holds_the_lead(world: World):
    """A seller accepts; the card says so to everybody, and nothing else is said."""
    lead = world.lead()
    world.click("@erik", "accept", lead)
    world.deliver()
    handoff = world.handoff(lead)
    assert (State.ACCEPTED, world.id("@erik")) == (handoff.state, handoff.holder)
    assert "Accepted by @erik" in world.shows(lead)
    assert "accept" not in world.card(lead).action_ids


def test_who_is_late_is_told_who_was_first_and_when(world: World):
    """The second seller learns privately who has the lead, and since when."""
    lead = world.lead()
    world.click("@erik", "accept", lead)
    world.pass_time(minutes=7)
    world.person("@aino").click("accept", world.card(lead), stale=True)
    world.settle()
    world.hears("@aino", "@erik was first: accepted", "2026-03-02 10:00 CET")
    assert world.id("@erik") == world.handoff(lead).holder


def test_the_first_is_named_even_after_more_has_happened(near: World):
    """Who was first, and when, stays true when the holder has moved on with the lead."""
    lead = held(near)
    near.pass_time(minutes=30)
    near.click("@erik", "contacted", lead)
    near.person("@aino").click("accept", near.card(lead), stale=True)
    near.settle()
    near.hears("@aino", "@erik was first: accepted", "2026-03-02 10:00 CET")


def test_a_second_click_by_the_same_person_is_still_a_yes(world: World):
    """Impatience changes nothing and is not scolded."""
    lead = world.lead()
    card = world.card(lead)
    for _ in range(3):
        assert world.person("@erik").click("accept", card).acked
    world.settle()
    assert 1 == sum(move.event is Event.ACCEPTED for move in world.journal(lead))


@pytest.mark.parametrize("who", ["@sam", "@anna", "@henrik"])
def test_who_is_no_seller_of_the_queue_may_not_answer(near: World, who: str):
    """Others are refused, privately, and told whom to ask."""
    near.server.workspace.join(near.server.workspace.channel("mql-handoff"), near.id(who))
    lead = near.lead()
    near.click(who, "accept", lead)
    near.hears(who, "Only @nordic-sales and @maja can answer")
    assert State.OFFERED is near.handoff(lead).state


def test_the_manager_may_answer(near: World):
    """The manager of the queue can take a lead as well."""
    lead = near.lead()
    near.click("@maja", "accept", lead)
    assert near.id("@maja") == near.handoff(lead).holder


# -------------------------------------------------------------- not mine, offered again


def test_a_lead_in_the_wrong_hands_is_offered_to_another_queue(world: World):
    """The manager chooses the right queue in the DM, which then says how it went."""
    lead = world.lead()
    world.not_mine("@erik", lead)
    world.deliver()
    asked = world.hears("@maja", "@erik says", "belongs to another team")
    assert State.NOT_MINE is world.handoff(lead).state

    world.person("@maja").click("reoffer", asked, value="dach")
    world.deliver()
    world.sees("Ada", "@jonas", channel="sales")
    assert ("dach", State.OFFERED) == (world.handoff(lead).queue, world.handoff(lead).state)
    dm = world.person("@maja").dm()
    assert [[]] == [message.action_ids for message in dm]
    assert "It was offered again" in dm[0].words


def test_a_lead_is_offered_again_once(near: World):
    """Choosing twice, or late, offers nobody a lead twice."""
    lead = near.lead()
    near.not_mine("@erik", lead)
    near.deliver()
    asked = near.hears("@maja", "belongs to another team")
    first = near.person("@maja").click("reoffer", asked, value="dach")
    near.settle()
    again = near.server.workspace.deliveries.send(INTERACTIVE, first.payload, near.id("@maja"))
    assert again.wait().acked
    near.deliver()
    near.sees("Ada", channel="sales")
    assert ["dach"] == [m.promised.queue for m in near.journal(lead)[1:] if m.promised]


# ------------------------------------------------------------------------ follow-up


def test_a_forged_choice_of_the_menu_is_no_button(near: World):
    """What the menu never offered moves nothing, and is explained as any dead button is."""
    lead = held(near)
    sent = near.person("@erik").click("more", near.card(lead), value="Release").payload
    near.deliver()
    near.sees("Back in the queue")
    for value in ("release", "more:1:1", "no_such:1:1", "accept:1:", None):  # Slack's five
        forged = copy.deepcopy(sent)
        forged["actions"][0]["selected_option"]["value"] = value
        near.server.workspace.deliveries.send(INTERACTIVE, forged, near.id("@erik")).wait()
        near.settle()
        near.hears("@erik", "Baton no longer knows this lead")
    assert (State.OFFERED, 2) == (near.handoff(lead).state, near.handoff(lead).round)


@pytest.mark.parametrize(
    ("before", "action", "state"),
    [
        ("", "contacted", State.CONTACTED),
        ("", "sql", State.SQL),
        ("contacted", "opportunity", State.OPPORTUNITY),
    ],
)
def test_the_holder_says_how_it_goes(near: World, before: str, action: str, state: State):
    """One click says that a stage is reached; a second one is still a yes."""
    lead = held(near)
    if before:
        near.click("@erik", before, lead)
        near.deliver()
    card = near.card(lead)
    for _ in range(2):
        assert near.person("@erik").click(action, card).acked
        near.settle()
    assert state is near.handoff(lead).state


def test_a_released_lead_is_open_to_the_team_again(near: World):
    """Whoever cannot keep a lead gives it back: a new card, and clicking twice gives back once."""
    lead = held(near)
    card = near.card(lead)
    for _ in range(2):
        near.person("@erik").click("more", card, value="Release")
        near.settle()
    near.deliver()
    near.sees("Ada", "Back in the queue")
    handoff = near.handoff(lead)
    assert (State.OFFERED, 2, None) == (handoff.state, handoff.round, handoff.holder)


def test_somebody_elses_lead_is_not_mine_to_move(near: World):
    """Only the holder and the manager move a held lead; others hear whose it is."""
    lead = held(near)
    near.click("@aino", "contacted", lead)
    near.hears("@aino", "This lead is with @erik")
    near.click("@maja", "contacted", lead)
    assert State.CONTACTED is near.handoff(lead).state


def test_a_move_that_does_not_fit_is_explained(near: World):
    """Going back a stage is not possible, and the person learns where the lead stands."""
    lead = held(near)
    card = near.card(lead)
    near.click("@erik", "sql", lead)
    near.person("@erik").click("contacted", card)
    near.settle()
    near.hears("@erik", "That does not fit any more: the lead is qualified now")


def test_a_click_on_an_old_card_says_what_happened_since(near: World):
    """A card scrolled out of sight says where its lead went, and moves nothing."""
    lead = held(near)
    old = near.card(lead)
    near.click("@erik", "more", lead, value="Release")
    near.deliver()
    near.sees("Back in the queue")
    near.person("@aino").click("contacted", old, stale=True)
    near.settle()
    near.hears("@aino", "This card is an older one")
    assert State.OFFERED is near.handoff(lead).state


# --------------------------------------------------------------------- forged clicks

Change = Callable[[dict[str, Any]], None]


def a_click(world: World, who: str, lead: int) -> dict[str, Any]:
    """What Slack sends for a click on Accept that is refused."""
    world.click("@erik", "accept", lead)
    delivery = world.person(who).click("accept", world.card(lead), stale=True)
    world.forget()
    return delivery.payload


def forge(world: World, who: str, payload: dict[str, Any], change: Change) -> Delivery:
    forged = copy.deepcopy(payload)
    change(forged)
    delivery = world.server.workspace.deliveries.send(INTERACTIVE, forged, world.id(who)).wait()
    world.settle()
    return delivery


def value(text: object) -> Change:
    return lambda payload: payload["actions"][0].update(value=text)


def drop(*names: str) -> Change:
    def change(payload: dict[str, Any]) -> None:
        for name in names:
            del payload[name]

    return change


def put(**changes: object) -> Change:
    return lambda payload: payload.update(changes)


def test_a_forged_value_moves_nothing(near: World):
    """Whatever a button is made to say, the person gets an answer, and no lead moves."""
    lead = near.lead()
    near.click("@erik", "accept", lead)
    other = near.lead("Grace")
    values: list[object] = ["", "1", "1:", ":1", "1:1:", "0:1", "1:0", "-1:1", "1:1 ", "a:b"]
    values += ["999999:1", "9" * 30 + ":1", "1:" + "9" * 30, "1:1\0", "١:١", None, 7, [], {}]
    for text in values:
        late = near.person("@aino").click("accept", near.card(lead), stale=True)
        near.settle()
        near.hears("@aino", "@erik was first")
        assert forge(near, "@aino", late.payload, value(text)).acked
        near.hears("@aino", "Baton no longer knows this lead")
    assert State.OFFERED is near.handoff(other).state


def test_a_forged_click_breaks_nothing(near: World):
    """However a request is made up, the next seller's click is heard as ever."""
    payload = a_click(near, "@aino", near.lead())
    near.server.workspace.app.ack_timeout_s = 0.1
    for change in [
        put(actions=[]), put(actions="accept"), put(actions=[None]), put(actions=[{"value": "1"}]),
        put(actions=[{"action_id": 7}]), put(user="U1"), put(user=7), put(user=[]), put(team=[]),
        put(type=None), put(type=7), put(type="block_suggestion"), put(channel=7), drop("user"),
        drop("actions"), drop("team", "channel"), drop("response_url"), put(response_url=7),
        put(response_url="file:///etc/passwd"), put(response_url="http://["), put(team={"id": 7}),
        put(enterprise=7), put(authorizations=7), put(view=7), put(view={"id": 7}), put(event=7),
        put(container=7), put(message=7), put(state=7), put(trigger_id=7), put(token=7),
    ]:  # fmt: skip
        forge(near, "@aino", payload, change)
    near.server.workspace.app.ack_timeout_s = SETTLE_SECONDS
    second = near.lead("Grace")
    near.click("@aino", "accept", second)
    assert near.id("@aino") == near.handoff(second).holder
    near.forget()


def test_a_button_of_an_older_baton_is_acked(near: World):
    """A card from before an update never shows Slack's warning sign."""
    payload = a_click(near, "@aino", near.lead())

    def rename(payload: dict[str, Any]) -> None:
        payload["actions"][0]["action_id"] = "of_old"

    assert forge(near, "@aino", payload, rename).acked
    near.hears("@aino", "Baton no longer knows this lead")


def test_the_link_to_the_crm_is_acked(near: World):
    """Slack reports clicks on links too; an unacked one would show a warning."""
    lead = near.lead(crm_url="https://crm.example/leads/1")
    near.click("@erik", "open_crm", lead)
    assert State.OFFERED is near.handoff(lead).state


# ---------------------------------------------------------------------- Slack is slow


def test_an_ack_never_waits_for_slack(world: World):
    """While Slack's own answers take three seconds, a refused click is acked at once."""
    lead = world.lead()
    world.click("@erik", "accept", lead)
    world.server.workspace.faults.delay(3.0)
    late = world.person("@aino").click("accept", world.card(lead))
    assert late.acked
    assert late.latency_ms < 3000
    world.settle()
    world.hears("@aino", "@erik was first")


def test_a_lost_private_reply_is_not_the_end(near: World):
    """Where Slack does not take the private reply, the answer stands all the same."""
    lead = near.lead()
    payload = a_click(near, "@aino", lead)
    assert forge(near, "@aino", payload, put(response_url="http://127.0.0.1:9/nobody")).acked
    assert near.id("@erik") == near.handoff(lead).holder


def test_a_database_that_fails_is_not_a_silent_no(near: World, tmp_path: Path):
    """A click that could not be kept is not acked: Slack says so, and so does Baton."""
    lead = near.lead()
    card = near.card(lead)
    database = sqlite3.connect(tmp_path / "baton.db")
    database.execute("ALTER TABLE journal RENAME TO mislaid")
    near.server.workspace.app.ack_timeout_s = 0.5
    with capture_logs() as logs:
        assert not near.person("@erik").click("accept", card).acked
        near.hears("@erik", "Please click once more")  # by then it is in the log, too
    assert ["listener_failed"] == [line["action"] for line in logs]

    database.execute("ALTER TABLE mislaid RENAME TO journal")
    database.close()
    near.server.workspace.app.ack_timeout_s = SETTLE_SECONDS
    near.click("@erik", "accept", lead)
    assert near.id("@erik") == near.handoff(lead).holder
