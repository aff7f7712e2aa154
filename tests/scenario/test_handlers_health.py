"""/health and /metrics: what somebody on call needs to know, and nothing of anybody's leads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.domain.agreement import Clock
from bot.domain.lead import LeadFacts
from bot.use_cases.offer import raise_lead
from bot.use_cases.records import Nudge
from tests.scenario.world import World, open_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(tmp_path) as opened:
        yield opened


def health(world: World) -> tuple[int, dict[str, Any]]:
    response = httpx.get(f"{world.http}/health")
    return response.status_code, response.json()


def test_all_is_well(world: World):
    """Connected, nothing waiting, nothing late: 200."""
    world.lead()
    status, said = health(world)
    assert (200, "ok", "connected", None, None, {}) == (
        status,
        said["status"],
        said["socket"],
        said["oldest_unsent_message"],
        said["oldest_overdue_clock"],
        said["paused_lanes"],
    )


def test_a_message_that_does_not_go_out(world: World):
    """A message unsent for more than five minutes is worth waking somebody."""
    raise_lead(world.desk, LeadFacts(email="ada@acme.example", country="SE"))
    since = world.clock.now().isoformat()
    assert (200, since) == (health(world)[0], health(world)[1]["oldest_unsent_message"])
    world.clock.advance(by=timedelta(minutes=6))
    assert (503, "unwell") == (health(world)[0], health(world)[1]["status"])


def test_a_ladder_that_stands_still(world: World):
    """A step not taken for more than five minutes means that nobody sweeps."""
    world.lead()
    world.clock.advance(by=timedelta(hours=3, minutes=12))
    assert 200 == health(world)[0]
    world.clock.advance(by=timedelta(minutes=6))
    status, said = health(world)
    assert (503, "2026-03-02T12:12:00+00:00") == (status, said["oldest_overdue_clock"])


def test_a_reminder_that_nobody_says(world: World):
    """A reminder gathered and not said for more than five minutes is noticed, like a step."""
    lead, since = world.lead(), world.clock.now()
    with world.books.writing() as work:
        work.nudges.put(Nudge(world.id("@erik"), lead, 1, Clock.ANSWER, 1, since))
        work.commit()
    world.clock.advance(by=timedelta(minutes=6))
    status, said = health(world)
    assert (503, since.isoformat()) == (status, said["oldest_overdue_clock"])


def test_a_channel_that_is_gone(world: World):
    """A paused lane names itself and its reason."""
    world.server.workspace.faults.refuse("chat.postMessage", "is_archived")
    raise_lead(world.desk, LeadFacts(email="ada@acme.example", country="SE"))
    world.deliver()
    status, said = health(world)
    assert (503, ["#mql-handoff"]) == (status, list(said["paused_lanes"]))


def test_a_socket_that_is_down(world: World):
    """Without its connection Baton hears no click."""
    assert world.socket is not None
    world.socket.stop()
    assert (503, "disconnected") == (health(world)[0], health(world)[1]["socket"])


def test_metrics_are_numbers_without_names(world: World):
    """Acks and waiting messages can be drawn over time; no lead appears in them."""
    lead = world.lead("Ada")
    world.click("@erik", "accept", lead)
    said = httpx.get(f"{world.http}/metrics").text
    assert 'baton_ack_seconds_count{type="block_actions"}' in said
    assert "baton_oldest_unsent_seconds" in said
    assert "baton_oldest_overdue_seconds 0.0" in said
    assert "Ada" not in said
