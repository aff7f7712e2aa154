"""Blind claim: name and company are hidden from those who could claim a lead, until one does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.assignment import Rule
from bot.domain.lead import LeadFacts
from bot.use_cases import ask
from bot.use_cases.look_up import SHOWN
from bot.use_cases.offer import raise_lead
from tests.scenario.test_assignment import team
from tests.scenario.world import AGREED, DACH, World


def open_blind(tmp_path: Path) -> AbstractContextManager[World]:
    return team(tmp_path, Rule(blind=True), terms=AGREED)


@pytest.fixture
def blind(tmp_path: Path) -> Iterator[World]:
    with open_blind(tmp_path) as world:
        yield world


def blind_lead(world: World) -> int:
    facts = LeadFacts(
        email="ada@acme.example",
        name="Ada Lovelace",
        company="Acme AB",
        title="Head of Sales",
        phone="+46 8 123 456",
        country="SE",
        tier="B",
        why="Asked for a price",
        crm_url="https://crm.example/leads/ada",
        extra={"linkedin": "in/ada"},
    )
    raised = raise_lead(world.desk, facts)
    world.deliver()
    return raised.handoff_id


NAMES = ("Ada", "Lovelace", "Acme", "acme", "123 456", "crm.example", "in/ada")


def names_in(*texts: str) -> set[str]:
    return {name for name in NAMES for text in texts if name in text}


def test_a_blind_claim_shows_what_to_decide_by_and_no_names(blind: World):
    """Who it is stays hidden wherever a seller looks, until somebody claims it."""
    lead = blind_lead(blind)
    card = blind.sees("L-1", "Head of Sales, SE, B", "Asked for a price")
    erik = blind.person("@erik")
    erik.open_home()
    blind.settle()
    for question in ("Ada", "acme", "ada@acme.example"):
        erik.command("/lead", question, channel="mql-handoff")
        blind.settle()
        blind.hears("@erik", "Nobody here matches")
    erik.command("/lead", "L-1", channel="mql-handoff")
    blind.settle()
    found = blind.hears("@erik", "L-1", "What happened")
    erik.click("reject", blind.card(lead))
    erik.wait_for_modal()
    form = erik.modal
    assert form is not None
    erik.close_view()
    blind.pass_time(hours=3, minutes=30)
    reminder = blind.sees("L-1", "waiting for an answer")
    assert erik.home is not None
    assert "L-1" in erik.home.words
    assert "L-1" in form.words
    seen = (card.words, card.text, erik.home.words, found.words, form.words, reminder.words)
    assert set() == names_in(*seen, reminder.text)


@pytest.mark.parametrize(
    ("why", "shown"),
    [
        ("Ada at ACME asked for a price", "… at … asked for a price"),
        ("Acmes budget; write ada@acme.example", "… budget; write …"),
        ("Acme AB’s Lovelace, +46 8 123 456", "… …, …"),
        ("Adam at Pacmeister knows her", "Adam at Pacmeister knows her"),
    ],
)
def test_what_marketing_wrote_of_a_blind_lead_names_nobody(blind: World, why: str, shown: str):
    """The reason to call is what a seller decides by, without whom to call."""
    facts = LeadFacts(
        email="ada@acme.example",
        name="Ada Lovelace",
        company="Acme AB",
        phone="+46 8 123 456",
        country="SE",
        title="Acme CEO",
        why=why,
    )
    lead = raise_lead(blind.desk, facts).handoff_id
    blind.deliver()
    blind.sees("… CEO", f"Why now: {shown}")
    blind.click("@erik", "accept", lead)
    blind.deliver()
    assert f"Why now: {why}" in blind.shows(lead)


def test_a_number_that_is_also_an_id_stays(blind: World):
    """How many seats they want is what a seller decides by, and says nothing of who it is."""
    facts = LeadFacts(external_id="40", country="SE", why="Wants 40 seats")
    raise_lead(blind.desk, facts)
    blind.deliver()
    blind.sees("Why now: Wants 40 seats")


def test_marketings_answer_about_a_blind_lead_names_nobody(blind: World):
    """Whoever may claim it reads the answer, without whom it is about; who has it reads all."""
    lead = blind_lead(blind)
    blind.forget()
    ask.ask(blind.desk, lead, 1, blind.id("@erik"), "How many seats?")
    ask.tell(blind.desk, lead, 1, blind.id("@anna"), "Ada says that Acme has 40 people.")
    blind.deliver()
    blind.sees("… says that … has 40 people.")
    assert set() == names_in(*(said.words for said in blind.said if said.place == "mql-handoff"))
    blind.forget()
    blind.click("@erik", "accept", lead)
    blind.deliver()
    assert "Ada says that Acme has 40 people." in blind.shows(lead)


def test_whoever_claims_it_learns_who_it_is(blind: World):
    """One click, and the card has all: the name, how to reach them, and the CRM."""
    lead = blind_lead(blind)
    blind.sees("L-1")
    blind.click("@erik", "accept", lead)
    blind.deliver()
    assert {"Ada", "Lovelace", "Acme", "acme", "123 456"} == names_in(blind.shows(lead))
    assert "open_crm" in blind.card(lead).action_ids


def test_leads_that_are_hidden_hide_no_others(blind: World):
    """Whoever looks for a lead of theirs finds it, however many newer ones they may not see yet."""
    lead = blind_lead(blind)
    blind.click("@erik", "accept", lead)
    for number in range(SHOWN + 1):
        raise_lead(blind.desk, LeadFacts(email=f"{number}@acme.example", country="SE"))
    blind.deliver()
    blind.forget()
    blind.person("@erik").command("/lead", "acme", channel="mql-handoff")
    blind.settle()
    blind.hears("@erik", "Ada Lovelace", "What happened")


def test_calling_it_a_misroute_does_not_reveal_the_name(blind: World):
    """Nor does a rejection: picking the good names by saying no would pay otherwise."""
    lead = blind_lead(blind)
    blind.sees("L-1")
    blind.not_mine("@erik", lead)
    blind.deliver()
    blind.hears("@maja", "Ada Lovelace", "belongs to another team")
    assert set() == names_in(blind.shows(lead))


def test_who_sells_and_answers_for_marketing_learns_no_name_by_it(tmp_path: Path):
    """In a small company one person may do both: the question, its form and Home stay blind."""
    with open_blind(tmp_path) as world:
        both = replace(world.desk.queues[0], marketers=("@erik",))
        object.__setattr__(world.desk, "queues", (both, DACH))
        lead = blind_lead(world)
        ask.ask(world.desk, lead, 1, world.id("@aino"), "Which webinar?")
        world.deliver()
        world.forget()
        erik = world.person("@erik")
        question = erik.dm()[-1]
        erik.click("tell", question)
        erik.wait_for_modal()
        erik.open_home()
        world.settle()
        assert erik.modal is not None
        assert erik.home is not None
        assert "L-1" in erik.home.words
        assert set() == names_in(question.words, question.text, erik.modal.words, erik.home.words)
        erik.close_view()


@pytest.mark.parametrize("who", ["@maja", "@anna"])
def test_managers_and_marketers_find_the_name_in_private(blind: World, who: str):
    """The lead is hidden from those who could claim it, and from nobody else."""
    blind_lead(blind)
    blind.sees("L-1")
    blind.person(who).command("/lead", "lovelace", channel="mql-handoff")
    blind.settle()
    blind.hears(who, "Ada Lovelace", "Acme AB")
