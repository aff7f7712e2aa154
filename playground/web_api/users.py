"""users.*, usergroups.*, dnd.*: who is who, and who can be reached."""

from __future__ import annotations

from playground.availability import dnd_json
from playground.errors import SlackError, explained
from playground.state import Json, User
from playground.web_api.calls import Call, method

MOST_AT_ONCE = 50  # users, of dnd.teamInfo


def _described(call: Call, user: User) -> Json:
    return call.workspace.described(user, locale=call.flag("include_locale"))


@method("users.info", tier=4, scopes="users:read")
def info(call: Call) -> Json:
    return {"user": _described(call, call.user())}


@method("users.list", tier=2, scopes="users:read")
def list_users(call: Call) -> Json:
    page, onward = call.page(list(call.workspace.users.values()), 1000, 1000)
    return {"members": [_described(call, user) for user in page], **onward}


@method("users.lookupByEmail", tier=3, scopes="users:read.email")
def lookup_by_email(call: Call) -> Json:
    wanted = call.required("email").casefold()
    for user in call.workspace.users.values():
        if user.email and user.email.casefold() == wanted and not user.deleted:
            return {"user": _described(call, user)}
    raise SlackError("users_not_found")


@method("users.getPresence", tier=3, scopes="users:read")
def presence(call: Call) -> Json:
    if call.text("user", call.bot) == call.bot:
        return {
            "presence": "active",
            "online": True,
            "auto_away": False,
            "manual_away": False,
            "connection_count": 1,
        }
    user = call.user()
    return {"presence": "away" if user.deleted else user.presence}


@method("dnd.info", tier=3, scopes="dnd:read")
def dnd_info(call: Call) -> Json:
    """Snoozing is told of oneself only, and an app never snoozes."""
    user = call.user() if call.text("user") else call.workspace.users[call.bot]
    own = {"snooze_enabled": False} if user.id == call.bot else {}
    return {**dnd_json(user, call.workspace.clock.now()), **own}


@method("dnd.teamInfo", tier=2, scopes="dnd:read")
def dnd_team_info(call: Call) -> Json:
    wanted, users = call.list_of("users"), call.workspace.users
    if not wanted:
        raise SlackError("no_users_provided")
    if len(wanted) > MOST_AT_ONCE:
        raise explained("invalid_arguments", [f"no more than {MOST_AT_ONCE} items: users"])
    if not all(user in users for user in wanted):
        raise SlackError("user_not_visible")
    now = call.workspace.clock.now()
    return {"users": {user: dnd_json(users[user], now) for user in wanted}}


@method("usergroups.list", tier=2, scopes="usergroups:read")
def list_groups(call: Call) -> Json:
    users, disabled = call.flag("include_users"), call.flag("include_disabled")
    team = call.workspace.team_id
    groups = call.workspace.groups.values()
    return {
        "usergroups": [
            group.to_json(team, users=users) for group in groups if disabled or not group.disabled
        ]
    }


@method("usergroups.users.list", tier=2, scopes="usergroups:read")
def group_members(call: Call) -> Json:
    group = call.workspace.groups.get(call.required("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": list(group.members)}
