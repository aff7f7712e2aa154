"""How each promise of one offer counts in the digest's figures (docs/agreement.md, formulae 2, 3).

Whoever takes a lead and puts it back gains nothing by it: what is kept so tells nothing, what is
broken stays broken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.agreement import Clock, Terms
from bot.domain.detours import BROKEN
from bot.domain.offer import Answer, Offer, Stretch, stretch
from bot.domain.sla import Verdict

TermsOf = Callable[[int], Terms]  # by version

_NOTHING = timedelta()


@dataclass(frozen=True, slots=True)
class Kept:
    """One promise as it ran, until it was kept or until now."""

    verdict: Verdict
    working: timedelta
    wall: timedelta
    excused: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    offer: Offer
    answer: Kept | None  # None: accepted and given back untouched, both in good time
    touch: Kept | None  # None: never accepted, or given back in good time
    qualify: Kept | None  # None: never accepted, not agreed on, or given back in good time
    tells_acceptance: bool


def judge(offer: Offer, terms: Terms, now: datetime) -> Judged:
    """Of an offer that was posted, under the terms it was made by."""
    touch = _touch(offer, terms, now)
    return Judged(
        offer,
        _answer(offer, terms, now, undone=_is_untouched(offer) and touch is None),
        touch,
        _qualify(offer, terms, now),
        _counts(offer, terms),
    )


def _answer(offer: Offer, terms: Terms, now: datetime, *, undone: bool) -> Kept | None:
    """The answer clock. A lead that was taken and put back untouched waits as before: answering so
    in good time tells nothing, late it is a breach."""
    ran = stretch(offer, Clock.ANSWER, terms)
    assert ran is not None, "an offer that was never posted"
    kept = _kept(ran, now)
    return None if undone and kept.verdict is Verdict.MET else kept


def _touch(offer: Offer, terms: Terms, now: datetime) -> Kept | None:
    """The touch clock of an accepted lead. One given back untouched ends there: in good time it
    tells nothing, late it is a breach."""
    ran = stretch(offer, Clock.TOUCH, terms)
    if ran is None:
        return None
    kept = _kept(ran, now)
    return None if _is_untouched(offer) and kept.verdict is Verdict.MET else kept


def _qualify(offer: Offer, terms: Terms, now: datetime) -> Kept | None:
    """From acceptance to a decision. Giving the lead back decides nothing, so as above."""
    ran = stretch(offer, Clock.QUALIFY, terms)
    if ran is None:
        return None
    kept = _kept(ran, now)
    decided = offer.sql_at or offer.disqualified_at or offer.lost_at
    return None if decided is None and offer.gave_back_at and kept.verdict is Verdict.MET else kept


def feedback(offer: Offer, terms: Terms, now: datetime) -> Kept | None:
    """Marketing's clock. A question that needed no answer any more, in good time, tells nothing."""
    ran = stretch(offer, Clock.FEEDBACK, terms)
    assert ran is not None, "an offer without a question"
    kept = _kept(ran, now)
    return None if offer.told_by is None and kept.verdict is Verdict.MET else kept


def counts(offer: Offer, clock: Clock, terms: Terms, now: datetime) -> bool:
    """Does a promise of this offer that ran show in the figures?"""
    if offer.posted_at is None:
        return True
    if clock is Clock.FEEDBACK:
        return feedback(offer, terms, now) is not None
    judged = judge(offer, terms, now)
    by_clock = {Clock.ANSWER: judged.answer, Clock.TOUCH: judged.touch}
    return by_clock.get(clock, judged.qualify) is not None


def used_before(offers: Iterable[Offer], person: str | None, terms: TermsOf) -> timedelta:
    """What somebody used of the touch clock before this lead was given back, untouched and in good
    time, by them or by whoever took it over from them. Whoever takes it again goes on with it: else
    a lead could be kept for ever, given back and taken again just before it is due. What was broken
    then is on record already, and after a touch begins another promise."""
    used = _NOTHING
    for offer in offers:
        if offer.touched_at is not None or offer.answer is Answer.REJECTED:
            used = _NOTHING
        elif offer.gave_back_at is not None and person and person in (offer.seller, offer.had_by):
            ran = stretch(offer, Clock.TOUCH, terms(offer.promised.terms_version))
            assert ran is not None, "given back, and never accepted"
            in_time = ran.verdict(offer.gave_back_at) is Verdict.MET
            used = used + ran.working(offer.gave_back_at) if in_time else _NOTHING
    return used


def _is_untouched(offer: Offer) -> bool:
    """Accepted, and back in its queue without a first contact."""
    return offer.touched_at is None and offer.gave_back_at is not None


def _kept(ran: Stretch, now: datetime) -> Kept:
    """A click in time that was heard of late leaves nothing to excuse."""
    verdict = ran.verdict(now)
    excused = ran.excused is not None and verdict in BROKEN
    return Kept(verdict, ran.before + ran.working(now), ran.wall(now), excused)


def _counts(offer: Offer, terms: Terms) -> bool:
    """Formula 3: acceptance leaves out mis-routes and every reason that is no rejection."""
    if offer.answer is not Answer.REJECTED:
        return offer.answer is Answer.ACCEPTED
    no_rejections = {reason.code for reason in terms.reasons if not reason.is_rejection}
    return offer.reason not in no_rejections
