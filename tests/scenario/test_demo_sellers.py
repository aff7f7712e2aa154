"""The demo's simulated sellers, under an agreement of one's own (`baton demo --config`)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.demo.sellers import Sellers
from bot.domain.assignment import Assignment, Rule
from bot.domain.handoff import State
from tests.scenario.world import DACH, QUEUE, open_world

IN_TURN = replace(QUEUE, rule=Rule(Assignment.ROUND_ROBIN), sellers=("@aino", "@priya"))


def test_who_is_asked_by_name_plays_the_part(tmp_path: Path) -> None:
    """Nobody presses what is another's, and the day goes on."""
    with open_world(tmp_path, queues=(IN_TURN, DACH)) as world:
        lead = world.lead()
        sellers = Sellers(world.server.workspace)
        sellers.work(world.clock.now())
        world.pass_time(minutes=4)  # Erik would accept it, were everybody asked
        sellers.work(world.clock.now())
        world.settle()
        assert State.ACCEPTED is world.handoff(lead).state
        assert world.id("@aino") == world.handoff(lead).holder
