"""The formulae of the digest: what was promised to a cohort of offers, and what was kept.

A cohort is the offers whose cards were posted in one period. Everything is judged at `now`, by the
terms each offer was made under. Formula numbers are those of the agreement between the teams
(docs/agreement.md): 1 split of the time, 2 attainment, 3 acceptance, 4 reasons, 5 median and P90,
6 won amount, 7 small numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from math import sqrt
from typing import Any

from bot.domain.agreement import Clock, Terms
from bot.domain.judged import Judged, Kept, feedback, judge
from bot.domain.offer import Answer, Offer
from bot.domain.sla import Verdict

SMALL = 20  # cases; below, a percentage says more than is known
Z_95 = 1.959963984540054  # standard normal quantile for 95 %, two-sided
UNKNOWN = "unknown"

# What the digest can show, by the names that `digest.metrics` in app.yaml takes.
DIGEST_METRICS = (
    "posted",
    "answered",
    "acceptance",
    "not_mine",
    "answer_attainment",
    "touch_attainment",
    "answer_time",
    "touch_time",
    "qualify_attainment",
    "qualify_time",
    "intake_time",
    "feedback_attainment",
    "stages",
    "won",
    "reasons",
)
# Left out of a digest that names no metrics, where there is nothing to show.
WHERE_ANY = frozenset({"qualify_attainment", "qualify_time", "intake_time", "feedback_attainment"})

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `of` cases."""

    count: int
    of: int

    @property
    def value(self) -> float | None:
        """From 0 to 1; None where there is nothing to judge."""
        return self.count / self.of if self.of else None

    @property
    def is_small(self) -> bool:
        """So few that the counts should be shown, not a percentage."""
        return self.of < SMALL

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95 % score interval (E. B. Wilson, 1927); None where there is nothing."""
        if not self.of:
            return None
        share, n = self.count / self.of, self.of
        centre = share + Z_95**2 / (2 * n)
        reach = Z_95 * sqrt(share * (1 - share) / n + Z_95**2 / (4 * n * n))
        scale = 1 + Z_95**2 / n
        return max(0.0, (centre - reach) / scale), min(1.0, (centre + reach) / scale)

    def to_json(self) -> dict[str, Any]:
        low, high = self.interval or (None, None)
        return {
            "count": self.count,
            "of": self.of,
            "share": self.value,
            "low": low,
            "high": high,
            "small": self.is_small,
        }


@dataclass(frozen=True, slots=True)
class ClockFigures:
    """How one clock was kept. Minutes include open offers at their present age."""

    met: int
    breached: int
    overdue_open: int
    running: int  # open and not yet due: left out of attainment, counted here
    median_minutes: float | None
    p90_minutes: float | None
    median_wall_minutes: float | None
    p90_wall_minutes: float | None
    excused: int = 0  # of those breached or overdue

    @property
    def attainment(self) -> Share:
        return Share(self.met, self.met + self.breached + self.overdue_open)

    @property
    def is_any(self) -> bool:
        return bool(self.attainment.of + self.running)

    def to_json(self) -> dict[str, Any]:
        return {
            "met": self.met,
            "breached": self.breached,
            "overdue_open": self.overdue_open,
            "attainment": self.attainment.value,
            "median_minutes": self.median_minutes,
            "p90_minutes": self.p90_minutes,
            "median_wall_minutes": self.median_wall_minutes,
            "p90_wall_minutes": self.p90_wall_minutes,
        }


@dataclass(frozen=True, slots=True)
class Intake:
    """From the raised hand to the card, by the wall: our own delay, charged to nobody."""

    median_minutes: float | None
    p90_minutes: float | None

    def to_json(self) -> dict[str, Any]:
        return {"median_minutes": self.median_minutes, "p90_minutes": self.p90_minutes}


@dataclass(frozen=True, slots=True)
class Tally:
    """The figures of one group of offers: a cohort, a source, a seller."""

    posted: int
    answered: int
    accepted: int
    rejected: int
    not_mine: int
    answer: ClockFigures
    touch: ClockFigures
    acceptance: Share
    sql: int
    disqualified: int
    opportunity: int
    won: int
    won_amount: Decimal | None  # None: won, and no amount known
    lost: int
    qualify: ClockFigures
    intake: Intake
    given_back: int  # accepted, and back in the queue: untouched, or before a decision

    @property
    def excused(self) -> Mapping[str, int]:
        clocks = {Clock.ANSWER: self.answer, Clock.TOUCH: self.touch, Clock.QUALIFY: self.qualify}
        return {clock.value: figures.excused for clock, figures in clocks.items()}

    @property
    def open(self) -> int:
        return self.posted - self.answered

    def to_json(self) -> dict[str, Any]:
        return {**self.counts_to_json(), **self.split_to_json()}

    def counts_to_json(self) -> dict[str, Any]:
        return {
            "posted": self.posted,
            "answered": self.answered,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "not_mine": self.not_mine,
            "open": self.open,
            "answer": self.answer.to_json(),
            "touch": self.touch.to_json(),
            "sql": self.sql,
            "disqualified": self.disqualified,
            "opportunity": self.opportunity,
            "won": self.won,
            "won_amount": _number(self.won_amount),
            "lost": self.lost,
        }

    def split_to_json(self) -> dict[str, Any]:
        return {
            "qualify": self.qualify.to_json(),
            "intake": self.intake.to_json(),
            "given_back": self.given_back,
            "excused": dict(self.excused),
        }


@dataclass(frozen=True, slots=True)
class Figures:
    """A cohort's figures, and the same by source and by seller."""

    total: Tally
    by_source: Mapping[str, Tally]
    by_seller: Mapping[str, Tally]  # whoever answered, or gave back what they had taken over
    by_reason: Mapping[str, int]  # rejections
    feedback: ClockFigures  # marketing's, of the questions that were asked in the period

    def to_json(self) -> dict[str, Any]:
        return {
            **self.total.counts_to_json(),
            "by_source": {name: tally.to_json() for name, tally in self.by_source.items()},
            "by_seller": {name: tally.to_json() for name, tally in self.by_seller.items()},
            "by_reason": dict(self.by_reason),
            **self.total.split_to_json(),
            "excused": {**self.total.excused, Clock.FEEDBACK.value: self.feedback.excused},
            "feedback": self.feedback.to_json(),
        }


def measure(
    offers: Iterable[Offer],
    terms: Mapping[int, Terms],
    now: datetime,
    asked: Iterable[Offer] = (),
) -> Figures:
    """The figures of a cohort as of `now`; `terms` by version. Offers not posted are left out.
    `asked`: the offers whose question to marketing falls into the period."""
    cohort = [
        judge(offer, terms[offer.promised.terms_version], now)
        for offer in offers
        if offer.posted_at is not None
    ]
    answered = [case for case in cohort if case.offer.answer is not None]
    rejected = [case.offer for case in cohort if case.offer.answer is Answer.REJECTED]
    return Figures(
        total=tally(cohort),
        by_source=_grouped(cohort, lambda offer: offer.promised.source),
        by_seller=_by_seller(answered),
        by_reason=_by_count(Counter(offer.reason or UNKNOWN for offer in rejected)),
        feedback=_clock_figures(
            feedback(offer, terms[offer.promised.terms_version], now) for offer in asked
        ),
    )


def tally(cases: Sequence[Judged]) -> Tally:
    """The formulae (docs/agreement.md, 1 to 6), put to one group."""
    offers = [case.offer for case in cases]
    answers = Counter(offer.answer for offer in offers)
    telling = [case.offer for case in cases if case.tells_acceptance]
    won = [offer for offer in offers if offer.won_at is not None]
    return Tally(
        posted=len(offers),
        answered=len(offers) - answers[None],
        accepted=answers[Answer.ACCEPTED],
        rejected=answers[Answer.REJECTED],
        not_mine=answers[Answer.NOT_MINE],
        answer=_clock_figures(case.answer for case in cases),
        touch=_clock_figures(case.touch for case in cases),
        acceptance=Share(
            sum(offer.answer is Answer.ACCEPTED for offer in telling),
            len(telling),
        ),
        sql=sum(offer.sql_at is not None for offer in offers),
        disqualified=sum(offer.disqualified_at is not None for offer in offers),
        opportunity=sum(offer.opportunity_at is not None for offer in offers),
        won=len(won),
        won_amount=_sum_known(offer.won_amount for offer in won),
        lost=sum(offer.lost_at is not None for offer in offers),
        qualify=_clock_figures(case.qualify for case in cases),
        intake=_intake(offers),
        given_back=sum(offer.came_back for offer in offers),
    )


def percentile(ordered: Sequence[float], share: float) -> float | None:
    """By linear interpolation between the neighbours; None of nothing. `ordered` ascends."""
    if not ordered:
        return None
    position = (len(ordered) - 1) * share
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def _clock_figures(promises: Iterable[Kept | None]) -> ClockFigures:
    told = [kept for kept in promises if kept is not None]
    verdicts = Counter(kept.verdict for kept in told)
    working = sorted(kept.working / _MINUTE for kept in told)
    wall = sorted(kept.wall / _MINUTE for kept in told)
    return ClockFigures(
        met=verdicts[Verdict.MET],
        breached=verdicts[Verdict.BREACHED],
        overdue_open=verdicts[Verdict.OVERDUE],
        running=verdicts[Verdict.RUNNING],
        median_minutes=percentile(working, 0.5),
        p90_minutes=percentile(working, 0.9),
        median_wall_minutes=percentile(wall, 0.5),
        p90_wall_minutes=percentile(wall, 0.9),
        excused=sum(kept.excused for kept in told),
    )


def _intake(offers: Iterable[Offer]) -> Intake:
    """A hand may be raised, by another clock, after its card: no delay."""
    delays = sorted(
        max((offer.posted_at - offer.promised.raised_at) / _MINUTE, 0.0)
        for offer in offers
        if offer.posted_at is not None
    )
    return Intake(percentile(delays, 0.5), percentile(delays, 0.9))


def _grouped(
    cases: Iterable[Judged], name_of: Callable[[Offer], str | None]
) -> Mapping[str, Tally]:
    """A tally for each name, the largest group first."""
    groups: dict[str, list[Judged]] = {}
    for case in cases:
        groups.setdefault(name_of(case.offer) or UNKNOWN, []).append(case)
    by_size = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    return {name: tally(group) for name, group in by_size}


def _by_seller(answered: Sequence[Judged]) -> Mapping[str, Tally]:
    """An answer is whose it was; a lead that came back was given back by whoever had it then."""
    back = Counter(case.offer.had_by or UNKNOWN for case in answered if case.offer.came_back)
    groups = dict(_grouped(answered, lambda offer: offer.answered_by))
    groups |= {name: tally(()) for name in sorted(back) if name not in groups}
    return {name: replace(group, given_back=back[name]) for name, group in groups.items()}


def _by_count(counts: Counter[str]) -> Mapping[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _sum_known(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Formula 6: an unknown amount is unknown, never 0; no deal at all is 0."""
    seen = list(amounts)
    known = [amount for amount in seen if amount is not None]
    return sum(known, Decimal()) if known or not seen else None


def _number(amount: Decimal | None) -> int | float | None:
    if amount is None:
        return None
    return int(amount) if amount == amount.to_integral_value() else float(amount)
