"""Which queue a lead belongs to, who is asked, and who may answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.lead import LeadFacts


class Assignment(StrEnum):
    FIRST_TO_CLAIM = "first_to_claim"


@dataclass(frozen=True, slots=True)
class Queue:
    """A stream of handoffs. People are named as in app.yaml (`@maja`, `@nordic-sales`)."""

    name: str
    channel: str
    sellers: tuple[str, ...]
    manager: str
    head: str
    marketers: tuple[str, ...]
    assignment: Assignment
    matches: Callable[[Mapping[str, object]], bool] = field(compare=False)

    @property
    def address(self) -> str:
        """Where its cards go."""
        return f"#{self.channel.removeprefix('#')}"


class NoQueue(LookupError):
    """No queue takes this lead. The last queue of app.yaml should have no condition."""


def route(queues: Sequence[Queue], facts: LeadFacts) -> Queue:
    """The first queue whose condition holds. Raises NoQueue."""
    seen = known_to_conditions(facts)
    for queue in queues:
        if queue.matches(seen):
            return queue
    raise NoQueue("No queue takes this lead: give the last queue in app.yaml no `when`.")


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
