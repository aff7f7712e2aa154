"""A request's body, never more of it than agreed."""

from __future__ import annotations

from starlette.requests import Request


class BodyTooLarge(ValueError):
    """Longer than this door takes."""


async def read_body(request: Request, longest: int) -> bytes:
    """Raises BodyTooLarge as soon as that is known, whatever Content-Length said."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > longest:
        raise BodyTooLarge
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > longest:
            raise BodyTooLarge
    return bytes(body)
