"""Reports are made once; requests are taken in once."""

from datetime import timedelta

import pytest

from bot.use_cases.ports import Conflict, NotFound
from tests.storage.samples import NOW, offered

WEEK = timedelta(days=7)


def open_report(work, period="2026-W01", channel="#mql"):
    return work.reports.open("digest", channel, period, NOW, NOW + WEEK, {"posted": 3}, NOW + WEEK)


def test_a_period_has_one_report(books):
    """Whoever comes second learns that somebody else queues the digest."""
    with books.writing() as work:
        first = open_report(work)
        work.commit()
    with books.writing() as work:
        assert None is open_report(work)
        assert open_report(work, period="2026-W02")
        assert open_report(work, channel="#other")

    with books.reading() as work:
        assert first == work.reports.get(first.id)
        assert (True, False) == (
            work.reports.exists("digest", "#mql", "2026-W01"),
            work.reports.exists("review", "#mql", "2026-W01"),
        )
        with pytest.raises(NotFound, match="no report 7"):
            work.reports.get(7)


def test_a_request_is_taken_in_once(books, version):
    """The same key of the same source leads to the handoff it led to."""
    begun = offered(books, version)
    with books.writing() as work:
        work.intake.remember("form", "k\0", begun.id, NOW)
        work.commit()

    with books.writing() as work:
        assert (begun.id, None, None) == (
            work.intake.seen("form", "k\0"),
            work.intake.seen("form", "other"),
            work.intake.seen("crm", "k\0"),
        )
        with pytest.raises(Conflict):
            work.intake.remember("form", "k\0", begun.id, NOW)
