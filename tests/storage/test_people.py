"""The directory as last read from Slack."""

from dataclasses import replace

import pytest

from bot.use_cases.records import Group, Person
from storage.books import Books

MAJA = Person("U1", "maja", "Maja Å", "maja@acme.example", "Europe/Stockholm", "sv")
OLA = Person("U2", "ola", "Ola", "ola@acme.example")
GONE = Person("U3", "maja", "Maja Old", "old@acme.example", active=False)
SALES = Group("S1", "nordic-sales", frozenset({"U1", "U2", "U3"}))
CHANNELS = {"mql-handoff": "C1", "#random": "C2"}


def replace_all(books, people, groups=(), channels=None):
    with books.writing() as work:
        work.people.replace_all(people, groups, channels or {})
        work.commit()


@pytest.fixture
def directory(books):
    replace_all(books, [GONE, OLA, MAJA], [SALES], CHANNELS)
    with books.reading() as work:
        yield work.people


@pytest.mark.parametrize(
    "name", ["U1", "@maja", "maja", "@Maja", "maja@acme.example", "Maja@ACME.example"]
)
def test_a_person_is_found_by_any_of_their_names(directory, name):
    """Id, handle or e-mail; who left does not stand in for who is here."""
    assert MAJA == directory.find(name)


def test_who_left_is_still_known_by_id(directory):
    """The history of a lead shows names, not ids, of people long gone."""
    assert (GONE, None) == (directory.find("U3"), directory.find("@nobody"))


def test_groups_are_opened_up(directory):
    """Groups and people together are the active ones among them."""
    assert {"U1", "U2"} == directory.members(["@nordic-sales"])
    assert {"U1", "U2"} == directory.members(["@ola", "U1", "@nobody", "@old@acme.example"])
    assert frozenset() == directory.members([])
    assert SALES == directory.group("@nordic-sales")
    assert (SALES, None) == (directory.group("S1"), directory.group("@maja"))


@pytest.mark.parametrize(
    ("name", "id_"),
    [("#mql-handoff", "C1"), ("mql-handoff", "C1"), ("C1", "C1"), ("#random", "C2"), ("#no", None)],
)
def test_channels_are_found_by_name_or_id(directory, name, id_):
    """A queue's channel may be written in any usual way."""
    assert id_ == directory.channel(name)


def test_the_directory_follows_slack(books, directory):
    """People who vanish become inactive, groups and channels go, renames and returns are seen."""
    renamed = Person("U1", "maja.k", "Maja K", "maja@acme.example")
    back = Person("U3", "old", "Maja Old", "old@acme.example")
    replace_all(books, [renamed, back], [Group("S2", "dach")], {"leads": "C1"})

    with books.reading() as work:
        now = work.people
        assert (renamed, back, None) == (now.find("U1"), now.find("@old"), now.find("@maja"))
        left = now.find("U2")
        assert left
        assert not left.active
        assert (None, "S2") == (now.group("@nordic-sales"), getattr(now.group("dach"), "id", None))
        assert ("C1", "C1", None) == (now.channel("leads"), now.channel("C1"), now.channel("C2"))


def test_many_people_fit(books):
    """A company of 40,000 is one directory; SQLite's limit of parameters is not ours."""
    crowd = [Person(f"U{number}", f"h{number}") for number in range(40_000)]
    replace_all(books, crowd, [Group("S1", "all", frozenset(one.id for one in crowd[:20_000]))])
    replace_all(books, crowd[1:])

    with books.reading() as work:
        first, last = work.people.find("@h0"), work.people.find("U39999")
    assert (False, True) == (first and first.active, last and last.active)


def test_what_another_process_reads_is_seen_soon(books, url, monkeypatch):
    """Who joins is found at once; who was renamed by another process's reading, within seconds."""
    replace_all(books, [MAJA])
    with books.reading() as work:
        assert (MAJA, None) == (work.people.find("U1"), work.people.find("U2"))
    other, renamed = Books(url), replace(MAJA, name="Maja K")
    replace_all(other, [renamed, OLA])
    other.close()

    with books.reading() as work:
        assert OLA == work.people.find("U2")
    monkeypatch.setattr("storage.people.KNOWN_FOR_SECONDS", -1)
    with books.reading() as work:
        assert renamed == work.people.find("U1")


def test_a_reading_that_is_rolled_back_was_never_there(books):
    """A directory that could not be kept is not believed either."""
    replace_all(books, [MAJA])
    with books.writing() as work:
        work.people.replace_all([OLA], [], {})
        assert OLA == work.people.find("@ola")

    with books.reading() as work:
        assert (MAJA, None) == (work.people.find("@maja"), work.people.find("@ola"))
