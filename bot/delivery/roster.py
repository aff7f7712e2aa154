"""Slack's people, groups and channels, as the directory keeps them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from bot.delivery.outcomes import (
    Broken,
    Failure,
    Gone,
    RefusedContent,
    Roster,
    Status,
    Unlisted,
    reason,
)
from bot.use_cases.records import Group, Person

PAGE = 1000
END_OF_TIME = 32_503_680_000  # seconds: the year 3000
PAGES_OF_PEOPLE = 100
PAGES_OF_CHANNELS = 10  # of the channels we are not in, only to say "not invited" by name
DEAD_TOKEN = frozenset(
    {"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"}
)

Json = Mapping[str, Any]


class Listing(Protocol):
    def __call__(
        self, method: str, key: str, pages_at_most: int, **arguments: Any
    ) -> list[dict[str, Any]] | Failure: ...


def read(items: Listing) -> Roster | Failure:
    """All of it, or why not. What Slack will never list is left out, and named in `lacking`."""
    lacking: list[str] = []
    answer = items("users.list", "members", PAGES_OF_PEOPLE, limit=PAGE, include_locale=True)
    users = _listed(answer, "people", lacking)
    if not isinstance(users, list):
        return users
    groups = _listed(
        items("usergroups.list", "usergroups", 1, include_users=True), "groups", lacking
    )
    if not isinstance(groups, list):
        return groups
    channels = _channels(items, lacking)
    if not isinstance(channels, tuple):
        return channels
    named, ours = channels
    if not isinstance(answer, list) and not named:
        return answer  # neither people nor channels: that is no directory
    return Roster(
        people(users),
        [_group(group) for group in groups if _text(group, "id") and _text(group, "handle")],
        named,
        lacking,
        ours,
        ambiguous_names(users),
        statuses(users),
    )


def _listed(
    answer: list[dict[str, Any]] | Failure, what: str, lacking: list[str]
) -> list[dict[str, Any]] | Failure:
    """What was listed: nothing where asking again would not help. Else the failure."""
    if isinstance(answer, list):
        return answer
    if not _is_for_good(answer):
        return answer
    lacking.append(f"{what}: {reason(answer)}")
    return []


def _is_for_good(failure: Failure) -> bool:
    """A scope, a plan or the whole method is missing."""
    if isinstance(failure, Broken):
        return failure.why not in DEAD_TOKEN
    return isinstance(failure, Unlisted | RefusedContent | Gone)


def _channels(
    items: Listing, lacking: list[str]
) -> tuple[dict[str, str], frozenset[str]] | Failure:
    """All we can name, and the ids of those we are in."""
    ours = _our_channels(items, lacking)
    if not isinstance(ours, dict):
        return ours
    others = items(
        "conversations.list",
        "channels",
        PAGES_OF_CHANNELS,
        types="public_channel",
        exclude_archived=True,
        limit=PAGE,
    )
    if isinstance(others, list):
        # One we are in wins over another workspace's of the same name.
        return _by_name(others) | ours, frozenset(ours.values())
    if not ours and not _is_for_good(others):
        return others
    return ours, frozenset(ours.values())  # the others serve only to say "not invited" by name


def _our_channels(items: Listing, lacking: list[str]) -> dict[str, str] | Failure:
    """Those we are in, by name."""
    names: dict[str, str] = {}
    for kind in ("public_channel", "private_channel"):
        answer = items(
            "users.conversations",
            "channels",
            PAGES_OF_PEOPLE,
            types=kind,
            exclude_archived=True,
            limit=PAGE,
        )
        ours = _listed(answer, f"{kind}s", lacking)
        if not isinstance(ours, list):
            return ours
        names |= _by_name(ours)
    return names


def _by_name(channels: Iterable[Json]) -> dict[str, str]:
    named = ((_text(channel, "name"), _text(channel, "id")) for channel in channels)
    return {name: id_ for name, id_ in named if name and id_}


def _text(entry: Json, key: str) -> str:
    """'' for whatever is no text."""
    value = entry.get(key)
    return value if isinstance(value, str) else ""


def _profile(user: Json) -> Json:
    profile = user.get("profile")
    return profile if isinstance(profile, Mapping) else {}


def people(users: Iterable[Json]) -> list[Person]:
    """Everybody who can be spoken to, the deactivated marked as such; apps are left out."""
    humans = _humans(users)
    shown = Counter(_shown_handle(user) for user in humans)
    return [_person(user, shown) for user in humans]


def ambiguous_names(users: Iterable[Json]) -> frozenset[str]:
    """What several people show as their handle, so that it names nobody."""
    shown = Counter(_shown_handle(user) for user in _humans(users) if not user.get("deleted"))
    return frozenset(name for name, count in shown.items() if name and count > 1)


def _humans(users: Iterable[Json]) -> list[Json]:
    return [
        user
        for user in users
        if _text(user, "id") not in ("", "USLACKBOT") and not user.get("is_bot")
    ]


def _person(user: Json, shown: Counter[str]) -> Person:
    profile, handle = _profile(user), _shown_handle(user)
    return Person(
        id=user["id"],
        handle=handle if shown[handle] == 1 and handle else _text(user, "name").casefold(),
        name=_text(profile, "real_name") or _text(user, "real_name") or _text(user, "name"),
        email=_text(profile, "email").casefold(),
        time_zone=_text(user, "tz") or "UTC",
        language=(_text(user, "locale") or "en").replace("_", "-").split("-")[0].lower(),
        active=not user.get("deleted"),
    )


def statuses(users: Iterable[Json]) -> dict[str, Status]:
    """Of those who show one."""
    shown = {user["id"]: _status(_profile(user)) for user in _humans(users)}
    return {person: status for person, status in shown.items() if status.emoji or status.text}


def _status(profile: Json) -> Status:
    ends = profile.get("status_expiration")
    until = None
    if isinstance(ends, int | float) and 0 < ends < END_OF_TIME:
        until = datetime.fromtimestamp(ends, UTC)
    return Status(_text(profile, "status_emoji"), _text(profile, "status_text"), until)


def _shown_handle(user: Json) -> str:
    """The display name, which is what people type after an @, where it is one word.

    Slack promises only `name` to be unique, but shows it nowhere.
    """
    shown = _text(_profile(user), "display_name").removeprefix("@")
    one_word = shown and not any(letter.isspace() for letter in shown)
    return shown.casefold() if one_word else ""


def _group(group: Json) -> Group:
    gone = bool(group.get("date_delete"))
    users = group.get("users")
    inside = users if isinstance(users, list) and not gone else ()
    members = frozenset(user for user in inside if isinstance(user, str))
    return Group(_text(group, "id"), _text(group, "handle").casefold(), members)
