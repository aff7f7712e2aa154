"""Signed HTTP delivery: one POST, the way Slack makes it."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import http.client
import io
import json
import ssl
from typing import Any
from urllib.parse import urlencode, urlsplit

from playground.delivery import COMMAND, EVENT, Ack, Delivery
from playground.installed_app import InstalledApp


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Slack's v0 signature over the raw body."""
    base = b"v0:%d:" % timestamp + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def encoded(delivery: Delivery) -> tuple[bytes, str]:
    """Body and content type: events as JSON, commands as a form, the rest as `payload=` JSON."""
    if delivery.kind == EVENT:
        return json.dumps(delivery.payload).encode(), "application/json"
    form = delivery.payload
    if delivery.kind != COMMAND:
        form = {"payload": json.dumps(delivery.payload)}
    return urlencode(form).encode(), "application/x-www-form-urlencoded"


async def post(
    app: InstalledApp, delivery: Delivery, now: float, retry: int = 0, reason: str = ""
) -> Ack:
    """One attempt; never raises for what the network or the app does wrong."""
    body, content_type = encoded(delivery)
    timestamp = int(now)
    headers = {
        "Content-Type": content_type,
        "X-Slack-Request-Timestamp": str(timestamp),
        "X-Slack-Signature": signature(app.signing_secret, timestamp, body),
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "Accept": "*/*",
    }
    if retry:
        headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": reason}
    try:
        async with asyncio.timeout(app.ack_timeout_s):
            response, content = await _exchange(app.request_url, headers, body)
    except TimeoutError:
        return Ack("http_timeout", status=0)
    except ssl.SSLError:
        return Ack("ssl_error", status=0)
    except (OSError, http.client.HTTPException, asyncio.IncompleteReadError):
        return Ack("connection_failed", status=0)
    return _read(response, content)


async def _exchange(
    url: str, headers: dict[str, str], body: bytes
) -> tuple[http.client.HTTPResponse, bytes]:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=secure or None)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        lines = [f"POST {target} HTTP/1.1", f"Host: {parts.netloc}", "Connection: close"]
        lines += [f"Content-Length: {len(body)}", *(f"{k}: {v}" for k, v in headers.items())]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        await writer.drain()
        raw = await reader.read(-1)
    finally:
        writer.close()
    response = http.client.HTTPResponse(_Received(raw))  # type: ignore[arg-type]
    response.begin()
    return response, response.read()


class _Received:
    """What http.client asks of a socket: a file to read the whole answer from."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def makefile(self, mode: str, *_: Any) -> io.BytesIO:
        return io.BytesIO(self._raw)


def _read(response: http.client.HTTPResponse, content: bytes) -> Ack:
    no_retry = response.headers.get("x-slack-no-retry") == "1"
    if 300 <= response.status < 400:
        return Ack("too_many_redirects", status=response.status, no_retry=no_retry)
    if not 200 <= response.status < 300:
        return Ack("http_error", status=response.status, no_retry=no_retry)
    text = content.decode("utf-8", "replace")
    if "json" in response.headers.get("content-type", ""):
        try:
            return Ack(payload=json.loads(text) if text.strip() else None, status=response.status)
        except json.JSONDecodeError:
            return Ack("http_error", status=response.status)
    return Ack(payload=text or None, status=response.status)
