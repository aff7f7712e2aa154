"""One unit of work is one transaction."""

import contextlib
import threading

import pytest
from sqlalchemy.exc import ResourceClosedError

from bot.domain.messages import Digest
from storage.books import Books, NothingToCommit, OneInsideAnother, UnknownDatabase
from tests.storage.samples import LEASE, NOW, facts


class Mishap(Exception):
    """Something goes wrong in the middle."""


def count(books):
    with books.reading() as work:
        return len(work.leads.search("lovelace", 100))


def add(work, number):
    return work.leads.add(facts(number), NOW)


def test_leaving_without_commit_rolls_back(books):
    """Nothing is written by accident: neither by leaving early nor by an error."""
    with books.writing() as work:
        add(work, 1)
    with contextlib.suppress(Mishap), books.writing() as work:
        add(work, 2)
        raise Mishap

    assert 0 == count(books)


def test_a_committed_unit_is_over(books):
    """What is written after the commit would be lost, so it is refused."""
    with books.writing() as work:
        add(work, 1)
        work.commit()
        with pytest.raises(ResourceClosedError):
            add(work, 2)

    assert 1 == count(books)


def test_reading_commits_nothing(books):
    """A look cannot be turned into a change."""
    with books.reading() as work, pytest.raises(NothingToCommit):
        work.commit()


def test_reading_sees_one_instant(books):
    """A dossier read while somebody commits is the one from before, in all its parts."""
    with books.reading() as look:
        assert [] == look.leads.search("lovelace", 9)
        with books.writing() as work:
            add(work, 1)
            work.commit()
        assert [] == look.leads.search("lovelace", 9)

    assert 1 == count(books)


def test_a_unit_inside_another_is_refused(books):
    """Waiting for oneself would be for ever."""
    with books.writing(), pytest.raises(OneInsideAnother), books.writing():
        pass

    with books.writing() as work:
        add(work, 1)
        work.commit()
    assert 1 == count(books)


def test_together_is_one_commit(books, url):
    """Within a replay's event, each sees what came before, and others see nothing until the end."""
    other = Books(url)
    with books.together():
        with books.writing() as work:
            add(work, 1)
            work.commit()
        assert (1, 0) == (count(books), count(other))
        with books.writing() as work:
            add(work, 2)
        assert 1 == count(books)
        with contextlib.suppress(Mishap), books.writing() as work:
            add(work, 3)
            raise Mishap
        with books.writing() as work:
            add(work, 4)
            work.commit()

    assert 2 == count(other)
    other.close()


def test_together_is_undone_by_an_error(books):
    """An event is replayed whole or not at all."""
    with contextlib.suppress(Mishap), books.together():
        with books.writing() as work:
            add(work, 1)
            work.commit()
        raise Mishap

    assert 0 == count(books)
    with books.writing() as work:
        add(work, 2)
        work.commit()
    assert 1 == count(books)


def test_what_was_undone_is_not_remembered(books):
    """A lane that was opened in vain, alone or together, is opened again for the next message."""

    def put_twice():
        with books.writing() as work:
            work.outbox.put(Digest(1), "#new", NOW)
            work.outbox.put(Digest(1), "#new", NOW)
            work.commit()

    with books.writing() as work:
        work.outbox.put(Digest(1), "#new", NOW)
        work.outbox.put(Digest(1), "#new", NOW)
    with contextlib.suppress(Mishap), books.together():
        put_twice()
        put_twice()
        raise Mishap
    put_twice()

    with books.writing() as work:
        assert ["#new"] == [parcel.lane for parcel in work.deliveries.claim(NOW, NOW, LEASE, 9)]


def test_together_is_one_threads_own(books):
    """Another thread's unit of work is its own: it is kept even where ours is undone."""

    def elsewhere():
        with books.writing() as work:
            add(work, 1)
            work.commit()

    thread = threading.Thread(target=elsewhere)
    with contextlib.suppress(Mishap), books.together():
        thread.start()
        raise Mishap
    thread.join()

    assert 1 == count(books)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/x"])
def test_an_address_we_cannot_use_is_refused_with_an_example(url):
    """Whoever writes the address is told what one looks like."""
    with pytest.raises(UnknownDatabase, match=r"sqlite:///baton\.db"):
        Books(url)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_spelt_in_many_ways(postgres_url, scheme):
    """The address a hosting service hands out is taken as it is."""
    books = Books(postgres_url.replace("postgresql+psycopg", scheme, 1))
    with books.reading() as work, pytest.raises(Exception, match="does not exist"):
        work.leads.search("ada", 1)
    books.close()
