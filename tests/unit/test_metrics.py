"""The formulae of the digest, on cases small enough to count by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.agreement import Clock, Duration, NextStep, Promised, Reason, Target, Terms
from bot.domain.business_hours import Calendar, due
from bot.domain.metrics import ClockFigures, Figures, Share, measure, percentile
from bot.domain.offer import Answer, Offer

OFFICE = Calendar("office", "UTC", (((540, 1020),),) * 5 + ((),) * 2)  # Mon-Fri 9-17
TERMS = Terms(
    answer=Target(Duration(timedelta(hours=1))),
    touch=Target(Duration(timedelta(hours=2))),
    calendars={"all": OFFICE},
    ladder=(),
    reasons=(
        Reason("no_need", "No need", NextStep.NURTURE),
        Reason("duplicate", "Duplicate", NextStep.JOIN, is_rejection=False),
    ),
)
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday
NOW = NOON + timedelta(days=1)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def offered(at: datetime = NOON, source: str = "") -> Offer:
    promised = Promised("all", 1, at, source=source)
    return Offer(1, promised, posted_at=at, answer_due=due(OFFICE, at, timedelta(hours=1)))


def answered(after: float, answer: Answer = Answer.ACCEPTED, by: str | None = "ada") -> Offer:
    at = NOON + minutes(after)
    touch_due = due(OFFICE, at, timedelta(hours=2)) if answer is Answer.ACCEPTED else None
    return replace(offered(), answered_at=at, answer=answer, answered_by=by, touch_due=touch_due)


def rejected(reason: str | None) -> Offer:
    return replace(answered(5, Answer.REJECTED), reason=reason)


def touched(after: float) -> Offer:
    """Touched so many minutes after it was accepted."""
    offer = answered(10)
    return replace(offer, touched_at=NOON + minutes(10 + after))


def won(amount: Decimal | None) -> Offer:
    at = NOON + minutes(60)
    return replace(touched(20), sql_at=at, opportunity_at=at, won_at=at, won_amount=amount)


def figures(*offers: Offer, now: datetime = NOW) -> Figures:
    return measure(offers, {1: TERMS}, now)


def test_exactly_at_the_due_instant_is_met():
    """A promise kept in its last moment is kept; a moment later it is broken."""
    answer = figures(answered(60), answered(60 + 1 / 60_000)).total.answer
    assert (1, 1) == (answer.met, answer.breached)


def test_an_answer_after_hours_is_late_although_no_working_time_was_used():
    """Due at the end of the working day means by then, not by the next morning."""
    posted = NOON.replace(hour=16)
    late = replace(offered(posted), answered_at=posted + minutes(90), answer=Answer.NOT_MINE)
    assert (0, 1) == (figures(late).total.answer.met, figures(late).total.answer.breached)


def test_open_and_overdue_counts_against_attainment():
    """Leaving a lead unanswered never makes the figure better."""
    answer = figures(answered(10), offered()).total.answer
    assert (1, 1) == (answer.met, answer.overdue_open)
    assert 0.5 == answer.attainment.value


def test_open_and_not_yet_due_is_left_out_and_counted():
    """A lead that still has time is neither kept nor broken."""
    answer = figures(answered(10), offered(), now=NOON + minutes(60)).total.answer
    assert (1, 1, 1.0) == (answer.met, answer.running, answer.attainment.value)


def test_nothing_to_judge_is_null_and_not_zero():
    """An empty week has no attainment, no median and no share."""
    empty = figures().to_json()
    assert 0 == empty["posted"]
    assert empty["answer"]["attainment"] is None
    assert empty["answer"]["median_minutes"] is None
    assert empty["touch"]["p90_wall_minutes"] is None
    assert 0 == empty["won_amount"]


def test_open_offers_count_at_their_present_age():
    """The median grows while leads wait; it is not made of the answered ones alone."""
    now = NOON + minutes(45)
    answer = figures(answered(5), answered(15), offered(), now=now).total.answer
    assert 15.0 == answer.median_minutes
    assert 39.0 == answer.p90_minutes  # 15 + 0.8 of the way to 45


def test_working_and_wall_minutes_differ_over_a_night():
    """A lead posted at 16:50 and answered at 9:10 waited 20 minutes of working time."""
    posted = NOON.replace(hour=16, minute=50)
    at = posted + timedelta(hours=16, minutes=20)
    answer = figures(replace(offered(posted), answered_at=at, answer=Answer.NOT_MINE)).total.answer
    assert (20.0, 980.0) == (answer.median_minutes, answer.median_wall_minutes)


def test_a_click_that_overtakes_the_card_took_no_time():
    """Slack may tell us of the click before it tells us that the card is up."""
    early = figures(answered(-0.1)).total.answer
    assert (1, 0.0, 0.0) == (early.met, early.median_minutes, early.median_wall_minutes)


def test_the_touch_clock_runs_for_accepted_leads_alone():
    """Rejected and waiting leads promise no touch; accepted ones do from the moment they are."""
    touch = figures(touched(30), touched(121), answered(5), rejected(None), offered()).total.touch
    assert (1, 1, 1) == (touch.met, touch.breached, touch.overdue_open)
    assert 121.0 == touch.median_minutes


def test_a_lead_given_back_in_time_says_nothing_of_the_touch_clock():
    """Who returns a lead before the touch is due has not broken a promise."""
    back = replace(answered(10), gave_back_at=NOON + minutes(60))
    touch = figures(back).total.touch
    assert (0, 0, 0, 0) == (touch.met, touch.breached, touch.overdue_open, touch.running)


def test_a_lead_taken_back_late_is_a_breach_and_its_age_ends_there():
    """The ladder takes an untouched lead back: the promise is broken, and stops growing."""
    back = replace(answered(0), gave_back_at=NOON + minutes(180))
    touch = figures(back).total.touch
    assert (1, 0, 180.0) == (touch.breached, touch.overdue_open, touch.median_minutes)


def given_back(after: float, answered_after: float = 10) -> Offer:
    """Accepted, and given back untouched so many minutes after the card."""
    return replace(answered(answered_after), gave_back_at=NOON + minutes(after))


def test_accepting_and_giving_back_gains_nothing():
    """Who takes a lead only to stop the clock, and puts it back, has kept no promise by it."""
    total = figures(given_back(60), answered(90)).total
    assert (0, 1, 0.0) == (total.answer.met, total.answer.breached, total.answer.attainment.value)
    assert 90.0 == total.answer.median_minutes
    assert (2, 2, 1) == (total.answered, total.accepted, total.given_back)


def test_a_late_answer_stays_late_when_the_lead_is_given_back():
    """Giving a lead back takes no breach away."""
    answer = figures(given_back(100, answered_after=61)).total.answer
    assert (0, 1) == (answer.met, answer.breached)


def test_a_lead_forgotten_and_taken_back_was_answered_in_time():
    """Its touch is the broken promise; one promise is not broken twice."""
    total = figures(given_back(200)).total
    assert (1, 1) == (total.answer.met, total.touch.breached)


def test_a_lead_given_back_after_contact_was_answered():
    """Whoever was in touch has worked on the lead: the answer counts, and so does the way back."""
    back = replace(touched(20), gave_back_at=NOON + minutes(60))
    total = figures(back).total
    assert (1, 1, 1) == (total.answer.met, total.touch.met, total.given_back)


def test_what_was_decided_is_not_called_given_back():
    """Whose holder has left after qualifying it, or what went back to marketing."""
    back = replace(touched(20), gave_back_at=NOON + minutes(60))
    total = figures(replace(back, sql_at=NOON + minutes(40)), replace(back, reason="")).total
    assert 0 == total.given_back


def test_giving_back_is_counted_by_seller():
    """It can be seen who takes leads and puts them back."""
    by_seller = figures(given_back(60), answered(5, by="bo")).by_seller
    assert {"ada": 1, "bo": 0} == {name: tally.given_back for name, tally in by_seller.items()}


def test_a_lead_taken_over_is_given_back_by_whoever_had_it():
    """Who hands a lead to a colleague has not given it back when the colleague does."""
    by_seller = figures(replace(given_back(60), taken_over_by="bo")).by_seller
    told = {name: (group.accepted, group.given_back) for name, group in by_seller.items()}
    assert {"ada": (1, 0), "bo": (0, 1)} == told


# ------------------------------------------------------------------ the split of the time

QUALIFYING = replace(TERMS, qualify=Target(Duration(timedelta(hours=4))))


def qualified(after: float) -> Offer:
    return replace(touched(5), sql_at=NOON + minutes(10 + after))


def out(after: float) -> Offer:
    return replace(touched(5), disqualified_at=NOON + minutes(10 + after))


def test_what_was_taken_and_disqualified_is_counted_apart():
    """Whoever calls a lead a bad fit after taking it has not rejected it, and it can be seen."""
    total = figures(out(30), qualified(30)).total
    assert (2, 0, 1) == (total.accepted, total.rejected, total.disqualified)


def test_the_qualify_clock_runs_from_acceptance_to_a_decision():
    """Qualified or out are both a decision; an open one counts at its age."""
    offers = [qualified(60), out(90), qualified(241), touched(5)]
    qualify = measure(offers, {1: QUALIFYING}, NOW).total.qualify
    assert (2, 1, 1) == (qualify.met, qualify.breached, qualify.overdue_open)
    assert 165.5 == qualify.median_minutes  # between 90 and 241 minutes


def test_without_a_qualify_target_there_is_no_such_figure():
    """What nobody promised is not judged."""
    qualify = figures(qualified(60)).total.qualify
    assert (False, None) == (qualify.is_any, qualify.median_minutes)


def test_a_lead_given_back_in_time_says_nothing_of_the_qualify_clock():
    """Giving back decides nothing; too late, it is a breach."""
    for after, judged in ((200, 0), (400, 1)):
        back = replace(touched(20), gave_back_at=NOON + minutes(after))
        qualify = measure([back], {1: QUALIFYING}, NOW).total.qualify
        assert (0, judged) == (qualify.met, qualify.attainment.of)


def test_intake_delay_is_by_the_wall_and_nobodys_promise():
    """From the raised hand to the card, at night too; a hand raised later by another clock is 0."""
    night = NOON - timedelta(hours=14)
    offers = [
        replace(offered(), promised=Promised("all", 1, at)) for at in (night, NOON + minutes(3))
    ]
    intake = figures(*offers).total.intake
    assert (420.0, 756.0) == (intake.median_minutes, intake.p90_minutes)


def asked(until: float | None, by: str | None = "anna") -> Offer:
    """Marketing was asked 20 minutes after the card, and has an hour."""
    at = NOON + minutes(20)
    return replace(
        offered(),
        asked_at=at,
        asked_clock=Clock.ANSWER,
        feedback_due=due(OFFICE, at, timedelta(hours=1)),
        asked_until=None if until is None else at + minutes(until),
        told_by=by if until is not None else None,
    )


def feedback(*offers: Offer) -> ClockFigures:
    terms = replace(TERMS, feedback=Target(Duration(timedelta(hours=1))))
    return measure([], {1: terms}, NOW, asked=offers).feedback


def test_marketings_clock_is_judged_by_the_question():
    """Kept, broken, and not answered yet: of the questions asked in the period."""
    kept = feedback(asked(60), asked(61), asked(None))
    assert (1, 1, 1) == (kept.met, kept.breached, kept.overdue_open)
    assert 61.0 == kept.median_minutes
    assert 1 / 3 == kept.attainment.value


def test_a_question_that_needed_no_answer_tells_nothing():
    """Sales went on by itself in good time; after the promise was broken it is a breach."""
    kept = feedback(asked(30, by=None), asked(90, by=None))
    assert (0, 1) == (kept.met, kept.breached)


def test_time_in_which_marketing_was_asked_is_not_sales():
    """An hour's promise, of which 20 minutes were used before the question."""
    told = replace(asked(30), answer_due=NOON + minutes(90), answered_at=NOON + minutes(80),
                   answer=Answer.ACCEPTED)  # fmt: skip
    answer = figures(told).total.answer
    assert (1, 50.0, 80.0) == (answer.met, answer.median_minutes, answer.median_wall_minutes)


def test_excused_breaches_are_counted_and_stay_breaches():
    """An outage explains a broken promise; it does not keep it."""
    out = replace(answered(90), answer_excused="the phones were dead")
    total = figures(out, answered(90), answered(5)).total
    assert (1, 2, 1) == (total.answer.met, total.answer.breached, total.answer.excused)
    assert {"answer": 1, "touch": 0, "qualify": 0} == total.excused


def test_what_was_kept_after_all_is_not_left_out_as_excused():
    """A click in time may be heard of after the manager has excused what looked broken."""
    total = figures(replace(answered(5), answer_excused="the phones were dead"), answered(90)).total
    assert (1, 1, 0) == (total.answer.met, total.answer.breached, total.answer.excused)


def test_acceptance_leaves_out_what_is_no_rejection():
    """Mis-routes and duplicates lower nobody's acceptance; a real rejection does."""
    total = figures(
        answered(5),
        rejected("no_need"),
        rejected("duplicate"),
        rejected(None),
        answered(5, Answer.NOT_MINE),
        offered(),
    ).total
    assert Share(1, 3) == total.acceptance
    assert (6, 5, 1, 3, 1, 1) == (
        total.posted,
        total.answered,
        total.accepted,
        total.rejected,
        total.not_mine,
        total.open,
    )


def test_rejections_are_counted_by_reason_the_most_frequent_first():
    """One list shows why leads come back; a missing reason is called unknown."""
    reasons = figures(rejected("no_need"), rejected(None), rejected("no_need")).by_reason
    assert [("no_need", 2), ("unknown", 1)] == list(reasons.items())


def test_a_later_reason_is_not_a_rejection():
    """A reason given when a lead was lost does not appear among the rejections."""
    lost = replace(touched(5), lost_at=NOON + minutes(60), reason="no_need")
    assert {} == figures(lost).by_reason
    assert 1 == figures(lost).total.lost


def test_an_unknown_amount_is_unknown_and_never_zero():
    """Won deals without an amount do not pull the sum to nothing."""
    assert figures(won(None)).total.won_amount is None
    assert Decimal(700) == figures(won(None), won(Decimal(700))).total.won_amount
    assert 0 == figures(touched(5)).total.won_amount


def test_amounts_are_written_as_numbers():
    """Whole amounts stay whole, cents stay cents, in the JSON people calculate with."""
    assert 700 == figures(won(Decimal("700.00"))).to_json()["won_amount"]
    assert 0.75 == figures(won(Decimal("0.75"))).to_json()["won_amount"]


def test_groups_by_source_and_by_seller_add_up():
    """Each source and each seller has the same figures as the whole, the unknown among them."""
    web = replace(touched(5), promised=Promised("all", 1, NOON, source="web"))
    result = figures(web, answered(5, by=None), rejected("no_need"), offered())
    assert {"unknown": 3, "web": 1} == {k: v.posted for k, v in result.by_source.items()}
    assert {"ada": 2, "unknown": 1} == {k: v.answered for k, v in result.by_seller.items()}
    assert 1 == result.by_seller["ada"].accepted


def test_cards_that_slack_never_showed_belong_to_no_cohort():
    """A lead whose card waits in the outbox is nobody's fault yet."""
    waiting = replace(offered(), posted_at=None, answer_due=None)
    assert 0 == figures(waiting).total.posted


def test_the_figures_have_the_agreed_keys():
    """Whoever reads the JSON finds every figure of the agreement, by its name."""
    clock = "met breached overdue_open attainment"
    clock += " median_minutes p90_minutes median_wall_minutes p90_wall_minutes"
    keys = "posted answered accepted rejected not_mine open answer touch sql disqualified"
    keys += " opportunity won won_amount lost by_source by_seller by_reason"
    keys += " qualify intake given_back excused feedback"
    said = figures(won(None)).to_json()
    assert keys.split() == list(said)
    for name in ("answer", "touch", "qualify", "feedback"):
        assert clock.split() == list(said[name])
        assert name in said["excused"]


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    # From the closed form, worked out by hand to four places.
    [
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (5, 10, 0.2366, 0.7634),
        (50, 100, 0.4038, 0.5962),
    ],
)
def test_wilsons_interval(count: int, of: int, low: float, high: float):
    """A share comes with how sure we are of it, also at nothing and at everything."""
    assert pytest.approx((low, high), abs=0.0001) == Share(count, of).interval


def test_small_numbers_show_counts():
    """Under 20 cases a percentage says more than is known."""
    assert (True, False) == (Share(10, 19).is_small, Share(10, 20).is_small)
    assert (None, None) == (Share(0, 0).value, Share(0, 0).interval)


@given(st.lists(st.integers(0, 1_000_000), min_size=1), st.floats(0, 1))
def test_a_percentile_lies_between_its_neighbours(values: list[int], share: float):
    """Whatever the times, the P90 is between the shortest and the longest and never falls."""
    ordered = sorted(values)
    found = percentile(ordered, share)
    higher = percentile(ordered, min(1.0, share + 0.1))
    assert found is not None
    assert higher is not None
    assert ordered[0] <= found <= ordered[-1]
    assert found <= higher * (1 + 1e-12)
