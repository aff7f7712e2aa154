"""Whose turn it is, lead after lead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate, repeat

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.assignment import Assignment, Rule
from bot.domain.turns import (
    AHEAD_AT_MOST,
    LEAD,
    Candidate,
    Choice,
    Dealt,
    Skip,
    Standing,
    Why,
    choose,
    dealt,
)

TURNS = Rule(Assignment.ROUND_ROBIN)
OWNERS = Rule(Assignment.ACCOUNT_OWNER)
LIMITED = replace(TURNS, open_at_most=3, per_day=5)
ROUNDING = LEAD // 1_000_000

LENA, JONAS, IDA = Candidate("lena"), Candidate("jonas"), Candidate("ida")
TEAM = (LENA, JONAS, IDA)


def after(team: Iterable[Candidate], choice: Choice) -> tuple[Candidate, ...]:
    """The same people before the next lead."""
    return tuple(replace(one, credit=choice.credits[one.person]) for one in team)


def turns(rule: Rule, team: Sequence[Candidate], leads: int) -> list[Choice]:
    def next_turn(last: Choice, _: object) -> Choice:
        return choose(rule, after(team, last))

    return list(accumulate(repeat(None, leads - 1), next_turn, initial=choose(rule, team)))


def names(choices: Iterable[Choice]) -> list[str | None]:
    return [choice.person for choice in choices]


def test_at_night_the_turn_goes_on() -> None:
    """Where nobody is at work, off hours is no reason; the lead is on a desk in the morning."""
    night = tuple(replace(one, away=Skip.OFF_HOURS) for one in TEAM)
    choices = turns(TURNS, night, 6)
    assert ["lena", "jonas", "ida"] * 2 == names(choices)
    assert [{}] * 6 == [choice.skipped for choice in choices]


def test_a_declined_lead_goes_on_until_nobody_is_left() -> None:
    """Each is asked once, in turn; then the manager has it."""
    team: tuple[Candidate, ...] = TEAM
    asked = []
    while (choice := choose(TURNS, team)).person:
        asked.append(choice.person)
        team = tuple(
            replace(one, had_it=one.had_it or one.person == choice.person)
            for one in after(team, choice)
        )
    assert ["lena", "jonas", "ida"] == asked
    assert Why.NOBODY_LEFT is choice.why


def test_one_after_the_other() -> None:
    """Equals take turns in the order of the list."""
    assert ["lena", "jonas", "ida"] * 3 == names(turns(TURNS, TEAM, 9))


def test_weights_are_spread_out_not_bunched() -> None:
    """Three of five leads are three of five without three in a row."""
    team = (Candidate("lena", 3), JONAS, IDA)
    assert ["lena", "jonas", "lena", "ida", "lena"] * 2 == names(turns(TURNS, team, 10))


def test_the_place_is_kept_when_the_list_changes() -> None:
    """Sorting the list anew, or a colleague's leaving, gives nobody a second turn."""
    first, second = turns(TURNS, TEAM, 2)
    assert ["lena", "jonas"] == names((first, second))
    shuffled = after((JONAS, LENA, IDA), second)
    assert "ida" == choose(TURNS, shuffled).person
    without_ida = after((LENA, JONAS), second)
    assert ["lena", "jonas", "lena"] == names(turns(TURNS, without_ida, 3))


def test_a_newcomer_takes_turns_from_the_first_day() -> None:
    """They are neither given what they missed nor put at the end of a long queue."""
    team = after(TEAM, turns(TURNS, TEAM, 100)[-1])
    shares = Counter(names(turns(TURNS, (*team, Candidate("new")), 40)))
    assert {"lena": 10, "jonas": 10, "ida": 10, "new": 10} == shares
    first_round = names(turns(TURNS, (*team, Candidate("new")), 4))
    assert 1 == first_round.count("new")


def test_no_flood_on_return() -> None:
    """Three weeks away are not made up for: the first round after it is like any other."""
    before = turns(TURNS, TEAM, 4)[-1]
    without = turns(TURNS, (replace(LENA, away=Skip.AWAY), *after(TEAM, before)[1:]), 300)[-1]
    back = names(turns(TURNS, after(TEAM, without), 9))
    assert {"lena": 3, "jonas": 3, "ida": 3} == Counter(back)
    assert [1, 1, 1] == [back[start : start + 3].count("lena") for start in (0, 3, 6)]


def test_who_sits_on_leads_earns_no_turns_by_it() -> None:
    """With full hands one is passed over, as often as it takes, and it is not made up for."""
    before = after(TEAM, turns(LIMITED, TEAM, 4)[-1])
    full = turns(LIMITED, (replace(before[0], open=3), *before[1:]), 100)
    assert Counter(names(full)) == {"jonas": 50, "ida": 50}
    assert [{"lena": Skip.FULL}] * 100 == [choice.skipped for choice in full]
    room_again = names(turns(LIMITED, [replace(one, open=0) for one in after(before, full[-1])], 9))
    assert {"lena": 3, "jonas": 3, "ida": 3} == Counter(room_again)
    assert [1, 1, 1] == [room_again[start : start + 3].count("lena") for start in (0, 3, 6)]


def test_a_debt_from_a_full_house_is_no_flood_on_a_quiet_day() -> None:
    """Half a lead owed is half a lead, whether twelve are at work or two."""
    team = tuple(Candidate(f"s{number}") for number in range(12))
    last = turns(TURNS, team, 6)[-1]  # s0 has had a turn, s11 has not
    quiet = [one for one in after(team, last) if one.person in {"s0", "s11"}]
    shares = Counter(names(turns(TURNS, quiet, 10)))
    assert {"s0", "s11"} == set(shares)
    assert {4, 5, 6} >= set(shares.values())


# ------------------------------------------------------------------- what an owner pays


def test_an_owners_lead_counts_as_their_turn() -> None:
    """Own accounts and turns together make the share."""
    first = choose(OWNERS, TEAM, crm_owner="lena")
    following = turns(OWNERS, after(TEAM, first), 5)
    assert {"lena": 2, "jonas": 2, "ida": 2} == Counter(names([first, *following]))
    assert {"lena", "jonas", "ida"} == set(first.standing)


def test_a_busy_account_costs_its_owner_three_turns_at_most() -> None:
    """A hundred leads of one's own are no reason to get none of the others' for weeks."""
    team: tuple[Candidate, ...] = TEAM
    for _ in range(100):
        last = choose(OWNERS, team, crm_owner="lena")
        team = after(team, last)
    assert {} == last.standing
    following = names(turns(OWNERS, team, 30))
    assert following.index("lena") <= (AHEAD_AT_MOST + 1) * len(team)
    assert 0 == sum(last.credits.values())


def test_who_never_has_a_turn_pays_none() -> None:
    """Weight 0 and own accounts: their leads are no business of the others' turns."""
    team = (replace(LENA, weight=0), JONAS, IDA)
    choice = choose(OWNERS, team, crm_owner="lena")
    assert ("lena", {}) == (choice.person, choice.standing)
    assert {"lena": 0, "jonas": 0, "ida": 0} == choice.credits


def test_an_owner_whose_desk_is_full_pays_like_any_other() -> None:
    """The lead they get above the cap is shared out among those who could have had it, and them."""
    rule = replace(OWNERS, open_at_most=3)
    choice = choose(rule, (replace(LENA, open=7), JONAS), company_owners=["lena"])
    assert {"lena": -LEAD // 2, "jonas": LEAD // 2} == choice.credits


def test_share_received_against_share_expected() -> None:
    """Formula 11 leaves out what nobody could have expected: absences and leads on top."""
    both = turns(TURNS, (Candidate("lena", 3), JONAS), 4)
    alone = turns(TURNS, (LENA, replace(JONAS, away=Skip.AWAY)), 2)
    on_top = Choice("jonas", Why.CRM_OWNER)
    waiting = Choice(None, Why.NOBODY_FREE)
    found = dealt([*both, *alone, on_top, waiting])
    assert {"lena": Dealt(5, 5.0), "jonas": Dealt(1, 1.0)} == found
    assert [1.0, 1.0] == [one.ratio for one in found.values()]
    assert (
        Dealt(0, 0.5)
        == dealt([Choice("a", Why.TURN, standing={"a": Standing(1, 0), "b": Standing(1, 0)})])["b"]
    )
    assert None is Dealt(0, 0.0).ratio
    assert {} == dealt([])


# ------------------------------------------------------------------------------ always

weights = st.lists(st.integers(1, 9), min_size=1, max_size=10)


@st.composite
def teams(draw: st.DrawFn) -> tuple[Candidate, ...]:
    away = st.sampled_from([None] * 5 + [Skip.AWAY, Skip.STATUS, Skip.OFF_HOURS, Skip.GONE])
    return tuple(
        Candidate(
            f"s{number}",
            weight=draw(st.integers(0, 5)),
            open=draw(st.integers(0, 4)),
            today=draw(st.integers(0, 6)),
            unanswered=draw(st.integers(0, 1)),
            credit=draw(st.integers(-3 * LEAD, 3 * LEAD)),
            away=draw(away),
            had_it=draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 6)))
    )


@given(weights)
def test_a_full_cycle_is_exact(given_weights: list[int]) -> None:
    """After as many leads as all weights together, each has had exactly their weight."""
    team = [Candidate(f"s{number}", weight) for number, weight in enumerate(given_weights)]
    total = sum(given_weights)
    shares = Counter(names(turns(TURNS, team, 2 * total))[total:])
    assert {one.person: one.weight for one in team} == shares


@given(weights)
def test_on_the_way_nobody_has_a_lead_too_many(given_weights: list[int]) -> None:
    """Within a cycle nobody is a whole lead above their share, nor one and a half below it."""
    team = [Candidate(f"s{number}", weight) for number, weight in enumerate(given_weights)]
    for choice in turns(TURNS, team, sum(given_weights)):
        assert -LEAD < min(choice.credits.values())
        assert max(choice.credits.values()) < 3 * LEAD // 2


@given(
    teams(), st.sampled_from(["s0", "s1", None]), st.booleans(), st.sampled_from([LIMITED, OWNERS])
)
def test_whatever_the_team(
    team: tuple[Candidate, ...], owner: str | None, waited: bool, rule: Rule
) -> None:
    """Nobody skipped is asked, nobody who had it, and no credit is made or lost."""
    choice = choose(rule, team, owner, (), owner, waited)
    by_name = {one.person: one for one in team}
    assert sum(one.credit for one in team) == sum(choice.credits.values())
    assert set(by_name) == set(choice.credits)
    unmoved = {one.person: one.credit for one in team if one.person in choice.skipped}
    assert unmoved == {person: choice.credits[person] for person in unmoved}
    if choice.person is None:
        assert set(by_name) == set(choice.skipped)
    else:
        assert choice.person not in choice.skipped
        assert not by_name[choice.person].had_it
        assert by_name[choice.person].away in {None, Skip.PRESENCE, Skip.OFF_HOURS}


@settings(max_examples=25)
@given(weights, st.data())
def test_whoever_comes_and_goes(given_weights: list[int], data: st.DataObject) -> None:
    """Any absences, however contrived: nobody drifts away without end."""
    team: Sequence[Candidate] = [
        Candidate(f"s{number}", weight) for number, weight in enumerate(given_weights)
    ]
    for _ in range(40):
        here = data.draw(st.sets(st.sampled_from(range(len(team))), min_size=1))
        today = [
            replace(one, away=None if number in here else Skip.AWAY)
            for number, one in enumerate(team)
        ]
        choice = choose(TURNS, today)
        assert choice.person in {team[number].person for number in here}
        team = after(team, choice)
    # The k who are owed most can together be owed more only when the next is within a lead of them,
    # and then by less than a lead: 2 T(k) < T(k-1) + T(k+1) + 3, so T(1) < 3/2 (n - 1).
    furthest = max(abs(one.credit) for one in team)
    assert furthest <= 1.5 * LEAD * (len(team) - 1) + ROUNDING
