"""The figures of a history file, counted a second time by other means.

Plain Python over the raw rows, with its own arithmetic: working time is a table of open stretches
made day by day in local time, in whole milliseconds. Nothing of Baton is imported here; where the
two disagree, one of them is wrong.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

ANSWERS = {"accept": "accepted", "reject": "rejected", "not_mine": "not_mine"}
FOLLOW_UPS = {"contact", "sql", "disqualify", "opportunity", "won", "lost", "recycle"}
STAGES = ("sql", "opportunity", "won")
SPLIT = {"qualify", "intake", "given_back", "excused", "feedback"}  # no history tells of these


@dataclass
class Hours:
    """When a team works: `week` has seven lists of ("09:00", "17:00"), Monday first."""

    zone: str
    week: list[list[tuple[str, str]]]
    days_off: set[str] = field(default_factory=set)  # "2012-01-01"

    def open_between(self, first: str, last: str) -> tuple[list[int], list[int]]:
        """Starts and ends of the open stretches of these local days, in ms since 1970."""
        starts, ends = [], []
        for day in pd.date_range(first, last, freq="D"):
            if str(day.date()) in self.days_off:
                continue
            for begin, end in self.week[day.weekday()]:
                starts.append(self._instant(day, begin))
                ends.append(self._instant(day, end))
        return starts, ends

    def _instant(self, day: pd.Timestamp, clock: str) -> int:
        hour, minute = map(int, clock.split(":"))
        local = day + pd.Timedelta(days=hour // 24) + pd.Timedelta(hours=hour % 24, minutes=minute)
        aware = local.tz_localize(self.zone, ambiguous=True, nonexistent="shift_forward")
        return int(aware.value // 1_000_000)


class Meter:
    """Working milliseconds before any instant, and the instant at which so many are used."""

    def __init__(self, hours: Hours, first: str, last: str) -> None:
        self.starts, self.ends = hours.open_between(first, last)
        self.before = [0]  # worked before each stretch
        for start, end in zip(self.starts, self.ends, strict=True):
            self.before.append(self.before[-1] + end - start)

    def worked(self, at: int) -> int:
        number = bisect_left(self.starts, at)  # stretches that began before `at`
        if number == 0:
            return 0
        return self.before[number - 1] + min(at, self.ends[number - 1]) - self.starts[number - 1]

    def due(self, start: int, target: int) -> int:
        """The first instant at which `target` has been worked since `start`."""
        wanted = self.worked(start) + target
        number = bisect_left(self.before, wanted) - 1
        return self.starts[number] + wanted - self.before[number]


@dataclass
class Card:
    posted: int
    source: str
    answered: int | None = None
    answer: str | None = None
    by: str = ""
    reason: str = ""
    touched: int | None = None
    reached: set[str] = field(default_factory=set)
    amount: float | None = None


def read(path: Path) -> list[dict[str, Any]]:
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    instants = pd.to_datetime(table["at"], utc=True, format="ISO8601")
    table["ms"] = [int(instant.value // 1_000_000) for instant in instants]
    return list(table.to_dict("records"))


def cards(rows: list[dict[str, Any]]) -> list[Card]:
    """One for each time a lead was shown to sales, in order."""
    made: list[Card] = []
    now: dict[str, Card] = {}
    closed: set[str] = set()
    for row in rows:
        lead, event = row["lead"], row["event"]
        if event == "mql":
            if lead not in now or lead in closed:
                now[lead] = Card(row["ms"], row.get("source") or "unknown")
                made.append(now[lead])
                closed.discard(lead)
            continue
        _happened(now[lead], row)
        if event in ("reject", "not_mine", "disqualify", "won", "lost", "recycle"):
            closed.add(lead)
    return made


def _happened(card: Card, row: dict[str, Any]) -> None:
    event = row["event"]
    if event in ANSWERS:
        card.answered, card.answer = row["ms"], ANSWERS[event]
        card.by = row["actor"] or "unknown"
        card.reason = row.get("reason") or "unknown"
    elif event in FOLLOW_UPS and card.answer == "accepted":
        card.touched = card.touched or row["ms"]
        if event in STAGES:
            card.reached |= set(STAGES[: STAGES.index(event) + 1])
        card.reached.add(event)
        if event == "won" and row["amount"]:
            card.amount = float(row["amount"])


@dataclass
class Recount:
    hours: Hours
    answer_minutes: int
    touch_minutes: int
    week_zone: str

    def __call__(self, path: Path) -> dict[str, Any]:
        rows = read(path)
        first = pd.Timestamp(rows[0]["ms"], unit="ms") - pd.Timedelta(days=2)
        last = pd.Timestamp(rows[-1]["ms"], unit="ms") + pd.Timedelta(days=200)
        self.meter = Meter(self.hours, str(first.date()), str(last.date()))
        self.now = rows[-1]["ms"]
        shown = cards(rows)
        weeks: dict[str, list[Card]] = defaultdict(list)
        for card in shown:
            weeks[self._monday(card.posted)].append(card)
        return {
            "total": self.figures(shown),
            "weeks": [{"start": day, **self.figures(weeks[day])} for day in sorted(weeks)],
        }

    def _monday(self, ms: int) -> str:
        local = pd.Timestamp(ms, unit="ms", tz="UTC").tz_convert(self.week_zone)
        return str(
            (local.tz_localize(None).normalize() - pd.Timedelta(days=local.weekday())).date()
        )

    def figures(self, shown: list[Card]) -> dict[str, Any]:
        answered = [card for card in shown if card.answer]
        accepted = [card for card in answered if card.answer == "accepted"]
        rejected = [card for card in answered if card.answer == "rejected"]
        won = [card for card in shown if "won" in card.reached]
        known = [card.amount for card in won if card.amount is not None]
        return {
            "posted": len(shown),
            "answered": len(answered),
            "accepted": len(accepted),
            "rejected": len(rejected),
            "not_mine": sum(card.answer == "not_mine" for card in answered),
            "open": len(shown) - len(answered),
            "answer": self._clock(
                [(card.posted, card.answered) for card in shown], self.answer_minutes
            ),
            "touch": self._clock(
                [(card.answered or 0, card.touched) for card in accepted], self.touch_minutes
            ),
            "sql": sum("sql" in card.reached for card in shown),
            "disqualified": sum("disqualify" in card.reached for card in shown),
            "opportunity": sum("opportunity" in card.reached for card in shown),
            "won": len(won),
            "won_amount": sum(known) if known or not won else None,
            "lost": sum("lost" in card.reached for card in shown),
            "by_source": dict(Counter(card.source for card in shown)),
            "by_seller": {
                name: (
                    sum(card.by == name for card in answered),
                    sum(card.by == name for card in accepted),
                )
                for name in {card.by for card in answered}
            },
            "by_reason": dict(Counter(card.reason for card in rejected)),
        }

    def _clock(self, spans: list[tuple[int, int | None]], target_minutes: int) -> dict[str, Any]:
        judged: Counter[str] = Counter()
        working, wall = [], []
        for start, stop in spans:
            due = self.meter.due(start, target_minutes * 60_000)
            until = self.now if stop is None else stop
            if stop is not None:
                judged["met" if stop <= due else "breached"] += 1
            elif self.now > due:
                judged["overdue_open"] += 1
            working.append((self.meter.worked(until) - self.meter.worked(start)) / 60_000)
            wall.append((until - start) / 60_000)
        judging = judged.total()
        return {
            "met": judged["met"],
            "breached": judged["breached"],
            "overdue_open": judged["overdue_open"],
            "attainment": judged["met"] / judging if judging else None,
            "median_minutes": _quantile(working, 0.5),
            "p90_minutes": _quantile(working, 0.9),
            "median_wall_minutes": _quantile(wall, 0.5),
            "p90_wall_minutes": _quantile(wall, 0.9),
        }


def _quantile(values: list[float], share: float) -> float | None:
    return float(pd.Series(values).quantile(share)) if values else None


def same_shape(figures: dict[str, Any]) -> dict[str, Any]:
    """Baton's figures, cut to what is recounted."""
    by_seller = {
        name: (seller["answered"], seller["accepted"])
        for name, seller in figures["by_seller"].items()
    }
    by_source = {name: source["posted"] for name, source in figures["by_source"].items()}
    recounted = {name: value for name, value in figures.items() if name not in SPLIT}
    return {**recounted, "by_source": by_source, "by_seller": by_seller}
