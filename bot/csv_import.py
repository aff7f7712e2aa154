"""`baton import FILE.csv`: good rows in, every bad row with its line and reason; safe to repeat."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.assignment import NoQueue
from bot.domain.lead import LeadFacts
from bot.use_cases.offer import Outcome, keep_lead, raise_lead
from bot.use_cases.ports import Desk
from handlers.lead_form import field_name, read_lead

if TYPE_CHECKING:
    import _csv

SOURCE = "import"  # of the idempotency keys: the same row of any file is taken in once
LONGEST_FIELD = 1_000_000  # characters; the csv module's own limit is lower and says nothing useful

SAME_AS = {
    "e_mail": "email",
    "email_address": "email",
    "mail": "email",
    "id": "external_id",
    "lead_id": "external_id",
    "full_name": "name",
    "organisation": "company",
    "organization": "company",
    "account": "company",
    "job_title": "title",
    "telephone": "phone",
    "lead_source": "source",
    "utm_source": "source",
    "utm_campaign": "campaign",
    "why_now": "why",
    "crm_link": "crm_url",
}
FIELDS = frozenset(LeadFacts.__dataclass_fields__) - {"extra"} | {"raised_at"}


class BadFile(ValueError):
    """The file cannot be read as a whole; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class BadRow:
    line: int
    why: str


@dataclass(frozen=True, slots=True)
class GoodRow:
    line: int
    facts: LeadFacts
    raised_at: datetime | None

    @property
    def key(self) -> str:
        """The same for the same row, whatever file it stands in."""
        said = json.dumps(asdict(self.facts), sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Rows:
    good: tuple[GoodRow, ...]
    bad: tuple[BadRow, ...]
    remarks: tuple[BadRow, ...] = ()  # taken in, but something was left out or shortened


@dataclass
class Imported:
    offered: int = 0
    news: int = 0
    repeated: int = 0
    kept: int = 0  # known, not offered
    bad: list[BadRow] = field(default_factory=list)


def read_rows(path: Path, mapping: Mapping[str, str], now: datetime) -> Rows:
    """The leads of a file. `mapping` is column -> our field, on top of the names we know; columns
    we have no field for are kept with the lead.

    Raises BadFile.
    """
    text = _text(path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    csv.field_size_limit(LONGEST_FIELD)
    try:
        header = next(reader, None)
        if not header or not any(cell.strip() for cell in header):
            raise BadFile("The file is empty: its first line must name the columns.")
        columns = _columns(header, mapping)
        return _sorted_out(_cells(reader, columns), now)
    except csv.Error as error:
        raise BadFile(f"Line {reader.line_num} is not CSV: {error}.") from None


def not_yet_taken(desk: Desk, rows: Rows) -> int:
    """How many rows no earlier run has taken in."""
    with desk.books.reading() as work:
        return sum(work.intake.seen(SOURCE, row.key) is None for row in rows.good)


def take_in(
    desk: Desk, rows: Rows, post: bool, progress: Callable[[int], None] = lambda _done: None
) -> Imported:
    """Each good row in a transaction of its own: an interrupted run goes on where it was."""
    done = Imported(bad=list(rows.bad))
    for count, row in enumerate(rows.good, start=1):
        if post:
            _offer(desk, row, done)
        else:
            keep_lead(desk, row.facts)
            done.kept += 1
        progress(count)
    return done


def _offer(desk: Desk, row: GoodRow, done: Imported) -> None:
    try:
        raised = raise_lead(desk, row.facts, row.raised_at, key=(SOURCE, row.key))
    except NoQueue as error:
        done.bad.append(BadRow(row.line, str(error)))
        return
    match raised.outcome:
        case Outcome.OFFERED:
            done.offered += 1
        case Outcome.NEWS:
            done.news += 1
        case Outcome.REPEATED:
            done.repeated += 1


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile(
            f"The file is not UTF-8 text (byte {error.start}): save it as CSV UTF-8."
        ) from None
    except OSError as error:
        raise BadFile(f"The file cannot be read: {error.strerror}.") from None


def _delimiter(text: str) -> str:
    """Comma, semicolon (what many a spreadsheet writes) or tab: whichever the header has most."""
    return max(",;\t", key=text.partition("\n")[0].count)


def _columns(header: Sequence[str], mapping: Mapping[str, str]) -> list[str]:
    """What each column is called as a field. Raises BadFile."""
    wanted = {field_name(column): _our_field(name) for column, name in mapping.items()}
    names = [field_name(cell) for cell in header]
    if missing := sorted(set(wanted) - set(names)):
        raise BadFile(f"--map names a column that the file does not have: {', '.join(missing)}.")
    columns = [wanted.get(name) or SAME_AS.get(name) or name for name in names]
    if twice := sorted({name for name in columns if name and columns.count(name) > 1}):
        raise BadFile(f"Two columns are both {', '.join(twice)}: rename one, or use --map.")
    if not {"email", "external_id"} & set(columns):
        raise BadFile(
            "No column holds the e-mail address: name it, for example --map 'Contact=email'."
        )
    return columns


def _our_field(name: str) -> str:
    if name in FIELDS or name.startswith("extra."):
        return name
    near = get_close_matches(name, FIELDS, 1)
    hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(sorted(FIELDS))}."
    raise BadFile(f"--map: there is no field {name}. {hint}")


def _cells(
    reader: _csv.Reader, columns: Sequence[str]
) -> Iterator[tuple[int, dict[str, object] | BadRow]]:
    """Each row as fields, or what is wrong with its shape. Blank lines are no rows."""
    for row in reader:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(columns):
            why = f"{len(row)} cells where the header has {len(columns)}: a stray comma or quote?"
            yield reader.line_num, BadRow(reader.line_num, why)
        else:
            yield reader.line_num, dict(zip(columns, row, strict=True))


def _sorted_out(cells: Iterator[tuple[int, dict[str, object] | BadRow]], now: datetime) -> Rows:
    good: list[GoodRow] = []
    bad: list[BadRow] = []
    remarks: list[BadRow] = []
    for line, row in cells:
        if isinstance(row, BadRow):
            bad.append(row)
            continue
        form = read_lead(row, now)
        if form.problems:
            bad.append(BadRow(line, " ".join(str(problem) for problem in form.problems)))
        else:
            good.append(GoodRow(line, form.facts, form.raised_at))
        remarks.extend(BadRow(line, str(remark)) for remark in form.remarks)
    return Rows(tuple(good), tuple(bad), tuple(remarks))
