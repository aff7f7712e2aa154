"""What people fill into a modal, judged value by value. None of it need be what we offered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from bot.delivery.actions import Field
from bot.domain.agreement import NextStep, Reason
from handlers.amounts import BadAmount, read_amount
from handlers.clicks import mapping, text

LONGEST_NOTE = 1000  # characters, as the input itself allows; of all that is written at length
END_OF_TIME = 1 << 35  # seconds since 1970: after the year 3000
FARTHEST = timedelta(days=3 * 366)  # for a lead to come back
OWN_WORDS = (Field.QUESTION, Field.ANSWER, Field.NOTE)

T = TypeVar("T")


class Unfit(ValueError):
    """Its text is the key of the phrase that stands below the input."""


class BadForm(ValueError):
    """`errors` maps inputs to the keys of the phrases below them, which may say when
    it is `due`."""

    def __init__(self, errors: Mapping[Field, str], due: datetime | None = None) -> None:
        super().__init__(", ".join(errors.values()))
        self.errors = errors
        self.due = due


class Filled:
    """The values of a submitted view; what is missing or of a wrong type is empty."""

    def __init__(self, view: Mapping[str, Any]) -> None:
        self._values = mapping(mapping(view.get("state")).get("values"))
        self._errors: dict[Field, str] = {}

    def text(self, field: Field) -> str:
        return text(self._input(field).get("value")).replace("\0", "").strip()

    def written(self) -> str:
        """All that somebody wrote in their own words."""
        return " ".join(filter(None, (self.text(field) for field in OWN_WORDS)))

    def choice(self, field: Field) -> str:
        return text(mapping(self._input(field).get("selected_option")).get("value"))

    def day(self, field: Field) -> date | None:
        try:
            return date.fromisoformat(text(self._input(field).get("selected_date")))
        except ValueError:
            return None

    def instant(self, field: Field) -> datetime | None:
        """Slack counts it in seconds since 1970."""
        seconds = self._input(field).get("selected_date_time")
        if not isinstance(seconds, int) or not 0 <= seconds < END_OF_TIME:
            return None
        return datetime.fromtimestamp(seconds, UTC)

    def judged(self, field: Field, read: Callable[[], T], otherwise: T) -> T:
        """What `read` makes of the field; its complaint is kept for `check`."""
        try:
            return read()
        except (Unfit, BadAmount) as unfit:
            self._errors[field] = str(unfit)
            return otherwise

    def check(self) -> None:
        """Raises BadForm with everything that was wrong."""
        if self._errors:
            raise BadForm(self._errors)

    def _input(self, field: Field) -> Mapping[str, Any]:
        return mapping(mapping(self._values.get(field.value)).get(field.value))


def reason_of(filled: Filled, allowed: Collection[Reason]) -> Reason:
    """One of the agreed list that this form shows. Raises BadForm."""
    chosen = filled.choice(Field.REASON)
    for reason in allowed:
        if reason.code == chosen:
            return reason
    raise BadForm({Field.REASON: "reason_needed"})


def note_in(filled: Filled) -> str:
    """Raises Unfit."""
    note = filled.text(Field.NOTE)
    if len(note) > LONGEST_NOTE:
        raise Unfit("note_too_long")
    return note


def note_for(filled: Filled, reason: Reason) -> str:
    """Raises Unfit."""
    note = note_in(filled)
    if reason.note_required and not note:
        raise Unfit("note_needed")
    return note


def words_in(filled: Filled, field: Field) -> str:
    """What has to be said in one's own words. Raises BadForm."""
    said = filled.text(field)
    if not said:
        raise BadForm({field: "words_needed"})
    if len(said) > LONGEST_NOTE:
        raise BadForm({field: "words_too_long"})
    return said


def until_for(filled: Filled, reason: Reason, today: date) -> date | None:
    """The day to come back on, for reasons after which a lead does. Raises Unfit."""
    until = filled.day(Field.UNTIL)
    if not reason.asks_date and reason.next_step is not NextStep.RECYCLE:
        return None
    if until is None:
        if reason.asks_date:
            raise Unfit("date_needed")
        return None
    if until <= today:
        raise Unfit("date_past")
    if until - today > FARTHEST:
        raise Unfit("date_too_far")
    return until


def amount_in(filled: Filled, currency: str) -> Decimal | None:
    """Raises BadAmount."""
    return read_amount(filled.text(Field.AMOUNT), currency)
