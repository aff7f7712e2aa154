"""Slack's lists become people and groups that can be named in app.yaml."""

from datetime import timedelta
from typing import Any

import pytest

from bot.delivery import roster
from bot.delivery.outcomes import Broken, Failure, RateLimited, Roster, TryLater, Unlisted
from bot.delivery.roster import people
from bot.use_cases.records import Group, Person


def user(id_: str, name: str, shown: str = "", **more: Any) -> dict[str, Any]:
    return {"id": id_, "name": name, "profile": {"display_name": shown}, **more}


class Lists:
    """The pages of a small workspace, by method; `kind` tells private channels from public."""

    def __init__(self, **answers: list[dict[str, Any]] | Failure) -> None:
        self._answers = {"users_list": [user("U1", "maja")], **answers}

    def __call__(
        self, method: str, key: str, pages_at_most: int, **arguments: Any
    ) -> list[dict[str, Any]] | Failure:
        name = method.replace(".", "_")
        if "types" in arguments:
            name = f"{name}_{arguments['types'].removesuffix('_channel')}"
        return self._answers.get(name, [])


def test_a_person_is_known_by_what_others_type_after_the_at_sign() -> None:
    """A display name of one word is the handle; it is what people see in Slack."""
    maja = user("U1", "maja.lind", "Maja", real_name="Maja Lind", tz="Europe/Oslo", locale="sv-SE")

    expected = Person("U1", "maja", "Maja Lind", time_zone="Europe/Oslo", language="sv")
    assert [expected] == people([maja])


def test_two_people_who_show_the_same_name_are_told_apart() -> None:
    """Nobody gets another's reminders because both call themselves Sam."""
    found = people([user("U1", "sam.okafor", "Sam"), user("U2", "sam.smith", "sam")])

    assert ["sam.okafor", "sam.smith"] == [person.handle for person in found]


def test_a_display_name_of_two_words_is_no_handle() -> None:
    """`@Maja Lind` cannot be written in app.yaml; `@maja.lind` can."""
    assert ["maja.lind"] == [
        person.handle for person in people([user("U1", "maja.lind", "Maja L")])
    ]


def test_who_left_is_marked_and_apps_are_left_out() -> None:
    """The history can still name who left; nobody writes to an app."""
    users = [
        user("U1", "gone", deleted=True),
        user("U2", "robot", is_bot=True),
        user("USLACKBOT", "slackbot"),
    ]

    assert [("U1", False)] == [(person.id, person.active) for person in people(users)]


def test_a_disabled_group_has_nobody_in_it() -> None:
    """A group that was switched off in Slack no longer answers leads."""
    groups = [{"id": "S1", "handle": "Sales", "users": ["U1"], "date_delete": 1}]
    read = roster.read(Lists(usergroups_list=groups))

    assert isinstance(read, Roster)
    assert [Group("S1", "sales")] == list(read.groups)


def test_channels_we_are_in_are_known_even_where_the_rest_may_not_be_listed() -> None:
    """Cards find their channel with the fewest permissions that work."""
    read = roster.read(
        Lists(
            users_conversations_public=[{"id": "C1", "name": "mql-handoff"}],
            users_conversations_private=Broken("missing_scope"),
            conversations_list_public=RateLimited(timedelta(seconds=1)),
        )
    )

    assert isinstance(read, Roster)
    assert {"mql-handoff": "C1"} == read.channels
    assert ["private_channels: missing_scope"] == list(read.lacking)


def test_a_workspace_without_user_groups_is_read_all_the_same() -> None:
    """A free plan has no user groups; sellers named one by one still work."""
    read = roster.read(Lists(usergroups_list=Broken("missing_scope")))

    assert isinstance(read, Roster)
    assert [] == list(read.groups)
    assert ["groups: missing_scope"] == list(read.lacking)


def test_a_passing_failure_keeps_the_old_directory() -> None:
    """Half a directory would make half the team unreachable."""
    failure = TryLater("ConnectionRefusedError")

    assert failure == roster.read(Lists(users_list=failure))
    assert failure == roster.read(Lists(usergroups_list=failure))
    assert failure == roster.read(Lists(users_conversations_public=failure))
    others = Lists(users_conversations_public=[], conversations_list_public=failure)
    assert failure == roster.read(others)


@pytest.mark.parametrize("why", ["token_revoked", "invalid_auth"])
def test_a_token_that_is_no_good_keeps_the_old_directory(why: str) -> None:
    """Whoever revokes a token has not dismissed the team."""
    assert Broken(why) == roster.read(Lists(users_list=Broken(why)))


def test_where_nothing_can_be_listed_there_is_no_directory() -> None:
    """A Slack that lists nothing at all is said to be unreadable, not to be empty."""
    no = Unlisted("unknown_method")
    methods = ("users_list", "users_conversations_public", "users_conversations_private")
    nothing = Lists(**dict.fromkeys((*methods, "conversations_list_public"), no))

    assert no == roster.read(nothing)


def test_entries_without_a_name_are_left_out() -> None:
    """One odd entry does not make the rest unknown."""
    ola = {"id": "U2", "name": None, "profile": "?", "tz": 1, "locale": None}
    read = roster.read(
        Lists(
            users_list=[{"name": "nobody"}, {"id": 7, "name": "seven"}, user("U1", "maja"), ola],
            usergroups_list=[{"id": "S1"}, {"handle": "x"}, {"id": "S2", "handle": "sales"}],
            users_conversations_public=[{"id": "C1"}, {"name": "x"}, {"id": "C2", "name": "mql"}],
        )
    )

    assert isinstance(read, Roster)
    assert [Person("U1", "maja", "maja"), Person("U2")] == list(read.people)
    assert [Group("S2", "sales")] == list(read.groups)
    assert {"mql": "C2"} == read.channels
