"""What several folders of tests need: a PostgreSQL, and fresh databases on it."""

import gc
from collections.abc import Callable, Iterator

import pytest
from hypothesis import settings

from tests import postgres

# The same examples each time and everywhere, however slow the machine; new ones are looked for with
# `--hypothesis-profile=default`.
settings.load_profile("ci")


@pytest.fixture(scope="session")
def _postgres_databases() -> Iterator[postgres.Databases]:
    with postgres.any_server() as server:
        databases = postgres.Databases(server)
        try:
            yield databases
        finally:
            databases.drop_all()


@pytest.fixture(scope="session")
def postgres_url(_postgres_databases: postgres.Databases) -> str:
    """The address of the server, for SQLAlchemy; `postgres_database` gives a place to write."""
    return _postgres_databases.server.render_as_string(hide_password=False)


@pytest.fixture
def postgres_database(
    _postgres_databases: postgres.Databases,
) -> Iterator[Callable[..., str]]:
    """Call it for the address of a new database, gone after the test.

    `postgres_database()` is empty; `postgres_database(migrate)` is a copy of one on which
    `migrate(address)` has run, once in the whole session.
    """
    made: list[str] = []

    def fresh(prepare: postgres.Prepare | None = None) -> str:
        made.append(_postgres_databases.fresh(prepare))
        return made[-1]

    yield fresh
    for address in made:
        _postgres_databases.drop(address)


def pytest_collection_finish() -> None:
    """What is imported by now stays: a full collection need not look through it each time."""
    gc.collect()
    gc.freeze()
