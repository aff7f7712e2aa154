"""`POST /leads`: other systems hand leads in, each with its own secret or token.

Signed requests carry X-Baton-Source, X-Baton-Timestamp (unix seconds) and X-Baton-Signature:
`v0=` and the hex HMAC-SHA256 of `v0:{timestamp}:{raw body}`. Form tools that cannot sign send
`Authorization: Bearer {token}`. Nothing of a lead is ever logged.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from typing import Protocol

import structlog
from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse

from bot.domain.assignment import NoQueue
from bot.domain.lead import missing_required
from bot.use_cases.desk import Desk
from bot.use_cases.look_up import dossier
from bot.use_cases.offer import Outcome, Raised, raise_lead
from bot.use_cases.ports import Conflict
from handlers.body import BodyTooLarge, read_body
from handlers.front_door import form_fields, signature
from handlers.lead_form import LeadForm, Problem, read_lead

log = structlog.get_logger(__name__)

LONGEST_BODY_BYTES = 256_000
OLDEST_SECONDS = 300  # a signed request kept back longer is refused
IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,200}")
NOT_SAID = "is missing; the agreement promises it with every lead."
STRANGER = Problem("", "The signature or token is missing, wrong or too old.")
FORM = "application/x-www-form-urlencoded"
JSON = re.compile(r"application/(?:[\w.+-]+\+)?json")


class Source(Protocol):
    """A system that hands leads in, as app.yaml describes it."""

    @property
    def name(self) -> str: ...

    @property
    def secret(self) -> SecretStr: ...

    @property
    def token(self) -> SecretStr: ...

    def lead_fields(self, posted: object) -> Mapping[str, object]:
        """Our fields, found in what it posted."""


class NotProved(Exception):
    """Nobody we know sent this. What fails is for our log: the sender might be guessing."""

    def __init__(self, why: str, source: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.source = source  # a name of ours; never what the sender made up


class Refusal(Exception):
    """The request goes no further; the sender learns why."""

    def __init__(self, status: int, *problems: Problem) -> None:
        super().__init__(status)
        self.status = status
        self.problems = problems


class Intake:
    """`wire_clock` is real time, in seconds since 1970; `pool` runs the use case."""

    def __init__(
        self,
        desk: Desk,
        sources: Iterable[Source],
        wire_clock: Callable[[], float],
        pool: Executor,
    ) -> None:
        self._desk = desk
        self._sources = tuple(sources)
        self._wire_clock = wire_clock
        self._pool = pool

    async def __call__(self, request: Request) -> JSONResponse:
        source = None
        try:
            raw = await _body(request)
            source, signed_key = self._sender(request.headers, raw)
            key = _idempotency_key(request.headers) or signed_key
            kind = request.headers.get("content-type", "")
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._pool, self._take, source, key, kind, raw)
        except NotProved as stranger:
            log.warning(
                "An unknown sender at the intake",
                action="intake_unauthorised",
                why=stranger.why,
                source=stranger.source,
            )
            return _refused(Refusal(401, STRANGER))
        except Refusal as refusal:
            log.info(
                "A lead was refused",
                action="lead_refused",
                status=refusal.status,
                source=source.name if source else "",
                fields=[problem.field for problem in refusal.problems if problem.field],
            )
            return _refused(refusal)

    def _sender(self, headers: Headers, raw: bytes) -> tuple[Source, str]:
        """Who it is, and a key for this very request: a signed one, played again, is no news.
        Raises NotProved."""
        given = headers.get("x-baton-signature", "")
        if given:
            return self._signed_by(headers, raw, given), given
        return self._holder_of(headers.get("authorization", "")), ""

    def _signed_by(self, headers: Headers, raw: bytes, given: str) -> Source:
        source = self._named(headers.get("x-baton-source", ""))
        timestamp = headers.get("x-baton-timestamp", "")
        if not (timestamp.isascii() and timestamp.isdecimal()) or len(timestamp) > 12:
            raise NotProved("X-Baton-Timestamp is no unix time", source.name)
        if abs(self._wire_clock() - int(timestamp)) > OLDEST_SECONDS:
            raise NotProved("the timestamp is more than five minutes off", source.name)
        right = signature(source.secret.get_secret_value().encode(), timestamp, raw)
        if not hmac.compare_digest(right, given.encode()):
            raise NotProved("the signature is wrong", source.name)
        return source

    def _named(self, name: str) -> Source:
        source = next((source for source in self._sources if source.name == name), None)
        if source is None:
            raise NotProved("X-Baton-Source names no source of app.yaml")
        if not source.secret.get_secret_value():
            raise NotProved("the source has no secret in app.yaml", source.name)
        return source

    def _holder_of(self, authorization: str) -> Source:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise NotProved("neither X-Baton-Signature nor a Bearer token")
        found = None
        for source in self._sources:  # all of them, so that the time taken names nobody
            known = source.token.get_secret_value().encode()
            if known and hmac.compare_digest(known, token.strip().encode()):
                found = source
        if found is None:
            raise NotProved("the token is of no source of app.yaml")
        return found

    def _form(self, source: Source, content_type: str, raw: bytes) -> LeadForm:
        fields = source.lead_fields(_posted(content_type, raw))
        form = read_lead(fields, self._desk.clock(), system=source.name, source=source.name)
        if form.problems:
            raise Refusal(400, *form.problems)
        return form

    def _take(self, source: Source, key: str, kind: str, raw: bytes) -> JSONResponse:
        form = self._form(source, kind, raw)
        raised = self._raise(form, (source.name, key) if key else None)
        answer = {
            "handoff": raised.handoff_id,
            "lead": dossier(self._desk, raised.handoff_id).lead.number,
            "outcome": raised.outcome.value,
            "warnings": [*map(_shown, form.remarks), *self._promised(form)],
        }
        return JSONResponse(answer, 201 if raised.outcome is Outcome.OFFERED else 200)

    def _promised(self, form: LeadForm) -> list[dict[str, str]]:
        """What marketing promised to send with every lead and this one does not have. A lead is
        never refused for it: somebody is waiting."""
        required = self._desk.agreement.marketing.required
        lacking = missing_required(form.facts, required)
        return [_shown(Problem(name, NOT_SAID)) for name in lacking]

    def _raise(self, form: LeadForm, key: tuple[str, str] | None) -> Raised:
        try:
            return raise_lead(self._desk, form.facts, form.raised_at, key)
        except NoQueue as error:
            raise Refusal(422, Problem("", str(error))) from None
        except Conflict:
            problem = Problem("", "Somebody moved this lead just now: send it again.")
            raise Refusal(409, problem) from None


async def _body(request: Request) -> bytes:
    try:
        return await read_body(request, LONGEST_BODY_BYTES)
    except BodyTooLarge:
        most = f"A lead takes at most {LONGEST_BODY_BYTES // 1000} kB."
        raise Refusal(413, Problem("", most)) from None


def _posted(content_type: str, raw: bytes) -> dict[str, object]:
    kind = content_type.partition(";")[0].strip().lower()
    try:
        if kind == FORM:
            return dict(form_fields(raw))
        posted = json.loads(raw) if JSON.fullmatch(kind) else None
    except (ValueError, RecursionError):
        raise Refusal(400, Problem("", "The body cannot be read as what it says it is.")) from None
    if posted is None and not JSON.fullmatch(kind):
        raise Refusal(415, Problem("", f"Send application/json or {FORM}."))
    if not isinstance(posted, dict):
        raise Refusal(400, Problem("", "Send one lead as a JSON object."))
    return posted


def _idempotency_key(headers: Headers) -> str:
    key = headers.get("idempotency-key", "")
    if key and not IDEMPOTENCY_KEY.fullmatch(key):
        problem = "should be at most 200 letters, digits and signs, without spaces."
        raise Refusal(400, Problem("Idempotency-Key", problem))
    return key


def _refused(refusal: Refusal) -> JSONResponse:
    headers = {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else {}
    problems = [_shown(problem) for problem in refusal.problems]
    return JSONResponse({"problems": problems}, refusal.status, headers)


def _shown(problem: Problem) -> dict[str, str]:
    return {"field": problem.field, "problem": problem.sentence}
