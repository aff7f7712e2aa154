"""How Baton's values are kept, alike on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Numeric, Row, Text, TypeDecorator

AnyRow = Row[*tuple[Any, ...]]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)
REPLACEMENT = "\ufffd"  # what Unicode shows for a character that cannot be


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant. SQLite drops zones, so there it is microseconds since 1970; naive values
    are refused on both."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        kind = BigInteger() if dialect.name == "sqlite" else DateTime(timezone=True)
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("An instant without a zone cannot be stored.")
        if dialect.name == "sqlite":
            return (value - EPOCH) // MICROSECOND
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if dialect.name == "sqlite":
            return EPOCH + MICROSECOND * int(value)
        instant: datetime = value
        return instant.astimezone(UTC)


class Span(TypeDecorator[timedelta]):
    """Working time, kept as whole microseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:
        return None if value is None else value // MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> timedelta | None:
        return None if value is None else MICROSECOND * value


class Amount(TypeDecorator[Decimal]):
    """Money, to the last digit. SQLite knows only floats, so there it is text."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else Numeric())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if not value.is_finite():
            raise ValueError("An amount that is not a number cannot be stored.")
        return f"{value:f}" if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Words(TypeDecorator[str]):
    """Text from outside. What no database takes (a NUL, half a surrogate pair) becomes U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


# SQLite gives a rowid only to INTEGER PRIMARY KEY.
Id = BigInteger().with_variant(Integer(), "sqlite")


def storable(words: str) -> str:
    if "\0" in words:
        words = words.replace("\0", REPLACEMENT)
    if words.isascii():
        return words
    return words.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def to_json(value: object) -> str:
    """Compact and canonical: equal values give equal text."""
    text = _JSON.encode(value)
    if r"\u0000" in text:
        text = _JSON.encode(_without_nul(value))
    return storable(text)


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", REPLACEMENT)
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nul(item) for item in value]
    return value
