"""One suite on both databases: a test that asks for `books` runs on each."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from storage.books import Books
from tests import migrated
from tests.storage.samples import NOW, TERMS


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Call it for the address of one more database without tables."""
    if request.param == "sqlite":
        numbers = itertools.count()
        return lambda: f"sqlite:///{tmp_path / f'empty{next(numbers)}.db'}"
    made: Callable[[], str] = request.getfixturevalue("postgres_database")
    return made


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database as `migrate` leaves it."""
    if request.param == "sqlite":
        return migrated.sqlite(tmp_path)
    made: str = request.getfixturevalue("postgres_database")(migrated.migrate)
    return made


@pytest.fixture
def books(url: str) -> Iterator[Books]:
    books = Books(url)
    yield books
    books.close()


@pytest.fixture
def version(books: Books) -> int:
    """Of the terms that the samples are offered under."""
    with books.writing() as work:
        version = work.terms.register(TERMS, NOW)
        work.commit()
    return version
