"""People, groups and channels, as last read from Slack."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Connection, Table, bindparam, delete, or_, select, update

from bot.use_cases.records import Group, Person
from storage.columns import AnyRow
from storage.statements import Statement, for_dialect, insert_or_update
from storage.tables import channels, groups, people

KNOWN_FOR_SECONDS = 5

Found = TypeVar("Found")

_PERSON = select(
    people.c.id,
    people.c.handle,
    people.c.name,
    people.c.email,
    people.c.time_zone,
    people.c.language,
    people.c.active,
)
_GROUP = select(groups.c.id, groups.c.handle, groups.c.members)
_NAMES: BindParameter[str] = bindparam("names", expanding=True)
_PEOPLE_NAMED = _PERSON.where(
    or_(people.c.id.in_(_NAMES), people.c.handle.in_(_NAMES), people.c.email.in_(_NAMES))
).order_by(people.c.active.desc(), people.c.id)
_GROUPS_NAMED = _GROUP.where(or_(groups.c.id.in_(_NAMES), groups.c.handle.in_(_NAMES))).order_by(
    groups.c.id
)
_ACTIVE = select(people.c.id).where(
    people.c.id.in_(bindparam("ids", expanding=True)), people.c.active
)
_CHANNEL = (
    select(channels.c.id)
    .where(or_(channels.c.name == bindparam("name"), channels.c.id == bindparam("name")))
    .order_by(channels.c.name)
    .limit(1)
)

_KEEP_PERSON = insert_or_update(
    people, ("id",), "handle", "name", "email", "time_zone", "language", "active"
)
_KEEP_GROUP = insert_or_update(groups, ("id",), "handle", "members")
_KEEP_CHANNEL = insert_or_update(channels, ("name",), "id")
_LEAVE = update(people).where(people.c.id == bindparam("gone")).values(active=False)
_DROP_GROUP = delete(groups).where(groups.c.id == bindparam("gone"))
_DROP_CHANNEL = delete(channels).where(channels.c.name == bindparam("gone"))


class DirectoryCache:
    """What was found lately, for all units of work of this process.

    The directory changes when somebody joins the company, and is asked several times at each
    click. Another process's reading of Slack is seen after `KNOWN_FOR_SECONDS`; what was not found
    is not kept, so whoever is new is found at once.
    """

    def __init__(self) -> None:
        self.forget()

    def copy(self) -> DirectoryCache:
        other = DirectoryCache()
        other._found, other._since = dict(self._found), self._since
        return other

    def forget(self) -> None:
        self._found: dict[tuple[str, object], Any] = {}
        self._since = time.monotonic()

    def look(self, key: tuple[str, object], find: Callable[[], Found]) -> Found:
        if time.monotonic() - self._since > KNOWN_FOR_SECONDS:
            self.forget()
        found: Found = self._found.get(key) or find()
        if found:
            self._found[key] = found
        return found


class StoredPeople:
    def __init__(self, connection: Connection, cache: DirectoryCache) -> None:
        self._connection = connection
        self._cache = cache

    def find(self, name: str) -> Person | None:
        """Where a handle is somebody's who left and somebody's who is here: who is here."""
        return self._cache.look(("person", name), lambda: self._find(name))

    def group(self, name: str) -> Group | None:
        return self._cache.look(("group", name), lambda: self._group(name))

    def id_of(self, name: str) -> str | None:
        return self._cache.look(("id", name), lambda: self._id_of(name))

    def members(self, names: Iterable[str]) -> frozenset[str]:
        wanted = tuple(names)
        return self._cache.look(("members", wanted), lambda: self._members(wanted))

    def channel(self, name: str) -> str | None:
        return self._cache.look(("channel", name), lambda: self._channel(name))

    def _find(self, name: str) -> Person | None:
        row = self._connection.execute(_PEOPLE_NAMED, {"names": _spellings([name])}).first()
        return Person(*row) if row else None

    def _group(self, name: str) -> Group | None:
        row = self._connection.execute(_GROUPS_NAMED, {"names": _spellings([name])}).first()
        return _group(row) if row else None

    def _id_of(self, name: str) -> str | None:
        found = self.find(name) or self.group(name)
        return found.id if found else None

    def _members(self, names: Iterable[str]) -> frozenset[str]:
        wanted = _spellings(names)
        found = self._connection.execute(_PEOPLE_NAMED, {"names": wanted})
        ids = {row.id for row in found if row.active}
        opened = self._connection.execute(_GROUPS_NAMED, {"names": wanted}).all()
        if opened:
            inside = {person for row in opened for person in row.members}
            ids.update(self._connection.scalars(_ACTIVE, {"ids": sorted(inside)}))
        return frozenset(ids)

    def _channel(self, name: str) -> str | None:
        return self._connection.scalar(_CHANNEL, {"name": name.removeprefix("#")})

    def replace_all(
        self, people: Sequence[Person], groups: Sequence[Group], channels: Mapping[str, str]
    ) -> None:
        """Who is gone stays, inactive: the history names them. Only what changed is written."""
        self._cache.forget()
        self._cache = DirectoryCache()  # what this unit finds may be rolled back
        self._replace_people([{**asdict(one), "email": one.email.casefold()} for one in people])
        self._replace_groups([{**asdict(one), "members": sorted(one.members)} for one in groups])
        self._replace_channels(
            [{"name": name.removeprefix("#"), "id": id_} for name, id_ in channels.items()]
        )

    def _replace_people(self, now: list[dict[str, Any]]) -> None:
        if not now:
            return  # a scope was taken from us; no company has left to the last one
        before = self._rows(people, "id")
        self._keep(_KEEP_PERSON, now, before, "id")
        staying = {row["id"] for row in now}
        gone = [id_ for id_, row in before.items() if row["active"] and id_ not in staying]
        self._each(_LEAVE, gone)

    def _replace_groups(self, now: list[dict[str, Any]]) -> None:
        before = self._rows(groups, "id")
        self._keep(_KEEP_GROUP, now, before, "id")
        self._each(_DROP_GROUP, sorted(before.keys() - {row["id"] for row in now}))

    def _replace_channels(self, now: list[dict[str, Any]]) -> None:
        before = self._rows(channels, "name")
        self._keep(_KEEP_CHANNEL, now, before, "name")
        self._each(_DROP_CHANNEL, sorted(before.keys() - {row["name"] for row in now}))

    def _rows(self, table: Table, key: str) -> dict[str, dict[str, Any]]:
        rows = self._connection.execute(select(table)).mappings()
        return {row[key]: dict(row) for row in rows}

    def _keep(
        self,
        statement: Statement,
        now: list[dict[str, Any]],
        before: Mapping[str, dict[str, Any]],
        key: str,
    ) -> None:
        # In one order everywhere: two processes reading Slack at once must not lock crosswise.
        changed = sorted(
            (row for row in now if row != before.get(row[key])), key=lambda row: str(row[key])
        )
        if changed:
            self._connection.execute(for_dialect(self._connection, statement), changed)

    def _each(self, statement: Any, gone: Sequence[str]) -> None:
        if gone:
            self._connection.execute(statement, [{"gone": one} for one in gone])


def _spellings(names: Iterable[str]) -> list[str]:
    """Ids keep their case; handles and e-mails are lower case in the directory."""
    plain = [name.strip().removeprefix("@") for name in names]
    return list(dict.fromkeys([*plain, *(name.casefold() for name in plain)]))


def _group(row: AnyRow) -> Group:
    return Group(row.id, row.handle, frozenset(row.members))
