"""The moves of a handoff: which are allowed, and what they do."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.domain import handoff, journal, sla
from bot.domain.agreement import Clock, Promised
from bot.domain.handoff import AlreadyAnswered, Handoff, OldCard, OutOfOrder, State
from bot.domain.move import Event, Move
from bot.domain.offer import Answer
from tests.unit.agreements import TERMS, stockholm

NINE = stockholm("2026-03-02 09:00")
TEN = stockholm("2026-03-02 10:00")
ELEVEN = stockholm("2026-03-02 11:00")
PROMISED = Promised("nordics", 1, NINE)


def offered() -> Handoff:
    begun = journal.begin(7, 3, handoff.offer(PROMISED, NINE))
    shown = handoff.posted(begun, NINE, TERMS)
    assert shown is not None
    return journal.apply(begun, shown)


def accepted(by: str = "U1") -> Handoff:
    return journal.apply(offered(), handoff.accept(offered(), 1, by, TEN, TERMS))


def test_no_clock_runs_before_slack_has_the_card() -> None:
    """System delay is never charged to a person."""
    assert journal.begin(7, 3, handoff.offer(PROMISED, NINE)).clock is None


def test_accepting_stops_the_answer_clock_and_starts_the_touch_clock() -> None:
    """One working hour was used; eight more to the first contact."""
    held = accepted()
    assert (held.state, held.holder) == (State.ACCEPTED, "U1")
    assert held.offer.answer_spent == timedelta(hours=1)
    assert held.clock is not None
    assert (held.clock.name, held.clock.due_at) == (Clock.TOUCH, stockholm("2026-03-03 10:00"))


def test_the_second_answer_is_refused_and_says_how_things_stand() -> None:
    """Whoever is late can be told who was first and when."""
    with pytest.raises(AlreadyAnswered) as refused:
        handoff.accept(accepted(), 1, "U2", ELEVEN, TERMS)
    assert (refused.value.handoff.holder, refused.value.handoff.offer.answered_at) == ("U1", TEN)


def test_a_click_on_an_earlier_rounds_card_is_told_apart() -> None:
    """After a release the old card offers nothing any more."""
    given = handoff.give_back(accepted(), Event.RELEASED, "U1", ELEVEN, PROMISED)
    with pytest.raises(OldCard):
        handoff.accept(journal.apply(accepted(), given), 1, "U2", ELEVEN, TERMS)


def test_a_click_that_overtakes_the_news_of_its_card_still_counts() -> None:
    """The card goes on record afterwards, without starting a clock that has been answered."""
    begun = journal.begin(7, 3, handoff.offer(PROMISED, NINE))
    quick = journal.apply(begun, handoff.accept(begun, 1, "U1", TEN, TERMS))
    late_news = handoff.posted(quick, NINE, TERMS)
    assert late_news is not None
    after = journal.apply(quick, late_news)
    assert (after.offer.posted_at, after.state) == (NINE, State.ACCEPTED)
    assert after.clock is not None
    assert after.clock.name is Clock.TOUCH


def test_the_card_starts_its_clock_once() -> None:
    """An edit of the card is no new offer."""
    assert handoff.posted(offered(), TEN, TERMS) is None


def test_a_rejection_with_a_date_comes_back_by_itself() -> None:
    """Recycled is not closed: the lead sleeps until its date."""
    move = handoff.reject(offered(), 1, "U1", TEN, TERMS, "bad_timing", "", date(2026, 4, 1))
    after = journal.apply(offered(), move)
    assert (after.state, after.is_open) == (State.RECYCLED, True)
    assert after.clock is not None
    assert after.clock.name is Clock.WAKE


def test_a_reason_off_the_agreed_list_is_refused() -> None:
    """Both teams agreed the list; nobody adds to it in passing."""
    with pytest.raises(KeyError):
        handoff.reject(offered(), 1, "U1", TEN, TERMS, "bad_mood")


def test_not_mine_is_not_a_rejection() -> None:
    """A mis-route stops the clock and is counted apart."""
    after = journal.apply(offered(), handoff.not_mine(offered(), 1, "U1", TEN, TERMS))
    assert (after.offer.answer, after.is_open) == (Answer.NOT_MINE, True)


@pytest.mark.parametrize("stage", [Event.SQL, Event.OPPORTUNITY, Event.WON])
def test_every_stage_is_also_the_first_touch(stage: Event) -> None:
    """Sellers who skip "Contacted" are not punished for it."""
    after = journal.apply(accepted(), handoff.advance(accepted(), stage, "U1", ELEVEN, TERMS))
    assert (after.offer.touched_at, after.offer.touch_spent) == (ELEVEN, timedelta(hours=1))


def test_won_implies_the_stages_before_it() -> None:
    """One click on a good day fills in what was skipped."""
    move = handoff.advance(accepted(), Event.WON, "U1", ELEVEN, TERMS, Decimal("1200.50"))
    offer = journal.apply(accepted(), move).offer
    assert (offer.sql_at, offer.opportunity_at, offer.won_at) == (ELEVEN, ELEVEN, ELEVEN)
    assert offer.won_amount == Decimal("1200.50")


@pytest.mark.parametrize("stage", [Event.SQL, Event.OPPORTUNITY, Event.WON])
def test_stages_only_go_forward(stage: Event) -> None:
    """What is won cannot be qualified afterwards."""
    move = handoff.advance(accepted(), Event.WON, "U1", ELEVEN, TERMS)
    won = journal.apply(accepted(), move)
    with pytest.raises(OutOfOrder):
        handoff.advance(won, stage, "U1", ELEVEN, TERMS)


def test_a_stage_is_reached_once() -> None:
    """A second click on SQL neither counts twice nor moves the time at which it was reached."""
    qualified = journal.apply(accepted(), handoff.advance(accepted(), Event.SQL, "U1", TEN, TERMS))
    with pytest.raises(OutOfOrder):
        handoff.advance(qualified, Event.SQL, "U1", ELEVEN, TERMS)


def test_the_first_touch_is_written_once() -> None:
    """What comes after it moves nothing: neither when it was, nor how long it took."""
    touched = journal.apply(accepted(), handoff.contact(accepted(), "U1", ELEVEN, TERMS))
    later = handoff.advance(touched, Event.WON, "U1", stockholm("2026-03-05 10:00"), TERMS)
    won = journal.apply(touched, later).offer
    assert (won.touched_at, won.touch_spent) == (ELEVEN, timedelta(hours=1))


def test_a_new_round_is_its_own_teams_again() -> None:
    """Whom the ladder asked too, in the round before, is not asked by that any more."""
    clock = offered().clock
    assert clock is not None
    widened = journal.apply(offered(), Move(Event.STEPPED, TEN, clock=clock, queue="dach"))
    assert widened.also_queue == "dach"
    held = journal.apply(widened, handoff.accept(widened, 1, "U1", TEN, TERMS))
    back = handoff.give_back(held, Event.RELEASED, "U1", ELEVEN, PROMISED)
    assert journal.apply(held, back).also_queue == ""


def test_an_untouched_lead_is_taken_back_but_a_contacted_one_is_not() -> None:
    """The acknowledgement time-out ends with the first contact."""
    contacted = journal.apply(accepted(), handoff.contact(accepted(), "U1", ELEVEN, TERMS))
    with pytest.raises(OutOfOrder):
        handoff.give_back(contacted, Event.RETURNED, None, ELEVEN, PROMISED)


def test_giving_back_begins_a_new_round_on_a_new_card() -> None:
    """An edited card notifies nobody, so the queue gets a new one."""
    given = handoff.give_back(accepted(), Event.RELEASED, "U1", ELEVEN, PROMISED)
    after = journal.apply(accepted(), given)
    assert (after.state, after.holder, after.clock) == (State.OFFERED, None, None)
    assert (after.round, after.card) == (2, 2)


def test_the_journal_alone_gives_handoff_and_offers_back() -> None:
    """Nothing is kept that could not be recomputed."""
    begun = handoff.offer(PROMISED, NINE)
    now = journal.begin(7, 3, begun)
    moves = [begun]

    def make(move: Move | None) -> None:
        nonlocal now
        assert move is not None
        moves.append(move)
        now = journal.apply(now, move)

    make(handoff.posted(now, NINE, TERMS))
    assert now.clock is not None
    due = sla.steps_due(now.clock, now.promised, TERMS, stockholm("2026-03-02 15:00"))
    assert due is not None
    make(handoff.step(due, stockholm("2026-03-02 15:00")))
    make(handoff.accept(now, 1, "U1", stockholm("2026-03-02 15:10"), TERMS))
    make(handoff.give_back(now, Event.RELEASED, "U1", stockholm("2026-03-02 16:00"), PROMISED))
    handoff_again, offers = journal.recompute(7, 3, moves)
    assert handoff_again == now
    assert [offer.round for offer in offers] == [1, 2]
    assert offers[0].gave_back_at == stockholm("2026-03-02 16:00")
    assert now.card == 3


def test_a_held_lead_can_go_back_to_marketing_and_be_offered_another_time() -> None:
    """Recycling ends the holder's clock, and leaves the lead open for its next round."""
    recycled = journal.apply(accepted(), handoff.recycle(accepted(), "U1", ELEVEN, TERMS, "later"))
    assert (recycled.state, recycled.holder, recycled.clock) == (State.RECYCLED, None, None)
    assert (recycled.offer.touched_at, recycled.offer.reason) == (ELEVEN, "later")
    assert (recycled.offer.gave_back_at, recycled.offer.decided_at) == (ELEVEN, ELEVEN)
    for_no_reason = journal.apply(accepted(), handoff.recycle(accepted(), "U1", ELEVEN, TERMS))
    assert not any(kept.offer.came_back for kept in (recycled, for_no_reason))
    again = journal.apply(recycled, handoff.offer_again(recycled, PROMISED, ELEVEN))
    assert (again.state, again.round, again.card) == (State.OFFERED, 2, 2)
