"""Who has leads in hand, who is asked by name, and what waits for somebody to be asked."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain import detours, handoff, turns
from bot.domain.handoff import Ask
from bot.domain.move import Event
from bot.domain.turns import Why
from tests.storage.samples import MINUTE, NOW, TERMS, accepted, facts, offered, posted, promised
from tests.storage.test_handoffs import record


def asking(books, version, number, person, raised_at=NOW, queue="nordics", why=Why.TURN):
    """A lead offered to one, or to nobody by name."""
    because = turns.Choice(person, why).to_json()
    with books.writing() as work:
        lead = work.leads.add(facts(number), NOW)
        round_ = replace(promised(version), queue=queue, raised_at=raised_at)
        begun = work.handoffs.begin(lead, handoff.offer(round_, NOW, Ask(person, because)))
        work.commit()
    return begun


def ask(books, question):
    with books.reading() as work:
        return question(work.handoffs)


def test_in_hand_is_what_is_asked_and_what_is_not_qualified(books, version):
    """An offer by name counts from the first moment, a held lead until it is qualified or over."""
    asking(books, version, 1, "U1")
    accepted(books, version, 2, "U1")
    contacted, qualified, lost = (accepted(books, version, n, "U1") for n in (3, 4, 5))
    record(books, contacted, handoff.contact(contacted, "U1", NOW, TERMS))
    record(books, qualified, handoff.advance(qualified, Event.SQL, "U1", NOW, TERMS))
    record(books, lost, handoff.lose(lost, "U1", NOW, TERMS))
    accepted(books, version, 6, "U2")
    answered = asking(books, version, 7, "U3")
    record(books, answered, handoff.not_mine(answered, 1, "U3", NOW, TERMS))

    assert {"U1": 3, "U2": 1, "U3": 0} == ask(books, lambda it: it.in_hand(["U1", "U2", "U3"]))
    assert {} == ask(books, lambda it: it.in_hand([]))


def test_what_waits_for_somebody_comes_by_when_it_was_raised(books, version):
    """Leads that wait for a free seller are given out in the order in which they came; those that
    nobody is left for, or that everybody is asked about, keep none of them from being found."""

    def waiting(number, **how):
        return asking(books, version, number, None, why=Why.NOBODY_FREE, **how)

    for number, why in enumerate((Why.NOBODY_LEFT, Why.EVERYBODY), 10):
        asking(books, version, number, None, NOW - 9 * MINUTE, why=why)
    late = waiting(1, raised_at=NOW - MINUTE)
    early = waiting(2, raised_at=NOW - 2 * MINUTE)
    asking(books, version, 3, "U1")
    elsewhere = waiting(4, queue="dach")
    accepted(books, version, 5)
    found_somebody = waiting(6)
    record(books, found_somebody, detours.assign(found_somebody, Ask("U1"), NOW, TERMS))

    found = [
        ask(books, lambda it, queues=queues, most=most: it.wait_for_somebody(queues, most))
        for queues, most in ((["nordics"], 9), (["nordics"], 1), (["dach", "uk"], 9), ([], 9))
    ]
    assert [[early.id, late.id], [early.id], [elsewhere.id], []] == found


def test_an_offer_is_theirs_whom_it_asks_last(books, version):
    """Passed on, it is the next one's; answered, it asks nobody any more."""
    passed, later, answered = (
        asking(books, version, number, "U1", NOW - minutes * MINUTE)
        for number, minutes in ((1, 1), (2, 0), (3, 2))
    )
    early = asking(books, version, 4, "U1", NOW - 5 * MINUTE)
    record(books, passed, detours.pass_on(passed, Ask("U2"), NOW, TERMS))
    record(books, answered, handoff.accept(answered, 1, "U1", NOW, TERMS))

    asked = [ask(books, lambda it, who=who: it.offered_to(who)) for who in ("U1", "U2", "U3")]
    assert [[early.id, later.id], [passed.id], []] == asked


def test_held_is_all_that_is_theirs_and_open(books, version):
    """Whoever leaves the company leaves these behind."""
    first, second, lost, given = (accepted(books, version, number) for number in (1, 2, 3, 4))
    record(books, second, handoff.advance(second, Event.SQL, "U1", NOW, TERMS))
    record(books, lost, handoff.lose(lost, "U1", NOW, TERMS))
    record(books, given, detours.transfer(given, 1, "U2", NOW, TERMS, "U1"))

    held = [ask(books, lambda it, who=who: it.held(who)) for who in ("U1", "U2", "U3")]
    assert [[first.id, second.id], [given.id], []] == held


def test_holders_are_whoever_has_or_is_asked(books, version):
    """These are the people whose leaving must be noticed."""
    accepted(books, version, 1, "U1")
    over = accepted(books, version, 2, "U2")
    record(books, over, handoff.lose(over, "U2", NOW, TERMS))
    asking(books, version, 3, "U3")
    offered(books, version, 4)

    assert {"U1", "U3"} == ask(books, lambda it: it.holders())


@pytest.fixture
def of_acme(books, version):
    """Takes a lead of Acme's in, and gives it to a seller."""

    def take(number, by, minutes=0):
        held = posted(books, version, number)
        with books.writing() as work:
            lead = work.leads.get(held.lead_id)
            work.leads.save(replace(lead, facts=replace(lead.facts, domain="acme.example")))
            at = NOW + minutes * MINUTE
            held = work.handoffs.record(held, handoff.accept(held, 1, by, at, TERMS))
            work.commit()
        return held

    return take


def sellers_of(books, except_lead=0, domain="acme.example"):
    return ask(books, lambda it: it.company_sellers(domain, except_lead))


def test_a_company_is_known_to_whoever_accepted_last(books, of_acme):
    """The newest acceptance comes first, also where its lead came in first; each seller once."""
    last = of_acme(1, "U1", minutes=9)
    of_acme(2, "U2", minutes=5)

    of_acme(3, "U2", minutes=1)

    assert ["U1", "U2"] == sellers_of(books)
    assert ["U2"] == sellers_of(books, except_lead=last.lead_id)
    assert [[], []] == [sellers_of(books, domain=other) for other in ("b.example", "")]


def test_a_company_stays_with_who_won_it(books, of_acme, version):
    """Won stays known; lost, given back or never known leaves the company to nobody."""
    won = of_acme(1, "U1")
    record(books, won, handoff.advance(won, Event.WON, "U1", NOW, TERMS))
    lost, released = of_acme(2, "U2", 1), of_acme(3, "U3", 2)
    of_acme(4, None, 3)
    record(books, lost, handoff.lose(lost, "U2", NOW, TERMS))
    back = handoff.give_back(released, Event.RELEASED, "U3", NOW, promised(version))
    record(books, released, back)

    assert ["U1"] == sellers_of(books)


def test_a_company_goes_with_its_lead(books, of_acme):
    """Handed to a colleague, the next lead of the company is theirs."""
    held = of_acme(1, "U1")
    record(books, held, detours.transfer(held, 1, "U2", NOW, TERMS, "U1"))

    assert ["U2"] == sellers_of(books)


@pytest.fixture
def acme_asks(books, version):
    """Offers a lead of Acme's to one seller."""

    def ask_about(number, person, minutes=0):
        begun = asking(books, version, number, person, NOW + minutes * MINUTE)
        with books.writing() as work:
            lead = work.leads.get(begun.lead_id)
            work.leads.save(replace(lead, facts=replace(lead.facts, domain="acme.example")))
            work.commit()
        return begun

    return ask_about


def asked_about(books, except_lead=0, domain="acme.example"):
    return ask(books, lambda it: it.company_asked(domain, except_lead))


def test_a_company_asks_for_whoever_is_asked_about_it(books, acme_asks):
    """The lead raised last counts, as long as it waits for their answer."""
    last = acme_asks(1, "U1", minutes=9)
    acme_asks(2, "U2", minutes=5)
    acme_asks(3, None, minutes=12)

    assert ["U1", "U2"] == asked_about(books)
    assert ["U2"] == asked_about(books, except_lead=last.lead_id)
    assert [[], []] == [asked_about(books, domain=other) for other in ("b.example", "")]
    record(books, last, detours.pass_on(last, Ask("U3"), NOW, TERMS))
    assert ["U3", "U2"] == asked_about(books)


def test_an_answered_offer_asks_nobody_about_its_company(books, acme_asks):
    """Accepted, it is theirs; rejected, it says nothing of who should have the next."""
    held, refused = acme_asks(1, "U1"), acme_asks(2, "U2")
    record(books, held, handoff.accept(held, 1, "U1", NOW, TERMS))
    record(books, refused, handoff.reject(refused, 1, "U2", NOW, TERMS, "no_need"))

    assert ([], ["U1"]) == (asked_about(books), sellers_of(books))


def test_a_widened_offer_waits_in_both_queues(books, version):
    """Sellers who may answer too find it in their list."""
    before = posted(books, version)
    move = replace(handoff.hold(before, NOW, NOW), event=Event.STEPPED, queue="dach")
    record(books, before, move)

    totals = [
        ask(books, lambda it, queues=queues: it.waiting_in(queues, 5).total)
        for queues in (["nordics"], ["dach"], ["dach", "nordics"], ["uk"])
    ]
    assert [1, 1, 1, 0] == totals


def test_open_questions_are_found_by_queue_and_by_campaign(books, version):
    """Whoever speaks for marketing finds what sales asks them, as long as it is open."""
    before, _silent = posted(books, version, 1), posted(books, version, 2)
    asked = record(books, before, detours.ask(before, 1, "U1", NOW + MINUTE, TERMS, "Why now?"))
    campaign = asked.promised.campaign

    def found(queues: list[str], campaigns: list[str]) -> list[int]:
        listing = ask(books, lambda it: it.asked_in(queues, campaigns, 5))
        assert listing.total == len(listing.first)
        return [listed.handoff.id for listed in listing.first]

    assert [asked.id] == found(["nordics"], []) == found([], [campaign])
    assert [] == found([], []) == found(["dach"], ["another"])
    told = detours.tell(asked, 1, "U2", NOW + 2 * MINUTE, TERMS, "Because", before.clock)
    record(books, asked, told)
    assert [] == found(["nordics"], [campaign])


def test_an_overdue_decision_is_overdue(books, version):
    """A lead that was contacted and never qualified is late when that promise is broken."""
    held = accepted(books, version)
    held = record(books, held, handoff.contact(held, "U1", NOW + MINUTE, TERMS))
    assert held.clock is not None
    late = held.clock.due_at + MINUTE

    assert [held] == [
        listed.handoff
        for listed in ask(books, lambda it: it.overdue_in(["nordics"], late, 5)).first
    ]


def test_questions_are_found_by_when_they_were_asked(books, version):
    """Marketing's answers are judged for the week of the question."""
    asked = []
    for number, minutes in ((1, 9), (2, 0), (3, 10), (4, -1)):
        before = posted(books, version, number, NOW - timedelta(hours=1))
        move = detours.ask(before, 1, "U1", NOW + minutes * MINUTE, TERMS, "Which size?")
        asked.append(record(books, before, move).offer)
    posted(books, version, 9)

    found = ask(books, lambda it: it.asked_between(NOW, NOW + 10 * MINUTE))
    assert [asked[1], asked[0]] == found


def test_why_them_is_kept_with_the_move(books, version):
    """The journal says why somebody was asked, in the words of the turn."""
    because = turns.Choice("U1", turns.Why.TURN, {"U2": turns.Skip.FULL}).to_json()
    with books.writing() as work:
        lead = work.leads.add(facts(), NOW)
        begun = work.handoffs.begin(lead, handoff.offer(promised(version), NOW, Ask("U1", because)))
        (move,) = work.handoffs.journal(begun.id)

    assert ("U1", because) == (move.to, move.because)
