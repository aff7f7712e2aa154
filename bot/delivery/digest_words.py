"""What the weekly digest, its breakdown and its picture need to be told.

The figures are those of a report (`bot.use_cases.report.week_figures`): `week` and `before` hold
the agreed figures as JSON values, `starts` the Monday.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bot.delivery.card_words import Context, reason_label
from bot.delivery.render import Renderer
from bot.domain.agreement import Terms
from bot.domain.metrics import UNKNOWN
from bot.use_cases.ports import People

Figures = Mapping[str, Any]

MOST_REASONS = 3  # in the digest itself; the thread has them all
MOST_LINES = 15  # of one list in the thread


def digest(figures: Figures, terms: Terms, currency: str) -> Context:
    week = figures["week"]
    return {
        "starts": starts(figures),
        "week": _said(week),
        "before": _said(figures["before"]),
        "reasons": [
            (reason_label(terms, code), count)
            for code, count in list(week["by_reason"].items())[:MOST_REASONS]
        ],
        "currency": currency,
    }


def breakdown(figures: Figures, terms: Terms, people: People) -> Context:
    """Sellers by name, not by mention: a digest asks nobody for anything."""
    week = figures["week"]
    by_seller = {_name(people, who): group for who, group in week["by_seller"].items()}
    by_reason = {reason_label(terms, code): n for code, n in week["by_reason"].items()}
    return {
        "starts": starts(figures),
        "sources": _first(week["by_source"]),
        "sellers": _first(by_seller),
        "reasons": _first(by_reason),
        "unknown": UNKNOWN,
    }


def chart_alt(renderer: Renderer, figures: Figures, reads: str = "") -> str:
    """The picture in words, for those who do not see it."""
    week, before = figures["week"], figures["before"]
    counted = {
        f"{name}{suffix}": _count(period, name)
        for name in ("accepted", "rejected", "not_mine", "unanswered")
        for period, suffix in ((week, ""), (before, "_before"))
    }
    return renderer.phrase(
        "chart.alt",
        reads,
        **counted,
        attainment=_percent(week),
        attainment_before=_percent(before),
    )


def starts(figures: Figures) -> date:
    return date.fromisoformat(figures["starts"])


def _said(period: Figures) -> Context:
    """One period's figures, with the promises judged and durations as such."""
    amount = period["won_amount"]
    return {
        **{name: period[name] for name in ("posted", "answered", "not_mine", "won", "lost")},
        **{name: period[name] for name in ("sql", "opportunity")},
        "acceptance": (period["acceptance"]["count"], period["acceptance"]["of"]),
        "answer": _clock(period["answer"], period["running"]["answer"]),
        "touch": _clock(period["touch"], period["running"]["touch"]),
        "won_amount": None if amount is None else Decimal(str(amount)),
    }


def _clock(kept: Figures, running: int) -> Context:
    return {
        "met": kept["met"],
        "judged": judged(kept),
        "running": running,
        "median": _minutes(kept["median_minutes"]),
        "p90": _minutes(kept["p90_minutes"]),
    }


def judged(kept: Figures) -> int:
    """The promises that attainment is a share of (agreement.md, formula 2)."""
    return int(kept["met"] + kept["breached"] + kept["overdue_open"])


def _minutes(minutes: float | None) -> timedelta | None:
    return None if minutes is None else timedelta(minutes=minutes)


def _count(period: Figures, name: str) -> int:
    return int(period["open" if name == "unanswered" else name])


def _percent(period: Figures) -> str:
    kept = period["answer"]
    return f"{kept['met']}/{judged(kept)}"


def _name(people: People, who: str) -> str:
    person = people.find(who)
    return person.name or person.handle if person else UNKNOWN


def _first(groups: Mapping[str, Any]) -> Context:
    return {
        "lines": list(groups.items())[:MOST_LINES],
        "rest": max(len(groups) - MOST_LINES, 0),
    }
