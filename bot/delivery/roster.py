"""Slack's people, groups and channels, as the directory keeps them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from bot.delivery.outcomes import Broken, Failure, Roster, Unlisted, reason
from bot.use_cases.ports import Group, Person

PAGE = 1000
PAGES_OF_PEOPLE = 100
PAGES_OF_CHANNELS = 10  # of the channels we are not in, only to say "not invited" by name
GROUPS_NEED_A_PAID_PLAN = frozenset({"paid_teams_only", "plan_upgrade_required", "not_allowed"})

Json = Mapping[str, Any]


class Listing(Protocol):
    def __call__(
        self, method: str, key: str, pages_at_most: int, **arguments: Any
    ) -> list[dict[str, Any]] | Failure: ...


def read(items: Listing) -> Roster | Failure:
    """All of it, or why not. Where only a scope is missing, the rest is read without it."""
    users = items("users.list", "members", PAGES_OF_PEOPLE, limit=PAGE, include_locale=True)
    if not isinstance(users, list):
        return users
    lacking: list[str] = []
    groups = items("usergroups.list", "usergroups", 1, include_users=True)
    if not isinstance(groups, list):
        if not _is_for_good(groups):
            return groups
        lacking.append(f"groups: {reason(groups)}")
        groups = []
    ours = _our_channels(items, lacking)
    if not isinstance(ours, dict):
        return ours
    return Roster(
        people(users),
        [_group(group) for group in groups],
        _others(items) | ours,  # one we are in wins over another workspace's of the same name
        lacking,
        frozenset(ours.values()),
        ambiguous_names(users),
    )


def _our_channels(items: Listing, lacking: list[str]) -> dict[str, str] | Failure:
    """Those we are in, by name."""
    names: dict[str, str] = {}
    for kind in ("public_channel", "private_channel"):
        ours = items(
            "users.conversations",
            "channels",
            PAGES_OF_PEOPLE,
            types=kind,
            exclude_archived=True,
            limit=PAGE,
        )
        if isinstance(ours, list):
            names |= _by_name(ours)
        elif _is_for_good(ours):
            lacking.append(f"{kind}s: {reason(ours)}")
        else:
            return ours
    return names


def _others(items: Listing) -> dict[str, str]:
    """Public channels we may not be in yet; only to say "not invited" by name."""
    others = items(
        "conversations.list",
        "channels",
        PAGES_OF_CHANNELS,
        types="public_channel",
        exclude_archived=True,
        limit=PAGE,
    )
    return _by_name(others) if isinstance(others, list) else {}


def _by_name(channels: Iterable[Json]) -> dict[str, str]:
    return {channel["name"]: channel["id"] for channel in channels if channel.get("name")}


def _is_for_good(failure: Failure) -> bool:
    """A scope or a plan is missing; asking again would not help."""
    if isinstance(failure, Unlisted):
        return failure.why in GROUPS_NEED_A_PAID_PLAN or failure.why == "unknown_method"
    return isinstance(failure, Broken) and failure.why in ("missing_scope", "no_permission")


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
    return [user for user in users if not user.get("is_bot") and user.get("id") != "USLACKBOT"]


def _person(user: Json, shown: Counter[str]) -> Person:
    profile = user.get("profile") or {}
    handle = _shown_handle(user)
    return Person(
        id=user["id"],
        handle=handle if shown[handle] == 1 and handle else str(user.get("name", "")).casefold(),
        name=profile.get("real_name") or user.get("real_name") or user.get("name", ""),
        email=str(profile.get("email") or "").casefold(),
        time_zone=user.get("tz") or "UTC",
        language=(user.get("locale") or "en").replace("_", "-").split("-")[0].lower(),
        active=not user.get("deleted"),
    )


def _shown_handle(user: Json) -> str:
    """The display name, which is what people type after an @, where it is one word.

    Slack promises only `name` to be unique, but shows it nowhere.
    """
    shown = str((user.get("profile") or {}).get("display_name") or "").removeprefix("@")
    one_word = shown and not any(letter.isspace() for letter in shown)
    return shown.casefold() if one_word else ""


def _group(group: Json) -> Group:
    gone = bool(group.get("date_delete"))
    members = frozenset(() if gone else group.get("users") or ())
    return Group(group["id"], group["handle"].casefold(), members)
