"""What the weekly digest, its breakdown and its picture need to be told.

The figures are those of a report (`bot.use_cases.report.week_figures`): `week` and `before` hold
the agreed figures as JSON values, `starts` the Monday.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bot.delivery.escaping import clean
from bot.delivery.languages import Language
from bot.delivery.words.naming import Context, reason_label
from bot.domain.agreement import Terms
from bot.domain.metrics import DIGEST_METRICS, UNKNOWN, WHERE_ANY
from bot.use_cases.ports import People

Figures = Mapping[str, Any]

OUTCOMES = ("accepted", "rejected", "not_mine", "unanswered")
CLOCKS = ("answer", "touch", "qualify", "feedback")
ALWAYS = CLOCKS[:2]  # the others are shown where there is something to judge
IN_A_SECTION = 10  # fields that Slack takes
PERIODS = {"week": "chart.this_week", "before": "chart.week_before"}
REASONS = "reasons"  # a line of its own, where the others are fields
MOST_REASONS = 3  # in the digest itself; the thread has them all
MOST_LINES = 10  # of one list in the thread
LONGEST_NAME = 40  # characters; ten lines fit a section even when every one has to be escaped


def digest(figures: Figures, terms: Terms, currency: str, shown: Sequence[str] = ()) -> Context:
    """`shown` names the metrics, in their order; nothing named is all that say something."""
    week = figures["week"]
    said, before = _said(week), _said(figures["before"])
    names = shown or [name for name in DIGEST_METRICS if _says_something(name, said, before)]
    fields = [name for name in names if name != REASONS]
    return {
        "metrics": [fields[at : at + IN_A_SECTION] for at in range(0, len(fields), IN_A_SECTION)],
        "starts": starts(figures),
        "week": said,
        "before": before,
        "reasons": [
            (reason_label(terms, code), count)
            for code, count in list(week["by_reason"].items())[:MOST_REASONS]
            if REASONS in names
        ],
        "currency": currency,
    }


def breakdown(figures: Figures, terms: Terms, people: People) -> Context:
    """Sellers by name, not by mention: a digest asks nobody for anything."""
    week = figures["week"]
    by_seller = [
        (_name(people, who), {"given_back": 0, **group}) for who, group in week["by_seller"].items()
    ]
    by_reason = [(reason_label(terms, code), count) for code, count in week["by_reason"].items()]
    by_source = week["by_source"].items()
    return {
        "starts": starts(figures),
        "sources": _first([(name, {**group, "given_back": 0}) for name, group in by_source]),
        "sellers": _first(by_seller),
        "reasons": _first(by_reason),
        "unknown": UNKNOWN,
    }


def chart_alt(speaks: Language, figures: Figures) -> str:
    """The picture in words, for those who do not see it."""
    said = {
        f"{name}{suffix}": _in_words(speaks, figures[period], name)
        for name in (*OUTCOMES, *_clocks(figures))
        for period, suffix in (("week", ""), ("before", "_before"))
    }
    more = [
        speaks.say(
            "chart.alt_more",
            name=speaks.say(f"chart.{name}"),
            now=said[name],
            before=said[f"{name}_before"],
        )
        for name in _clocks(figures)
        if name not in ALWAYS
    ]
    return " ".join([speaks.say("chart.alt", **said), *more])


def chart(speaks: Language, figures: Figures) -> Context:
    """Two panels of bars: counts, and shares of promises kept."""
    counts = [_bar(speaks, figures, name, period) for name in OUTCOMES for period in PERIODS]
    kept = [_bar(speaks, figures, name, period) for name in _clocks(figures) for period in PERIODS]
    longest = max(1, *(bar["value"] for bar in counts))
    return {
        "starts": starts(figures),
        "posted": figures["week"]["posted"],
        "posted_before": figures["before"]["posted"],
        "panels": [
            {"title": "chart.outcome", "rows": counts, "most": longest * 1.25},
            {"title": "chart.kept", "rows": kept, "most": 1.9},
        ],
    }


def _clocks(figures: Figures) -> list[str]:
    """Those of which a picture shows something. A report of an older Baton has fewer."""
    return [
        name
        for name in CLOCKS
        if name in ALWAYS or any(judged(figures[period].get(name)) for period in PERIODS)
    ]


def _bar(speaks: Language, figures: Figures, name: str, period: str) -> Context:
    figure = figures[period]
    share = _attainment(figure, name) if name in CLOCKS else _count(figure, name)
    return {
        "label": f"chart.{name}",
        "period": PERIODS[period],
        "value": share,
        "said": _in_words(speaks, figure, name),
    }


def _in_words(speaks: Language, figure: Figures, name: str) -> str:
    if name in OUTCOMES:
        return speaks.number(_count(figure, name))
    whole = judged(figure.get(name))
    return speaks.share(figure[name]["met"], whole) if whole else speaks.say("chart.nothing")


def starts(figures: Figures) -> date:
    return date.fromisoformat(figures["starts"])


def _said(period: Figures) -> Context:
    """One period's figures, with the promises judged and durations as such."""
    amount = period["won_amount"]
    return {
        **{name: period[name] for name in ("posted", "answered", "not_mine", "won", "lost")},
        **{name: period[name] for name in ("sql", "opportunity", "disqualified")},
        "acceptance": (period["acceptance"]["count"], period["acceptance"]["of"]),
        **{name: _clock(period, name) for name in CLOCKS},
        "intake": _spread(period.get("intake")),
        "won_amount": None if amount is None else Decimal(str(amount)),
    }


def _clock(period: Figures, name: str) -> Context:
    kept = period.get(name)
    whole, excused = judged(kept), period.get("excused", {}).get(name, 0)
    running = period["running"].get(name, 0)
    return {
        "met": kept["met"] if kept else 0,
        "judged": whole,
        "excused": excused,
        "without": whole - excused,
        "running": running,
        **_spread(kept),
        "open": running + (kept["overdue_open"] if kept else 0),
    }


def _spread(times: Figures | None) -> Context:
    names = {"median": "median_minutes", "p90": "p90_minutes"}
    spread = {name: _minutes(times[key] if times else None) for name, key in names.items()}
    return {**spread, "open": 0}


def _says_something(metric: str, *periods: Context) -> bool:
    """Of what not every team has: an agreed qualify clock, questions to marketing."""
    if metric not in WHERE_ANY:
        return True
    name, _, kind = metric.partition("_")
    return any(
        period[name]["median"] is not None if kind == "time" else _is_any(period[name])
        for period in periods
    )


def _is_any(clock: Context) -> bool:
    return bool(clock["judged"] or clock["running"])


def judged(kept: Figures | None) -> int:
    """The promises that attainment is a share of (docs/agreement.md, formula 2). None: a report
    of an older Baton, which did not count them."""
    return int(kept["met"] + kept["breached"] + kept["overdue_open"]) if kept else 0


def _attainment(figure: Figures, name: str) -> float:
    kept = figure.get(name)
    return float(kept["attainment"] or 0) if kept else 0.0


def _minutes(minutes: float | None) -> timedelta | None:
    return None if minutes is None else timedelta(minutes=minutes)


def _count(period: Figures, name: str) -> int:
    return int(period["open" if name == "unanswered" else name])


def _name(people: People, who: str) -> str:
    person = people.find(who)
    return person.name or person.handle if person else UNKNOWN


def _first(groups: Sequence[tuple[str, Any]]) -> Context:
    return {
        "lines": [(clean(name, LONGEST_NAME), group) for name, group in groups[:MOST_LINES]],
        "rest": max(len(groups) - MOST_LINES, 0),
    }
