"""`baton route`: a sample lead through the agreement, before anybody is told."""

from __future__ import annotations

import io
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import app
from bot.config import Settings, parse
from bot.domain.assignment import NoQueue
from bot.domain.lead import LeadFacts
from bot.domain.turns import Choice, Skip, Why
from bot.route_words import ASKED, SKIPPED, lines, no_queue
from bot.routing import BadLead, explain, read_file, source_named
from bot.use_cases.offer import keep_lead, raise_lead
from bot.use_cases.records import Person
from storage.books import Books

SMALL = (Path(__file__).parents[1] / "unit/config/small.yaml").read_text(encoding="utf-8")
TUESDAY = datetime(2026, 3, 3, 8, tzinfo=UTC)  # nine in the morning in Stockholm
PEOPLE = [Person(f"U{name.upper()}", name, time_zone="Europe/Stockholm") for name in
          ("ida", "olof", "lena", "maja", "henrik", "anna")]  # fmt: skip
ADA = LeadFacts(email="ada@acme.example", company="Acme", source="web", tier="A", why="Now")
IN_TURN = """\
name: rest
    sellers: ["@ida", "@olof", "@lena"]
    assignment: { rule: round_robin, weights: { "@lena": 0 }, pass_on_after: 30m }
"""


def settings(folder: Path, *changes: tuple[str, str]) -> Settings:
    text = SMALL
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return parse(text, str(folder / "app.yaml"), {})


def in_turn(folder: Path) -> Settings:
    return settings(
        folder, ('    sellers: ["@ida", "@olof"]\n', ""), ("name: rest\n", IN_TURN),
        ("answer: 4h", "answer: { target: 4h, when: [{ queue: rest, tier: [A, B], target: 1h }] }"),
    )  # fmt: skip


def with_people(given: Settings) -> Books:
    books = Books(given.database)
    books.migrate()
    with books.writing() as work:
        work.people.replace_all(PEOPLE, [], {"mql-rest": "C1", "mql-handoff": "C2"})
        work.commit()
    return books


def said(given: Settings, facts: LeadFacts = ADA, now: datetime = TUESDAY) -> list[str]:
    return list(lines(given, explain(given, lambda: now, facts)))


def test_every_step_of_the_way_is_explained(tmp_path: Path) -> None:
    """Queue, condition, hours, target, due, seller, ladder, each with its reason and its line."""
    given = in_turn(tmp_path)
    with_people(given).close()
    shown = [line.replace(f"{tmp_path}/", "") for line in said(given)]
    case = "queue is rest, tier is A or B (app.yaml:28:41 agreement.sales.answer.when.#1)"
    assert [
        "Queue: rest, in #mql-rest",
        "  nordics: no, country is not said: country == 'SE' (app.yaml:9:11)",
        "  rest: it has no condition, so it takes what is left",
        "Hours: calendar office, Europe/Stockholm; working time now",
        "Promise, in working time (Europe/Stockholm):",
        f"  answer: 1 h; due Tue 03 Mar 10:00 if its card were posted now; because {case}",
        "  touch: 8 h; due Tue 03 Mar 17:00 if it were accepted now; the same for all leads",
        "Who is asked: @ida, because it is their turn (round_robin)",
        "  @ida is owed 0.50 leads (weight 1)",
        "  @olof is owed 0.50 leads (weight 1)",
        "  @lena has weight 0, so never by turn",
        "If nobody answers:",
        (
            "  Tue 03 Mar 09:30, after 30 min without an answer: the next seller is asked; "
            "again every 30 min, as long as there is one"
        ),
        "  Tue 03 Mar 09:48, 80 %: remind, told: holder",
        "  Tue 03 Mar 10:00, 100 %: escalate, told: holder, manager",
        "  Tue 03 Mar 10:30, 150 %: offer_next, told: head",
        "Nothing is missing of what marketing promised.",
        "Nobody was told, and nothing was changed.",
    ] == shown


def test_the_state_of_the_database_decides_and_stays_as_it_is(tmp_path: Path) -> None:
    """Whose turn it is, who is away, which lead is in hand; asked twice, the answer is the same."""
    given = in_turn(tmp_path)
    with closing(with_people(given)) as books:
        raise_lead(app.desk_of(given, books, lambda: TUESDAY), ADA)
        with books.writing() as work:
            work.absences.begin("UOLOF", None, TUESDAY)
            work.commit()
        first, second = said(given), said(given)
    assert first == second
    assert "In hand already: L-1 is offered, with @ida." == first[0]
    other = LeadFacts(email="bo@other.example")
    asked = [line for line in said(given, other) if "@" in line]
    assert "Who is asked: @ida, because it is their turn (round_robin)" == asked[0]
    assert "  @olof is away, as they said" in asked


def test_a_new_lead_waits_behind_those_that_wait(tmp_path: Path) -> None:
    """Whoever is back first gets the oldest lead, so the answer for a new one is: nobody yet."""
    given = in_turn(tmp_path)
    with closing(with_people(given)) as books:
        with books.writing() as work:
            for person in ("UIDA", "UOLOF"):
                work.absences.begin(person, None, TUESDAY)
            work.commit()
        raise_lead(app.desk_of(given, books, lambda: TUESDAY), ADA)
        with books.writing() as work:
            work.absences.end("UIDA")
            work.commit()
    waits = "Who is asked: nobody yet; it waits for the first who is free, and @maja hears"
    assert f"{waits} (round_robin)" in said(given, LeadFacts(email="bo@other.example"))


def test_what_is_known_of_a_lead_counts_too(tmp_path: Path) -> None:
    """The file adds to what earlier systems said of the same person."""
    given = settings(tmp_path)
    with closing(with_people(given)) as books:
        desk = app.desk_of(given, books, lambda: TUESDAY)
        keep_lead(desk, LeadFacts(email="ada@acme.example", country="SE"))
    shown = said(given)
    assert "Queue: nordics, in #mql-handoff" == shown[0]
    assert shown[1].startswith('  nordics: yes, country is "SE"')


def test_without_a_database_the_queue_and_the_promise_are_known_all_the_same(
    tmp_path: Path,
) -> None:
    """An agreement can be tried before Baton ever ran; no database is made for it."""
    given = settings(tmp_path, ("answer: 4h, touch: 8h", "answer: 1 day, touch: 2 days"))
    night = datetime(2026, 3, 6, 20, tzinfo=UTC)
    shown = said(given, LeadFacts(email="ada@acme.example", country="SE"), night)
    assert "Queue: nordics, in #mql-handoff" == shown[0]
    assert shown[2].endswith("work begins Mon 09 Mar 09:00")
    assert shown[4].startswith("  answer: 1 working day (8 h); due Mon 09 Mar 17:00 if its card")
    assert shown[5].startswith("  touch: 2 working days (16 h); due Tue 10 Mar 17:00 if it were")
    assert "Who is asked: everybody of @nordic-sales (first_to_claim)" == shown[6]
    assert "there is no database of this version yet" in shown[7]
    assert [] == list(tmp_path.iterdir())


def test_where_no_queue_takes_it_each_says_why(tmp_path: Path) -> None:
    """What is known of the lead counts here, too."""
    given = settings(tmp_path, ("  - name: rest\n", "  - name: rest\n    when: tier == 'C'\n"))
    with closing(with_people(given)) as books:
        keep_lead(app.desk_of(given, books, lambda: TUESDAY), replace(ADA, tier="B"))
    with pytest.raises(NoQueue) as caught:
        explain(given, lambda: TUESDAY, LeadFacts(email=ADA.email))
    *_, rest = no_queue(given, caught.value.facts)
    assert rest.replace(f"{tmp_path}/", "").startswith(
        "  rest: no, tier is \"B\": tier == 'C' (app"
    )


def test_a_claim_with_its_limits_says_so(tmp_path: Path) -> None:
    """Blind, and with a limit: who looks at the answer knows what the card will not show."""
    rule = "    assignment: { open_at_most: 5, blind: true }\n"
    given = settings(tmp_path, ("name: rest\n", f"name: rest\n{rule}"))
    with_people(given).close()
    shown = said(given)
    asked = "everybody, and whoever accepts first has it: @ida, @olof (first_to_claim)"
    assert f"Who is asked: {asked}" in shown
    assert "  Nobody may claim who has 5 leads in hand (open_at_most)." in shown
    assert "  Name and company are hidden until somebody has claimed it (blind)." in shown


def test_a_lead_is_read_as_the_source_posts_it(tmp_path: Path) -> None:
    """The same map, the same fields; what marketing promised and this one lacks is said."""
    web = "intake: { sources: { web: { map: { email: person.mail, country: person.land } } } }\n"
    promised = "  marketing: { required: [email, company, why] }\n"
    given = parse(SMALL + promised + web, str(tmp_path / "app.yaml"), {})
    posted = io.StringIO('{"person": {"mail": "ada@acme.example", "land": "SE"}}')
    form = read_file("-", posted, source_named(given, "web"), TUESDAY)
    assert ("ada@acme.example", "SE", "web") == (
        form.facts.email, form.facts.country, form.facts.source,
    )  # fmt: skip
    assert "Missing of what marketing promised: company, why" in said(given, form.facts)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "lead.json:1:2: This is not JSON (Expecting property name enclosed in double"),
        ("", "lead.json:1:1: This is not JSON (Expecting value)."),
        ("[1]", 'lead.json: Write one lead as an object, as {"email": "ada@acme.example"}.'),
        ('{"email": "nobody"}', "lead.json: email: is not an e-mail address."),
        ('{"score": "x"}', "lead.json: score: should be a whole number up to"),
        ('{"why": "' + "x" * 256_000 + '"}', "lead.json: A lead takes at most 256 kB."),
        ("[" * 100_000, "lead.json: "),
    ],
)
def test_a_file_that_is_no_lead_is_a_sentence(
    tmp_path: Path, text: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong, where, and what to write instead."""
    monkeypatch.chdir(tmp_path)
    Path("lead.json").write_text(text)
    with pytest.raises(BadLead) as caught:
        read_file("lead.json", io.StringIO(), None, TUESDAY)
    assert str(caught.value).startswith(says)


def test_a_file_that_cannot_be_opened_is_a_sentence(tmp_path: Path) -> None:
    """Nor a traceback for a wrong name, a folder, another encoding or an unknown source."""
    latin = tmp_path / "latin.json"
    latin.write_bytes('{"name": "Bö"}'.encode("latin-1"))
    for path, says in (
        (tmp_path / "none", "There is no such file."),
        (tmp_path, "This is a folder; name the file in it."),
        (latin, "The file is not UTF-8 text; save it as UTF-8."),
    ):
        with pytest.raises(BadLead) as caught:
            read_file(str(path), io.StringIO(), None, TUESDAY)
        assert f"{path}: {says}" == str(caught.value)
    with pytest.raises(BadLead, match='no source "web" under intake'):
        source_named(settings(tmp_path), "web")


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice("UIDA", Why.CRM_OWNER), "@ida, because the CRM names them as the account's owner"),
        (Choice("UIDA", Why.COMPANY_OWNER), "@ida, because they have this company already"),
        (Choice("UIDA", Why.SAME_SELLER), "@ida, because they had it before it was put off"),
        (
            Choice(None, Why.NOBODY_FREE, {"UIDA": Skip.FULL}, counts={"UIDA": 7}),
            (
                "nobody yet; it waits for the first who is free, and @maja hears (round_robin)\n"
                "  @ida has 7 leads in hand, and open_at_most is 7"
            ),
        ),
        (
            Choice(None, Why.NOBODY_LEFT, {"UIDA": Skip.HAD_IT}, owner="UOLOF"),
            (
                "nobody is left to ask; it is @maja's (round_robin)\n"
                "  @olof would come first, and cannot be asked.\n"
                "  @ida had this lead before, or declined it"
            ),
        ),
    ],
)
def test_why_somebody_is_asked_or_nobody(tmp_path: Path, choice: Choice, expected: str) -> None:
    """Each reason of the rule, and of everybody it passed over, in words."""
    rule = "    assignment: { rule: round_robin, open_at_most: 7 }\n"
    given = settings(tmp_path, ("name: rest\n", f"name: rest\n{rule}"))
    with_people(given).close()
    found = explain(given, lambda: TUESDAY, ADA)
    told = replace(found, routed=replace(found.routed, choice=choice))
    assert f"Who is asked: {expected}" in "\n".join(lines(given, told))


@pytest.mark.parametrize(
    ("email", "why"),
    [
        ("ada@acme.example", "nobody of the team has acme.example"),
        ("ada@gmail.com", "gmail.com is no company's own (free mail)"),
        ("", "it has no e-mail address"),
    ],
)
def test_why_a_lead_has_no_owner(tmp_path: Path, email: str, why: str) -> None:
    """Where the account's owner comes first and there is none, it says what was looked for."""
    rule = "    assignment: { rule: account_owner, otherwise: first_to_claim }\n"
    given = settings(tmp_path, ("name: rest\n", f"name: rest\n{rule}"))
    with_people(given).close()
    words = "\n".join(said(given, replace(ADA, email=email, external_id="4711", system="crm")))
    assert f"It has no owner: {why}, and the CRM names nobody of the team." in words


def test_every_reason_to_pass_somebody_over_has_its_words() -> None:
    """A new reason of the turn is not a traceback on the command line."""
    assert set(Skip) == set(SKIPPED)
    assert set(Why) == {*ASKED, Why.EVERYBODY, Why.NOBODY_FREE, Why.NOBODY_LEFT}
