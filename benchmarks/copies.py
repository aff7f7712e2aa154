"""A long history made quickly: a few real handoffs, copied by the database with other instants."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Table,
    create_engine,
    insert,
    literal,
    select,
    type_coerce,
)

from storage.columns import MICROSECOND, UtcDateTime
from storage.tables import handoffs, leads, offers

Later = Callable[[ColumnElement[int]], ColumnElement[int]]

IDS = frozenset({"lead_id", "handoff_id"})
UNIQUE = frozenset({"email", "external_id"})  # a copied lead is known by its number alone
MINUTE = timedelta(minutes=1) // MICROSECOND  # as SQLite keeps it
WEEK = timedelta(weeks=1) // MICROSECOND


def copy_all(url: str, seeds: int, copies: int, later: Later) -> None:
    """The `seeds` handoffs of a SQLite database, and their leads and offers, `copies` times.

    The n-th copy (from 1) of handoff h is h + n * seeds; its instants are `later(n)` microseconds
    after the original's. Handoffs and leads must be numbered alike, from 1.
    """
    engine = create_engine(url)
    with engine.begin() as connection:
        for table in (leads, handoffs, offers):
            connection.execute(_copied(table, seeds, copies, later))
    engine.dispose()


def _copied(table: Table, seeds: int, copies: int, later: Later) -> Any:
    first = select(literal(1).label("n")).cte("numbers", recursive=True)
    numbers = first.union_all(select(first.c.n + 1).where(first.c.n < copies))
    its_id = table.c.get("handoff_id", table.c.get("id"))
    assert its_id is not None
    values = [_value(column, numbers.c.n, seeds, later) for column in table.columns]
    rows = select(*values).select_from(table).join(numbers, literal(1) == 1).where(its_id <= seeds)
    return insert(table).from_select([column.name for column in table.columns], rows)


def _value(column: Column[Any], n: ColumnElement[int], seeds: int, later: Later) -> Any:
    if column.name in IDS or (column.name == "id" and column.primary_key):
        return column + n * seeds
    if column.name in UNIQUE:
        return literal("")
    if isinstance(column.type, UtcDateTime):
        return type_coerce(column, BigInteger) + later(n)
    return column
