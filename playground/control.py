"""The playground's own doors, under /playground: people act, faults, clock, state, change feed.

Loopback only, and not for web pages of other origins: it can do anything to the workspace.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from playground.delivery import Delivery
from playground.errors import Refused, SlackError
from playground.feed import Change
from playground.loopback import LOOPBACK
from playground.person import Person
from playground.state import Json
from playground.travel import Travel
from playground.workspace import Workspace

LONGEST_WAIT_S = 30.0
WAITING_ACTS = frozenset(
    [
        "click",
        "submit",
        "close_view",
        "command",
        "open_home",
        "shortcut",
    ]
)
AT_ONCE = frozenset(
    [
        "say",
        "react",
        "fill",
        "options_for",
        "read",
        "join",
        "leave",
        "open_direct",
        "set_presence",
        "set_status",
        "pause_notifications",
        "resume_notifications",
        "set_dnd_schedule",
    ]
)
ACTS = WAITING_ACTS | AT_ONCE
ADMIN_ACTS = frozenset(
    ["deactivate", "reactivate", "add_to_group", "remove_from_group", "invite", "remove"]
)

Handler = Callable[[Request], Awaitable[Response]]


def _allowed(request: Request) -> bool:
    client = request.client.host if request.client else ""
    origin = request.headers.get("origin")
    own = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    return client in LOOPBACK and (request.url.hostname or "") in LOOPBACK and own


def guarded(handler: Handler) -> Handler:
    async def answer(request: Request) -> Response:
        if not _allowed(request):
            return JSONResponse({"error": "loopback_only"}, 403)
        try:
            return await handler(request)
        except Refused as refusal:
            return JSONResponse({"error": refusal.name, "sentence": refusal.sentence}, 409)
        except SlackError as refusal:
            return JSONResponse({"error": refusal.name}, 404)
        except (ValueError, TypeError, KeyError) as wrong:
            return JSONResponse({"error": "bad_request", "sentence": str(wrong)}, 400)

    return answer


async def _body(request: Request) -> Json:
    body = await request.body()
    value = json.loads(body) if body.strip() else {}
    if not isinstance(value, dict):
        raise ValueError("the body must be a JSON object")
    return value


class Control:
    """Everything another process, or the page, may ask for."""

    def __init__(self, workspace: Workspace, travel: Travel | None = None) -> None:
        self._workspace = workspace
        self._travel = travel or Travel(workspace)

    def routes(self) -> list[BaseRoute]:
        doors: list[tuple[str, Handler, str]] = [
            ("clock", self._clock, "GET POST"),
            ("travel", self._go, "GET POST"),
            ("state", self._state, "GET"),
            ("changes", self._changes, "GET"),
            ("feed", self._feed, "GET"),
            ("deliveries", self._deliveries, "GET"),
            ("people/{who}/sees", self._sees, "GET"),
            ("people/{who}/{act}", self._act, "POST"),
            ("admin/{act}", self._administer, "POST"),
            ("faults", self._fault, "POST"),
            ("settings", self._settings, "POST"),
        ]
        return [
            Route(f"/playground/{path}", guarded(handler), methods=methods.split())
            for path, handler, methods in doors
        ]

    async def _clock(self, request: Request) -> Response:
        if request.method == "POST":
            _set_clock(self._travel, await _body(request))
        return JSONResponse(self._travel.clock_json())

    async def _go(self, request: Request) -> Response:
        """{"by": seconds}, {"to": instant, "morning" or "monday"}, or {"stop": true}."""
        wanted = await _body(request)
        if wanted.get("stop"):
            self._travel.stop()
            self._travel.tell()
        elif request.method == "POST":
            self._travel.start(self._travel.target(wanted))
        return JSONResponse(self._travel.to_json())

    async def _state(self, _: Request) -> Response:
        with self._workspace.lock:
            return JSONResponse(dump(self._workspace))

    async def _changes(self, request: Request) -> Response:
        feed, since = self._workspace.feed, int(request.query_params.get("since", 0))
        wait_s = min(float(request.query_params.get("wait", 0)), LONGEST_WAIT_S)
        await asyncio.to_thread(feed.wait_past, since, wait_s)
        return JSONResponse({"changes": [change.to_json() for change in feed.since(since)]})

    async def _feed(self, request: Request) -> Response:
        since = int(request.query_params.get("since", self._workspace.feed.last))
        return StreamingResponse(_stream(self._workspace, since), media_type="text/event-stream")

    async def _deliveries(self, request: Request) -> Response:
        since = int(request.query_params.get("since", 0))
        kept = [d for d in list(self._workspace.deliveries.kept) if d.number > since]
        return JSONResponse({"deliveries": [delivery.to_json() for delivery in kept]})

    async def _sees(self, request: Request) -> Response:
        person = Person.of(self._workspace, request.path_params["who"])
        return JSONResponse(_eyes(person, request.query_params.get("channel", "")))

    async def _act(self, request: Request) -> Response:
        name = request.path_params["act"]
        if name not in ACTS:
            raise ValueError(f"unknown act {name!r}; known: {', '.join(sorted(ACTS))}")
        person = Person.of(self._workspace, request.path_params["who"])
        return JSONResponse({"result": await _act(person, name, await _body(request))})

    async def _administer(self, request: Request) -> Response:
        """{"who"}, with {"group"} or {"channel"} where the act is about one."""
        name = request.path_params["act"]
        if name not in ADMIN_ACTS:
            raise ValueError(f"unknown act {name!r}; known: {', '.join(sorted(ADMIN_ACTS))}")
        await asyncio.to_thread(getattr(self._workspace, name), **await _body(request))
        return JSONResponse({"result": None})

    async def _fault(self, request: Request) -> Response:
        options = await _body(request)
        kind = str(options.pop("kind", ""))
        # In a thread: faults of sockets wait for the event loop this handler runs on.
        result = await asyncio.to_thread(self._workspace.faults.set_from, kind, options)
        return JSONResponse({"result": result})

    async def _settings(self, request: Request) -> Response:
        _set(self._workspace, await _body(request))
        return JSONResponse({"pacing": self._workspace.pacing.enabled})


def _set_clock(travel: Travel, wanted: Json) -> None:
    clock = travel.clock()
    if "speed" in wanted:
        clock.set_speed(float(wanted["speed"]))
    if "paused" in wanted:
        clock.pause() if wanted["paused"] else clock.resume()
    if "to" in wanted:
        clock.advance(to=datetime.fromisoformat(wanted["to"]))
    if "by" in wanted:
        clock.advance(by=timedelta(seconds=float(wanted["by"])))
    travel.tell()


def _set(workspace: Workspace, wanted: Json) -> None:
    with workspace.lock:
        for name, value in wanted.items():
            if name == "pacing":
                workspace.pacing.enabled = bool(value)
            elif name == "uploads":
                workspace.files.allowed = str(value)
            elif name == "request_url":
                workspace.app.request_url = str(value)
            else:
                raise ValueError(f"unknown setting {name!r}; known: pacing, uploads, request_url")


async def _act(person: Person, name: str, options: Json) -> Any:
    """Acts wait for the app's answer, which arrives on this very loop: so they run in a thread."""
    wait = options.pop("wait", True)
    if name in AT_ONCE:
        return _plain(await asyncio.to_thread(getattr(person, name), **options))
    result = getattr(person, name)(**options, wait=False)
    sent = result if isinstance(result, list) else [result]
    if wait:
        for delivery in sent:
            if isinstance(delivery, Delivery):
                await asyncio.wrap_future(delivery.done)
    return _plain(result)


def _plain(result: Any) -> Any:
    if isinstance(result, list):
        return [_plain(item) for item in result]
    if isinstance(result, Delivery):
        return result.to_json()
    return asdict(result) if hasattr(result, "__dataclass_fields__") else result


def _eyes(person: Person, channel: str) -> Json:
    return {
        "messages": [asdict(seen) for seen in (person.sees(channel) if channel else person.dm())],
        "modal": _plain(person.modal),
        "home": _plain(person.home),
        "notices": person.notices,
        "pings": [asdict(ping) for ping in person.pings()],
    }


async def _stream(workspace: Workspace, since: int) -> AsyncIterator[str]:
    loop, news = asyncio.get_running_loop(), asyncio.Event()

    def wake(_: Change) -> None:
        loop.call_soon_threadsafe(news.set)

    stop = workspace.feed.subscribe(wake)
    try:
        while True:
            news.clear()
            for change in workspace.feed.since(since):
                since = change.number
                yield f"id: {since}\ndata: {json.dumps(change.to_json())}\n\n"
            await news.wait()
    finally:
        stop()


def dump(workspace: Workspace) -> Json:
    """The whole workspace as JSON, without secrets."""
    now, team = workspace.clock.now(), workspace.team_id
    return {
        "team": {"id": team, "name": workspace.team_name},
        "now": now.isoformat(),
        "change": workspace.feed.last,
        "users": [u.to_json(team, now, email=True, locale=True) for u in workspace.users.values()],
        "groups": [g.to_json(team, users=True) for g in workspace.groups.values()],
        "channels": [
            channel.to_json(workspace.app.bot_user)
            | {
                "members": sorted(channel.members),
                "messages": [
                    workspace.messages.describe(message, metadata=True)
                    for message in workspace.messages.all_in(channel.id)
                ],
            }
            for channel in workspace.channels.values()
        ],
    }
