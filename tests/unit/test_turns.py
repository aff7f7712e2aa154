"""Who is asked about a lead, and why them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.domain.assignment import Assignment, Rule
from bot.domain.turns import (
    LEAD,
    Candidate,
    Choice,
    Skip,
    Standing,
    Why,
    choose,
)

CLAIM = Rule()
TURNS = Rule(Assignment.ROUND_ROBIN)
OWNERS = Rule(Assignment.ACCOUNT_OWNER)
OWNERS_ELSE_CLAIM = replace(OWNERS, otherwise=Assignment.FIRST_TO_CLAIM)

LENA, JONAS, IDA = Candidate("lena"), Candidate("jonas"), Candidate("ida")
TEAM = (LENA, JONAS, IDA)


# ------------------------------------------------------------------ which rule decides


def test_first_to_claim_asks_everybody() -> None:
    """Whoever is quickest has the lead, whatever the turn or an account would say."""
    choice = choose(CLAIM, TEAM, crm_owner="ida", company_owners=["ida"], same_seller="ida")
    assert (None, Why.EVERYBODY, {}) == (choice.person, choice.why, choice.skipped)
    assert {"lena": 0, "jonas": 0, "ida": 0} == choice.credits


@pytest.mark.parametrize(
    ("rule", "crm_owner", "company_owner", "same_seller", "person", "why"),
    [
        (TURNS, None, None, None, "lena", Why.TURN),
        (TURNS, "ida", "ida", None, "lena", Why.TURN),
        (TURNS, "ida", "ida", "jonas", "jonas", Why.SAME_SELLER),
        (OWNERS, None, None, None, "lena", Why.TURN),
        (OWNERS, "ida", None, None, "ida", Why.CRM_OWNER),
        (OWNERS, None, "ida", None, "ida", Why.COMPANY_OWNER),
        (OWNERS, "ida", "jonas", None, "ida", Why.CRM_OWNER),
        (OWNERS, "ida", "ida", "jonas", "jonas", Why.SAME_SELLER),
        (OWNERS, "a stranger", "ida", None, "ida", Why.COMPANY_OWNER),
        (OWNERS, "a stranger", "another", "a third", "lena", Why.TURN),
        (OWNERS_ELSE_CLAIM, "ida", None, None, "ida", Why.CRM_OWNER),
        (OWNERS_ELSE_CLAIM, None, None, "ida", "ida", Why.SAME_SELLER),
        (OWNERS_ELSE_CLAIM, None, None, None, None, Why.EVERYBODY),
        (OWNERS_ELSE_CLAIM, "a stranger", None, None, None, Why.EVERYBODY),
    ],
)
def test_who_comes_before_the_turn(
    rule: Rule,
    crm_owner: str | None,
    company_owner: str | None,
    same_seller: str | None,
    person: str | None,
    why: Why,
) -> None:
    """The seller who knows the lead, then the account's owner in the CRM, then the company's."""
    choice = choose(rule, TEAM, crm_owner, [company_owner] if company_owner else (), same_seller)
    assert (person, why) == (choice.person, choice.why)


# --------------------------------------------------------------------- who is skipped

LIMITED = replace(TURNS, open_at_most=3, per_day=5)
SKIPS = [
    (Candidate("lena", away=Skip.AWAY), Skip.AWAY),
    (Candidate("lena", away=Skip.STATUS), Skip.STATUS),
    (Candidate("lena", away=Skip.PRESENCE), Skip.PRESENCE),
    (Candidate("lena", away=Skip.OFF_HOURS), Skip.OFF_HOURS),
    (Candidate("lena", away=Skip.GONE), Skip.GONE),
    (Candidate("lena", had_it=True), Skip.HAD_IT),
    (Candidate("lena", weight=0), Skip.NO_TURN),
    (Candidate("lena", open=3), Skip.FULL),
    (Candidate("lena", open=4), Skip.FULL),
    (Candidate("lena", today=5), Skip.DAY_FULL),
    (Candidate("lena", unanswered=1), Skip.BUSY),
    (Candidate("lena", away=Skip.GONE, had_it=True), Skip.GONE),
    (Candidate("lena", away=Skip.AWAY, had_it=True, weight=0), Skip.HAD_IT),
    (Candidate("lena", away=Skip.AWAY, weight=0), Skip.NO_TURN),
    (Candidate("lena", away=Skip.AWAY, open=3, today=5), Skip.AWAY),
    (Candidate("lena", open=3, today=5, unanswered=1), Skip.FULL),
    (Candidate("lena", today=5, unanswered=1), Skip.DAY_FULL),
]


@pytest.mark.parametrize(("lena", "reason"), SKIPS)
def test_the_turn_passes_over_somebody_for_a_reason(lena: Candidate, reason: Skip) -> None:
    """However much is owed to them; and of several reasons the lasting one is told."""
    owed = replace(lena, credit=2 * LEAD)
    choice = choose(LIMITED, (owed, JONAS), waited=True)
    assert ("jonas", Why.TURN) == (choice.person, choice.why)
    assert {"lena": reason} == choice.skipped
    assert 2 * LEAD == choice.credits["lena"]


@pytest.mark.parametrize(
    "lena",
    [
        Candidate("lena", open=2, today=4),
        Candidate("lena", open=2, today=4, unanswered=2),
    ],
)
def test_below_the_limits_it_is_still_their_turn(lena: Candidate) -> None:
    """The last lead allowed is offered; an offer still open keeps no new lead away."""
    assert "lena" == choose(LIMITED, (lena, JONAS)).person


def test_without_limits_nobody_is_full() -> None:
    """A rule without caps counts nothing."""
    assert "lena" == choose(TURNS, (Candidate("lena", open=99, today=99), JONAS)).person


@pytest.mark.parametrize(("lena", "reason"), SKIPS)
def test_an_owner_is_asked_if_they_can_answer(lena: Candidate, reason: Skip) -> None:
    """Caps, weight, pace and a grey dot keep nobody from their own account; absence does."""
    rule = replace(OWNERS, open_at_most=3, per_day=5)
    choice = choose(rule, (JONAS, lena), crm_owner="lena", waited=True)
    asked = not lena.had_it and lena.away in {None, Skip.PRESENCE}
    expected = ("lena", Why.CRM_OWNER, None) if asked else ("jonas", Why.TURN, "lena")
    assert expected == (choice.person, choice.why, choice.owner)
    told = Skip.AWAY if reason is Skip.NO_TURN else reason  # why an owner was not asked
    assert ({} if asked else {"lena": told}) == choice.skipped


def test_the_next_claim_holds_where_the_first_cannot_be_asked() -> None:
    """The CRM's owner is on holiday: the company's owner is asked, and one reads whose it was."""
    away = replace(IDA, away=Skip.AWAY)
    choice = choose(OWNERS, (LENA, JONAS, away), crm_owner="ida", company_owners=["jonas"])
    assert ("jonas", Why.COMPANY_OWNER, "ida") == (choice.person, choice.why, choice.owner)


def test_a_company_may_have_several_sellers() -> None:
    """Whoever took a lead of it last sells for another queue, and the one before is on holiday:
    the third knows it too."""
    team = (LENA, replace(JONAS, away=Skip.AWAY), IDA)
    choice = choose(OWNERS, team, company_owners=["priya", "jonas", "ida"])
    told = (choice.person, choice.why, choice.owner)
    assert ("ida", Why.COMPANY_OWNER, "priya") == told


def test_who_is_asked_about_the_company_is_asked_again() -> None:
    """Two leads of one company within a minute go to one seller, though nobody has it yet."""
    choice = choose(OWNERS, TEAM, company_asked=["ida"])
    assert ("ida", Why.COMPANY_ASKED) == (choice.person, choice.why)
    owned = choose(OWNERS, TEAM, company_owners=["jonas"], company_asked=["ida"])
    assert ("jonas", Why.COMPANY_OWNER) == (owned.person, owned.why)
    assert "lena" == choose(TURNS, TEAM, company_asked=["ida"]).person


def test_who_is_asked_in_another_team_has_no_claim_here() -> None:
    """They own nothing yet, so nobody reads that they would have come first."""
    choice = choose(OWNERS, TEAM, company_asked=["priya"])
    assert ("lena", Why.TURN, None) == (choice.person, choice.why, choice.owner)


@pytest.mark.parametrize(
    ("ida", "reason"),
    [
        (replace(IDA, open=3), Skip.FULL),
        (replace(IDA, today=5), Skip.DAY_FULL),
        (replace(IDA, away=Skip.AWAY), Skip.AWAY),
        (replace(IDA, had_it=True), Skip.HAD_IT),
    ],
)
def test_being_asked_about_a_company_breaks_no_cap(ida: Candidate, reason: Skip) -> None:
    """Forty leads of one fair stand do not all land on the desk that the first one lies on."""
    rule = replace(OWNERS, open_at_most=3, per_day=5)
    choice = choose(rule, (LENA, JONAS, ida), company_asked=["ida"])
    told = (choice.person, choice.skipped, choice.owner)
    assert ("lena", {"ida": reason}, "ida") == told


@pytest.mark.parametrize("away", [Skip.AWAY, Skip.STATUS, Skip.OFF_HOURS, Skip.GONE])
def test_an_owner_without_turns_may_be_absent_too(away: Skip) -> None:
    """One who takes only their own accounts is not asked on holiday, and one reads that."""
    lena = Candidate("lena", weight=0, away=away)
    choice = choose(OWNERS, (lena, JONAS), crm_owner="lena")
    assert ("jonas", {"lena": away}) == (choice.person, choice.skipped)
    assert {"lena": Skip.NO_TURN if away is not Skip.GONE else away} == choose(
        TURNS, (lena, JONAS)
    ).skipped


@pytest.mark.parametrize(
    ("jonas", "person"),
    [
        (Candidate("jonas"), "jonas"),
        (Candidate("jonas", open=3), None),  # at work: their desk will clear
        (Candidate("jonas", today=5), None),
        (Candidate("jonas", away=Skip.AWAY), "lena"),
        (Candidate("jonas", away=Skip.STATUS), "lena"),
        (Candidate("jonas", away=Skip.PRESENCE), "lena"),
        (Candidate("jonas", away=Skip.GONE), "lena"),
        (Candidate("jonas", had_it=True), "lena"),
        (Candidate("jonas", weight=0), "lena"),
    ],
)
def test_off_hours_counts_only_while_a_colleague_is_at_work(
    jonas: Candidate, person: str | None
) -> None:
    """Nobody is asked in their evening while somebody else could take the lead."""
    lena = Candidate("lena", away=Skip.OFF_HOURS)
    assert person == choose(LIMITED, (lena, jonas)).person


@pytest.mark.parametrize(
    ("team", "why"),
    [
        ((replace(LENA, away=Skip.AWAY), replace(JONAS, open=3)), Why.NOBODY_FREE),
        ((replace(LENA, had_it=True), replace(JONAS, today=5)), Why.NOBODY_FREE),
        ((replace(LENA, had_it=True), replace(JONAS, unanswered=1)), Why.NOBODY_FREE),
        ((replace(LENA, had_it=True), replace(JONAS, had_it=True)), Why.NOBODY_LEFT),
        ((replace(LENA, had_it=True), replace(JONAS, away=Skip.GONE)), Why.NOBODY_LEFT),
        ((replace(LENA, weight=0),), Why.NOBODY_LEFT),
        ((), Why.NOBODY_LEFT),
    ],
)
def test_nobody_to_ask(team: tuple[Candidate, ...], why: Why) -> None:
    """A lead waits while somebody may come free; when nobody is left it is the manager's."""
    choice = choose(LIMITED, team, waited=True)
    assert (None, why) == (choice.person, choice.why)
    assert {one.person for one in team} == set(choice.skipped)
    assert {one.person: 0 for one in team} == choice.credits


def test_a_pile_is_handed_out_one_by_one() -> None:
    """Whoever is back first gets the next waiting lead when the one before is answered."""
    alone = (LENA, replace(JONAS, away=Skip.AWAY))
    first = choose(TURNS, alone, waited=True)
    asked = (replace(LENA, unanswered=1), *alone[1:])
    second = choose(TURNS, asked, waited=True)
    assert ("lena", None) == (first.person, second.person)
    assert (Why.NOBODY_FREE, Skip.BUSY) == (second.why, second.skipped["lena"])


# ---------------------------------------------------------------------- what is explained


def test_the_explanation_survives_the_journal() -> None:
    """Months later one reads who was asked, who was passed over and how each stood."""
    rule = replace(OWNERS, open_at_most=3, per_day=5)
    team = (
        Candidate("lena", 2, credit=LEAD // 4),
        Candidate("jonas", open=4),
        Candidate("ida", today=5),
        Candidate("olof", away=Skip.STATUS),
        Candidate("maja"),
    )
    choice = choose(rule, team, crm_owner="olof")
    assert "lena" == choice.person
    assert {"jonas": 4, "ida": 5} == choice.counts
    assert {"lena", "maja"} == set(choice.standing)
    assert Standing(2, LEAD // 4 + 2 * LEAD // 3) == choice.standing["lena"]
    assert pytest.approx(0.25 + 2 / 3) == choice.standing["lena"].owed
    told = json.loads(json.dumps(choice.to_json()))
    assert replace(choice, credits={}) == Choice.from_json(told)


def test_a_short_explanation_stays_short() -> None:
    """What there is nothing to say about is left out."""
    assert {"why": "everybody"} == choose(CLAIM, TEAM).to_json()
    assert Choice(None, Why.EVERYBODY) == Choice.from_json({"why": "everybody"})
