"""What a program that embeds the playground may add to its page: routes, scripts, styles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from playground.loopback import LoopbackOnly

FOLDER = "/extension"


@dataclass(frozen=True)
class Extension:
    """`routes` answer under /extension/; `scripts` are ES modules the page loads, in order.

    A script's default export is called with the page (README, "Put your own panels on the page").
    `next_due` tells the next instant at which the app has something to do, or None: the page's
    clock then stops at each of them on its way. It is called from a thread.
    """

    name: str
    routes: Sequence[BaseRoute] = ()
    scripts: Sequence[Path] = ()
    styles: Sequence[Path] = ()
    next_due: Callable[[], datetime | None] | None = None

    def to_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "scripts": [_address(path) for path in self.scripts],
            "styles": [_address(path) for path in self.styles],
        }

    def mounted(self) -> Iterator[BaseRoute]:
        files = {path.name: path for path in (*self.scripts, *self.styles)}

        async def file(request: Request) -> Response:
            path = files.get(request.path_params["file"])
            if path is None:
                return PlainTextResponse("not found", 404)
            return FileResponse(path, headers={"cache-control": "no-cache"})

        routes = [Route("/page/{file}", file), *self.routes]
        yield Mount(FOLDER, routes=routes, middleware=[Middleware(LoopbackOnly)])


def _address(path: Path) -> str:
    return f"{FOLDER}/page/{path.name}"
