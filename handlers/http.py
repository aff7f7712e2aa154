"""Baton over HTTP: leads come in, Slack's signed requests come in, health goes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.use_cases.ports import DatabaseAway
from handlers.front_door import FrontDoor
from handlers.health import Health
from handlers.intake import Intake

log = structlog.get_logger(__name__)

RETRY_AFTER_SECONDS = 5
AWAY = "Baton's database is away: try again in a moment."

OLDEST_UNSENT = Gauge("baton_oldest_unsent_seconds", "Age of the oldest message not yet in Slack")
OLDEST_OVERDUE = Gauge("baton_oldest_overdue_seconds", "How late a ladder's step or a reminder is")
PAUSED_LANES = Gauge("baton_paused_lanes", "Channels that Baton cannot post to")


def http_app(
    intake: Intake, health: Callable[[], Health], slack: FrontDoor | None = None
) -> Starlette:
    """`slack` is the door for signed Slack requests; None where Slack comes over Socket Mode."""

    async def well(_request: Request) -> Response:
        state = await run_in_threadpool(health)
        return JSONResponse(state.as_json(), 200 if state.is_well else 503)

    async def metrics(_request: Request) -> Response:
        _measure(await run_in_threadpool(health))
        return Response(generate_latest(), headers={"content-type": CONTENT_TYPE_LATEST})

    routes = [
        Route("/leads", intake.__call__, methods=["POST"]),
        Route("/health", well, methods=["GET"]),
        Route("/metrics", metrics, methods=["GET"]),
    ]
    if slack is not None:
        routes.append(Route("/slack/events", slack.__call__, methods=["GET", "POST"]))
    return Starlette(
        routes=routes,
        exception_handlers={DatabaseAway: _away, HTTPException: _refused, Exception: _broken},
    )


async def _away(request: Request, error: Exception) -> Response:
    """Whoever sent it keeps it and sends it again; where the database is stays our own matter."""
    log.error(str(error), action="database_away", path=request.url.path)
    again = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return _problem(503, AWAY, again, status="unwell")


async def _refused(_request: Request, error: Exception) -> Response:
    """No such address, or not by this method."""
    assert isinstance(error, HTTPException)
    allowed = (error.headers or {}).get("Allow")
    says = f"{error.detail}: this address takes {allowed}." if allowed else f"{error.detail}."
    return _problem(error.status_code, says, error.headers)


async def _broken(_request: Request, _error: Exception) -> Response:
    return _problem(500, "Baton failed; its log says where.")


def _problem(
    code: int, says: str, headers: Mapping[str, str] | None = None, **more: str
) -> Response:
    """As the intake says it."""
    told = {**more, "problems": [{"field": "", "problem": says}]}
    return JSONResponse(told, code, dict(headers or {}))


def _measure(state: Health) -> None:
    for gauge, since in (
        (OLDEST_UNSENT, state.oldest_unsent_message),
        (OLDEST_OVERDUE, state.oldest_overdue_clock),
    ):
        gauge.set((state.now - since).total_seconds() if since else 0)
    PAUSED_LANES.set(len(state.paused_lanes))
