"""Which queue a lead belongs to, who is asked, and who may answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.agreement import Duration
from bot.domain.lead import LeadFacts


class Assignment(StrEnum):
    FIRST_TO_CLAIM = "first_to_claim"
    ROUND_ROBIN = "round_robin"
    ACCOUNT_OWNER = "account_owner"


@dataclass(frozen=True, slots=True)
class Rule:
    """How a queue's leads find their seller. Who has the turn is decided in turns.py.

    `open_at_most` counts the leads in a seller's hand: offered to them, or held and not yet
    qualified. `per_day` counts the offers made to one seller in a local day. `pass_on_after` is
    working time of the queue's calendar.
    """

    assignment: Assignment = Assignment.FIRST_TO_CLAIM
    otherwise: Assignment = Assignment.ROUND_ROBIN  # account_owner, where nobody owns the account
    open_at_most: int | None = None
    per_day: int | None = None
    weights: Mapping[str, int] = field(default_factory=dict, hash=False)  # 0: never by turn
    blind: bool = False  # name and company stay hidden until somebody claims
    pass_on_after: Duration | None = None

    @property
    def asks_one(self) -> bool:
        return self.assignment is not Assignment.FIRST_TO_CLAIM

    def weight(self, name: str) -> int:
        """Of a seller named as in app.yaml (`@lena`)."""
        return self.weights.get(name, 1)

    def has_room(self, open_leads: int) -> bool:
        """May somebody with so many leads in hand have one more?"""
        return self.open_at_most is None or open_leads < self.open_at_most

    def has_time(self, offered_today: int) -> bool:
        """May somebody who was offered so many today be offered one more?"""
        return self.per_day is None or offered_today < self.per_day


@dataclass(frozen=True, slots=True)
class Queue:
    """A stream of handoffs. People are named as in app.yaml (`@maja`, `@nordic-sales`)."""

    name: str
    channel: str
    sellers: tuple[str, ...]
    manager: str
    head: str
    marketers: tuple[str, ...]
    matches: Callable[[Mapping[str, object]], bool] = field(compare=False)
    rule: Rule = Rule()
    touch_hours: str = "queue"  # whose hours the touch clock keeps: the "queue"'s or the "seller"'s

    @property
    def is_blind(self) -> bool:
        """Whoever is asked by name has to know whom they are asked about."""
        return self.rule.blind and not self.rule.asks_one

    @property
    def address(self) -> str:
        """Where its cards go."""
        return f"#{self.channel.removeprefix('#')}"


class NoQueue(LookupError):
    """No queue takes this lead. The last queue of app.yaml should have no condition."""

    def __init__(self, facts: LeadFacts) -> None:
        super().__init__("No queue takes this lead: give the last queue in app.yaml no `when`.")
        self.facts = facts


def route(queues: Sequence[Queue], facts: LeadFacts) -> Queue:
    """The first queue whose condition holds. Raises NoQueue."""
    seen = known_to_conditions(facts)
    for queue in queues:
        if queue.matches(seen):
            return queue
    raise NoQueue(facts)


def known_to_conditions(facts: LeadFacts) -> dict[str, object]:
    """The names a queue's `when` can use; a lead's own extra fields never shadow ours."""
    return {
        **facts.extra,
        "email": facts.email,
        "company": facts.company,
        "title": facts.title,
        "country": facts.country,
        "source": facts.source,
        "campaign": facts.campaign,
        "tier": facts.tier,
        "score": facts.score,
        "why": facts.why,
    }


def may_answer(person: str, sellers: frozenset[str], managers: frozenset[str]) -> bool:
    """Sellers of the queue and its manager answer; everybody else only looks on."""
    return person in sellers or person in managers


def may_follow_up(person: str, holder: str | None, managers: frozenset[str]) -> bool:
    """After acceptance the lead is its holder's, and the manager can always step in."""
    return person == holder or person in managers
