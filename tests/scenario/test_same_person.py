"""The same person, once more: news on one card, whatever names other systems know them by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.agreement import Act, Audience, Clock, Step
from bot.domain.lead import LeadFacts
from bot.use_cases import answer, follow_up
from bot.use_cases.offer import Outcome, raise_lead
from tests import migrated
from tests.scenario.world import AGREED, QUEUE, World, open_world

ADA = LeadFacts(email="ada@acme.example", system="crm", external_id="77", name="Ada", country="SE")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(tmp_path) as opened:
        yield opened
        opened.nothing_more()


def raised(world: World, facts: LeadFacts = ADA) -> int:
    handoff = raise_lead(world.desk, facts).handoff_id
    world.deliver()
    world.sees("Ada", "New lead")
    return handoff


def test_a_form_that_knows_only_the_address_does_not_take_the_crm_id_away(world: World) -> None:
    """The CRM still finds its lead after a web form has spoken of the same person."""
    first = raised(world)
    by_form = replace(ADA, system="forms", external_id="", why="asked again")
    assert raise_lead(world.desk, by_form).handoff_id == first
    by_id = LeadFacts(system="crm", external_id="77", name="Ada")
    assert raise_lead(world.desk, by_id).outcome is Outcome.NEWS


def test_two_leads_that_turn_out_to_be_one_person_are_not_refused(world: World) -> None:
    """The e-mail decides; the id that is another lead's is noted, and nothing is lost."""
    raised(world)
    bo = LeadFacts(email="bo@acme.example", system="crm", external_id="88", name="Ada B")
    raised(world, bo)
    news = raise_lead(world.desk, replace(ADA, external_id="88"))
    assert news.outcome is Outcome.NEWS
    with world.books.reading() as work:
        lead = work.leads.find(ADA)
    assert lead is not None
    assert (lead.facts.external_id, lead.facts.extra["other_id"]) == ("77", "88")


def test_sent_eight_times_at_once_it_is_one_card_and_seven_news(
    tmp_path: Path, postgres_database: Callable[..., str]
) -> None:
    """A form tool that does not try again loses nothing, on several machines too."""
    with (
        open_world(tmp_path, database=postgres_database(migrated.migrate)) as world,
        ThreadPoolExecutor(8) as pool,
    ):
        outcomes = pool.map(lambda _: raise_lead(world.desk, ADA).outcome, range(8))
        assert Counter(outcomes) == {Outcome.OFFERED: 1, Outcome.NEWS: 7}


def test_news_is_for_whoever_holds_the_lead_now(world: World) -> None:
    """Who has just given it back is not called about it."""
    lead = raised(world)
    aino = world.id("@aino")
    answer.accept(world.desk, lead, 1, aino)
    raise_lead(world.desk, replace(ADA, why="asked again"))
    follow_up.release(world.desk, lead, 1, aino)
    world.deliver()
    world.sees("Ada", "Back in the queue")


def test_a_waiting_lead_keeps_the_hour_it_knocked_again(world: World) -> None:
    """Speed to lead is counted from the hand that was raised, not from when we heard of it."""
    lead = raised(world)
    answer.not_mine(world.desk, lead, 1, world.id("@aino"))
    early = world.clock.now() - timedelta(hours=5)
    raise_lead(world.desk, ADA, raised_at=early)
    assert world.handoff(lead).offer.promised.raised_at == early
    world.deliver()
    world.sees("Ada", "Please answer by")


def test_a_group_of_one_role_is_told_in_the_thread_or_one_by_one(world: World) -> None:
    """A group has no direct messages; its people are reached all the same."""
    with world.books.writing() as work:
        ladder = (Step(Clock.ANSWER, 80, (Audience.MARKETERS,), Act.ESCALATE),)
        version = work.terms.register(replace(AGREED, ladder=ladder), world.clock.now())
        work.commit()
    desk = replace(world.desk, terms_version=version, queues=[replace(QUEUE, manager="@marketing")])
    lead = raise_lead(desk, ADA).handoff_id
    world.deliver()
    world.sees("Ada", "New lead")
    world.pass_time(hours=3, minutes=12)
    world.sees("@marketing", "Ada")
    answer.not_mine(desk, lead, 1, world.id("@luis"))
    world.deliver()
    for manager in ("@anna", "@luis"):
        world.hears(manager, "Ada", "Where should it go?")
