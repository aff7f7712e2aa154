"""Versions of the terms."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.agreement import Duration, Target
from bot.use_cases.ports import NotFound
from storage.books import Books
from tests.storage.samples import NOW, TERMS

STRICTER = replace(TERMS, answer=Target(Duration(timedelta(hours=1))))


def register(books, terms):
    with books.writing() as work:
        version = work.terms.register(terms, NOW)
        work.commit()
    return version


def test_equal_terms_are_one_version(books, url):
    """A restart with the same app.yaml makes no new version; a change makes one."""
    first, second = register(books, TERMS), register(books, STRICTER)
    after_restart = Books(url)
    again = register(after_restart, replace(TERMS, calendars=dict(TERMS.calendars)))
    after_restart.close()

    assert (1, 2, 1) == (first, second, again)


def test_terms_come_back_whole(books, url):
    """Targets, calendar with its special days, ladder and reasons are judged by as they were."""
    version = register(books, TERMS)
    other_process = Books(url)
    with other_process.reading() as work:
        read = work.terms.get(version)
        assert TERMS == read
        assert read is work.terms.get(version)
    other_process.close()


def test_a_version_rolled_back_leaves_no_trace(books):
    """Terms that were never committed are not what their number means later."""
    with books.writing() as work:
        undone = work.terms.register(STRICTER, NOW)
        assert STRICTER == work.terms.get(undone)
    version = register(books, TERMS)

    with books.reading() as work:
        assert TERMS == work.terms.get(version)


def test_an_unknown_version_is_said_to_be_unknown(books):
    """An offer never refers to terms that are not there; asking for them is an error."""
    with books.reading() as work, pytest.raises(NotFound, match="version 7"):
        work.terms.get(7)
