"""The directory of a replay: the file's actors and the names in app.yaml, as Slack would list them.

Ids are made from the names, so that they are the same after a restart, and have the shape of
Slack's, so that templates mention people as they would.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence

from bot.delivery.outcomes import Roster
from bot.domain.assignment import Queue
from bot.use_cases.records import Group, Person


def made_up(
    actors: Iterable[str],
    queues: Sequence[Queue],
    digest_channel: str,
    campaign_owners: Iterable[str] = (),
) -> Roster:
    """Everybody a replay can speak of. The actors are the sellers of every queue."""
    people = {person.id: person for person in map(_person, actors)}
    sellers = frozenset(people)
    for owner in campaign_owners:
        people.setdefault(_id("U", owner), _person(owner))
    groups: dict[str, Group] = {}
    for queue in queues:
        for name in (queue.manager, queue.head, *queue.marketers):
            people.setdefault(_id("U", name), _person(name))
        for name in queue.sellers:
            if _id("U", name) not in people:
                groups[name] = Group(_id("S", name), _plain(name), sellers)
    channels = [_plain(channel) for channel in (digest_channel, *(q.channel for q in queues))]
    return Roster(
        list(people.values()),
        list(groups.values()),
        {name: _id("C", name) for name in channels},
    )


def completed(real: Roster, actors: Iterable[str]) -> Roster:
    """A real Slack's directory, with the actors whom it does not have."""
    missing = [actor for actor in actors if actor not in _known(real)]
    return Roster([*real.people, *map(_person, missing)], real.groups, real.channels)


def ids(roster: Roster, actors: Iterable[str]) -> Mapping[str, str]:
    """The id of each actor: found by id, handle, e-mail or name."""
    known = _known(roster)
    return {actor: known[actor] for actor in actors}


def _known(roster: Roster) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for person in roster.people:
        for name in (person.name, person.email, person.handle, f"@{person.handle}", person.id):
            found[name] = person.id
    return found


def _person(name: str) -> Person:
    return Person(_id("U", name), handle=_plain(name).casefold(), name=_plain(name))


def _id(kind: str, name: str) -> str:
    return kind + base64.b32encode(_plain(name).encode()).decode().rstrip("=")


def _plain(name: str) -> str:
    return name.strip().lstrip("@#")
