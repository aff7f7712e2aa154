"""Who may speak to the playground: programs and pages of this machine, and nobody else's page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "::1", "localhost")

Scope = MutableMapping[str, Any]
AsgiApp = Callable[[Scope, Any, Any], Awaitable[None]]


class LoopbackOnly:
    """Refuses a foreign `Host` (a name that somebody let point here) and a foreign `Origin`.

    A web page anywhere can make its reader's browser call 127.0.0.1, and the tokens here are no
    secret: so the browser's own headers decide, for Slack's doors as for the page's.
    """

    def __init__(self, app: AsgiApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan" or _own(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await _refuse(send)


def _own(scope: Scope) -> bool:
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    host, origin = headers.get(b"host", ""), headers.get(b"origin")
    caller = (scope.get("client") or ("",))[0]
    same = origin is None or urlsplit(origin).netloc == host
    return caller in LOOPBACK and _is_loopback(host) and same


def _is_loopback(host: str) -> bool:
    try:
        return urlsplit(f"//{host}").hostname in LOOPBACK
    except ValueError:
        return False


async def _refuse(send: Any) -> None:
    start = {"type": "http.response.start", "status": 403}
    await send(start | {"headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": b'{"error": "loopback_only"}'})
