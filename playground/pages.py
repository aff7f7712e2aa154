"""The page in the browser: its files, what it reads as one person, and the live feed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from playground import eyes
from playground.control import guarded
from playground.extension import Extension
from playground.feed import Change
from playground.person import Person
from playground.workspace import Workspace

FILES = Path(__file__).with_name("page")
KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
LONGEST_PAGE = 500  # messages
INSPECTED = 200  # of the newest deliveries and calls, at a time

Handler = Callable[[Request], Awaitable[Response]]


def _policy(host: str) -> str:
    """Nothing but our own files; and no text can become markup, whatever a script does with it."""
    return "; ".join(
        [
            "default-src 'self'",
            f"connect-src 'self' ws://{host}",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ]
    )


def _scripts() -> list[str]:
    return sorted(path.name for path in FILES.glob("*.js"))


class Pages:
    def __init__(self, workspace: Workspace, extension: Extension | None = None) -> None:
        self._workspace = workspace
        self._extension = extension

    def routes(self) -> list[BaseRoute]:
        doors: list[tuple[str, Handler]] = [
            ("/", self._index),
            ("/archives/{channel}/{message}", self._permalink),
            ("/page/{file}", self._file),
            ("/playground/extension", self._extend),
            ("/playground/inspector", self._inspector),
            ("/playground/people", self._people),
            ("/playground/people/{who}/workspace", self._around),
            ("/playground/people/{who}/messages", self._messages),
            ("/playground/people/{who}/thread", self._thread),
            ("/playground/people/{who}/views", self._views),
        ]
        return [
            *(Route(path, guarded(handler)) for path, handler in doors),
            WebSocketRoute("/live", self._live),
            *(self._extension.mounted() if self._extension else ()),
        ]

    # files

    async def _index(self, request: Request) -> Response:
        headers = {
            "content-security-policy": _policy(request.headers["host"]),
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "cache-control": "no-cache",
            # Else the browser learns of each module only from the one that imports it.
            "link": ", ".join(f"</page/{name}>; rel=modulepreload" for name in _scripts()),
        }
        return HTMLResponse((FILES / "index.html").read_bytes(), headers=headers)

    async def _file(self, request: Request) -> Response:
        path = FILES / Path(request.path_params["file"]).name
        kind = KINDS.get(path.suffix)
        if kind is None or not path.is_file():
            return JSONResponse({"error": "not_found"}, 404)
        headers = {"cache-control": "no-cache", "x-content-type-options": "nosniff"}
        return Response(path.read_bytes(), media_type=kind, headers=headers)

    async def _permalink(self, request: Request) -> Response:
        """A link to a message opens the page at it, as whoever the page last was."""
        digits = request.path_params["message"].removeprefix("p")
        if not digits.isdigit():
            return JSONResponse({"error": "message_not_found"}, 404)
        ts = f"{digits[:-6]}.{digits[-6:]}"
        return RedirectResponse(f"/#in={request.path_params['channel']}&message={ts}", 302)

    async def _extend(self, _: Request) -> Response:
        return JSONResponse(self._extension.to_json() if self._extension else None)

    # what one person sees

    def _person(self, request: Request) -> Person:
        return Person.of(self._workspace, request.path_params["who"])

    async def _people(self, _: Request) -> Response:
        return JSONResponse({"people": eyes.people_of(self._workspace)})

    async def _around(self, request: Request) -> Response:
        return JSONResponse(eyes.workspace_of(self._person(request)))

    async def _messages(self, request: Request) -> Response:
        given = request.query_params
        limit = min(int(given.get("limit", eyes.PAGE)), LONGEST_PAGE)
        before = given.get("before", "")
        return JSONResponse(eyes.messages(self._person(request), given["channel"], before, limit))

    async def _thread(self, request: Request) -> Response:
        given = request.query_params
        return JSONResponse(eyes.thread(self._person(request), given["channel"], given["ts"]))

    async def _views(self, request: Request) -> Response:
        return JSONResponse(eyes.views(self._person(request)))

    async def _inspector(self, request: Request) -> Response:
        """The newest deliveries and calls after the given numbers."""
        given = request.query_params
        deliveries, calls = int(given.get("deliveries", 0)), int(given.get("calls", 0))
        kept = [d for d in list(self._workspace.deliveries.kept) if d.number > deliveries]
        asked = [call for call in list(self._workspace.calls.kept) if call.number > calls]
        return JSONResponse(
            {
                "deliveries": [delivery.to_json() for delivery in kept[-INSPECTED:]],
                "calls": [call.to_json() for call in asked[-INSPECTED:]],
            }
        )

    # live

    async def _live(self, socket: WebSocket) -> None:
        """Every change after `since`, in lists; the page asks again for what it shows."""
        since = int(socket.query_params.get("since", self._workspace.feed.last))
        called = self._workspace.calls.feed.last
        await socket.accept()  # from here on nothing is missed
        telling = asyncio.create_task(self._tell(socket, since, called))
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                await socket.receive_text()
        telling.cancel()

    async def _tell(self, socket: WebSocket, since: int, called: int) -> None:
        feed, calls = self._workspace.feed, self._workspace.calls.feed
        loop, news = asyncio.get_running_loop(), asyncio.Event()

        def wake(_: Change) -> None:
            loop.call_soon_threadsafe(news.set)

        stops = [feed.subscribe(wake), calls.subscribe(wake)]
        try:
            while True:
                news.clear()
                changes, asked = feed.since(since), calls.since(called)
                since, called = _newest(changes, since), _newest(asked, called)
                told = [change.to_json() for change in changes]
                if told or asked:
                    calls_told = [call.to_json() for call in asked]
                    await socket.send_json({"changes": told, "calls": calls_told})
                await news.wait()
        finally:
            for stop in stops:
                stop()


def _newest(changes: list[Change], before: int) -> int:
    return changes[-1].number if changes else before
