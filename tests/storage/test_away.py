"""A database that is not there is one sentence: which it is, why, and what to do about it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.use_cases.ports import DatabaseAway
from storage.books import Books, UnknownDatabase
from tests.postgres import connect

PASSWORD = "s3cret"


def trouble(address: str) -> str:
    with closing(Books(address)) as books, pytest.raises(DatabaseAway) as raised:
        books.migrate()
    said = str(raised.value)
    assert PASSWORD not in said
    assert "\n" not in said
    return said


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("nowhere/x.db", "cannot be made: there is no such folder."),
        ("folder", "is a folder: name a file in it."),
        ("notes.txt", "is not a SQLite database: name another file, or move that one away."),
    ],
)
def test_a_file_that_cannot_be_the_database(tmp_path: Path, path: str, expected: str) -> None:
    """Named in full, so that a relative path is no riddle."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "notes.txt").write_text("Remember the milk. " * 99)
    said = trouble(f"sqlite:///{tmp_path / path}")
    assert f"The database is away: {tmp_path / path} {expected}" in said


AS_NOBODY = """
import os, sys
from storage.books import Books
from bot.use_cases.ports import DatabaseAway
os.setgid(65534) if os.geteuid() == 0 else None
os.setuid(65534) if os.geteuid() == 0 else None
for name in ("made.db", "new.db"):
    for what in (Books.migrate, Books.look):
        try:
            what(Books(f"sqlite:///{sys.argv[1]}/{name}"))
            print("no trouble")
        except DatabaseAway as error:
            print(error)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where everybody may look; pytest's own folders are for one user alone."""
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


def test_a_folder_that_may_not_be_written(folder: Path) -> None:
    """A file that may be read but not written, or a new one: known at once, not after waiting."""
    with closing(Books(f"sqlite:///{folder / 'made.db'}")) as books:
        books.migrate()
    (folder / "made.db").chmod(0o444)
    folder.chmod(0o555)
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(folder)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    said = done.stdout.splitlines()
    folder.chmod(0o755)
    assert 4 == len(said), done.stderr
    assert all("let Baton's user write the file and its folder" in line for line in said), said


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1:1/baton", "127.0.0.1:1, database baton: nothing answers there: is it running?"),
        ("nowhere.invalid/baton", "nowhere.invalid:5432, database baton: there is no host of that"),
    ],
)
def test_a_server_that_cannot_be_reached(address: str, expected: str) -> None:
    """Where it should be, and neither who we are nor our password."""
    said = trouble(f"postgresql://ada:{PASSWORD}@{address}")
    assert expected in said
    assert "ada" not in said


def test_a_server_that_does_not_let_us_in(postgres_url: str) -> None:
    """A database not made yet, and a user that is not known."""
    server = make_url(postgres_url)
    absent = server.set(database="not_made").render_as_string(hide_password=False)
    assert "database not_made: it has no database of that name: create it" in trouble(absent)
    stranger = server.set(username="stranger").render_as_string(hide_password=False)
    assert "it does not accept that user or password" in trouble(stranger)


def test_a_user_who_may_not_make_tables(
    postgres_url: str, postgres_database: Callable[..., str]
) -> None:
    """PostgreSQL 15 and later give new users nothing in a database of somebody else's."""
    address = make_url(postgres_database())
    with connect(make_url(postgres_url)) as server:
        server.execute("CREATE ROLE guest LOGIN")
    try:
        said = trouble(address.set(username="guest").render_as_string(hide_password=False))
        assert "its user may not use it: grant that user CREATE and USAGE" in said
    finally:
        with connect(make_url(postgres_url)) as server:
            server.execute("DROP ROLE guest")


def test_a_server_that_goes_while_we_work(
    postgres_url: str, postgres_database: Callable[..., str]
) -> None:
    """At run time too, and once the server is back nobody has to restart Baton."""
    address = postgres_database()
    name = make_url(address).database
    with closing(Books(address)) as books:
        books.migrate()
        with connect(make_url(postgres_url)) as server:
            with books.reading() as work:
                work.deliveries.paused()
                server.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                    [name],
                )
                with pytest.raises(DatabaseAway):
                    work.deliveries.paused()
            with books.reading() as work:
                assert {} == work.deliveries.paused()
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
            with pytest.raises(DatabaseAway, match="no database of that name"), books.writing():
                raise AssertionError("opened")
            server.execute(f"CREATE DATABASE {name}")
        books.migrate()


def test_looking_makes_nothing(tmp_path: Path) -> None:
    """A check-up leaves no empty database behind, and knows a file that may be made."""
    file = tmp_path / "baton.db"
    with closing(Books(f"sqlite:///{file}")) as books:
        books.look()
        assert not file.exists()
        books.migrate()
        books.look()
    with (
        closing(Books(f"sqlite:///{tmp_path / 'no' / 'baton.db'}")) as books,
        pytest.raises(DatabaseAway, match="no such folder"),
    ):
        books.look()


def test_tables_of_a_newer_baton(tmp_path: Path) -> None:
    """An old version says so, and touches nothing."""
    address = f"sqlite:///{tmp_path / 'baton.db'}"
    with closing(Books(address)) as books:
        books.migrate()
        with books._writer.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert "made by a newer Baton" in trouble(address)


def test_an_address_that_is_none_hides_its_password() -> None:
    """A typing mistake in the port does not print the secret."""
    with pytest.raises(UnknownDatabase) as raised:
        Books(f"postgresql://ada:{PASSWORD}@host:five/baton")
    assert PASSWORD not in str(raised.value)
    assert "postgresql://user:password@host/baton" in str(raised.value)
