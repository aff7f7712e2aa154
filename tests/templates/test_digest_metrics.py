"""The digest shows what `digest.metrics` names, in that order."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.delivery.languages import available, language
from bot.delivery.wording import Words
from bot.domain.messages import Digest
from bot.domain.metrics import DIGEST_METRICS
from bot.use_cases.ports import DigestSlot
from tests.templates.leads import FIGURES, POSTED, desk, shelf

MONDAY_NINE = DigestSlot("mql-handoff", 0, 9, 0)


def shown(*metrics: str) -> tuple[list[str], str]:
    """The figures' labels in their order, and all of the message."""
    only = replace(desk(), digest=replace(MONDAY_NINE, metrics=metrics))
    said = Words(only).render(Digest(1), shelf(figures=FIGURES), POSTED)
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


@pytest.mark.parametrize("metric", DIGEST_METRICS)
def test_every_name_shows_something_in_every_language(metric: str) -> None:
    """A name that app.yaml takes has a figure and words for it."""
    assert shown(metric) != shown("won" if metric != "won" else "posted")
    for code in available():
        assert language(code).phrases[f"digest.{metric}"]
