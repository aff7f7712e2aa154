"""Handoffs, their offers and their journal."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain import detours, handoff, sla
from bot.domain.agreement import Clock
from bot.domain.handoff import Ask, Handoff, Refused, State
from bot.domain.journal import recompute
from bot.domain.move import Event, Move
from bot.domain.offer import Offer
from bot.domain.turns import Choice, Skip, Why
from bot.use_cases.ports import Conflict, NotFound
from bot.use_cases.records import Listing, PostedCard
from storage.books import Books
from storage.journal import details_of, from_details
from tests.storage.samples import (
    MINUTE,
    NOW,
    TERMS,
    accepted,
    facts,
    now_of,
    offered,
    posted,
    promised,
)


def record(books: Books, before: Handoff, move: Move) -> Handoff:
    with books.writing() as work:
        after = work.handoffs.record(before, move)
        work.commit()
    return after


def test_what_is_recorded_is_read_again(books, version):
    """After each move the handoff reads exactly as the decision left it."""
    after = accepted(books, version)

    assert after == now_of(books, after.id)


def test_a_click_on_a_moved_handoff_is_a_conflict(books, version):
    """Somebody who decided on an old look writes nothing over the newer one."""
    before = posted(books, version)
    record(books, before, handoff.accept(before, 1, "U1", NOW, TERMS))

    with books.writing() as work, pytest.raises(Conflict):
        work.handoffs.record(before, handoff.not_mine(before, 1, "U2", NOW, TERMS))

    assert "U1" == now_of(books, before.id).holder


def test_a_lead_has_one_open_handoff(books, version):
    """A second pass begins when the first is over, not beside it."""
    first = posted(books, version)
    with books.writing() as work:
        lead = work.leads.get(first.lead_id)
        with pytest.raises(Conflict):
            work.handoffs.begin(lead, handoff.offer(promised(version), NOW))

    record(books, first, handoff.reject(first, 1, "U1", NOW, TERMS, "no_need"))
    with books.writing() as work:
        second = work.handoffs.begin(lead, handoff.offer(promised(version), NOW))
        work.commit()

    with books.reading() as work:
        found = work.handoffs.open_for(lead.id)
        assert (second, second) == (found, work.handoffs.latest_for(lead.id))


def test_a_closed_handoff_is_the_latest_and_not_open(books, version):
    """Who asks for a lead that is done hears how it ended."""
    before = posted(books, version)
    closed = record(books, before, handoff.reject(before, 1, "U1", NOW, TERMS, "no_need", "no"))

    with books.reading() as work:
        assert (None, closed) == (
            work.handoffs.open_for(before.lead_id),
            work.handoffs.latest_for(before.lead_id),
        )


def test_a_new_round_keeps_the_old_one_on_record(books, version):
    """A released lead shows in the figures twice: given back, and offered again."""
    before = accepted(books, version)
    move = handoff.give_back(before, Event.RELEASED, "U1", NOW + 2 * MINUTE, promised(version))
    after = record(books, before, move)

    with books.reading() as work:
        first, second = work.handoffs.dossier(before.id).offers
    assert (NOW + 2 * MINUTE, after.offer) == (first.gave_back_at, second)


def test_money_keeps_every_digit(books, version):
    """A won amount is what was typed, on both databases."""
    before = accepted(books, version)
    amount = Decimal("12345678901234567.89")
    after = record(books, before, handoff.advance(before, Event.WON, "U1", NOW, TERMS, amount))

    assert amount == now_of(books, after.id).offer.won_amount


def test_money_that_is_no_number_is_refused(books, version):
    """An amount of NaN would make every sum of the digest NaN."""
    before = accepted(books, version)
    move = handoff.advance(before, Event.WON, "U1", NOW, TERMS, Decimal("NaN"))

    with books.writing() as work, pytest.raises(Exception, match="not a number"):
        work.handoffs.record(before, move)


def test_naive_instants_are_refused(books, version):
    """A time without a zone is refused before it is misread by an hour."""
    before = posted(books, version)
    naive = NOW.replace(tzinfo=None)
    move = Move(Event.ACCEPTED, naive, "U1", spent=timedelta())

    with books.writing() as work, pytest.raises(Exception, match="without a zone"):
        work.handoffs.record(before, move)


def test_unknown_ids_are_said_to_be_unknown(books):
    """A link to nothing gives a sentence, not a crash."""
    with books.reading() as work:
        with pytest.raises(NotFound, match="no handoff 7"):
            work.handoffs.get(7)
        with pytest.raises(NotFound, match="no handoff 7"):
            work.handoffs.dossier(7)
        assert (None, None) == (work.handoffs.open_for(7), work.handoffs.latest_for(7))


def test_what_is_due_comes_longest_waiting_first(books, version):
    """The sweep takes steps that are due, the longest waiting first, and no others."""
    late, later, never = (
        posted(books, version, number, NOW + number * MINUTE) for number in (2, 1, 300)
    )
    offered(books, version, 4)
    assert late.clock
    assert later.clock
    assert later.clock.next_step_at
    with books.reading() as work:
        due = work.handoffs.due(late.clock.next_step_at, 10)
        assert ([later.id, late.id], [later.id]) == (
            due,
            work.handoffs.due(late.clock.next_step_at, 1),
        )
        assert later.clock.next_step_at == work.handoffs.next_due()
    assert never.id not in due


def test_nothing_is_due_without_a_clock(books, version):
    """An offer whose card is not up yet is nobody's delay."""
    offered(books, version)

    with books.reading() as work:
        assert ([], None) == (
            work.handoffs.due(NOW + timedelta(days=99), 10),
            work.handoffs.next_due(),
        )


def test_held_by_lists_what_somebody_works_on(books, version):
    """A seller's list holds their open leads: not those of others, not those that are over."""
    mine, other, done = (
        accepted(books, version, number, by) for number, by in ((1, "U1"), (2, "U2"), (3, "U1"))
    )
    record(books, done, handoff.lose(done, "U1", NOW, TERMS))

    with books.reading() as work:
        lists = [work.handoffs.held_by(who, 5) for who in ("U1", "U2", "U3")]
    assert [([mine], 1), ([other], 1), ([], 0)] == [(of(one), one.total) for one in lists]


def of(listing: Listing) -> list[Handoff]:
    return [listed.handoff for listed in listing.first]


def test_a_list_is_short_and_says_how_many_there_are(books, version):
    """The most urgent come first, what has no clock last; the rest is counted."""
    later, worked, first = (accepted(books, version, number) for number in (1, 2, 3))
    record(books, worked, handoff.contact(worked, "U1", NOW + MINUTE, TERMS))
    with books.writing() as work:
        move = handoff.give_back(later, Event.RELEASED, "U1", NOW, promised(version))
        later = work.handoffs.record(later, move)
        move = handoff.accept(later, 2, "U1", NOW + timedelta(hours=1), TERMS)
        later = work.handoffs.record(later, move)
        work.commit()

    with books.reading() as work:
        whole, short = work.handoffs.held_by("U1", 9), work.handoffs.held_by("U1", 2)
    assert [first.id, later.id, worked.id] == [each.id for each in of(whole)]
    assert (whole.first[:2], 3) == (short.first, short.total)


def test_a_listed_handoff_brings_what_a_line_needs(books, version):
    """Who it is, where its card is, and what was promised: read at once."""
    up, unseen = posted(books, version, 1), accepted(books, version, 2)
    with books.writing() as work:
        move = handoff.give_back(unseen, Event.RELEASED, "U1", NOW, promised(version))
        move2 = handoff.accept(unseen := work.handoffs.record(unseen, move), 2, "U2", NOW, TERMS)
        unseen = work.handoffs.record(unseen, move2)
        work.commit()

    with books.reading() as work:
        (waiting,) = work.handoffs.waiting_in(["nordics"], 5).first
        (held,) = work.handoffs.held_by("U2", 5).first
        assert work.leads.get(up.lead_id) == waiting.lead
    assert (up, PostedCard(1, 1, "C1", "1.0"), TERMS) == (
        waiting.handoff,
        waiting.card,
        waiting.terms,
    )
    assert (unseen, None) == (held.handoff, held.card)


def test_what_waits_in_a_queue_was_posted_and_not_answered(books, version):
    """An offer is listed from its card to its answer, for the queues asked about."""
    open_one = posted(books, version, 1)
    accepted(books, version, 2)
    offered(books, version, 3)

    with books.reading() as work:
        asked: list[list[str]] = [["nordics"], ["dach"], [], ["dach", "nordics"]]
        found = [work.handoffs.waiting_in(queues, 5) for queues in asked]
    assert [[open_one], [], [], [open_one]] == [of(one) for one in found]


def test_what_asks_somebody_else_waits_for_nobody_else(books, version):
    """In a seller's own list: what asks them, and what asks everybody; also of a queue that was
    asked too."""
    mine, anothers, open_one = (posted(books, version, number) for number in (1, 2, 3))
    with books.writing() as work:
        mine = work.handoffs.record(mine, detours.assign(mine, Ask("U1"), NOW, TERMS))
        anothers = work.handoffs.record(anothers, detours.assign(anothers, Ask("U2"), NOW, TERMS))
        work.commit()

    with books.reading() as work:
        whole = work.handoffs.waiting_in(["nordics"], 5)
        own = work.handoffs.waiting_in(["nordics"], 5, "U1")
    assert {mine.id, anothers.id, open_one.id} == {each.id for each in of(whole)}
    assert ({mine.id, open_one.id}, 2) == ({each.id for each in of(own)}, own.total)


def test_overdue_is_what_is_late_and_still_open(books, version):
    """From the moment after it was due: offers and accepted leads, not those that were touched."""
    offer, held, touched = (
        posted(books, version, 1),
        accepted(books, version, 2),
        accepted(books, version, 3),
    )
    record(books, touched, handoff.contact(touched, "U1", NOW + MINUTE, TERMS))
    assert offer.clock is not None
    due = offer.clock.due_at

    with books.reading() as work:
        in_time, late, very_late = (
            work.handoffs.overdue_in(["nordics"], at, 5)
            for at in (due, due + timedelta(microseconds=1), due + timedelta(days=9))
        )
        elsewhere = work.handoffs.overdue_in(["dach"], due + timedelta(days=9), 5)
    assert [[], [offer], [offer, held], []] == [
        of(one) for one in (in_time, late, very_late, elsewhere)
    ]


def test_the_cohort_is_what_was_posted_in_the_period(books, version):
    """From the first instant of the week up to, not with, the first of the next."""
    start, end = NOW, NOW + timedelta(days=7)
    moments = (end, start, end - timedelta(microseconds=1), start - timedelta(microseconds=1))
    handoffs = [posted(books, version, number, at) for number, at in enumerate(moments)]
    offered(books, version, 99)

    with books.reading() as work:
        cohort = work.handoffs.offers_posted(start, end)
    assert [handoffs[1].offer, handoffs[2].offer] == cohort


def test_a_dossier_holds_all_that_is_known(books, version):
    """Rendering a card takes one look: lead, rounds, journal, cards and terms."""
    after = accepted(books, version)

    with books.reading() as work:
        dossier = work.handoffs.dossier(after.id)
    assert (facts(), after, (after.offer,), (PostedCard(1, 1, "C1", "1.0"),), TERMS) == (
        dossier.lead.facts,
        dossier.handoff,
        dossier.offers,
        dossier.cards,
        dossier.terms,
    )
    assert [Event.OFFERED, Event.POSTED, Event.ACCEPTED] == [move.event for move in dossier.journal]


def test_every_detail_of_a_move_comes_back():
    """The journal forgets nothing: any figure can be recomputed from it."""
    move = Move(
        Event.STEPPED,
        NOW,
        "U1",
        promised=promised(3),
        clock=replace(
            sla.start(Clock.ANSWER, promised(1), TERMS, NOW), used=MINUTE, snoozed_until=NOW
        ),
        due_at=NOW + MINUTE,
        spent=timedelta(microseconds=1),
        reason="no_need",
        note='é\n"quoted" \\',
        until=date(2026, 3, 29),
        amount=Decimal("0.10"),
        percent=80,
        new_card=True,
        to="U2",
        because=Choice("U2", Why.TURN, {"U3": Skip.AWAY}).to_json(),
        hours="zone:Asia/Tokyo",
        queue="dach",
        round=2,
        excuses=Clock.TOUCH,
    )

    assert move == Move(move.event, move.at, move.by, **from_details(details_of(move)))


MOVES = st.lists(
    st.tuples(
        st.integers(0, 25), st.integers(0, 3000), st.sampled_from(["U1", "U2", None]), st.text()
    ),
    min_size=5,
    max_size=15,
)


def decisions(
    now: Handoff, history: list[Move], offers: list[Offer], at: datetime, by: str | None, note: str
) -> list[Callable[[], Move | None]]:
    """All that may be tried on a handoff; `by` is who clicks, and whom it goes to."""
    again = replace(now.promised, raised_at=at)
    because = Choice(by, Why.TURN, {"U9": Skip.AWAY}).to_json()
    asks, stood = Ask(by, because), detours.stood_still(history) if now.offer.is_asking else None
    amount, earlier = Decimal(at.minute) / 100, offers[0]
    return [
        lambda: handoff.posted(now, at, TERMS),
        lambda: handoff.accept(now, now.round, by, at, TERMS),
        lambda: handoff.accept(now, now.round, by, at, TERMS, "zone:Asia/Tokyo"),
        lambda: handoff.reject(now, now.round, by, at, TERMS, "no_need", note),
        lambda: handoff.reject(now, now.round, by, at, TERMS, "bad_timing", note, at.date()),
        lambda: handoff.not_mine(now, now.round, by, at, TERMS),
        lambda: handoff.contact(now, by, at, TERMS),
        lambda: handoff.advance(now, Event.SQL, by, at, TERMS),
        lambda: handoff.advance(now, Event.OPPORTUNITY, by, at, TERMS),
        lambda: handoff.advance(now, Event.WON, by, at, TERMS, amount),
        lambda: handoff.lose(now, by, at, TERMS, note),
        lambda: handoff.disqualify(now, by, at, TERMS, "no_need", note),
        lambda: handoff.recycle(now, by, at, TERMS, note),
        lambda: handoff.give_back(now, Event.RELEASED, by, at, again, asks),
        lambda: handoff.give_back(now, Event.LEFT, None, at, again, asks),
        lambda: handoff.offer_again(now, again, at, by, asks),
        lambda: stepped(now, at, by),
        lambda: detours.ask(now, now.round, by, at, TERMS, note),
        lambda: detours.tell(now, now.round, by, at, TERMS, note, stood),
        lambda: detours.snooze(now, now.round, by, at, at + MINUTE),
        lambda: detours.pass_on(now, asks, at, TERMS, by),
        lambda: detours.assign(now, asks, at, TERMS, by),
        lambda: detours.transfer(now, now.round, by or "U3", at, TERMS, by),
        lambda: detours.excuse(now, now.offer, Clock.ANSWER, by, at, TERMS, note),
        lambda: detours.excuse(now, earlier, Clock.TOUCH, by, at, TERMS, note),
        lambda: detours.excuse(now, now.offer, Clock.FEEDBACK, by, at, TERMS, note),
    ]


def stepped(now: Handoff, at: datetime, by: str | None) -> Move | None:
    """The ladder's next rung, if one is due; with somebody at the desk it widens the offer."""
    due = now.clock and sla.steps_due(now.clock, now.promised, TERMS, at, now.hours)
    return handoff.step(replace(due, to_queue="dach" if by else ""), at) if due else None


def tried(decide: Callable[[], Move | None]) -> Move | None:
    """None where it is refused."""
    try:
        return decide()
    except Refused:
        return None


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(choices=MOVES)
def test_the_journal_alone_gives_everything_back(books, version, choices):
    """Whatever people do, handoff and offers can be recomputed from the journal."""
    with books.writing() as work:
        lead = work.leads.add(facts(email="", name="Ada"), NOW)
        now = work.handoffs.begin(lead, handoff.offer(promised(version), NOW))
        for choice, minutes, by, note in choices:
            history = work.handoffs.journal(now.id)
            _, offers = recompute(now.id, lead.id, history)
            at = NOW + minutes * MINUTE
            open_to = filter(None, map(tried, decisions(now, history, offers, at, by, note)))
            if moves := list(open_to):
                now = work.handoffs.record(now, moves[choice % len(moves)])
        dossier = work.handoffs.dossier(now.id)
        work.commit()

    told, offers = recompute(now.id, lead.id, dossier.journal)
    assert (told, tuple(offers)) == (dossier.handoff, dossier.offers)
    assert (now.state, now.moves) == (told.state, told.moves)
    unanswered = [offer.round for offer in dossier.offers if offer.answered_at is None]
    assert ([now.round] if now.state is State.OFFERED else []) == unanswered
