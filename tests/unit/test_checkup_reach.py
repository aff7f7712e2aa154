"""`baton check`: whom app.yaml's names reach in Slack, and which steps nobody would hear."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot.checkup_reach import Reach, unheard_steps
from bot.checkup_slack import unreached
from bot.config import Settings, parse
from bot.delivery.outcomes import Roster
from bot.use_cases.records import Group, Person

SMALL = (Path(__file__).parent / "config" / "small.yaml").read_text(encoding="utf-8")
NAMES = ("ida", "olof", "maja", "henrik", "anna", "bea")
PEOPLE = tuple(Person(f"U{name.upper()}", name, email=f"{name}@x.example") for name in NAMES)
SALES = Group("S1SALES", "nordic-sales", frozenset({"UIDA"}))
MARKETING = Group("S2MARKETING", "marketing", frozenset({"UBEA"}))
CHANNELS = {"mql-handoff": "C1", "mql-rest": "C2", "sales-leads": "C3", "secret": "C4"}
ROSTER = Roster(PEOPLE, (SALES, MARKETING), CHANNELS, ours=frozenset({"C1", "C2", "C3"}))


def without(*gone: str, roster: Roster = ROSTER) -> Roster:
    """These have left the company."""
    people = [replace(one, active=one.handle not in gone) for one in roster.people]
    return replace(roster, people=people)


def with_ladder(*steps: str, queue: str = "") -> Settings:
    ladder = "".join(f"    - {{ {step} }}\n" for step in steps)
    text = SMALL.replace("name: rest\n", f"name: rest\n{queue}")
    return parse(f"{text}  ladder:\n{ladder}", "app.yaml", {})


def unheard(settings: Settings, roster: Roster) -> list[tuple[str, str]]:
    return list(unheard_steps(settings, Reach(roster)))


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("@ida", None),
        ("@IDA", None),
        ("ida@x.example", None),
        ("UIDA", None),
        ("@nordic-sales", None),
        ("S1SALES", None),
        ("@nobody", "is neither a person nor a user group in this workspace."),
        ("@olof", "is deactivated in Slack: name somebody else."),
        ("@marketing", "is a group without active members."),
        ("@lena", "is what several people call themselves: name the one by e-mail address."),
    ],
)
def test_a_name_reaches_somebody_or_says_why_not(name: str, problem: str | None) -> None:
    """By handle, e-mail address or id; people and groups."""
    roster = replace(without("olof", "bea"), ambiguous=frozenset({"lena"}))
    assert problem == Reach(roster).problem(name)


def test_a_name_is_told_at_each_place_that_has_to_be_mended() -> None:
    """Whoever left is a head here, and in a step there: one round of mending is enough."""
    settings = with_ladder(
        'clock: touch, at: 50%, tell: ["@henrik", "#gone"], do: tell',
        'clock: touch, at: 90%, tell: "#gone", do: tell',
    )
    told = "\n".join(finding.says for finding in unreached(settings, Reach(without("henrik"))))
    named = re.findall(r"^app.yaml:\d+:\d+ (\S+): (?:@henrik|there is no)", told, re.MULTILINE)
    assert [
        "agreement.ladder.#1.tell.#2",
        "agreement.ladder.#2.tell",
        "queues.nordics.head",
        "queues.rest.head",
        "agreement.leaders.sales",
        "agreement.ladder.#1.tell.#1",
    ] == named


def test_who_stands_behind_names() -> None:
    """Groups are opened up, whoever has left is left out."""
    reach = Reach(without("olof"))
    found = reach.people_of(("@nordic-sales", "@olof", "@maja", "@nobody"))
    assert {"UIDA", "UMAJA"} == found


def test_a_step_whose_people_are_all_gone_is_found() -> None:
    """With its place, the queues it concerns and the reason; one of several is enough to hear."""
    settings = with_ladder(
        "clock: answer, at: 100%, tell: head, do: escalate",
        "clock: answer, at: 120%, tell: [head, manager], do: escalate",
        "clock: touch, at: 100%, tell: marketers, do: escalate, queues: [rest]",
    )
    gone = "is deactivated in Slack: name somebody else."
    assert [
        ("agreement.ladder.#1", f"reaches nobody in nordics, rest: @henrik {gone}"),
        ("agreement.ladder.#3", f"reaches nobody in rest: @anna {gone}"),
    ] == unheard(settings, without("henrik", "anna"))
    assert [] == unheard(settings, ROSTER)


def test_a_step_into_a_channel_without_baton_is_found() -> None:
    """A named channel, the card's thread, and the channel of a queue that is widened to."""
    settings = with_ladder(
        'clock: answer, at: 50%, tell: "#secret", do: tell',
        'clock: answer, at: 60%, tell: "#none", do: tell',
        "clock: answer, at: 70%, tell: thread, do: tell",
        "clock: answer, at: 80%, tell: head, do: widen, to: rest",
    )
    deaf = replace(without("henrik"), ours=frozenset({"C1"}))
    said = dict(unheard(settings, deaf))
    assert [f"agreement.ladder.#{number}" for number in (1, 2, 3, 4)] == list(said)
    assert said["agreement.ladder.#1"].endswith("Baton is not in #secret: /invite @Baton there.")
    assert "There is no channel #none" in said["agreement.ladder.#2"]
    assert said["agreement.ladder.#3"].startswith("reaches nobody in rest: Baton is not in #mql-r")
    assert "nordics: @henrik is deactivated" in said["agreement.ladder.#4"]
    assert "Baton is not in #mql-rest" in said["agreement.ladder.#4"]


def test_nobody_is_asked_by_name_where_everybody_is() -> None:
    """A step for the assignee is heard in the queue that has one, and not in the other."""
    settings = with_ladder(
        "clock: answer, at: 50%, tell: assignee, do: remind",
        queue="    assignment: round_robin\n",
    )
    everybody = "Everybody is asked at once, so nobody is asked by name."
    expected = [("agreement.ladder.#1", f"reaches nobody in nordics: {everybody}")]
    assert expected == unheard(settings, ROSTER)


def test_a_time_out_that_reaches_nobody_has_its_own_place() -> None:
    """Passing on is a step, written at the queue."""
    passing = "    assignment: { rule: round_robin, pass_on_after: 30m }\n"
    settings = with_ladder("clock: answer, at: 50%, tell: manager, do: tell", queue=passing)
    ((where, why),) = unheard(settings, without("ida", "olof"))
    assert "queues.rest.assignment.pass_on_after" == where
    assert why.startswith("reaches nobody in rest: @ida is deactivated")


def test_what_slack_does_not_show_is_no_reason_to_doubt_every_step() -> None:
    """Without the scope to read groups, that is said once."""
    settings = with_ladder("clock: answer, at: 100%, tell: marketers, do: escalate")
    unread = replace(ROSTER, groups=(), lacking=("groups: missing_scope",))
    assert [] == unheard(settings, unread)
    assert "not readable: groups: missing_scope" in (Reach(unread).problem("@marketing") or "")
