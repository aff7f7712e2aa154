"""The digest shows what `digest.metrics` names, in that order."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot.delivery.languages import available, language
from bot.delivery.wording import Words
from bot.domain.messages import Digest, DigestBreakdown
from bot.domain.metrics import DIGEST_METRICS, WHERE_ANY
from bot.use_cases.desk import DigestSlot
from tests.templates.leads import FIGURES, POSTED, desk, shelf

MONDAY_NINE = DigestSlot("mql-handoff", 0, 9, 0)


def shown(*metrics: str, of: Mapping[str, Any] = FIGURES) -> tuple[list[str], str]:
    """The figures' labels in their order, and all of the message."""
    only = replace(desk(), digest=replace(MONDAY_NINE, metrics=metrics))
    said = Words(only).render(Digest(1), shelf(figures=of), POSTED)
    fields = [field["text"] for block in said.blocks for field in block.get("fields", [])]
    return [text.split("\n")[0].strip("*") for text in fields], json.dumps(said.blocks)


def test_only_what_is_named_in_that_order() -> None:
    """Two teams that look at two figures read two figures."""
    labels, words = shown("touch_attainment", "posted")
    assert ["Contacted in time", "Posted"] == labels
    assert "Most frequent reasons" not in words


def test_reasons_are_a_line_of_their_own() -> None:
    """They can stand alone; the message is whole without any figure."""
    labels, words = shown("reasons")
    assert [] == labels
    assert "Most frequent reasons" in words


def test_without_a_choice_all_are_shown() -> None:
    """As before anybody chose."""
    everything = shown(*DIGEST_METRICS)
    assert len(DIGEST_METRICS) - 1 == len(everything[0])
    assert everything == shown()


def older(period: dict[str, Any]) -> dict[str, Any]:
    """A week's figures as they were kept before the whole split was measured."""
    new = ("qualify", "intake", "given_back", "excused", "feedback")
    running = {name: n for name, n in period["running"].items() if name in ("answer", "touch")}
    by_seller = {
        who: {name: value for name, value in group.items() if name not in new}
        for who, group in period["by_seller"].items()
    }
    kept = {name: value for name, value in period.items() if name not in new}
    return {**kept, "running": running, "by_seller": by_seller}


def test_what_a_team_has_not_is_not_shown_to_it() -> None:
    """No qualify clock, no questions asked: nothing is said of them, unless somebody wants it."""
    figures = {**FIGURES, "week": older(FIGURES["week"]), "before": older(FIGURES["before"])}
    labels, _ = shown(of=figures)
    assert "Questions answered in time" not in labels
    assert len(DIGEST_METRICS) - len(WHERE_ANY) - 1 == len(labels)
    assert ["Qualified in time"] == shown("qualify_attainment", of=figures)[0]


def test_a_report_of_an_older_baton_is_still_said() -> None:
    """What was queued before an update has its breakdown and its picture in words."""
    figures = {**FIGURES, "week": older(FIGURES["week"]), "before": older(FIGURES["before"])}
    words, work = Words(desk()), shelf(figures=figures)
    assert "given back" not in json.dumps(words.render(DigestBreakdown(1), work, POSTED).blocks)
    assert "Questions" not in words.chart_alt(Digest(1), work)


def test_both_figures_of_what_was_excused() -> None:
    """Excused breaches stay in the figure; the one without them stands beside it."""
    _, words = shown("answer_attainment")
    assert "81 % (86 of 106); with 2 excused left out: 83 % (86 of 104), 3 still running" in words


def test_where_there_is_nothing_yet_it_says_so() -> None:
    """Nobody reads “0 of 0” as a bad week: nothing came in, or nothing is due yet."""
    clock = {**FIGURES["week"]["touch"], "met": 0, "breached": 0, "overdue_open": 0}
    week = {**FIGURES["week"], "posted": 0, "answered": 0, "touch": clock}
    running = {**FIGURES["week"]["running"], "touch": 3}
    figures = {**FIGURES, "week": {**week, "running": running}}
    _, words = shown("answered", "touch_attainment", of=figures)
    assert "none due, 3 still running" in words
    assert "*Answered*\\nnone\\n" in words
    assert "0 of 0" not in words


@pytest.mark.parametrize("metric", DIGEST_METRICS)
def test_every_name_shows_something_in_every_language(metric: str) -> None:
    """A name that app.yaml takes has a figure and words for it."""
    assert shown(metric) != shown("won" if metric != "won" else "posted")
    for code in available():
        assert language(code).phrases[f"digest.{metric}"]


def test_what_is_still_open_is_counted_at_its_age_and_said() -> None:
    """A median of what nobody answered yet does not look like one of answers."""
    week = FIGURES["week"]
    late = {**week, "answer": {**week["answer"], "overdue_open": 2}, "running": {"answer": 3}}
    _, words = shown("answer_time", of={**FIGURES, "week": late})
    assert "P90 6 h 2 min, 5 still open" in words
    done = {**week, "answer": {**week["answer"], "overdue_open": 0}, "running": {}}
    _, words = shown("answer_time", of={**FIGURES, "week": done, "before": done})
    assert "still open" not in words
