"""Forms: what opens, what is refused below its input, and whose lead it is when it comes back."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.domain.handoff import State
from playground.delivery import INTERACTIVE, Delivery
from playground.person import Person
from playground.seen import ShownView
from tests.scenario.world import World, open_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(tmp_path) as opened:
        yield opened
        opened.nothing_more()


@pytest.fixture(params=["socket", "http"])
def any_world(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    with open_world(tmp_path, over=request.param) as opened:
        yield opened
        opened.nothing_more()


def held(world: World) -> int:
    lead = world.lead()
    world.click("@erik", "accept", lead)
    world.deliver()
    return lead


def opens(world: World, who: str, action: str, lead: int) -> Person:
    """Somebody presses a button that opens a form."""
    person = world.person(who)
    world.click(who, action, lead)
    person.wait_for_modal()
    return person


def shown(person: Person) -> ShownView:
    assert person.modal is not None
    return person.modal


# ---------------------------------------------------------------------------- reject


def test_a_rejection_names_its_reason_and_marketing_hears_it(any_world: World):
    """A seller says why; each marketer of the queue hears it at once, with the note."""
    world = any_world
    lead = world.lead()
    erik = opens(world, "@erik", "reject", lead)
    assert State.OFFERED is world.handoff(lead).state

    assert erik.submit({"reason": "bad_data", "note": "The phone rings nowhere"}).acked
    world.deliver()
    assert erik.modal is None
    offer = world.handoff(lead).offer
    assert ("bad_data", "The phone rings nowhere") == (offer.reason, offer.note)
    for marketer in ("@anna", "@luis"):
        world.hears(marketer, "@erik rejected", "Wrong contact data", "The phone rings nowhere")
    assert "*Rejected* by @erik" in world.shows(lead)


def test_the_submit_stops_the_clock_not_the_opening(world: World):
    """Thinking about the reason is part of the answer time."""
    lead = world.lead()
    erik = opens(world, "@erik", "reject", lead)
    world.pass_time(minutes=25)
    erik.submit({"reason": "not_icp"})
    world.settle()
    spent = world.handoff(lead).offer.answer_spent
    assert spent is not None
    assert 25 == spent.total_seconds() / 60
    world.deliver()
    world.forget()


@pytest.mark.parametrize(
    ("filled", "errors"),
    [
        ({"reason": "bad_data"}, {"note": "This reason needs a note: one line is enough."}),
        ({"reason": "bad_data", "note": " \n "},
         {"note": "This reason needs a note: one line is enough."}),
        ({"reason": "bad_timing"}, {"until": "This reason needs a date to come back on."}),
        ({"reason": "bad_timing", "until": "2026-03-02"},
         {"until": "Please choose a day after today."}),
        ({"reason": "bad_timing", "until": "2020-01-01"},
         {"until": "Please choose a day after today."}),
        ({"reason": "bad_timing", "until": "2036-01-01"},
         {"until": "Please choose a day within the next three years."}),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_missing_is_said_below_its_input(
    world: World, filled: dict[str, str], errors: dict[str, str]
):
    """A mistake in the form is shown beside the input, and nothing typed is lost."""
    lead = world.lead()
    erik = opens(world, "@erik", "reject", lead)
    erik.submit(filled)
    assert errors == shown(erik).errors
    assert State.OFFERED is world.handoff(lead).state

    erik.submit({"reason": "bad_timing", "note": "In spring", "until": "2026-04-01"})
    assert erik.modal is None
    assert State.RECYCLED is world.handoff(lead).state
    world.deliver()
    world.forget()


def test_a_date_where_the_reason_has_no_use_for_one_is_left_out(world: World):
    """A lead that never fits does not come back because a date was filled in."""
    lead = world.lead()
    erik = opens(world, "@erik", "reject", lead)
    erik.submit({"reason": "not_icp", "until": "2026-04-01"})
    assert (State.REJECTED, None) == (world.handoff(lead).state, world.handoff(lead).clock)
    world.deliver()
    world.forget()


def test_a_lead_that_comes_back_does_so_on_its_date(world: World):
    """Not now means then: the lead is offered again on the morning of the day."""
    lead = world.lead()
    erik = opens(world, "@erik", "reject", lead)
    erik.submit({"reason": "bad_timing", "until": "2026-03-05"})
    world.deliver()
    for marketer in ("@anna", "@luis"):
        world.hears(marketer, "not now")
    world.pass_time(hours=72)
    world.sees("Ada", "Back in the queue")
    assert date(2026, 3, 5) == world.journal(lead)[-2].at.date()


def test_gone_when_it_is_opened(any_world: World):
    """Who opens the form for a lead that is taken reads who took it."""
    world = any_world
    lead = world.lead()
    stale = world.card(lead)
    world.click("@aino", "accept", lead)
    world.person("@erik").click("reject", stale, stale=True)
    world.settle()
    modal = world.person("@erik").wait_for_modal()
    assert "This lead is taken" == modal.title
    assert f"<@{world.id('@aino')}> was first: accepted" in modal.words


def test_gone_when_it_is_submitted(any_world: World):
    """Who submits the form for a lead that was taken meanwhile reads it in the form's place."""
    world = any_world
    lead = world.lead()
    erik = opens(world, "@erik", "reject", lead)
    world.click("@aino", "accept", lead)
    assert erik.submit({"reason": "not_icp"}).acked
    assert "This lead is taken" == shown(erik).title
    assert f"<@{world.id('@aino')}> was first: accepted" in shown(erik).words
    assert world.id("@aino") == world.handoff(lead).holder


def test_the_card_went_on_while_the_form_was_open(world: World):
    """A form of an earlier round answers nothing in the next one."""
    lead = world.lead()
    aino = opens(world, "@aino", "reject", lead)
    world.click("@erik", "accept", lead)
    world.deliver()
    world.click("@erik", "more", lead, value="Release")
    world.deliver()
    world.sees("Back in the queue")
    aino.submit({"reason": "not_icp"})
    assert "gone_modal" == shown(aino).callback_id
    assert (State.OFFERED, 2) == (world.handoff(lead).state, world.handoff(lead).round)


def test_rejecting_twice_is_one_rejection(world: World):
    """A form sent twice, as by an impatient double click, is one rejection and no complaint."""
    lead = world.lead()
    erik = opens(world, "@erik", "reject", lead)
    first = erik.submit({"reason": "not_icp"})
    again = world.server.workspace.deliveries.send(INTERACTIVE, first.payload, world.id("@erik"))
    assert (True, None) == (again.wait().acked, again.response)
    world.deliver()
    for marketer in ("@anna", "@luis"):
        world.hears(marketer, "rejected")
    assert 2 == len([move for move in world.journal(lead) if move.by is None])  # offered, posted


def test_who_may_not_answer_gets_no_form(world: World):
    """A form that could not be sent is not opened; the person hears why, privately."""
    lead = world.lead()
    world.click("@anna", "reject", lead)
    world.hears("@anna", "Only @nordic-sales and @maja can answer")
    assert world.person("@anna").modal is None


def test_slack_is_slow_to_open_a_form(world: World):
    """The click is acked at once, however long Slack takes to open the form."""
    lead = world.lead()
    world.server.workspace.faults.delay(1.5, method="views.open")
    click = world.person("@erik").click("reject", world.card(lead))
    assert click.acked
    assert click.latency_ms < 1500
    world.settle()
    assert world.person("@erik").modal is not None


def test_a_form_that_slack_did_not_open_is_said(world: World):
    """Where Slack opens nothing, the person is asked to click again."""
    lead = world.lead()
    world.server.workspace.faults.refuse("views.open", "internal_error")
    world.click("@erik", "reject", lead)
    world.hears("@erik", "Please click once more")


# ------------------------------------------------------------- won, lost, disqualified


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("12 000", "12000"),
        ("12,000.50", "12000.50"),
        ("12.000,50", "12000.50"),
        ("€12000", "12000"),
        ("12000 EUR", "12000"),
        ("1'234'567", "1234567"),
        ("0.5", "0.5"),
        ("", None),
        ("   ", None),
    ],
)
def test_a_won_lead_has_an_amount_or_an_unknown_one(world: World, written: str, kept: str | None):
    """Amounts are read as people write them; an unknown one stays unknown and is never 0."""
    lead = held(world)
    erik = opens(world, "@erik", "won", lead)
    erik.submit({"amount": written})
    handoff = world.handoff(lead)
    assert State.WON is handoff.state
    assert (None if kept is None else Decimal(kept)) == handoff.offer.won_amount
    world.deliver()


NUMBER = "Please write a number, such as 12,000 or 950.50."
ABOVE_ZERO = "Please write an amount above zero, or leave it empty."


@pytest.mark.parametrize(
    ("written", "error"),
    [
        ("a lot", NUMBER),
        ("12k", NUMBER),
        ("1e9", NUMBER),
        ("1,234.567", NUMBER),
        ("-5", ABOVE_ZERO),
        ("0", ABOVE_ZERO),
        ("9" * 30, "Please check the number: it is larger than any deal."),
        ("$ 5,000 USD",
         "Amounts are kept in the agreement's currency: please write it without another."),
    ],
)  # fmt: skip
def test_an_amount_that_cannot_be_is_refused(world: World, written: str, error: str):
    """A slip of the finger does not become a figure in the digest."""
    lead = held(world)
    erik = opens(world, "@erik", "won", lead)
    erik.submit({"amount": written})
    assert {"amount": error} == shown(erik).errors
    assert State.ACCEPTED is world.handoff(lead).state
    erik.submit({"amount": "5000"})
    assert State.WON is world.handoff(lead).state
    world.deliver()


@pytest.mark.parametrize(
    ("action", "filled", "state"),
    [
        ("lost", {"reason": "not_icp"}, State.LOST),
        ("disqualify", {"reason": "not_icp", "note": "They closed down"}, State.DISQUALIFIED),
    ],
)
def test_a_lead_that_came_to_nothing(
    world: World, action: str, filled: dict[str, str], state: State
):
    """The holder closes a lead with a reason."""
    lead = held(world)
    erik = opens(world, "@erik", action, lead)
    erik.submit(filled)
    assert (state, "not_icp") == (world.handoff(lead).state, world.handoff(lead).offer.reason)
    world.deliver()


def test_somebody_elses_lead_has_no_form(world: World):
    """Only the holder and the manager close a lead."""
    lead = held(world)
    world.click("@aino", "won", lead)
    world.hears("@aino", "This lead is with @erik")
    maja = opens(world, "@maja", "won", lead)
    maja.submit({"amount": "1"})
    assert State.WON is world.handoff(lead).state
    world.deliver()


def test_closed_while_the_form_was_open(world: World):
    """Two people close the same lead: the second reads how it stands, in the form's place."""
    lead = held(world)
    erik = opens(world, "@erik", "won", lead)
    maja = opens(world, "@maja", "lost", lead)
    maja.submit({"reason": "not_icp"})
    erik.submit({"amount": "1"})
    assert "That did not work" == shown(erik).title
    assert "the lead is lost now" in shown(erik).words
    assert State.LOST is world.handoff(lead).state
    world.deliver()


# ------------------------------------------------------------------------ forged forms

Change = Callable[[dict[str, Any]], None]


def forge(world: World, payload: dict[str, Any], change: Change) -> Delivery:
    forged = copy.deepcopy(payload)
    change(forged["view"])
    return world.server.workspace.deliveries.send(INTERACTIVE, forged, world.id("@erik")).wait()


def values(values: object) -> Change:
    return lambda view: view["state"].update(values=values)


def put(**changes: object) -> Change:
    return lambda view: view.update(changes)


def reason(value: object) -> Change:
    return values({"reason": {"reason": {"type": "static_select", "selected_option": value}}})


def note(text: object, reason: str = "bad_data") -> Change:
    chosen = {"type": "static_select", "selected_option": {"value": reason}}
    return values({"reason": {"reason": chosen}, "note": {"note": {"value": text}}})


NO_REASON = {"reason": "Please choose a reason from the list."}
LONG_NOTE = {"note": "Please keep the note under 1,000 characters."}
NO_NOTE = {"note": "This reason needs a note: one line is enough."}


def test_forged_rejections(world: World):
    """Whatever a form is made to hold, the person reads what is wrong, and no lead moves."""
    lead = world.lead()
    erik = opens(world, "@erik", "reject", lead)
    sent = erik.submit({"reason": "bad_data"}).payload
    wrong = [
        (values({}), NO_REASON), (values(None), NO_REASON), (values([]), NO_REASON),
        (values("x"), NO_REASON), (put(state=None), NO_REASON), (put(state=7), NO_REASON),
        (values({"reason": 7}), NO_REASON), (values({"reason": {"reason": 7}}), NO_REASON),
        (reason(None), NO_REASON), (reason("bad_data"), NO_REASON), (reason({}), NO_REASON),
        (reason({"value": 7}), NO_REASON), (reason({"value": "made_up"}), NO_REASON),
        (reason({"value": "x" * 4000}), NO_REASON), (reason({"value": "bad_data\0"}), NO_REASON),
        (note("x" * 3001), LONG_NOTE), (note("x" * 1_000_000), LONG_NOTE),
        (note(7), NO_NOTE), (note(None), NO_NOTE), (note(["x"]), NO_NOTE), (note("\0"), NO_NOTE),
    ]  # fmt: skip
    for change, errors in wrong:
        answer = forge(world, sent, change)
        assert answer.acked
        assert {"response_action": "errors", "errors": errors} == answer.response
    assert State.OFFERED is world.handoff(lead).state


def test_forged_targets_of_forms(world: World):
    """A form that names no lead of ours says so in its own place, and moves nothing."""
    lead = world.lead()
    erik = opens(world, "@erik", "reject", lead)
    sent = erik.submit({"reason": "bad_data"}).payload
    targets: list[object] = [
        "",
        "garbage",
        "1",
        "1:1:1:1:",
        "999:1",
        None,
        7,
        {},
        "1:99",
        "x" * 3000,
    ]
    for target in targets:
        answer = forge(world, sent, put(private_metadata=target))
        assert answer.acked
        assert ("update", "gone_modal") == (
            answer.response["response_action"],
            answer.response["view"]["callback_id"],
        )
    assert State.OFFERED is world.handoff(lead).state


@pytest.mark.parametrize("action", ["lost", "disqualify"])
def test_a_reason_of_another_list(world: World, action: str):
    """Only the reasons that a form shows are taken: a held lead is not lost as a duplicate."""
    erik = opens(world, "@erik", action, held(world))
    sent = erik.submit({"reason": "not_icp"}).payload
    world.deliver()
    other = world.lead("Grace")
    world.click("@erik", "accept", other)
    world.deliver()
    target = put(private_metadata=f"{other}:1")

    def duplicate(view: dict[str, Any]) -> None:
        target(view)
        reason({"value": "duplicate"})(view)

    assert NO_REASON == forge(world, sent, duplicate).response["errors"]
    assert State.ACCEPTED is world.handoff(other).state


def test_forged_amounts(world: World):
    """An amount of a wrong kind is unknown, never a number somebody made up."""
    lead = held(world)
    erik = opens(world, "@erik", "won", lead)
    sent = erik.submit({"amount": "nothing"}).payload
    for text in ("NaN", "Infinity", "1e400", "0x10", "١٢٫٥٠٠٫٠٠", "x" * 5000, "1" * 5000):
        answer = forge(world, sent, values({"amount": {"amount": {"value": text}}}))
        assert ["amount"] == list(answer.response["errors"])
    assert State.ACCEPTED is world.handoff(lead).state
