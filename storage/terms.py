"""Versions of the agreement's terms: kept as JSON, known by what they say."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select

from bot.domain.agreement import (
    FEEDBACK_UNAGREED,
    Act,
    Audience,
    Case,
    Clock,
    Duration,
    NextStep,
    Reason,
    Step,
    Target,
    Terms,
)
from bot.domain.business_hours import Block, Calendar
from bot.use_cases.ports import NotFound
from storage.columns import MICROSECOND, to_json
from storage.statements import for_dialect, insert_if_new
from storage.tables import terms as versions

_BY_HASH = select(versions.c.version).where(versions.c.hash == bindparam("hash"))
_BODY = select(versions.c.body).where(versions.c.version == bindparam("version"))
_ADD = insert_if_new(versions)

CONDITIONS = ("queue", "tier", "source", "campaign")  # of a Case
AUDIENCES = frozenset(Audience)

TermsCache = dict[int, Terms]  # a version never changes, so a process reads it once


class StoredTerms:
    def __init__(self, connection: Connection, cache: TermsCache) -> None:
        self._connection = connection
        self._cache = cache
        self._uncommitted: set[int] = set()

    def register(self, terms: Terms, now: datetime) -> int:
        body = to_body(terms)
        digest = hashlib.sha256(to_json(body).encode()).hexdigest()
        known = self._version(digest)
        if known is not None:
            return known
        # Two processes may start at once with a changed app.yaml: the second finds the first's.
        self._connection.execute(
            for_dialect(self._connection, _ADD), {"hash": digest, "body": body, "created_at": now}
        )
        version = self._version(digest)
        assert version is not None
        self._uncommitted.add(version)
        return version

    def get(self, version: int) -> Terms:
        if (cached := self._cache.get(version)) is not None:
            return cached
        body = self._connection.scalar(_BODY, {"version": version})
        if body is None:
            raise NotFound(f"There is no version {version} of the agreement's terms.")
        terms = from_body(body)
        # Rolled back, its number may go to other terms.
        if version not in self._uncommitted:
            self._cache[version] = terms
        return terms

    def _version(self, digest: str) -> int | None:
        return self._connection.scalar(_BY_HASH, {"hash": digest})


def to_body(terms: Terms) -> dict[str, Any]:
    """JSON values; working time in microseconds."""
    return {
        "answer": _from_target(terms.answer),
        "touch": _from_target(terms.touch),
        "qualify": _from_target(terms.qualify) if terms.qualify else None,
        "attempts_before_unreachable": terms.attempts_before_unreachable,
        "feedback": _from_target(terms.feedback),
        "calendars": {name: _from_calendar(one) for name, one in terms.calendars.items()},
        "own_hours": {name: _from_calendar(one) for name, one in terms.own_hours.items()},
        "ladder": [_from_step(step) for step in terms.ladder],
        "reasons": [_from_reason(reason) for reason in terms.reasons],
    }


def from_body(body: dict[str, Any]) -> Terms:
    return Terms(
        answer=_target(body["answer"]),
        touch=_target(body["touch"]),
        qualify=_target(body["qualify"]) if body["qualify"] else None,
        attempts_before_unreachable=body["attempts_before_unreachable"],
        feedback=_target(body["feedback"]) if "feedback" in body else FEEDBACK_UNAGREED,
        calendars={name: _calendar(one) for name, one in body["calendars"].items()},
        own_hours={name: _calendar(one) for name, one in body.get("own_hours", {}).items()},
        ladder=tuple(_step(step) for step in body["ladder"]),
        reasons=tuple(_reason(reason) for reason in body["reasons"]),
    )


def _from_duration(duration: Duration) -> dict[str, int]:
    return {"time": duration.time // MICROSECOND, "days": duration.days}


def _duration(said: dict[str, int]) -> Duration:
    return Duration(timedelta(microseconds=said["time"]), said["days"])


def _from_target(target: Target) -> dict[str, Any]:
    cases = [
        {
            "target": _from_duration(case.target),
            **{name: list(named) for name in CONDITIONS if (named := getattr(case, name))},
        }
        for case in target.cases
    ]
    return {"default": _from_duration(target.default), "cases": cases}


def _target(said: dict[str, Any]) -> Target:
    cases = [_case(one) for one in said.get("cases", ())]
    # Versions from before there were cases knew the tier alone.
    tiers = said.get("when_tier", {}).items()
    cases += [Case(_duration(one), tier=(tier,)) for tier, one in tiers]
    return Target(_duration(said["default"]), tuple(cases))


def _case(said: dict[str, Any]) -> Case:
    named = {name: tuple(said[name]) for name in CONDITIONS if name in said}
    return Case(_duration(said["target"]), **named)


def _from_calendar(calendar: Calendar) -> dict[str, Any]:
    return {
        "name": calendar.name,
        "time_zone": calendar.time_zone,
        "week": [list(map(list, blocks)) for blocks in calendar.week],
        "holidays": sorted(day.isoformat() for day in calendar.holidays),
        "days": {day.isoformat(): list(map(list, blocks)) for day, blocks in calendar.days.items()},
    }


def _calendar(said: dict[str, Any]) -> Calendar:
    return Calendar(
        name=said["name"],
        time_zone=said["time_zone"],
        week=tuple(_blocks(blocks) for blocks in said["week"]),
        holidays=frozenset(date.fromisoformat(day) for day in said["holidays"]),
        days={date.fromisoformat(day): _blocks(blocks) for day, blocks in said["days"].items()},
    )


def _blocks(said: Iterable[Iterable[int]]) -> tuple[Block, ...]:
    return tuple((start, end) for start, end in said)


def _from_step(step: Step) -> dict[str, Any]:
    """What a plain step does not have is left out."""
    further = {
        "after": _from_duration(step.after) if step.after else None,
        "every": _from_duration(step.every) if step.every else None,
        "times": step.times,
        "to_queue": step.to_queue,
        "queues": list(step.queues),
    }
    return {
        "clock": step.clock.value,
        "percent": step.percent,
        "tell": [str(who) for who in step.tell],
        "act": step.act.value,
        **{name: value for name, value in further.items() if value},
    }


def _step(said: dict[str, Any]) -> Step:
    return Step(
        Clock(said["clock"]),
        said["percent"],
        tuple(_told(who) for who in said["tell"]),
        Act(said["act"]),
        after=_duration(said["after"]) if "after" in said else None,
        every=_duration(said["every"]) if "every" in said else None,
        times=said.get("times", 0),
        to_queue=said.get("to_queue", ""),
        queues=tuple(said.get("queues", ())),
    )


def _told(who: str) -> str:
    return Audience(who) if who in AUDIENCES else who


def _from_reason(reason: Reason) -> dict[str, Any]:
    return {
        "code": reason.code,
        "label": reason.label,
        "next_step": reason.next_step.value,
        "note_required": reason.note_required,
        "asks_date": reason.asks_date,
        "is_rejection": reason.is_rejection,
    }


def _reason(said: dict[str, Any]) -> Reason:
    return Reason(**{**said, "next_step": NextStep(said["next_step"])})
