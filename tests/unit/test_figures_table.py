"""Figures at a terminal: readable at 80 columns, and the first column always whole."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from rich.console import Console

from bot.domain.metrics import Tally, measure
from bot.figures_table import WIDE, show
from tests.unit.test_metrics import (
    NOON,
    NOW,
    QUALIFYING,
    answered,
    figures,
    given_back,
    offered,
    qualified,
    touched,
)

LONG = "Herbstmesse München, Stand 12, Visitenkarten der Besucher"
HEADINGS = ("posted", "open", "accepted", "rejected", "P90", "touched", "SQL", "won", "amount")
BUSY = figures(*[touched(300)] * 40, *[offered()] * 3).total


def shown(width: int, rows: list[tuple[str, Tally]]) -> str:
    console = Console(file=io.StringIO(), width=width)
    show(console, "Source", rows)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [60, 80, 100, 120, 160])
def test_nothing_is_cut_at_any_width(width: int) -> None:
    """Every figure and the whole of each name can be read; narrow screens get more tables."""
    told = shown(width, [("webinar", BUSY), (LONG, BUSY)])
    assert "…" not in told
    assert max(map(len, told.splitlines())) <= width
    words = told.split()
    assert [] == [word for word in (*LONG.split(), *HEADINGS) if word not in words]
    assert told.count("webinar") == told.count("Source")


def test_a_wide_screen_and_a_pipe_have_one_table() -> None:
    """A row for each source, as programs and wide screens like it."""
    told = shown(WIDE, [("webinar", BUSY), ("fair", BUSY)])
    assert (3, 1) == (len(told.rstrip("\n").splitlines()), told.count("answered in time"))


def test_eighty_columns_have_answers_and_results() -> None:
    """Two tables with a blank line between them."""
    answers, results = shown(80, [("webinar", BUSY)]).strip().split("\n\n")
    assert ("posted" in answers, "amount" in results) == (True, True)


def test_where_nobody_answered_there_is_no_time_to_answer() -> None:
    """The age of a lead that waits is not a median of answers."""
    waiting = figures(offered(), now=NOON + timedelta(minutes=30)).total
    assert " - " in shown(WIDE, [("webinar", waiting)])
    assert "30 min" not in shown(WIDE, [("webinar", waiting)])
    one_answer = figures(answered(10), offered(), now=NOON + timedelta(minutes=30)).total
    assert "20 min" in shown(WIDE, [("webinar", one_answer)])  # the waiting one at its age


def test_a_teams_own_names_are_no_markup() -> None:
    """A source called [red] is shown as it is called."""
    assert "[red]" in shown(WIDE, [("[red]", BUSY)])


def test_what_a_team_has_not_has_no_column() -> None:
    """A qualify clock that nobody agreed on, and leads given back where nobody did, are not shown;
    where they are, they are."""
    told = shown(WIDE, [("webinar", BUSY)])
    assert ("qualified" not in told, "given back" not in told) == (True, True)
    decided = measure([*[qualified(60)] * 5, given_back(60)], {1: QUALIFYING}, NOW).total
    for width in (60, 80, WIDE):
        told = shown(width, [("webinar", decided)])
        assert max(map(len, told.splitlines())) <= width
        assert all(word in told for word in ("qualified", "given", "qualify"))
