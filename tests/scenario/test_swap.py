"""Two sellers swap leads: both agree, or nothing happens; also where both click at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest

from bot.domain.assignment import Rule
from bot.domain.lead import LeadFacts
from bot.domain.move import Event
from bot.use_cases import answer, hand_over
from bot.use_cases.offer import raise_lead
from bot.use_cases.ports import Conflict
from bot.use_cases.records import Proposal
from playground.seen import Seen
from tests.scenario.test_hand_over import (
    a_world,
    answers,
    choices,
    held,
    holder,
    opens,
    reads_now,
    shown,
)
from tests.scenario.world import DACH, QUEUE, World, open_world, read


def swaps(world: World, who: str, lead: int, other: int, of: str) -> Seen:
    opens(world, who, lead).submit({"swap": f"{other}:{world.handoff(other).round}"})
    world.deliver()
    return world.hears(of, f"{who} would like to swap with you")


def test_two_sellers_swap_their_leads(world: World) -> None:
    """One proposes, the other agrees, and both leads change hands in the same moment."""
    ada, grace = held(world), held(world, "Grace", by="@aino")
    erik = opens(world, "@erik", ada)
    assert ["L-2 · Grace · Acme"] == choices(erik, "swap")
    erik.close_view()
    asked = swaps(world, "@erik", ada, grace, of="@aino")
    words = read(world.server.workspace, asked.words)
    assert "you get *Ada* (Acme), and @erik gets your *Grace* (Acme)." in words
    assert "Nothing changes until you agree." in words

    answers(world, "@aino", "agree", asked)
    assert ("@aino", "@erik") == (holder(world, ada), holder(world, grace))
    for lead, now_with in ((ada, "@aino"), (grace, "@erik")):
        told = world.sees(f"@erik and @aino have swapped leads: this one is with {now_with} now.")
        assert world.card(lead).ts == told.thread_ts
        assert f"Taken over by {now_with}" in world.shows(lead)
    world.hears("@erik", "@aino agreed to swap: *Grace* (Acme) is yours now")
    for lead in (ada, grace):
        assert world.id("@aino") == world.journal(lead)[-1].by


def test_a_swap_may_be_declined(world: World) -> None:
    """Both keep what they have."""
    ada, grace = held(world), held(world, "Grace", by="@aino")
    asked = swaps(world, "@erik", ada, grace, of="@aino")
    answers(world, "@aino", "decline", asked)
    world.hears("@erik", "@aino would rather not swap: *Ada* (Acme) stays with you.")
    assert ("@erik", "@aino") == (holder(world, ada), holder(world, grace))


def test_a_swap_fills_no_hand_beyond_what_the_team_agreed_on(tmp_path: Path) -> None:
    """A qualified lead for one that is not: whoever proposed it has claimed another meanwhile."""
    with a_world(tmp_path, rule=Rule(open_at_most=1)) as world:
        ada = held(world)
        world.click("@erik", "sql", ada)
        world.deliver()
        grace = held(world, "Grace", by="@aino")
        asked = swaps(world, "@erik", ada, grace, of="@aino")
        held(world, "Emmy")
        answers(world, "@aino", "agree", asked)
        assert "Things have changed since @erik asked you" in reads_now(world, "@aino", asked)
        assert ("@erik", "@aino") == (holder(world, ada), holder(world, grace))


def test_half_a_swap_is_none(world: World) -> None:
    """Where one of the two leads has gone on, the other one stays where it is."""
    ada, grace = held(world), held(world, "Grace", by="@aino")
    asked = swaps(world, "@erik", ada, grace, of="@aino")
    world.click("@aino", "more", grace, value="Release")
    world.deliver()
    world.sees("Grace", "Back in the queue")
    answers(world, "@aino", "agree", asked)
    assert "Things have changed" in reads_now(world, "@aino", asked)
    assert "@erik" == holder(world, ada)


def test_a_swap_is_about_the_round_in_which_it_was_asked(world: World) -> None:
    """Given back and taken again, a lead is another promise: the old word does not move it."""
    ada, grace = held(world), held(world, "Grace", by="@aino")
    asked = swaps(world, "@erik", ada, grace, of="@aino")
    world.click("@erik", "more", ada, value="Release")
    world.deliver()
    world.click("@erik", "accept", ada)
    world.deliver()
    world.forget()
    answers(world, "@aino", "agree", asked)
    assert "Things have changed" in reads_now(world, "@aino", asked)
    assert ("@erik", "@aino") == (holder(world, ada), holder(world, grace))


def test_leads_of_two_teams_are_not_swapped(tmp_path: Path) -> None:
    """Although both sell for both: each team counts its own leads."""
    dach = replace(DACH, sellers=("@nordic-sales",))
    with open_world(tmp_path, queues=(QUEUE, dach)) as opened:
        ada = held(opened)
        grace = raise_lead(opened.desk, LeadFacts(email="g@b.example", country="DE")).handoff_id
        opened.deliver()
        answer.accept(opened.desk, grace, 1, opened.id("@aino"))
        with pytest.raises(Conflict):
            hand_over.propose(
                opened.desk, ada, 1, opened.id("@erik"), opened.id("@aino"), (grace, 1)
            )


def test_what_a_form_cannot_do_is_said_below_its_field(world: World) -> None:
    """Nothing chosen, two things that do not go together, or a lead that has gone: a sentence."""
    ada, grace = held(world), held(world, "Grace", by="@aino")
    erik = opens(world, "@erik", ada)
    erik.submit({})
    assert {"colleague": "Please choose a colleague, or a lead to swap it for."} == shown(
        erik
    ).errors
    erik.submit({"colleague": world.id("@jonas"), "swap": f"{grace}:1"})
    assert ["swap"] == list(shown(erik).errors)
    assert "choose either a colleague or a lead" in shown(erik).errors["swap"]
    world.click("@aino", "more", grace, value="Release")
    world.deliver()
    world.sees("Grace", "Back in the queue")
    erik.submit({"colleague": None})
    assert {"swap": "This lead cannot be swapped just now: please choose again."} == shown(
        erik
    ).errors
    erik.submit({"swap": None, "colleague": world.id("@aino")})
    world.deliver()
    world.hears("@aino", "@erik asks you to take over")


def test_what_happened_is_told_with_the_lead(world: World) -> None:
    """Anybody who looks the lead up reads who took it over, and that they agreed."""
    ada, grace = held(world), held(world, "Grace", by="@aino")
    asked = swaps(world, "@erik", ada, grace, of="@aino")
    answers(world, "@aino", "agree", asked)
    world.forget()
    for lead, line in (("L-1", "@aino agreed to take it over"), ("L-2", "@erik got it in a swap")):
        world.person("@maja").command("/lead", lead, channel="mql-handoff")
        world.settle()
        world.hears("@maja", line)


# ---------------------------------------------------------------------- at the same moment


def at_once(*what: Callable[[], Proposal]) -> list[str]:
    """What came of each, begun at the same moment."""
    ready = Barrier(len(what))

    def run(act: Callable[[], Proposal]) -> str:
        ready.wait()
        return str(act().outcome)

    with ThreadPoolExecutor(len(what)) as pool:
        return sorted(pool.map(run, what))


@pytest.fixture(params=["sqlite", "postgresql"])
def shared(
    request: pytest.FixtureRequest, tmp_path: Path, postgres_database: Callable[..., str]
) -> Iterator[World]:
    """Several machines write into one database."""
    address = postgres_database() if request.param == "postgresql" else ""
    with open_world(tmp_path, database=address) as opened:
        yield opened


def test_two_swaps_of_the_same_leads_are_one(shared: World) -> None:
    """Each proposes what the other does, and both agree in the same moment: the leads change
    hands once, and nobody is locked out."""
    world = shared
    ada, grace = held(world), held(world, "Grace", by="@aino")
    desk, erik, aino = world.desk, world.id("@erik"), world.id("@aino")
    his = hand_over.propose(desk, ada, 1, erik, aino, swap_for=(grace, 1))
    hers = hand_over.propose(desk, grace, 1, aino, erik, swap_for=(ada, 1))
    outcomes = at_once(
        lambda: hand_over.agree(desk, his.id, aino), lambda: hand_over.agree(desk, hers.id, erik)
    )
    assert ["agreed", "lapsed"] == outcomes
    assert ("@aino", "@erik") == (holder(world, ada), holder(world, grace))


def test_agreeing_and_declining_at_once_is_one_of_the_two(shared: World) -> None:
    """Two machines hear two clicks of one person: the first counts, and the other sees it."""
    world = shared
    lead = held(world)
    desk, erik, aino = world.desk, world.id("@erik"), world.id("@aino")
    asked = hand_over.propose(desk, lead, 1, erik, aino)
    outcomes = at_once(
        lambda: hand_over.agree(desk, asked.id, aino),
        lambda: hand_over.decline(desk, asked.id, aino),
        lambda: hand_over.agree(desk, asked.id, aino),
    )
    assert 1 == len(set(outcomes))
    moved = [move.event for move in world.journal(lead)].count(Event.TRANSFERRED)
    assert (1 if outcomes[0] == "agreed" else 0) == moved
