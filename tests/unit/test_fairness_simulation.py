"""Ten thousand leads in a hundred days, and sellers who come and go: does everybody get their share?

What each may expect is reckoned here on its own: of every lead, their weight over the weights of
all who could have been asked just then. docs/fairness.md quotes the bounds.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from heapq import heappop, heappush
from itertools import count, groupby
from random import Random

import pytest

from bot.domain.assignment import Assignment, Rule
from bot.domain.turns import LEAD, Candidate, Skip, Why, choose

LEADS = 10_000
DAYS = 100
HOUR = 60  # time is counted in minutes from a midnight
DAY = 24 * HOUR
END = DAYS * DAY
RULE = Rule(Assignment.ROUND_ROBIN, open_at_most=16, per_day=14)
EARLY, LATE = (8 * HOUR, 17 * HOUR), (10 * HOUR, 19 * HOUR)
WEIGHTS = (1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 1, 2)


@dataclass
class Seller:
    name: str
    weight: int
    hours: tuple[int, int]
    out: int = 0  # absences running now
    open: int = 0
    days: Counter[int] = field(default_factory=Counter)  # offers by day
    credit: int = 0

    def away(self, now: int) -> Skip | None:
        if self.out:
            return Skip.AWAY
        return None if self.hours[0] <= now % DAY < self.hours[1] else Skip.OFF_HOURS


@dataclass
class Lead:
    raised: int
    had_it: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Dealt:
    """One offer, and who could have had it (their weights)."""

    at: int
    lead: Lead
    person: str
    could: Mapping[str, int]


class Office:
    """Sellers answer, decline, sleep over offers, go on holiday, join and leave."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.team: list[Seller] = []
        self.events: list[tuple[int, int, Callable[[int], None]]] = []
        self.numbers = count()
        self.waiting: deque[Lead] = deque()
        self.dealt: list[Dealt] = []
        self.returns: list[tuple[int, str]] = []
        self.nobody: Counter[Why] = Counter()
        self.hire()
        for _ in range(LEADS):
            self.at(self.when_raised(), self.raised)

    def hire(self) -> None:
        """Two leave before the end, two come later."""
        leaves = {"s4": END // 2, "s9": END * 3 // 4}
        joins = {"s10": END // 3, "s11": END * 2 // 3}
        for number, weight in enumerate(WEIGHTS):
            seller = Seller(f"s{number}", weight, EARLY if number % 2 else LATE)
            self.at(joins.get(seller.name, 0), partial(self.joins, seller))
            self.at(leaves.get(seller.name, END), partial(self.leaves, seller))
            for start, end in self.absences():
                self.at(start, partial(self.goes, seller))
                self.at(end, partial(self.returns_to_work, seller))

    def absences(self) -> Iterator[tuple[int, int]]:
        """Some hours every few days, a day or two now and then, weeks of holidays."""
        for pause, shortest, longest in (
            (4 * DAY, HOUR, 4 * HOUR),
            (30 * DAY, DAY, 2 * DAY),
            (90 * DAY, 7 * DAY, 21 * DAY),
        ):
            start = self.random.randrange(2 * pause)
            while start < END:
                end = start + self.random.randint(shortest, longest)
                yield start, end
                start = end + self.random.randrange(2 * pause)

    def when_raised(self) -> int:
        """Four of five by day, the others round the clock."""
        hours = (8 * HOUR, 19 * HOUR) if self.random.random() < 0.8 else (0, DAY)
        return self.random.randrange(DAYS) * DAY + self.random.randrange(*hours)

    def at(self, minute: int, event: Callable[[int], None]) -> None:
        heappush(self.events, (minute, next(self.numbers), event))

    def run(self) -> None:
        while self.events:
            now, _, event = heappop(self.events)
            event(now)
            while self.waiting and self.offer(self.waiting[0], now):
                self.waiting.popleft()

    def joins(self, seller: Seller, now: int) -> None:
        self.team.append(seller)
        if now:
            self.returns.append((now, seller.name))

    def leaves(self, seller: Seller, now: int) -> None:
        self.team.remove(seller)

    def goes(self, seller: Seller, now: int) -> None:
        seller.out += 1

    def returns_to_work(self, seller: Seller, now: int) -> None:
        seller.out -= 1
        self.returns.append((now, seller.name))

    def raised(self, now: int) -> None:
        self.waiting.append(Lead(now))

    def offer(self, lead: Lead, now: int) -> bool:
        """False while it has to wait."""
        could = {seller.name: seller.weight for seller in self.could(lead, now)}
        choice = choose(RULE, [candidate(seller, lead, now) for seller in self.team])
        if choice.person is None:
            self.nobody[choice.why] += 1
            return choice.why is Why.NOBODY_LEFT
        for seller in self.team:
            seller.credit = choice.credits[seller.name]
        self.dealt.append(Dealt(now, lead, choice.person, could))
        self.asked(next(one for one in self.team if one.name == choice.person), lead, now)
        return True

    def could(self, lead: Lead, now: int) -> list[Seller]:
        here = [one for one in self.team if not one.out and one.name not in lead.had_it]
        at_work = [one for one in here if not one.away(now)]
        return [one for one in at_work or here if one.open < 16 and one.days[now // DAY] < 14]

    def asked(self, seller: Seller, lead: Lead, now: int) -> None:
        seller.open += 1
        seller.days[now // DAY] += 1
        fate = self.random.random()
        if fate < 0.8:
            self.at(now + self.random.randint(2 * HOUR, DAY), partial(self.qualified, seller))
        else:  # declines, or lets the offer time out
            minutes = self.random.randint(5, 30) if fate < 0.92 else HOUR
            self.at(now + minutes, partial(self.passed_on, seller, lead))

    def qualified(self, seller: Seller, now: int) -> None:
        seller.open -= 1

    def passed_on(self, seller: Seller, lead: Lead, now: int) -> None:
        seller.open -= 1
        lead.had_it.add(seller.name)
        self.waiting.appendleft(lead)


def candidate(seller: Seller, lead: Lead, now: int) -> Candidate:
    return Candidate(
        seller.name,
        seller.weight,
        seller.open,
        seller.days[now // DAY],
        seller.credit,
        seller.away(now),
        seller.name in lead.had_it,
    )
