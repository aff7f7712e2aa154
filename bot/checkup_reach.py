"""Whom app.yaml's names reach in Slack as it is now, and which steps of the ladder reach nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bot.config import Settings
from bot.delivery.outcomes import Roster
from bot.domain.agreement import Act, Audience, Clock, Step
from bot.domain.assignment import Queue

Problems = tuple[str, ...]


class Reach:
    """What keeps a name from being heard."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._active = {person.id for person in roster.people if person.active}
        self._people = {
            key: person
            for person in roster.people
            for key in (person.id.lower(), person.email.lower(), person.handle)
            if key
        }
        self._groups = {
            key: group for group in roster.groups for key in (group.id.lower(), group.handle)
        }

    @property
    def sees_all(self) -> bool:
        return not self._roster.lacking

    def problem(self, name: str) -> str | None:
        """Of a person or group, as the rest of a sentence; None when somebody would hear."""
        handle = name.removeprefix("@").lower()
        if handle in self._roster.ambiguous:
            return "is what several people call themselves: name the one by e-mail address."
        if group := self._groups.get(handle):
            heard = group.members & self._active
            return None if heard else "is a group without active members."
        if person := self._people.get(handle):
            return None if person.active else "is deactivated in Slack: name somebody else."
        if self._roster.lacking:
            return f"is nobody we can see; not readable: {', '.join(self._roster.lacking)}."
        return "is neither a person nor a user group in this workspace."

    def people_of(self, names: Iterable[str]) -> frozenset[str]:
        """Ids of the active people among these; groups are opened up."""
        found: set[str] = set()
        for name in names:
            handle = name.removeprefix("@").lower()
            if group := self._groups.get(handle):
                found |= group.members
            elif person := self._people.get(handle):
                found.add(person.id)
        return frozenset(found & self._active)

    def channel_problem(self, address: str) -> str | None:
        """As a sentence; None when Baton can post there."""
        name = address.removeprefix("#")
        channels = self._roster.channels
        channel = channels.get(name, name if name in channels.values() else None)
        if channel is None:
            return (
                f"there is no channel {address}, or it is private and Baton is not in it: "
                "/invite @Baton there."
            )
        if channel not in self._roster.ours:
            return f"Baton is not in {address}: /invite @Baton there."
        return None


def unheard_steps(settings: Settings, reach: Reach) -> Iterator[tuple[str, str]]:
    """Steps that nobody at all would hear in some queue: where each stands, and why."""
    if not reach.sees_all:
        return  # that is said already, and who is in which group is anybody's guess
    queues = {queue.name: queue for queue in settings.queues}
    for number, step in enumerate(settings.agreement.terms.ladder, start=1):
        nobody: dict[str, list[str]] = {}  # the queues, by the reason
        for queue in settings.queues:
            if step.concerns(queue.name) and (why := _unheard(step, queue, queues, reach)):
                nobody.setdefault(why, []).append(queue.name)
        for why, names in nobody.items():
            yield _place(settings, number, step), f"reaches nobody in {', '.join(names)}: {why}"


def _place(settings: Settings, number: int, step: Step) -> str:
    """Steps beyond those that app.yaml lists come from a queue's time-out."""
    listed = f"agreement.ladder.#{number}"
    passing = f"queues.{''.join(step.queues)}.assignment.pass_on_after"
    return passing if listed not in settings.places and passing in settings.places else listed


def _unheard(step: Step, queue: Queue, queues: Mapping[str, Queue], reach: Reach) -> str:
    """'' where somebody hears it."""
    heard = [_problems(who, step, queue, reach) for who in step.tell]
    if step.act is Act.WIDEN and (other := queues.get(step.to_queue)):
        heard.append(_aloud(other, reach))
    if not all(heard):
        return ""
    return " ".join(dict.fromkeys(problem for problems in heard for problem in problems))


def _problems(who: str, step: Step, queue: Queue, reach: Reach) -> Problems:
    """Why this audience of the step hears nothing; none when it does."""
    if who.startswith("#"):
        return _said(reach.channel_problem(who))
    if who == Audience.THREAD:
        return _said(reach.channel_problem(queue.address))
    if who == Audience.GROUP:
        return _aloud(queue, reach)
    if who == Audience.ASSIGNEE and step.clock is Clock.ANSWER and not queue.rule.asks_one:
        return ("Everybody is asked at once, so nobody is asked by name.",)
    return _nobody_of(_named(who, step, queue), reach)


def _named(who: str, step: Step, queue: Queue) -> tuple[str, ...]:
    """Whoever has a lead is one of its queue's sellers; a question is marketing's to answer."""
    holder = queue.marketers if step.clock is Clock.FEEDBACK else queue.sellers
    roles: Mapping[str, tuple[str, ...]] = {
        Audience.HOLDER: holder,
        Audience.ASSIGNEE: queue.sellers,
        Audience.MANAGER: (queue.manager,),
        Audience.HEAD: (queue.head,),
        Audience.MARKETERS: queue.marketers,
    }
    return roles.get(who, (who,))


def _aloud(queue: Queue, reach: Reach) -> Problems:
    """The sellers of a queue hear what is said in its channel."""
    return _said(reach.channel_problem(queue.address)) + _nobody_of(queue.sellers, reach)


def _nobody_of(names: Iterable[str], reach: Reach) -> Problems:
    problems = [(name, reach.problem(name)) for name in names]
    if any(problem is None for _, problem in problems):
        return ()
    return tuple(f"{name} {problem}" for name, problem in problems)


def _said(problem: str | None) -> Problems:
    return () if problem is None else (problem[0].upper() + problem[1:],)
