"""`baton import FILE.csv`: good rows in, every bad row with its line and reason; safe to repeat."""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.assignment import NoQueue
from bot.domain.lead import LeadFacts
from bot.use_cases.desk import Desk
from bot.use_cases.offer import Outcome, keep_lead, raise_lead
from bot.use_cases.ports import Conflict
from handlers.lead_form import field_name, one_line, read_lead

if TYPE_CHECKING:
    import _csv

SOURCE = "import"  # of the idempotency keys: the same row of any file is taken in once
LONGEST_FIELD = 1_000_000  # characters; the csv module's own limit is lower and says nothing useful

# What other systems, and people, call our columns; in English, German and Swedish.
ALSO_CALLED = {
    "email": "e_mail e_mail_address e_mail_adresse email_address email_adresse e_post "
    "e_postadress epost epostadress mail",
    "external_id": "id lead_id record_id contact_id",
    "name": "full_name contact_name namn",
    "company": "company_name organisation organization organisation_name organization_name "
    "account account_name firma firmenname unternehmen företag företagsnamn",
    "title": "job_title position funktion befattning",
    "phone": "phone_number telephone telephone_number mobile mobile_phone telefon telefonnummer",
    "country": "country_code country_name country/region land",
    "source": "lead_source original_source utm_source quelle källa",
    "campaign": "campaign_name utm_campaign kampagne kampanj",
    "why": "why_now",
    "crm_url": "crm_link",
}
FIRST_NAMES = frozenset(["first_name", "firstname", "given_name", "vorname", "förnamn"])
LAST_NAMES = frozenset(["last_name", "lastname", "surname", "family_name", "nachname", "efternamn"])
SAME_AS = {other: name for name, others in ALSO_CALLED.items() for other in others.split()}
FIELDS = frozenset(LeadFacts.__dataclass_fields__) - {"extra"} | {"raised_at"}
JOINABLE = frozenset(("name", "company", "title", "source", "campaign", "why"))


class BadFile(ValueError):
    """The file cannot be read as a whole; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file, and the field it becomes; of several that become one, the lower
    `place` is said first."""

    written: str
    field: str
    place: int = 0

    @property
    def becomes(self) -> str:
        if not self.field:
            return "left out, because it has no name"
        if self.field in FIELDS:
            return self.field
        return f"kept with the lead as {self.field.removeprefix('extra.')}"


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
    columns: tuple[Column, ...] = ()


@dataclass
class Imported:
    offered: int = 0
    news: int = 0
    repeated: int = 0
    kept: int = 0  # known, not offered
    bad: list[BadRow] = field(default_factory=list)


def read_rows(path: Path, mapping: Mapping[str, str], now: datetime) -> Rows:
    """The leads of a file. `mapping` is column -> our field, on top of the names we know; several
    columns of one field are joined, in this order. Columns we have no field for are kept with the
    lead.

    Raises BadFile.
    """
    text = _text(path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    csv.field_size_limit(LONGEST_FIELD)
    try:
        header = next(reader, None)
        if not header or not any(cell.strip() for cell in header):
            raise BadFile(f"{path.name} is empty: its first line must name the columns.")
        columns = _columns(path.name, header, mapping)
        return _sorted_out(columns, _cells(reader, columns), now)
    except csv.Error as error:
        raise BadFile(f"{path.name}:{reader.line_num} is not CSV: {error}.") from None


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
    except (NoQueue, Conflict) as error:
        moved = "Somebody moved this lead just now: import the file again."
        done.bad.append(BadRow(row.line, moved if isinstance(error, Conflict) else str(error)))
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
            f"{path.name} is not UTF-8 text (byte {error.start}): save it as CSV UTF-8."
        ) from None
    except OSError as error:
        raise BadFile(f"{path.name} cannot be read: {error.strerror}.") from None


def _delimiter(text: str) -> str:
    """Comma, semicolon (what many a spreadsheet writes) or tab: whichever the header has most."""
    return max(",;\t", key=text.partition("\n")[0].count)


def _columns(file: str, header: Sequence[str], mapping: Mapping[str, str]) -> tuple[Column, ...]:
    """What each column becomes. Raises BadFile."""
    written = [one_line(cell) for cell in header]
    wanted = _wanted(file, written, mapping)
    has_name = any((wanted.get(field_name(c)) or _known(c)).field == "name" for c in written)
    columns = tuple(
        replace(wanted.get(field_name(cell)) or _part_of_name(cell, has_name), written=cell)
        for cell in written
    )
    _refuse_doubles(columns, frozenset(wanted))
    if not {"email", "external_id"} & {column.field for column in columns}:
        raise BadFile(
            f"No column of {file} holds the e-mail address: name it, for example "
            "--map 'Contact=email'."
        )
    return columns


def _wanted(file: str, header: Sequence[str], mapping: Mapping[str, str]) -> Mapping[str, Column]:
    """What `--map` says, by the column's name as a field. Raises BadFile."""
    names = {field_name(cell) for cell in header}
    if missing := [f"'{column}'" for column in mapping if field_name(column) not in names]:
        has = ", ".join(cell for cell in header if cell)
        raise BadFile(f"--map: {file} has no column {', '.join(missing)}. It has: {has}.")
    return {
        field_name(column): Column(column, _our_field(name), place)
        for place, (column, name) in enumerate(mapping.items())
    }


def _known(cell: str) -> Column:
    name = field_name(cell)
    return Column(cell, SAME_AS.get(name, name))


def _part_of_name(cell: str, has_name: bool) -> Column:
    """First and last name make up the name, in this order, unless a column has all of it."""
    parts = (FIRST_NAMES, LAST_NAMES)
    place = next((at for at, names in enumerate(parts) if field_name(cell) in names), None)
    return _known(cell) if has_name or place is None else Column(cell, "name", place)


def _refuse_doubles(columns: Sequence[Column], mapped: Set[str]) -> None:
    """Raises BadFile where two columns become one field and nobody said so."""
    for one, other in itertools.combinations([c for c in columns if c.field], 2):
        if one.field != other.field:
            continue
        by_hand = len({field_name(one.written), field_name(other.written)} & mapped)
        parts_of_name = by_hand == 0 and one.place != other.place
        if one.field not in JOINABLE or not (by_hand == 2 or parts_of_name):
            raise BadFile(
                f"Two columns are both {one.field}: '{one.written}' and '{other.written}'. Keep "
                f"one of them apart, for example --map '{other.written}=extra.other'."
            )


def _our_field(name: str) -> str:
    if name in FIELDS or name.startswith("extra."):
        return name
    near = get_close_matches(name, FIELDS, 1)
    hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(sorted(FIELDS))}."
    raise BadFile(f"--map: there is no field '{name}'. {hint}")


def _cells(
    reader: _csv.Reader, columns: Sequence[Column]
) -> Iterator[tuple[int, dict[str, object] | BadRow]]:
    """Each row as fields, or what is wrong with its shape. Blank lines are no rows."""
    for row in reader:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(columns):
            why = f"{len(row)} cells where the header has {len(columns)}: a stray comma or quote?"
            yield reader.line_num, BadRow(reader.line_num, why)
        else:
            yield reader.line_num, _fields(columns, row)


def _fields(columns: Sequence[Column], row: Sequence[str]) -> dict[str, object]:
    found: dict[str, str] = {}
    for column, cell in sorted(zip(columns, row, strict=True), key=lambda pair: pair[0].place):
        found[column.field] = f"{found.get(column.field, '')} {cell.strip()}".strip()
    return dict(found)


def _sorted_out(
    columns: tuple[Column, ...],
    cells: Iterator[tuple[int, dict[str, object] | BadRow]],
    now: datetime,
) -> Rows:
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
    return Rows(tuple(good), tuple(bad), tuple(remarks), columns)
