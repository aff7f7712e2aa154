"""Bodies as apps send them to Slack: form, multipart or JSON."""

from __future__ import annotations

import json
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl

from starlette.requests import Request

from playground.errors import SlackError
from playground.state import Json


async def arguments(request: Request) -> Json:
    """Query and body together; the body wins. Raises invalid_form_data or invalid_json."""
    args: Json = dict(request.query_params)
    body = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        return args | _json_object(body)
    if kind == "multipart/form-data":
        return args | {k: v.decode() for k, v in multipart(request, body).items()}
    try:
        return args | dict(parse_qsl(body.decode(), keep_blank_values=True))
    except (UnicodeDecodeError, ValueError):
        raise SlackError("invalid_form_data") from None


def _json_object(body: bytes) -> Json:
    try:
        value = json.loads(body) if body.strip() else {}
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise SlackError("invalid_json") from None
    if not isinstance(value, dict):
        raise SlackError("json_not_object")
    return value


def multipart(request: Request, body: bytes) -> dict[str, bytes]:
    head = b"Content-Type: " + request.headers["content-type"].encode() + b"\r\n\r\n"
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    parts: dict[str, bytes] = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            parts[name] = content
    return parts


async def uploaded(request: Request) -> bytes:
    """The bytes of an upload: the raw body, or the only part of a multipart one."""
    body = await request.body()
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        return next(iter(multipart(request, body).values()), b"")
    return body
