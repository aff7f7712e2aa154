"""Slack's public doors: the Web API, uploads, response URLs, and the WebSocket."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from playground.call_log import UNSEEN
from playground.errors import SlackError
from playground.response_urls import respond
from playground.socket_mode import Sockets
from playground.state import Json, mimetype
from playground.web_api import Outcome, perform
from playground.wire_forms import arguments, uploaded
from playground.workspace import Workspace


async def cut(request: Request) -> Response:
    """End the connection without an answer, as a network does."""
    request.scope["playground.transport"].abort()
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return Response()


class Wire:
    """The handlers; all rules are the workspace's."""

    def __init__(self, workspace: Workspace, sockets: Sockets) -> None:
        self._workspace = workspace
        self._sockets = sockets

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/api/{method}", self._web_api, methods=["GET", "POST"]),
            Route("/upload/v1/{ticket}", self._upload, methods=["POST"]),
            Route("/files-pri/{file}/{name}", self._download),
            *(
                Route(f"/{family}/{{team}}/{{app}}/{{token}}", self._respond, methods=["POST"])
                for family in ("actions", "commands", "app")
            ),
            WebSocketRoute("/link/", self._link),
        ]

    async def _web_api(self, request: Request) -> Response:
        name = request.path_params["method"]
        try:
            args = await arguments(request)
        except SlackError as refusal:
            return JSONResponse(refusal.answer())
        started = self._workspace.wire.monotonic()
        await self._pause(name, "delay_before")
        outcome = perform(self._workspace, name, _bearer(request), args)
        await self._pause(name, "delay")
        self._log(name, args, outcome, started)
        return await cut(request) if outcome.cut else _answer(outcome)

    def _log(self, name: str, args: Json, outcome: Outcome, started: float) -> None:
        unavailable = "unavailable" if outcome.status >= 500 else ""
        error = UNSEEN if outcome.cut else unavailable or str(outcome.body.get("error") or "")
        ms = (self._workspace.wire.monotonic() - started) * 1000
        self._workspace.calls.record(name, args, outcome.body, outcome.status, error, ms)

    async def _pause(self, name: str, kind: str) -> None:
        fault = self._workspace.faults.meet(name, kind)
        if fault is not None:
            await asyncio.sleep(fault.seconds)

    async def _upload(self, request: Request) -> Response:
        content = await uploaded(request)
        try:
            with self._workspace.lock:
                file = self._workspace.files.receive(request.path_params["ticket"], content)
        except SlackError as refusal:
            return PlainTextResponse(refusal.name, 400)
        return PlainTextResponse(f"OK - {file.length}")

    async def _download(self, request: Request) -> Response:
        try:
            file = self._workspace.files.get(request.path_params["file"])
        except SlackError:
            return PlainTextResponse("file_not_found", 404)
        headers = {"x-content-type-options": "nosniff"}
        return Response(file.content or b"", media_type=mimetype(file.name), headers=headers)

    async def _respond(self, request: Request) -> Response:
        args: Json = {}
        outcome, started = Outcome({"ok": True}), self._workspace.wire.monotonic()
        try:
            args = await arguments(request)
            respond(self._workspace, request.path_params["token"], args)
        except SlackError as refusal:
            status = 404 if refusal.name in ("used_url", "expired_url", "invalid_url") else 400
            outcome = Outcome(refusal.answer(), status)
        self._log("response_url", args, outcome, started)
        if outcome.status != 200:
            return JSONResponse(outcome.body, outcome.status)
        return PlainTextResponse("ok")

    async def _link(self, socket: WebSocket) -> None:
        await self._sockets.serve(socket)


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _answer(outcome: Outcome) -> Response:
    if outcome.status >= 500:
        return PlainTextResponse("upstream unavailable", outcome.status)
    headers: dict[str, Any] = outcome.headers
    return JSONResponse(outcome.body, outcome.status, headers)
