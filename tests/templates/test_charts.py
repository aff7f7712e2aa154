"""The digest's picture."""

from __future__ import annotations

import json
import struct

import pytest

from bot.delivery.charts import NotDrawn, Painter
from bot.delivery.languages import language
from bot.delivery.render import Renderer
from bot.delivery.words.digest import chart, chart_alt
from tests.templates.leads import FIGURES, week

RENDERER = Renderer("Europe/Stockholm")


def size_of(png: bytes) -> tuple[int, int]:
    assert b"\x89PNG\r\n\x1a\n" == png[:8]
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_a_week_is_drawn_and_the_painter_recovers() -> None:
    """A picture comes; after one that cannot be drawn, or a dead child, the next comes too."""
    painter = Painter(RENDERER, patience_s=100.0)
    try:
        first = painter.draw_week(FIGURES)
        width, height = size_of(first)
        assert 800 < width < 1600
        assert 800 < height < 1600
        with pytest.raises(NotDrawn):
            painter.draw('{"mark": "no such mark"}')
        assert first == painter.draw_week(FIGURES)
        assert painter._child is not None
        painter._child.kill()
        painter._child.wait()
        assert first == painter.draw_week(FIGURES)
    finally:
        painter.close()


def test_a_picture_that_takes_too_long_is_given_up() -> None:
    """The digest does not wait for ever."""
    painter = Painter(RENDERER, patience_s=0.0)
    try:
        with pytest.raises(NotDrawn, match="TimeoutError"):
            painter.draw_week(FIGURES)
        assert painter._child is None
    finally:
        painter.close()


def test_the_bars_are_the_figures() -> None:
    """What is drawn is what was counted."""
    spec = json.loads(RENDERER.source("charts/week.vl.json.j2", chart(language("en"), FIGURES)))
    outcome, kept = (panel["data"]["values"] for panel in spec["vconcat"])
    assert [("Accepted", 86.0), ("Accepted", 11.0), ("Rejected", 19.0)] == [
        (bar["label"], bar["value"]) for bar in outcome[:3]
    ]
    assert ["81 % (86 of 106)", "11 of 16"] == [bar["said"] for bar in kept[:2]]


def test_an_empty_week_is_drawn_too() -> None:
    """Nothing posted, nothing due: still a picture, without a division by nothing."""
    nothing = {**week(0, 0, 0), "posted": 0, "open": 0}
    empty = {"met": 0, "breached": 0, "overdue_open": 0, "attainment": None}
    nothing |= {"answer": empty, "touch": empty}
    figures = {"week": nothing, "before": nothing, "starts": "2026-03-02"}
    spec = json.loads(RENDERER.source("charts/week.vl.json.j2", chart(language("en"), figures)))
    kept = spec["vconcat"][1]["data"]["values"]
    assert {"none due"} == {bar["said"] for bar in kept}
    assert "0 posted, the week of 2 Mar 2026" == spec["title"]["text"]


def test_the_picture_is_told_in_words() -> None:
    """Who does not see the picture hears its figures."""
    said = chart_alt(language("en"), FIGURES)
    assert "Accepted: 86, before 11." in said
    assert "Answered in time: 81 % (86 of 106), before 11 of 16." in said
