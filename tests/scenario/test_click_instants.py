"""A click counts when it was made: what its way to us took is charged to nobody."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot.domain.handoff import State
from bot.domain.metrics import Figures
from bot.domain.move import Event
from bot.use_cases import answer, follow_up
from bot.use_cases.report import figures_between
from playground.clock import ts_of
from playground.delivery import INTERACTIVE
from tests.scenario.world import World

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def clicked(world: World, action: str, lead: int, at: datetime) -> dict[str, Any]:
    """What Slack sends of a click on this lead's card at this instant."""
    payload: dict[str, Any] = (
        world.person("@erik").click(action, world.card(world.lead("Template"))).payload
    )
    world.settle()
    payload["actions"][0] |= {"value": f"{lead}:1", "action_ts": ts_of(at)}
    return payload


def arrives(world: World, payload: dict[str, Any]) -> None:
    delivery = world.server.workspace.deliveries.send(INTERACTIVE, payload, world.id("@erik"))
    assert delivery.wait().acked
    world.settle()


def figures(world: World, lead: int) -> Figures:
    """Of the cards posted with this one."""
    posted = world.handoff(lead).offer.posted_at
    assert posted is not None
    with world.books.reading() as work:
        return figures_between(work, posted, posted + SECOND, world.clock.now())


def due(world: World, lead: int) -> datetime:
    clock = world.handoff(lead).clock
    assert clock is not None
    return clock.due_at


def test_a_click_in_time_that_is_handled_late_is_in_time(world: World):
    """Two seconds before the promise ends, and five seconds on its way: kept, although the manager
    has heard of it in between."""
    lead = world.lead()
    until = due(world, lead)
    world.clock.advance(to=until - 30 * SECOND)
    world.sweep()  # the reminder at 80 %
    payload = clicked(world, "accept", lead, until - 2 * SECOND)
    world.clock.advance(to=until + 3 * SECOND)
    world.sweep()
    assert Event.STEPPED is world.journal(lead)[-1].event
    arrives(world, payload)
    world.deliver()
    world.forget()

    offer = world.handoff(lead).offer
    assert (State.ACCEPTED, until - 2 * SECOND) == (world.handoff(lead).state, offer.answered_at)
    assert offer.touch_due == until - 2 * SECOND + timedelta(hours=24)  # eight working hours
    kept = figures(world, lead).total.answer
    assert (1, 0) == (kept.met, kept.breached)


def test_a_click_that_slack_tells_us_of_much_later_counts_as_of_then(world: World):
    """Ten minutes are the most that a way to us is believed to take; nor does a click from the
    future count before now."""
    lead, other = world.lead(), world.lead("Bea")
    world.clock.advance(30 * MINUTE)
    now = world.clock.now()
    payload = clicked(world, "accept", lead, now - timedelta(minutes=10, seconds=1))
    arrives(world, payload)
    payload["actions"][0] |= {"value": f"{other}:1", "action_ts": ts_of(now + SECOND)}
    arrives(world, payload)
    assert now == world.handoff(lead).offer.answered_at
    assert now == world.handoff(other).offer.answered_at
    world.forget()


def test_an_instant_that_is_none_is_now(world: World):
    """Whatever stands there, the click is taken."""
    payload = clicked(world, "accept", world.lead(), world.clock.now())
    for ts in ("", "soon", "-5", "1e9", None, 7, "9" * 40):
        lead = world.lead(f"Lead {ts}", email="", external_id=f"{ts}", system="crm")
        payload["actions"][0] |= {"value": f"{lead}:1", "action_ts": ts}
        arrives(world, payload)
        assert world.clock.now() == world.handoff(lead).offer.answered_at
    world.forget()


def test_a_click_never_comes_before_what_it_answers(world: World):
    """Not before its card, nor the contact before the acceptance: no promise is kept beforehand."""
    world.clock.advance(MINUTE)
    lead = world.lead()
    posted = world.handoff(lead).offer.posted_at
    erik = world.id("@erik")
    answer.accept(world.desk, lead, 1, erik, clicked_at=world.clock.now() - 50 * SECOND)
    assert posted == world.handoff(lead).offer.answered_at
    world.clock.advance(2 * MINUTE)
    accepted = world.clock.now()
    other = world.lead("Bea")
    answer.accept(world.desk, other, 1, erik)
    world.clock.advance(MINUTE)
    follow_up.contacted(world.desk, other, 1, erik, clicked_at=world.clock.now() - 90 * SECOND)
    assert accepted == world.handoff(other).offer.touched_at
    world.deliver()
    world.forget()
