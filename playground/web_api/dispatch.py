"""The way of one call: faults, method, token, scope, rate, and then the method itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from playground.errors import Limited, SlackError
from playground.faults import Fault
from playground.pacing import TIERS
from playground.state import Json
from playground.web_api.calls import METHODS, Call, Method
from playground.workspace import Workspace


@dataclass
class Outcome:
    """What goes back on the wire; `cut` means: nothing, and the connection is gone."""

    body: Json = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


def perform(workspace: Workspace, name: str, token: str, args: Json) -> Outcome:
    fault = workspace.faults.meet(name, "cut", "status", "rate_limit", "refuse")
    if fault is not None:
        return _unperformed(fault)
    lost = workspace.faults.meet(name, "lose_reply", "status_after")
    outcome = _answered(workspace, name, token, args)
    if lost is None:
        return outcome
    return Outcome(cut=True) if lost.kind == "lose_reply" else Outcome(status=lost.status)


def _unperformed(fault: Fault) -> Outcome:
    if fault.kind == "cut":
        return Outcome(cut=True)
    if fault.kind == "status":
        return Outcome(status=fault.status)
    if fault.kind == "refuse":
        return Outcome(SlackError(fault.error).answer())
    return _limited(fault.retry_after)


def _limited(retry_after: int) -> Outcome:
    return Outcome(SlackError("ratelimited").answer(), 429, {"retry-after": str(retry_after)})


def _answered(workspace: Workspace, name: str, token: str, args: Json) -> Outcome:
    headers: dict[str, str] = {}
    try:
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        with workspace.lock:
            workspace.tick()
            _check_token(workspace, method, token, args)
            headers = _scope_headers(workspace, method)
            call = Call(workspace, name, args)
            call.needs(*method.scopes)
            if method.tier:
                workspace.pacing.take(name, TIERS[method.tier], workspace.clock.now())
            return Outcome({"ok": True, **method.run(call)}, 200, headers)
    except Limited as limited:
        return _limited(limited.retry_after)
    except SlackError as refusal:
        return Outcome(refusal.answer(), 200, headers)


def _scope_headers(workspace: Workspace, method: Method) -> dict[str, str]:
    return {
        "x-oauth-scopes": ",".join(sorted(workspace.app.scopes)),
        "x-accepted-oauth-scopes": ",".join(method.scopes),
    }


def _check_token(workspace: Workspace, method: Method, token: str, args: Json) -> None:
    app = workspace.app
    token = token or str(args.get("token") or "")
    if method.token == "none":
        return
    if not token:
        raise SlackError("not_authed")
    if token not in (app.bot_token, app.app_token):
        raise SlackError("invalid_auth")
    if app.revoked:
        raise SlackError(app.revoked)
    if method.token != ("app" if token == app.app_token else "bot"):
        raise SlackError("not_allowed_token_type")
