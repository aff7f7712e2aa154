"""Who is asked about a lead: by turn, the account's owner, or everybody; and who is asked next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.agreement import Act, Clock, Duration, Step, Target
from bot.domain.assignment import Assignment, Rule
from bot.domain.business_hours import Calendar
from bot.domain.handoff import EnoughInHand, NotAllowed, State
from bot.domain.lead import LeadFacts
from bot.use_cases import answer, away, passing
from bot.use_cases.offer import raise_lead
from playground.delivery import INTERACTIVE
from tests import migrated
from tests.scenario.world import AGREED, DACH, MONDAY, QUEUE, World, open_world, read

TURNS = Rule(Assignment.ROUND_ROBIN)
THREE = ("@erik", "@aino", "@jonas")
PASS_ON = Step(Clock.ANSWER, 0, (), Act.OFFER_NEXT, after=Duration(timedelta(hours=1)), times=9,
               every=Duration(timedelta(hours=1)))  # fmt: skip
QUIET = replace(AGREED, ladder=(), touch=Target(Duration(timedelta(hours=4))))


@contextmanager
def team(tmp_path: Path, rule: Rule, *sellers: str, **settings: Any) -> Iterator[World]:
    own = {name: settings.pop(name) for name in ("touch_hours",) if name in settings}
    queue = replace(QUEUE, rule=rule, sellers=sellers or THREE, **own)
    settings = {"terms": QUIET, **settings}
    with open_world(tmp_path, queues=(queue, DACH), **settings) as world:
        yield world
        world.nothing_more()


@pytest.fixture
def by_turns(tmp_path: Path) -> Iterator[World]:
    with team(tmp_path, TURNS) as world:
        yield world


def asked(world: World, lead: int) -> str | None:
    """The handle of who is asked by name."""
    person = world.handoff(lead).assignee
    return next((who for who in THREE if world.id(who) == person), person)


def read_dm(world: World, who: str) -> str:
    """What stands in somebody's DM now."""
    said = "\n".join(seen.words for seen in world.person(who).dm())
    return read(world.server.workspace, said)


def accepted(world: World, name: str, who: str, **facts: Any) -> int:
    lead = world.lead(name, **facts)
    world.click(who, "accept", lead)
    world.deliver()
    return lead


# ------------------------------------------------------------------------------- by turns


def test_each_lead_asks_whose_turn_it_is(by_turns: World):
    """Round robin: the card mentions one person, and everybody gets the same share."""
    leads = [by_turns.lead(f"Ada {number}") for number in range(6)]
    assert [*THREE, *THREE] == [asked(by_turns, lead) for lead in leads]
    assert "*New lead* for @erik." in by_turns.shows(leads[0])
    pings = {who: [ping.why for ping in by_turns.person(who).pings()] for who in THREE}
    assert {who: ["mention", "mention"] for who in THREE} == pings


def test_only_who_is_asked_may_answer(by_turns: World):
    """Anybody else is told privately whom the lead is offered to; the lead stays where it is."""
    lead = by_turns.lead()
    by_turns.click("@aino", "accept", lead)
    by_turns.hears("@aino", "This lead is offered to @erik")
    assert asked(by_turns, lead) == "@erik"
    by_turns.click("@erik", "accept", lead)
    assert by_turns.handoff(lead).holder == by_turns.id("@erik")


def test_the_manager_can_answer_for_whoever_is_asked(by_turns: World):
    """A manager steps in where that is needed."""
    lead = by_turns.lead()
    by_turns.click("@maja", "accept", lead)
    assert by_turns.handoff(lead).holder == by_turns.id("@maja")


def test_who_cannot_take_it_passes_it_on(by_turns: World):
    """The next is asked on a new card under the same promise; the old card says where it went."""
    lead = by_turns.lead()
    old, due = by_turns.card(lead), by_turns.handoff(lead).offer.answer_due
    by_turns.click("@erik", "pass", lead)
    by_turns.deliver()
    by_turns.sees("*For @aino now.*", "Please answer by")
    after = by_turns.handoff(lead)
    assert (1, due, "@aino") == (after.round, after.offer.answer_due, asked(by_turns, lead))
    old_now = next(s for s in by_turns.person("@maja").sees("mql-handoff") if s.ts == old.ts)
    assert "passed it on" in old_now.words
    assert not old_now.action_ids


def test_passing_on_twice_passes_on_once(by_turns: World):
    """A second click is still a yes, and does not take the lead from the next."""
    lead = by_turns.lead()
    sent = by_turns.person("@erik").click("pass", by_turns.card(lead)).payload
    by_turns.settle()
    deliveries = by_turns.server.workspace.deliveries
    assert deliveries.send(INTERACTIVE, sent, by_turns.id("@erik")).wait().acked
    by_turns.settle()
    by_turns.deliver()
    by_turns.sees("*For @aino now.*")
    assert asked(by_turns, lead) == "@aino"


def test_news_of_a_lead_reach_whoever_is_asked(by_turns: World):
    """The same person once more: a changed card tells nobody, so who is asked is mentioned."""
    by_turns.lead()
    facts = LeadFacts(email="Ada@acme.example", name="Ada", country="SE", why="Called again")
    raise_lead(by_turns.desk, facts)
    by_turns.deliver()
    by_turns.sees("@erik", "has raised a hand again")


def test_home_shows_what_asks_for_its_reader(by_turns: World):
    """Nobody reads in their Home of an offer that somebody else is asked about."""
    by_turns.lead("Ada")
    by_turns.lead("Grace")
    homes = {}
    for who in ("@erik", "@aino"):
        by_turns.person(who).open_home()
        by_turns.settle()
        home = by_turns.person(who).home
        assert home is not None
        homes[who] = [name for name in ("Ada", "Grace") if name in home.words]
    assert {"@erik": ["Ada"], "@aino": ["Grace"]} == homes


def test_history_acts_whoever_was_asked(by_turns: World):
    """In a replay turns are taken, and the row of the history still counts as it happened."""
    lead = by_turns.lead()
    past = replace(by_turns.desk, replaying=True)
    answer.accept(past, lead, 1, by_turns.id("@jonas"))
    assert by_turns.handoff(lead).holder == by_turns.id("@jonas")
    assert asked(by_turns, by_turns.lead("Grace")) == "@aino"


def test_a_lead_never_comes_back_to_whoever_had_it(by_turns: World):
    """Passed on by everybody, it is open to the team, and the manager hears who was asked."""
    lead = by_turns.lead()
    for who in THREE:
        by_turns.click(who, "pass", lead)
        by_turns.deliver()
    by_turns.sees("*For @aino now.*")
    by_turns.sees("*For @jonas now.*")
    by_turns.sees("*For @erik, @aino, @jonas now.*", "Everybody has been asked by name")
    by_turns.hears("@maja", "Nobody is left to ask about *Ada*", "@erik passed it on")
    by_turns.click("@aino", "accept", lead)
    assert by_turns.handoff(lead).holder == by_turns.id("@aino")


def test_the_manager_asks_somebody_by_name(by_turns: World):
    """Where nobody is left, the manager chooses; the message says so from then on."""
    lead = by_turns.lead()
    for who in THREE:
        by_turns.click(who, "pass", lead)
        by_turns.deliver()
    asked_whom = by_turns.hears("@maja", "Who should take it?")
    by_turns.forget()
    by_turns.person("@maja").click("ask_seller", asked_whom, value="Jonas Weber (had it)")
    by_turns.deliver()
    assert "@jonas is asked now" in read_dm(by_turns, "@maja")
    by_turns.sees("*For @jonas now.*")
    assert asked(by_turns, lead) == "@jonas"


def test_an_offer_that_is_not_answered_goes_to_the_next(tmp_path: Path):
    """After the agreed time the next is asked: same round, same clock, and nobody is skipped."""
    with team(tmp_path, TURNS, terms=replace(QUIET, ladder=(PASS_ON,))) as world:
        lead = world.lead()
        started = world.handoff(lead).clock
        assert started is not None
        world.pass_time(minutes=61)
        world.sees("*For @aino now.*")
        world.click("@aino", "accept", lead)
        world.pass_time(hours=3)
        offer = world.handoff(lead).offer
        assert (1, timedelta(minutes=61)) == (offer.round, offer.answer_spent)
        assert world.handoff(lead).holder == world.id("@aino")


def test_a_click_in_time_counts_though_the_lead_went_on_meanwhile(tmp_path: Path):
    """Who was asked, and clicked before their time was up, has the lead; who clicked after has
    not."""
    with team(tmp_path, TURNS, terms=replace(QUIET, ladder=(PASS_ON,))) as world:
        lead = world.lead()
        up = world.clock.now() + timedelta(hours=1)
        world.pass_time(minutes=61)
        world.sees("*For @aino now.*")
        erik = world.id("@erik")
        for late in (up, None):
            with pytest.raises(NotAllowed):
                answer.accept(world.desk, lead, 1, erik, clicked_at=late)
        answer.accept(world.desk, lead, 1, erik, clicked_at=up - timedelta(seconds=1))
        assert erik == world.handoff(lead).holder
        world.deliver()
        assert "Accepted by @erik" in world.shows(lead)


def test_a_released_lead_asks_somebody_else(by_turns: World):
    """Who gave a lead back is not asked again, even when it would be their turn."""
    lead = accepted(by_turns, "Ada", "@erik")
    for _ in range(2):
        by_turns.click("@maja", "more", lead, value="Release")
        by_turns.deliver()
        by_turns.sees("Back in the queue")
        by_turns.click("@maja", "accept", lead)
        by_turns.deliver()
    by_turns.click("@maja", "more", lead, value="Release")
    by_turns.deliver()
    by_turns.sees("Back in the queue")
    by_turns.hears("@maja", "Nobody is left to ask about *Ada*", "@maja gave it back")


def test_a_lead_that_comes_back_on_its_date_asks_who_knows_it(by_turns: World):
    """Same seller first, whoever's turn it is."""
    lead = by_turns.lead()
    by_turns.click("@erik", "reject", lead)
    by_turns.person("@erik").wait_for_modal()
    by_turns.person("@erik").submit({"reason": "bad_timing", "until": "2026-03-09"})
    by_turns.deliver()
    by_turns.forget()
    by_turns.pass_time(days=7)
    by_turns.sees("*Back in the queue* for @erik")


def test_weights_and_caps_hold(tmp_path: Path):
    """Twice the weight is twice the leads; a cap of a day sends what is more to the others, and
    what is too much for all waits until tomorrow: for whoever has answered by then."""
    rule = replace(TURNS, weights={"@erik": 2, "@jonas": 0}, per_day=3)
    with team(tmp_path, rule) as world:
        leads = [world.lead(f"Ada {number}") for number in range(6)]
        handles = [asked(world, lead) for lead in leads]
        assert {"@erik": 3, "@aino": 3} == {who: handles.count(who) for who in set(handles)}
        world.lead("Grace")
        world.hears("@maja", "Nobody of nordics is free for *Grace*")
        for lead in leads:
            if asked(world, lead) == "@aino":
                world.click("@aino", "accept", lead)
        world.pass_time(hours=15)  # midnight has passed, and nobody is at work
        world.nothing_more()
        world.pass_time(hours=9)
        world.sees("*For @aino now.*", "Grace")


# ---------------------------------------------------------------------- nobody is free


def test_a_lead_waits_for_a_free_seller_oldest_first(tmp_path: Path):
    """All hands are full: the card says so, the manager hears once, and whoever has room again is
    asked by name, about the lead that waited longest."""
    with team(tmp_path, replace(TURNS, open_at_most=1), "@erik") as world:
        held = accepted(world, "Ada", "@erik")
        first = world.lead("Grace")
        assert "Nobody of the team is free just now" in world.shows(first)
        world.hears("@maja", "Nobody of nordics is free for *Grace*")
        world.clock.advance(by=timedelta(minutes=1))
        second = world.lead("Lin")
        world.sweep()
        world.nothing_more()
        world.click("@erik", "sql", held)
        world.deliver()
        third = world.lead("Mary")
        world.sweep()
        world.sees("*For @erik now.*", "Grace")
        assert [world.id("@erik"), None, None] == [
            world.handoff(lead).assignee for lead in (first, second, third)
        ]


def test_a_lead_that_waits_for_one_holds_up_nobody_else(by_turns: World):
    """Two have declined it and the third is away: it waits for them, and the next lead does not."""
    away.leave(by_turns.desk, by_turns.id("@jonas"), None)
    lead = by_turns.lead("Ada")
    for _ in range(2):
        by_turns.click(str(asked(by_turns, lead)), "pass", lead)
        by_turns.deliver()
    by_turns.sees("*For @aino now.*", "Ada")
    by_turns.sees("Nobody of the team is free just now", "Ada")
    by_turns.hears("@maja", "Nobody of nordics is free for *Ada*")
    following = [by_turns.lead(name) for name in ("Grace", "Lin")]
    by_turns.sweep()
    assert {"@erik", "@aino"} == {asked(by_turns, each) for each in following}


def test_whoever_can_takes_a_lead_that_waits(tmp_path: Path):
    """While nobody is free it is open to the team, within what the team agreed on."""
    with team(tmp_path, replace(TURNS, open_at_most=1), "@erik", "@aino") as world:
        accepted(world, "Ada", "@erik")
        accepted(world, "Grace", "@aino")
        lead = world.lead("Lin")
        world.hears("@maja", "Nobody of nordics is free for *Lin*")
        world.click("@erik", "accept", lead)
        world.hears("@erik", "as many leads in hand as the team agreed on: 1")
        world.click("@maja", "accept", lead)
        assert world.handoff(lead).state is State.ACCEPTED


# ------------------------------------------------------------------------ first to claim


def test_nobody_claims_more_than_the_team_agreed_on(tmp_path: Path):
    """The limit of open claims: a full hand is told what to do first, and then may claim again."""
    with team(tmp_path, Rule(open_at_most=1)) as world:
        held = accepted(world, "Ada", "@erik")
        lead = world.lead("Grace")
        world.click("@erik", "accept", lead)
        world.hears("@erik", "as many leads in hand as the team agreed on: 1")
        world.click("@erik", "contacted", held)
        world.click("@erik", "sql", held)
        world.click("@erik", "accept", lead)
        assert world.handoff(lead).holder == world.id("@erik")


def test_clicks_at_once_claim_no_more_than_the_team_agreed_on(
    tmp_path: Path, postgres_database: Callable[..., str]
):
    """Two cards on two screens: whichever click is first counts, and the other one is told."""
    database = postgres_database(migrated.migrate)
    with team(tmp_path, Rule(open_at_most=1), database=database) as world:
        leads = [world.lead(f"Ada {number}") for number in range(4)]
        erik = world.id("@erik")

        def claim(lead: int) -> bool:
            try:
                return bool(answer.accept(world.desk, lead, 1, erik).handoff)
            except EnoughInHand:
                return False

        with ThreadPoolExecutor(4) as pool:
            assert [False] * 3 + [True] == sorted(pool.map(claim, leads))


# ------------------------------------------------------------------------ account owner

OWNERS = Rule(Assignment.ACCOUNT_OWNER)


def domain_of(email: str) -> str:
    domain = email.partition("@")[2]
    return "" if domain == "gmail.example" else domain


def test_the_owner_of_the_account_is_asked_first(tmp_path: Path):
    """Named by the CRM, or the seller of the same company's last lead; else it goes by turns."""
    with team(tmp_path, OWNERS, company_domain=domain_of) as world:
        by_turn = accepted(world, "Ada", "@erik")
        owned = world.lead("Grace", email="g@other.example", extra={"owner": "@jonas"})
        colleague = world.lead("Lin")
        assert ["@jonas", "@erik"] == [asked(world, lead) for lead in (owned, colleague)]
        whys = [world.journal(lead)[0].because for lead in (by_turn, owned, colleague)]
        assert ["turn", "crm_owner", "company_owner"] == [why and why["why"] for why in whys]


def test_leads_of_one_company_go_to_one_seller(tmp_path: Path):
    """Both come in before the first is accepted: who is asked about it is asked about the other,
    and whoever declined that one is not."""
    with team(tmp_path, OWNERS, company_domain=domain_of) as world:
        first, second = world.lead("Ada"), world.lead("Grace")
        assert ["@erik", "@erik"] == [asked(world, lead) for lead in (first, second)]
        world.person("@erik").command("/lead", f"L-{second} why", channel="mql-handoff")
        world.settle()
        world.hears("@erik", "@erik: they were asked about another lead of this company.")
        world.click("@erik", "pass", second)
        world.deliver()
        world.sees("*For @aino now.*", "Grace")
        assert ["@erik", "@aino"] == [asked(world, lead) for lead in (first, second)]


def test_free_mail_is_no_company(tmp_path: Path):
    """Two people at a free mail service have nothing in common."""
    with team(tmp_path, OWNERS, company_domain=domain_of) as world:
        accepted(world, "Ada", "@erik", email="ada@gmail.example")
        lead = world.lead("Grace", email="grace@gmail.example")
        assert asked(world, lead) == "@aino"


def test_a_domain_that_turns_out_to_be_free_mail_is_no_company_any_more(tmp_path: Path):
    """Once app.yaml says so it counts for the leads that are here already, too."""
    with team(tmp_path, OWNERS, company_domain=domain_of) as world:
        accepted(world, "Ada", "@jonas", email="a@isp.example", extra={"owner": "@jonas"})
        lead = world.lead("Grace", email="g@isp.example", extra={"owner": "@erik"})
        today = replace(world.desk, company_domain=lambda _email: "")
        passing.pass_on(today, lead, 1, world.id("@erik"))
        world.deliver()
        world.sees("*For @aino now.*", "Grace")


def test_an_account_without_an_owner_may_be_for_everybody(tmp_path: Path):
    """`otherwise: first_to_claim`: the owner first, and everybody where there is none."""
    with team(tmp_path, replace(OWNERS, otherwise=Assignment.FIRST_TO_CLAIM)) as world:
        lead = world.lead("Ada")
        assert "*New lead* for @erik, @aino, @jonas." in world.shows(lead)
        world.click("@jonas", "accept", lead)
        assert world.handoff(lead).holder == world.id("@jonas")


# ------------------------------------------------------------------------ the seller's hours


def test_the_touch_clock_may_keep_the_sellers_hours(tmp_path: Path):
    """Four working hours from Monday ten in Stockholm, half past two in Kolkata."""
    with team(tmp_path, Rule(), "@priya", "@erik", touch_hours="seller") as world:
        priyas = accepted(world, "Ada", "@priya")
        eriks = accepted(world, "Grace", "@erik")
        assert (
            "zone:Asia/Kolkata",
            "zone:Europe/Stockholm",
        ) == (world.handoff(priyas).hours, world.handoff(eriks).hours)
        dues = [world.handoff(lead).offer.touch_due for lead in (eriks, priyas)]
        assert [MONDAY + timedelta(hours=4), MONDAY + timedelta(hours=20)] == dues
        world.clock.advance(by=timedelta(hours=21))
        world.click("@priya", "contacted", priyas)
        world.deliver()
        assert "in 5 h, late by 1 h" in world.shows(priyas)


def test_somebody_may_have_hours_of_their_own(tmp_path: Path):
    """Who works evenings is asked in the evening, and their clocks keep those hours."""
    evenings = Calendar("evenings", "Europe/Stockholm", (((780, 1260),),) * 5 + ((),) * 2)
    terms = replace(QUIET, own_hours={"evenings": evenings})
    own = {"own_calendars": {"@erik": "evenings"}, "touch_hours": "seller"}
    with team(tmp_path, TURNS, "@erik", "@aino", terms=terms, **own) as world:
        morning = [asked(world, world.lead(f"Ada {number}")) for number in range(2)]
        world.clock.advance(by=timedelta(hours=8))  # six in the evening
        lead = accepted(world, "Lin", "@erik")
        assert ["@aino", "@aino"] == morning
        handoff = world.handoff(lead)
        assert ("calendar:evenings", MONDAY + timedelta(hours=28)) == (
            handoff.hours,
            handoff.offer.touch_due,
        )


def test_a_calendar_that_came_after_the_offer_does_not_touch_it(tmp_path: Path):
    """A lead offered before @erik had hours of their own is timed by the clocks of their zone, as
    was agreed then; and the page about its timing names no hours that nobody counted by."""
    own = {"own_calendars": {"@erik": "evenings"}, "touch_hours": "seller"}
    with team(tmp_path, Rule(), "@erik", "@aino", **own) as world:
        lead = accepted(world, "Ada", "@erik")
        assert "zone:Europe/Stockholm" == world.handoff(lead).hours
        assert MONDAY + timedelta(hours=4) == world.handoff(lead).offer.touch_due


# ------------------------------------------------------------------------ at the same moment


def test_turns_survive_a_crowd(by_turns: World):
    """Leads that come in together are shared out as if they had come one by one."""

    def come(number: int) -> int:
        facts = LeadFacts(email=f"{number}@acme.example", name=f"Ada {number}", country="SE")
        return raise_lead(by_turns.desk, facts).handoff_id

    with ThreadPoolExecutor(6) as pool:
        leads = list(pool.map(come, range(12)))
    by_turns.deliver()
    by_turns.forget()
    handles = [asked(by_turns, lead) for lead in leads]
    assert dict.fromkeys(THREE, 4) == {who: handles.count(who) for who in THREE}
    assert 0 == passing.assign_waiting(by_turns.desk)
