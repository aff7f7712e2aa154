"""Leads: known again, and found by people."""

from dataclasses import replace

import pytest

from bot.domain.lead import LeadFacts
from bot.use_cases.ports import Conflict, NotFound
from tests.storage.samples import NOW, facts

HOSTILE = "<!channel> *_~ \"x\" 'y' \\ \0 \ud800 \u202e עברית 🚀" + "é" * 10_000


def add(books, *known):
    with books.writing() as work:
        leads = [work.leads.add(one, NOW) for one in known]
        work.commit()
    return leads


def search(books, text, limit=10):
    with books.reading() as work:
        return work.leads.search(text, limit)


def test_what_is_known_comes_back(books):
    """Every field of a lead is kept, in every language."""
    known = LeadFacts(
        "åsa@acme.example", "crm", "42", "Åsa Ж", "Acme", "CTO", "+46 8", "SE", "webinar",
        "spring", "A", 0, "asked for a demo", "https://crm.example/42", {"size": "50"},
    )  # fmt: skip
    (lead,) = add(books, known)

    with books.reading() as work:
        assert lead == work.leads.get(lead.id)


def test_hostile_text_is_kept_as_far_as_a_database_can(books):
    """Markup, quotes, length and direction are nothing to the books; what is no text is marked."""
    (lead,) = add(books, facts(name=HOSTILE, extra={"why\0": "\ud800"}))

    with books.reading() as work:
        kept = work.leads.get(lead.id).facts
    expected = HOSTILE.replace("\0", "\ufffd").replace("\ud800", "\ufffd")
    assert (expected, {"why\ufffd": "\ufffd"}) == (kept.name, kept.extra)


def test_a_person_is_known_by_email_before_anything_else(books):
    """The same e-mail is the same person, whatever system it came from."""
    ada, eve = add(
        books, facts(1, system="crm", external_id="1"), facts(2, system="crm", external_id="2")
    )

    with books.reading() as work:
        assert ada == work.leads.find(facts(1, system="crm", external_id="2"))
        assert eve == work.leads.find(facts(3, system="crm", external_id="2"))
        assert None is work.leads.find(facts(3, system="form", external_id="2"))


def test_empty_is_not_an_identity(books):
    """Two leads without e-mail and id are two people."""
    first, second = add(books, LeadFacts(name="Ada"), LeadFacts(name="Eve"))

    assert first.id != second.id
    with books.reading() as work:
        assert None is work.leads.find(LeadFacts(system="crm"))


@pytest.mark.parametrize(
    "again", [facts(1, name="Other"), facts(2, system="crm", external_id="1")], ids=["mail", "id"]
)
def test_the_same_person_twice_is_a_conflict(books, again):
    """Whoever comes second looks again, and finds the first."""
    add(books, facts(1, system="crm", external_id="1"))

    with books.writing() as work:
        with pytest.raises(Conflict):
            work.leads.add(again, NOW)
        assert work.leads.find(again)


def test_news_are_saved(books):
    """What is heard later of a lead is there at the next look, and searched."""
    (lead,) = add(books, facts())
    with books.writing() as work:
        work.leads.save(replace(lead, facts=replace(lead.facts, company="Globex", score=7)))
        work.commit()

    assert (["Globex"], []) == (
        [one.facts.company for one in search(books, "globex")],
        search(books, "acme gmbh"),
    )


def test_an_identity_is_not_taken_from_another_lead(books):
    """Two records that turn out to be one person are refused, and the unit of work goes on."""
    ada, eve = add(books, facts(1), facts(2))

    with books.writing() as work:
        with pytest.raises(Conflict):
            work.leads.save(replace(eve, facts=replace(eve.facts, email=ada.facts.email)))
        work.leads.save(replace(eve, facts=replace(eve.facts, name="Eve")))
        work.commit()
    assert ["Eve"] == [one.facts.name for one in search(books, "ada2@")]


@pytest.mark.parametrize(
    "text",
    [
        "L-1",
        "l-1",
        "L1",
        "ada1@acme.example",
        "ADA1@ACME",
        "lovel",
        "  Lovelace ",
        "acm",
        "ÉCOLE",
        "é",
    ],
)
def test_people_find_a_lead_by_what_they_remember(books, text):
    """Number, e-mail, or a part of name or company, in any case and any script."""
    (lead,) = add(books, facts(1, company="Acme École"))

    assert [lead] == search(books, text)


@pytest.mark.parametrize(
    "text",
    ["", "  ", "%", "_", "\\", "L-2", "L-99999999999999999999", "x" * 10_000, "\0", "ß" * 300],
)
def test_nothing_is_found_for_nothing(books, text):
    """Wildcards, emptiness and rubbish match no lead, and break nothing."""
    add(books, facts())

    assert [] == search(books, text)


def test_the_newest_come_first(books):
    """Of many, the last ones in are listed."""
    leads = add(books, *(facts(number) for number in range(5)))

    assert leads[:2:-1] == search(books, "lovelace", limit=2)


def test_an_unknown_lead_is_said_to_be_unknown(books):
    """L-7 that never was gives a sentence."""
    with books.reading() as work, pytest.raises(NotFound, match="L-7"):
        work.leads.get(7)
