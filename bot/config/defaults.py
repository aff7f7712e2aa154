"""The ladder and the reasons of an agreement that does not write its own."""

from __future__ import annotations

from bot.domain.agreement import Act, Audience, Clock, NextStep, Reason, Step

HOLDER = (Audience.HOLDER,)
HOLDER_AND_MANAGER = (Audience.HOLDER, Audience.MANAGER)
MARKETERS = (Audience.MARKETERS,)

LADDER = (
    Step(Clock.ANSWER, 80, HOLDER, Act.REMIND),
    Step(Clock.ANSWER, 100, HOLDER_AND_MANAGER, Act.ESCALATE),
    Step(Clock.ANSWER, 150, (Audience.HEAD,), Act.OFFER_NEXT),
    Step(Clock.TOUCH, 80, HOLDER, Act.REMIND),
    Step(Clock.TOUCH, 100, HOLDER_AND_MANAGER, Act.ESCALATE),
    Step(Clock.TOUCH, 150, (Audience.HEAD, Audience.HOLDER), Act.RETURN),
    Step(Clock.QUALIFY, 100, HOLDER, Act.REMIND),
    Step(Clock.FEEDBACK, 80, MARKETERS, Act.REMIND),
    Step(Clock.FEEDBACK, 100, (*MARKETERS, Audience.MANAGER), Act.ESCALATE),
)

# A note is asked for where the next person cannot act without it: what is bad about the data, who
# the right person is, why the company does not fit, whose territory it is.
REASONS = (
    Reason("bad_data", "Bad data", NextStep.FIX, note_required=True),
    Reason("duplicate", "Duplicate", NextStep.JOIN, is_rejection=False),
    Reason("existing_customer", "Existing customer", NextStep.OWNER, is_rejection=False),
    Reason("not_icp", "Not our kind of customer", NextStep.SUPPRESS, note_required=True),
    Reason("wrong_person", "Wrong person", NextStep.RECYCLE, note_required=True),
    Reason("bad_timing", "Bad timing", NextStep.RECYCLE, asks_date=True),
    Reason("no_need", "No need", NextStep.NURTURE),
    Reason("no_budget", "No budget", NextStep.NURTURE),
    Reason("unreachable", "Unreachable", NextStep.RECYCLE),
    Reason("competitor_or_spam", "Competitor or spam", NextStep.SUPPRESS),
    Reason("wrong_territory", "Wrong territory", NextStep.REROUTE, True, is_rejection=False),
)
