"""A click on Accept, from the signed request to the answer with its commit inside, against the
least a database can be asked for: one UPDATE and one INSERT in a transaction."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psycopg
from sqlalchemy import make_url
from starlette.requests import Request
from starlette.types import Message

from benchmarks.office import Office, office, sqlite_url
from benchmarks.side_by_side import Figure, NotMeasured, Pair, side_by_side
from benchmarks.signed import SECRET, TIMESTAMP, Signed, card_of, click
from bot.app import CLICKS_AT_ONCE
from bot.delivery.outcomes import Identity
from bot.delivery.slack_api import SlackApi
from bot.domain.handoff import State
from handlers.front_door import FrontDoor
from handlers.home import Homes
from handlers.slack_app import dispatch, slack_app
from tests.postgres import Databases, NoPostgres, any_server, connect

ROUNDS = 25
EACH = 16
ROWS = 1000  # of the floor's table
TABLES = (
    "CREATE TABLE handoffs (id INTEGER PRIMARY KEY, state TEXT NOT NULL, holder TEXT)",
    "CREATE TABLE journal (handoff INTEGER, seq INTEGER, event TEXT, PRIMARY KEY (handoff, seq))",
)
SETTINGS = ("journal_mode = WAL", "synchronous = NORMAL", "busy_timeout = 15000")

Floor = Callable[[int], None]


def measure(folder: Path) -> Iterator[Figure | NotMeasured]:
    with sqlite_floor(folder / "floor.db") as floor:
        pair = against(floor, sqlite_url(folder, "click"))
    yield Figure(
        "click, SQLite",
        pair,
        low=10,
        high=90,
        means="signed request to ack, to a bare BEGIN IMMEDIATE; UPDATE; INSERT; COMMIT",
    )
    try:
        with postgres() as databases:
            url = databases.fresh()
            with postgres_floor(databases.fresh()) as floor:
                pair = against(floor, url)
    except NoPostgres as none:
        yield NotMeasured("click, PostgreSQL", str(none))
        return
    yield Figure(
        "click, PostgreSQL",
        pair,
        low=4,
        high=45,
        means="signed request to ack, to a bare BEGIN; UPDATE; INSERT; COMMIT there",
    )


def against(floor: Floor, url: str) -> Pair:
    with office(url) as one, ThreadPoolExecutor(CLICKS_AT_ONCE) as pool, asyncio.Runner() as runner:
        offered = [one.lead() for _ in range((ROUNDS + 1) * EACH)]
        clicks = iter([_click_on(one, handoff) for handoff in offered])
        numbers = iter(range(len(offered)))
        door = _door(one, pool)

        def ours() -> None:
            runner.run(_come_in(door, [next(clicks) for _ in range(EACH)]))

        def bare() -> None:
            for _ in range(EACH):
                floor(next(numbers))

        pair = side_by_side(ours, bare, ROUNDS, EACH)
        _all_accepted(one, offered)
    return pair


def _click_on(one: Office, handoff: int) -> Signed:
    return click(card_of(one, handoff), handoff, one.sellers[handoff % len(one.sellers)])


def _door(one: Office, pool: ThreadPoolExecutor) -> FrontDoor:
    ourselves = Identity("T0ACME", "U0BATON", "B0BATON", "https://acme.slack.example")
    unused = SlackApi("xoxb-never-called", one.time)
    homes = Homes(one.desk, one.words, unused, one.time)
    bolt = slack_app(one.desk, one.words, ourselves, unused, pool, homes)
    return FrontDoor(partial(dispatch, bolt), SECRET, lambda: float(TIMESTAMP), pool)


async def _come_in(door: FrontDoor, clicks: list[Signed]) -> None:
    """One after the other, as the HTTP server hands them over."""
    for signed in clicks:
        answer = await door(_request(signed))
        assert answer.status_code == 200, answer.status_code


def _request(signed: Signed) -> Request:
    async def receive() -> Message:
        return {"type": "http.request", "body": signed.raw, "more_body": False}

    headers = [(name.encode(), value.encode()) for name, value in signed.headers.items()]
    scope = {"type": "http", "method": "POST", "query_string": b"", "headers": headers}
    return Request(scope, receive)


def _all_accepted(one: Office, offered: list[int]) -> None:
    with one.books.reading() as work:
        states = {work.handoffs.get(handoff).state for handoff in offered}
    assert states == {State.ACCEPTED}, states


@contextmanager
def sqlite_floor(path: Path) -> Iterator[Floor]:
    connection = sqlite3.connect(path, isolation_level=None)
    for setting in SETTINGS:
        connection.execute(f"PRAGMA {setting}")
    for table in TABLES:
        connection.execute(table)
    rows = [(number,) for number in range(ROWS)]
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO handoffs VALUES (?, 'offered', NULL)", rows)
    connection.execute("COMMIT")

    def accept(number: int) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            "UPDATE handoffs SET state = 'accepted', holder = 'U1' WHERE id = ?", (number,)
        )
        connection.execute("INSERT INTO journal VALUES (?, 1, 'accepted')", (number,))
        connection.execute("COMMIT")

    yield accept
    connection.close()


@contextmanager
def postgres_floor(url: str) -> Iterator[Floor]:
    with connect(make_url(url)) as connection:
        for table in TABLES:
            connection.execute(table)
        connection.execute(
            "INSERT INTO handoffs SELECT n, 'offered', NULL FROM generate_series(0, %s) n", (ROWS,)
        )
        yield partial(_accept, connection)


def _accept(connection: psycopg.Connection, number: int) -> None:
    connection.execute("BEGIN")
    connection.execute(
        "UPDATE handoffs SET state = 'accepted', holder = 'U1' WHERE id = %s", (number,)
    )
    connection.execute("INSERT INTO journal VALUES (%s, 1, 'accepted')", (number,))
    connection.execute("COMMIT")


@contextmanager
def postgres() -> Iterator[Databases]:
    with any_server() as server:
        databases = Databases(server)
        try:
            yield databases
        finally:
            databases.drop_all()
