"""Slack's Web API, each call answered by a typed outcome. The only user of slack_sdk's client.

The client retries nothing by itself: a post that is repeated after a dropped connection can appear
twice, so who tries again, and when, is for the outbox alone to say.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from bot.delivery import roster
from bot.delivery.outcomes import (
    Absent,
    Blocks,
    Broken,
    CannotLook,
    Failure,
    Identity,
    Ok,
    Outcome,
    RateLimited,
    Roster,
    Search,
    Sessions,
    TryLater,
    Unknown,
    Unlisted,
    Uploaded,
)
from bot.delivery.slack_errors import NOT_SLACKS, RATE_LIMITED, not_found_out, sorted_out

DEFAULT_URL = "https://slack.com/api/"
TIMEOUT_SECONDS = 10
MODAL_TIMEOUT_SECONDS = 2  # a trigger lives for three
POST = "chat.postMessage"
EVENT_TYPE = "baton_message"
PAGE = 200  # messages; Slack gives at most a thousand
PAGES_WITHOUT_A_START = 5
PAGES_AT_MOST = 100
DEFAULT_RETRY_AFTER = timedelta(seconds=1)
LONGEST_RETRY_AFTER = timedelta(hours=1)
END_OF_TIME = 1 << 35  # seconds since 1970: after the year 3000


class SlackApi:
    """Implements the ports Post, Pictures and Directory. Safe to share between threads."""

    def __init__(
        self,
        token: str,
        clock: Callable[[], datetime],
        base_url: str = DEFAULT_URL,
        timeout: int = TIMEOUT_SECONDS,
    ) -> None:
        self._client = WebClient(token, base_url, timeout, retry_handlers=[])
        self._quick = WebClient(token, base_url, MODAL_TIMEOUT_SECONDS, retry_handlers=[])
        self._clock = clock
        self._closed_until: dict[str, datetime] = {}
        self._lock = threading.Lock()

    # ------------------------------------------------------------------ messages

    def post(
        self,
        channel: str,
        text: str,
        blocks: Blocks,
        thread_ts: str | None = None,
        broadcast: bool = False,
        metadata: Mapping[str, Any] | None = None,
    ) -> Outcome:
        return self._message(
            POST,
            channel=channel,
            text=text,
            blocks=blocks or None,
            thread_ts=thread_ts,
            reply_broadcast=(broadcast and thread_ts is not None) or None,
            metadata={"event_type": EVENT_TYPE, "event_payload": dict(metadata or {})},
            unfurl_links=False,
            unfurl_media=False,
        )

    def update(self, channel: str, ts: str, text: str, blocks: Blocks) -> Outcome:
        return self._message("chat.update", channel=channel, ts=ts, text=text, blocks=blocks)

    def _message(self, method: str, **arguments: Any) -> Outcome:
        answer = self._call(method, **arguments)
        if not isinstance(answer, SlackResponse):
            return answer
        ts = answer.get("ts") or arguments.get("ts")
        if not ts:
            return Unknown("an answer without the message's ts")
        return Ok(str(ts), str(answer.get("channel") or arguments["channel"]))

    def permalink(self, channel: str, ts: str) -> str:
        answer = self._call("chat.getPermalink", channel=channel, message_ts=ts)
        return str(answer.get("permalink") or "") if isinstance(answer, SlackResponse) else ""

    def open_dm(self, person: str) -> Outcome:
        answer = self._call("conversations.open", users=[person])
        if not isinstance(answer, SlackResponse):
            return answer
        return Ok(channel=str(_mapping(answer.get("channel")).get("id") or person))

    def find_by_key(
        self, channel: str, key: str, oldest: datetime | None, thread_ts: str | None
    ) -> Search:
        method = "conversations.replies" if thread_ts else "conversations.history"
        pages = self._pages(
            method,
            channel=channel,
            ts=thread_ts,
            oldest=f"{oldest.timestamp():.6f}" if oldest else None,
            include_all_metadata=True,
            limit=PAGE,
        )
        for number, page in enumerate(pages, start=1):
            if not isinstance(page, SlackResponse):
                return not_found_out(page)
            if ts := _with_key(_entries(page.get("messages")), key):
                return Ok(ts, channel)
            if not oldest and not thread_ts and number == PAGES_WITHOUT_A_START:
                return Absent()
            if number == PAGES_AT_MOST:
                return CannotLook("too much was said since")
        return Absent()

    # ------------------------------------------------------------------ files

    def upload_image(self, name: str, image: bytes, alt_text: str) -> Uploaded | Failure:
        ticket = self._call(
            "files.getUploadURLExternal", filename=name, length=len(image), alt_txt=alt_text
        )
        if not isinstance(ticket, SlackResponse):
            return ticket
        file = str(ticket.get("file_id") or "")
        if failure := self._send_bytes(str(ticket.get("upload_url") or ""), image):
            return failure
        done = self._call("files.completeUploadExternal", files=[{"id": file, "title": alt_text}])
        return Uploaded(file) if isinstance(done, SlackResponse) else done

    def _send_bytes(self, url: str, content: bytes) -> Failure | None:
        if not url.startswith(("https://", "http://")):
            return Unlisted("no address to upload to")
        request = urllib.request.Request(url, data=content, method="POST")  # noqa: S310 (checked)
        request.add_header("Content-Type", "application/octet-stream")
        try:
            with urllib.request.urlopen(request, timeout=self._client.timeout):  # noqa: S310
                return None
        except urllib.error.HTTPError as refusal:
            with refusal:
                return TryLater(f"upload answered HTTP {refusal.code}")
        except (OSError, http.client.HTTPException) as error:
            return TryLater(f"upload: {type(error).__name__}")

    def image_ready(self, file: str) -> bool | Failure:
        """Slack names the type of a file once it has looked at it."""
        answer = self._call("files.info", file=file)
        if not isinstance(answer, SlackResponse):
            return answer
        return bool(_mapping(answer.get("file")).get("mimetype"))

    # ------------------------------------------------------------------ views

    def views_open(self, trigger_id: str, view: Mapping[str, Any]) -> Outcome:
        return self._view("views.open", trigger_id=trigger_id, view=dict(view))

    def views_publish(self, person: str, view: Mapping[str, Any]) -> Outcome:
        return self._view("views.publish", user_id=person, view=dict(view))

    def _view(self, method: str, **arguments: Any) -> Outcome:
        answer = self._call(method, self._quick, **arguments)
        return Ok() if isinstance(answer, SlackResponse) else answer

    # ------------------------------------------------------------------ who is here

    def auth_test(self) -> Identity | Failure:
        answer = self._call("auth.test")
        if not isinstance(answer, SlackResponse):
            return answer
        return Identity(
            team=str(answer.get("team_id") or ""),
            user=str(answer.get("user_id") or ""),
            bot=str(answer.get("bot_id") or ""),
            url=str(answer.get("url") or ""),
            scopes=_scopes(_header(answer.headers, "x-oauth-scopes")),
        )

    def offers_socket(self) -> Outcome:
        """For a client with an app-level token: does Slack give it a Socket Mode connection?"""
        answer = self._call("apps.connections.open", app_token=self._client.token)
        return Ok() if isinstance(answer, SlackResponse) else answer

    def do_not_disturb(self, people: Sequence[str]) -> Sessions | Failure:
        answer = self._call("dnd.teamInfo", self._quick, users=list(people))
        if not isinstance(answer, SlackResponse):
            return answer
        told = _mapping(answer.get("users"))
        sessions = ((person, _session(_mapping(told.get(person)))) for person in people)
        return Sessions({person: session for person, session in sessions if session})

    def is_present(self, person: str) -> bool | Failure:
        """Whether their dot is green."""
        answer = self._call("users.getPresence", self._quick, user=person)
        return answer.get("presence") != "away" if isinstance(answer, SlackResponse) else answer

    def roster(self) -> Roster | Failure:
        return roster.read(self._items)

    def _items(
        self, method: str, key: str, pages_at_most: int, **arguments: Any
    ) -> list[dict[str, Any]] | Failure:
        """What lies under `key` on the pages of a listing."""
        found: list[dict[str, Any]] = []
        for number, page in enumerate(self._pages(method, **arguments), start=1):
            if not isinstance(page, SlackResponse):
                return page
            found += _entries(page.get(key))
            if number == pages_at_most:
                break
        return found

    # ------------------------------------------------------------------ calling

    def _pages(self, method: str, **arguments: Any) -> Iterator[SlackResponse | Failure]:
        cursor = ""
        while True:
            page = self._call(method, cursor=cursor or None, **arguments)
            yield page
            if not isinstance(page, SlackResponse):
                return
            cursor = _mapping(page.get("response_metadata")).get("next_cursor") or ""
            if not cursor or not isinstance(cursor, str):
                return

    def _call(
        self, method: str, client: WebClient | None = None, **arguments: Any
    ) -> SlackResponse | Failure:
        if wait := self._still_closed(method):
            return RateLimited(wait)
        given = {name: value for name, value in arguments.items() if value is not None}
        call = getattr(client or self._client, method.replace(".", "_"))
        try:
            answer = call(**given)
        except SlackApiError as error:
            outcome = _refused(error.response)
        except (OSError, http.client.HTTPException, ValueError, SlackClientError) as error:
            outcome = _unanswered(error)
        except AttributeError:  # slack_sdk reads whatever JSON it gets as an object
            outcome = Unknown(NOT_SLACKS)
        else:
            assert isinstance(answer, SlackResponse)
            return answer
        if isinstance(outcome, RateLimited) and method != POST:
            self._close(method, outcome.after)
        return outcome

    def _still_closed(self, method: str) -> timedelta | None:
        """How long yet Slack wants no call of this method; posts are held back by lane instead."""
        with self._lock:
            until = self._closed_until.get(method)
        if until is None:
            return None
        wait = until - self._clock()
        return wait if wait > timedelta() else None

    def _close(self, method: str, after: timedelta) -> None:
        with self._lock:
            self._closed_until[method] = self._clock() + after


def _refused(response: SlackResponse) -> Failure:
    """An answer that is not a yes. A server's 5xx does not say how far the call had come."""
    status, data = response.status_code, response.data
    error = data.get("error") if isinstance(data, dict) else None
    if status == 429 or error in RATE_LIMITED:
        return RateLimited(_retry_after(response.headers))
    if status >= 500:
        return Unknown(f"HTTP {status}")
    outcome = sorted_out(error)
    if status >= 400 and isinstance(outcome, Unknown):
        return Broken(f"HTTP {status}")
    return outcome


def _unanswered(error: Exception) -> Failure:
    """No answer. Only where no connection came about is it certain that nothing was done."""
    reason = getattr(error, "reason", error)
    why = type(reason).__name__
    never_connected = (ConnectionRefusedError, socket.gaierror, ssl.SSLCertVerificationError)
    if isinstance(error, urllib.error.URLError) and isinstance(reason, never_connected):
        return TryLater(why)
    return Unknown(why)


def _retry_after(headers: Mapping[str, str]) -> timedelta:
    try:
        wait = timedelta(seconds=float(_header(headers, "retry-after") or ""))
    except (ValueError, OverflowError):
        return DEFAULT_RETRY_AFTER
    return min(max(wait, DEFAULT_RETRY_AFTER), LONGEST_RETRY_AFTER)


def _header(headers: Mapping[str, str], name: str) -> str | None:
    """Whatever the case it was sent in."""
    return {given.lower(): value for given, value in headers.items()}.get(name)


def _with_key(messages: list[dict[str, Any]], key: str) -> str | None:
    for message in messages:
        metadata = _mapping(message.get("metadata"))
        payload = _mapping(metadata.get("event_payload"))
        if metadata.get("event_type") == EVENT_TYPE and payload.get("key") == key:
            return str(message.get("ts") or "") or None
    return None


def _session(told: dict[str, Any]) -> tuple[datetime, datetime] | None:
    """None where it is off, or not told as Slack documents it."""
    start, end = told.get("next_dnd_start_ts"), told.get("next_dnd_end_ts")
    if told.get("dnd_enabled") is not True or not isinstance(start, int | float):
        return None
    if not isinstance(end, int | float) or not 0 < start < end < END_OF_TIME:
        return None
    return datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)


def _mapping(value: object) -> dict[str, Any]:
    """{} for what does not have the shape Slack documents."""
    return value if isinstance(value, dict) else {}


def _entries(value: object) -> list[dict[str, Any]]:
    """The objects of a list; none of what does not have the shape Slack documents."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _scopes(header: str | None) -> frozenset[str] | None:
    if header is None:
        return None
    return frozenset(scope.strip() for scope in header.split(",") if scope.strip())
