"""Who hears a step of the ladder: whom its words mean, and whom of those they can reach."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from bot.domain.agreement import Audience, Clock
from bot.domain.assignment import Queue
from bot.domain.handoff import Handoff
from bot.use_cases.desk import Desk
from bot.use_cases.ports import People, UnitOfWork


@dataclass(frozen=True, slots=True)
class Meant:
    """People and groups are named as in app.yaml, or by id."""

    people: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    in_thread: bool = False  # of the card, whoever is named
    aloud: bool = False  # in the channel too, because a thread notifies nobody

    @property
    def is_nobody(self) -> bool:
        """Nothing is to be said, to nobody: that is no mistake."""
        return not (self.people or self.channels or self.in_thread)


@dataclass(frozen=True, slots=True)
class Reached:
    """Those who can hear it: named in the card's thread, or each privately, or in channels."""

    in_thread: tuple[str, ...] | None = None  # None: nothing is said there
    aloud: bool = False  # seen in the channel, too
    private: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()  # who and what cannot be reached

    @property
    def is_nobody(self) -> bool:
        return self.in_thread is None and not self.private and not self.channels


def meant_by(tell: Iterable[str], desk: Desk, handoff: Handoff) -> Meant:
    """Whom a step means, as things stand with this lead."""
    queue, tell = desk.queue(handoff.queue), tuple(tell)
    roles = _roles(desk, queue, handoff)
    names = [name for who in tell for name in roles.get(who, (who,))]
    # Who holds a lead, or is asked by name, can be told alone. Everybody of a queue cannot.
    nobody_yet = Audience.HOLDER in tell and not _whose(handoff) and not _is_marketings(handoff)
    return Meant(
        people=tuple(dict.fromkeys(name for name in names if not name.startswith("#"))),
        channels=tuple(dict.fromkeys(name for name in names if name.startswith("#"))),
        in_thread=Audience.THREAD in tell,
        aloud=Audience.GROUP in tell or nobody_yet,
    )


def _roles(desk: Desk, queue: Queue, handoff: Handoff) -> dict[str, tuple[str, ...]]:
    sellers, marketers = _sellers(desk, queue, handoff), _marketers(desk, queue, handoff)
    holder = marketers if _is_marketings(handoff) else _whose(handoff) or sellers
    return {
        Audience.HOLDER: holder,
        Audience.ASSIGNEE: _whose(handoff),
        Audience.THREAD: (),
        Audience.GROUP: sellers,
        Audience.MANAGER: (queue.manager,),
        Audience.HEAD: (queue.head,),
        Audience.MARKETERS: marketers,
    }


def _whose(handoff: Handoff) -> tuple[str, ...]:
    one = handoff.holder or handoff.assignee
    return (one,) if one else ()


def _is_marketings(handoff: Handoff) -> bool:
    """While a question is open, it is marketing that is waited for."""
    return handoff.clock is not None and handoff.clock.name is Clock.FEEDBACK


def _sellers(desk: Desk, queue: Queue, handoff: Handoff) -> tuple[str, ...]:
    asked_too = desk.queue(handoff.also_queue).sellers if handoff.also_queue else ()
    return tuple(dict.fromkeys((*queue.sellers, *asked_too)))


def _marketers(desk: Desk, queue: Queue, handoff: Handoff) -> tuple[str, ...]:
    """A question is the campaign owner's, where the campaign has one."""
    owner = desk.campaign_owners.get(handoff.promised.campaign)
    return (owner,) if owner and _is_marketings(handoff) else queue.marketers


def reached_of(meant: Meant, work: UnitOfWork, closed: Collection[str], *cards_at: str) -> Reached:
    """Whom of those a message can reach now. One person is told privately; several are named in
    the thread of the card, or the cards, at these addresses. Where all of them are closed to
    Baton, each is told privately."""
    is_open = partial(_is_open, work.people, closed)
    has_thread = any(map(is_open, cards_at))
    named = _each_once(meant.people, work.people)
    living = tuple(name for name in named if work.people.members((name,)))
    alone = _alone(meant, living, work.people)
    private = with_open_door(work, closed, (alone,)) if alone else ()
    in_thread: tuple[str, ...] | None = None
    if not private and (living or meant.in_thread):
        in_thread = living if has_thread else None
        private = () if in_thread is not None else with_open_door(work, closed, living)
    channels = tuple(channel for channel in meant.channels if is_open(channel))
    missed = (
        *(name for name in named if name not in living),
        *(channel for channel in meant.channels if channel not in channels),
        *(cards_at if (living or meant.in_thread) and not (private or has_thread) else ()),
    )
    return Reached(in_thread, meant.aloud, private, channels, tuple(dict.fromkeys(missed)))


def everybody(meant: Meant, people: People) -> Reached:
    """As if all could be reached: in a replay nobody listens, and most are unknown to Slack."""
    named = _each_once(meant.people, people)
    alone = _alone(meant, named, people)
    if alone:
        return Reached(private=(alone,), channels=meant.channels)
    in_thread = named if named or meant.in_thread else None
    return Reached(in_thread, meant.aloud, channels=meant.channels)


def _each_once(names: Iterable[str], people: People) -> tuple[str, ...]:
    """A manager who holds the lead is meant by id and by handle, and is one person."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(people.id_of(name) or name, name)
    return tuple(first.values())


def _alone(meant: Meant, living: Sequence[str], people: People) -> str | None:
    """The one person there is to tell; a group is never one person."""
    aside = meant.in_thread or meant.aloud or len(living) != 1
    return None if aside or people.group(living[0]) is not None else living[0]


def _is_open(people: People, closed: Iterable[str], place: str) -> bool:
    return place not in closed and people.channel(place) is not None


def can_write_to(desk: Desk, work: UnitOfWork, place: str) -> bool:
    """Can Baton write to this channel now?"""
    return _is_open(work.people, desk.closed(work), place)


def with_open_door(
    work: UnitOfWork, closed: Iterable[str], names: Iterable[str]
) -> tuple[str, ...]:
    """Ids of those among them, and in groups among them, who can be written to privately."""
    barred = {work.people.id_of(lane) for lane in closed} | set(closed)
    return tuple(sorted(work.people.members(names) - barred))
