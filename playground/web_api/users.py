"""users.*, usergroups.*, dnd.info: who is who."""

from __future__ import annotations

from playground.errors import SlackError
from playground.state import Json, User
from playground.web_api.calls import Call, method


def _described(call: Call, user: User) -> Json:
    return user.to_json(
        call.workspace.team_id,
        call.workspace.clock.now(),
        email=call.workspace.app.may("users:read.email"),
        locale=call.flag("include_locale"),
    )


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
    return {"presence": call.user().presence}


@method("dnd.info", tier=3, scopes="dnd:read")
def dnd_info(call: Call) -> Json:
    dnd = call.user().dnd if call.text("user") else None
    start, end = dnd or (1, 1)
    return {
        "dnd_enabled": dnd is not None,
        "next_dnd_start_ts": start,
        "next_dnd_end_ts": end,
        "snooze_enabled": False,
    }


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
