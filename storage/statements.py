"""INSERTs that meet a row which is already there, for both databases.

SQLAlchemy has ON CONFLICT in each dialect and not in general, so a statement is made for each and
picked by the connection's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Insert, Table, text
from sqlalchemy.dialects import postgresql, sqlite

Statement = Mapping[str, Insert]  # by the dialect's name


def insert_if_new(table: Table, *returning: str) -> Statement:
    """Does nothing, and returns nothing, where any unique constraint of the table has the row."""
    made = {
        "sqlite": sqlite.insert(table).on_conflict_do_nothing(),
        "postgresql": postgresql.insert(table).on_conflict_do_nothing(),
    }
    if not returning:
        return made
    columns = [table.c[name] for name in returning]
    return {name: insert.returning(*columns) for name, insert in made.items()}


def insert_or_update(
    table: Table, found_by: Sequence[str], *changed: str, where: str | None = None
) -> Statement:
    """Where the row is there already, its `changed` columns take the new values. `where` names
    the partial unique index."""
    condition = text(where) if where else None

    def on_conflict(insert: Any) -> Insert:
        new = {name: insert.excluded[name] for name in changed}
        made: Insert = insert.on_conflict_do_update(
            index_elements=list(found_by), index_where=condition, set_=new
        )
        return made

    return {
        "sqlite": on_conflict(sqlite.insert(table)),
        "postgresql": on_conflict(postgresql.insert(table)),
    }


def for_dialect(connection: Connection, statement: Statement) -> Insert:
    return statement[connection.dialect.name]
