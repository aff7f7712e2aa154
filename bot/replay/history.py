"""A team's past in a CSV file: every row read and judged before anything is done with it."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot.domain.lead import LeadFacts

SYSTEM = "history"  # leads are known by the file's ids, under this name
REQUIRED = ("at", "event", "lead", "actor", "amount")
ABOUT_THE_LEAD = (
    "source", "campaign", "company", "email", "name", "title", "phone", "country", "tier", "why",
    "crm_url",
)  # fmt: skip
OF_THE_ROW = (*REQUIRED, "reason", "note", "score")
PLAIN_NUMBER = r"[0-9]{1,20}(\.[0-9]{1,20})?"
AMOUNT_BELOW = Decimal(10) ** 12  # beyond it the file, not the deal, is wrong
LONGEST_CELL = 100_000  # characters
ERRORS_SHOWN = 20


class Past(StrEnum):
    """What a history file can tell of a lead."""

    MQL = "mql"
    ACCEPT = "accept"
    REJECT = "reject"
    NOT_MINE = "not_mine"
    CONTACT = "contact"
    SQL = "sql"
    DISQUALIFY = "disqualify"
    OPPORTUNITY = "opportunity"
    WON = "won"
    LOST = "lost"
    RECYCLE = "recycle"


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    at: datetime  # UTC
    event: Past
    lead: str
    actor: str | None  # None is an unknown person
    amount: Decimal | None
    facts: LeadFacts
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class History:
    rows: Sequence[Row]
    fingerprint: str  # the same for the same file

    @property
    def actors(self) -> frozenset[str]:
        return frozenset(row.actor for row in self.rows if row.actor)

    @property
    def reasons(self) -> frozenset[str]:
        return frozenset(
            row.reason for row in self.rows if row.event in (Past.REJECT, Past.RECYCLE)
        ) - {""}


class BadHistory(ValueError):
    """Nothing was done: each line says where the file is wrong, and why."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        more = len(mistakes) - ERRORS_SHOWN
        shown = [*mistakes[:ERRORS_SHOWN], *([f"… and {more} more."] if more > 0 else [])]
        super().__init__("\n".join(shown))
        self.mistakes = tuple(mistakes)


class _BadCell(ValueError):
    """A sentence about one cell of a row."""


def read(path: Path) -> History:
    """The rows of a history file, in its order. Raises BadHistory with every mistake at once."""
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise BadHistory([f"{path}: the file cannot be read: {error.strerror}."]) from None
    except UnicodeDecodeError as error:
        raise BadHistory(
            [f"{path}: the file is not UTF-8 (byte {error.start}): save it as CSV UTF-8."]
        ) from None
    return History(_parse(text, path.name), hashlib.sha256(content).hexdigest())


def _parse(text: str, name: str) -> Sequence[Row]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    mistakes: list[str] = []
    rows: list[Row] = []
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        mistakes += [f"{name}:1: {why}" for why in _header_mistakes(header)]
        if not mistakes:
            rows.extend(_rows(reader, header, name, mistakes))
            if not rows and not mistakes:
                mistakes.append(f"{name}:2: there is no row below the names of the columns.")
    except csv.Error as error:
        mistakes.append(f"{name}:{reader.line_num}: this is not CSV: {error}.")
    if mistakes:
        raise BadHistory(mistakes)
    return rows


def _header_mistakes(header: Sequence[str]) -> Iterator[str]:
    missing = [column for column in REQUIRED if column not in header]
    if missing:
        what = "column" if len(missing) == 1 else "columns"
        yield f"no {what} {', '.join(missing)}; the first line has to name each column."
    for column in sorted({column for column in header if header.count(column) > 1}):
        yield f"the column {column or '(without a name)'} is there twice."


def _rows(reader: Any, header: Sequence[str], name: str, mistakes: list[str]) -> Iterator[Row]:
    """The good rows; what is wrong with the others goes to `mistakes`."""
    line = 2
    latest: datetime | None = None
    handed_over: set[str] = set()
    for cells in reader:
        begins, line = line, reader.line_num + 1
        if not cells:
            continue
        try:
            row = _row(begins, dict(zip(header, _as_many(cells, header), strict=True)))
            _fits(row, latest, handed_over)
        except _BadCell as why:
            mistakes.append(f"{name}:{begins}: {why}")
            continue
        latest = row.at
        handed_over.add(row.lead)
        yield row


def _as_many(cells: list[str], header: Sequence[str]) -> list[str]:
    if len(cells) != len(header):
        raise _BadCell(f"{len(cells)} cells, but the first line names {len(header)} columns.")
    return [cell.strip() for cell in cells]


def _row(line: int, cell: Mapping[str, str]) -> Row:
    if not cell["lead"]:
        raise _BadCell("lead is empty: whom does this row speak of?")
    return Row(
        line=line,
        at=_instant(cell["at"]),
        event=_event(cell["event"]),
        lead=cell["lead"],
        actor=cell["actor"] or None,
        amount=_amount(cell["amount"]),
        facts=_facts(cell),
        reason=cell.get("reason", ""),
        note=cell.get("note", ""),
    )


def _fits(row: Row, latest: datetime | None, handed_over: set[str]) -> None:
    if latest is not None and row.at < latest:
        raise _BadCell("this is earlier than the row before it; sort the file by at.")
    if row.event is not Past.MQL and row.lead not in handed_over:
        raise _BadCell(f"{row.event} of lead {row.lead!r}, which no mql above it hands over.")


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise _BadCell(
            f"at is {text!r}: write an ISO 8601 time, like 2012-01-30T09:00:00+01:00."
        ) from None
    if instant.utcoffset() is None:
        raise _BadCell(f"at is {text!r}, without its offset from UTC, like +01:00 or Z.")
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise _BadCell(f"at is {text!r}: no calendar reaches so far.") from None


def _event(text: str) -> Past:
    try:
        return Past(text.lower())
    except ValueError:
        raise _BadCell(f"event is {text!r}; it is one of {', '.join(Past)}.") from None


def _amount(text: str) -> Decimal | None:
    """Empty is unknown, which is not 0."""
    if not text:
        return None
    if not re.fullmatch(PLAIN_NUMBER, text) or Decimal(text) >= AMOUNT_BELOW:
        raise _BadCell(f"amount is {text!r}: write a plain number, like 9000 or 9000.50, or none.")
    return Decimal(text)


def _facts(cell: Mapping[str, str]) -> LeadFacts:
    known = {name: cell[name] for name in ABOUT_THE_LEAD if cell.get(name)}
    if "email" in known:
        known["email"] = known["email"].lower()
    extra = {
        name: value
        for name, value in cell.items()
        if value and name not in (*ABOUT_THE_LEAD, *OF_THE_ROW)
    }
    return LeadFacts(
        system=SYSTEM,
        external_id=cell["lead"],
        score=_score(cell.get("score", "")),
        extra=extra,
        **known,
    )


def _score(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise _BadCell(f"score is {text!r}: write a whole number, or none.")
    return int(text)
