"""What a history file may say, and how its mistakes are told."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from bot.replay.history import BadHistory, History, Past, read

HEADER = "at,event,lead,actor,amount\n"
MQL = "2012-01-30T09:00:00+01:00,mql,7,,\n"


def reading(tmp_path: Path, text: str | bytes) -> History:
    file = tmp_path / "past.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return read(file)


def mistakes(tmp_path: Path, text: str | bytes) -> tuple[str, ...]:
    with pytest.raises(BadHistory) as caught:
        reading(tmp_path, text)
    return caught.value.mistakes


def test_a_row_says_what_happened_when_and_by_whom(tmp_path: Path):
    """Instants are kept in UTC, an empty actor is unknown, an empty amount is not 0."""
    handed, closed = reading(
        tmp_path, f"{HEADER}{MQL}2012-01-30T10:00:00.250+01:00,won,7,ada,9000.50\n"
    ).rows
    assert datetime(2012, 1, 30, 8, tzinfo=UTC) == handed.at
    assert (Past.MQL, "7", None, None) == (handed.event, handed.lead, handed.actor, handed.amount)
    assert (3, Past.WON, "ada", Decimal("9000.50")) == (
        closed.line,
        closed.event,
        closed.actor,
        closed.amount,
    )


def test_more_columns_say_more_about_the_lead(tmp_path: Path):
    """Known columns fill the lead, unknown ones stay with it for the queues' conditions."""
    text = "at,event,lead,actor,amount,source,Email,score,plan\n"
    text += "2012-01-30T09:00:00Z,mql,7,,,fair,Ada@Acme.example,80,gold\n"
    facts = reading(tmp_path, text).rows[0].facts
    assert ("fair", "ada@acme.example", 80) == (facts.source, facts.email, facts.score)
    assert {"plan": "gold"} == facts.extra
    assert ("history", "7") == (facts.system, facts.external_id)


def test_a_quoted_cell_over_two_lines_does_not_shift_the_line_numbers(tmp_path: Path):
    """A mistake is shown at the line where its row begins."""
    text = "at,event,lead,actor,amount,why\n"
    text += '2012-01-30T09:00:00Z,mql,7,,,"two\nlines"\n'
    text += "2012-01-30T09:00:00Z,sold,7,,,\n"
    assert mistakes(tmp_path, text)[0].startswith("past.csv:4: event is 'sold'")


def test_a_byte_order_mark_and_blank_lines_do_no_harm(tmp_path: Path):
    """Files come as spreadsheets save them."""
    assert 1 == len(reading(tmp_path, f"\ufeff{HEADER}\r\n{MQL}\n").rows)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2012-01-30T10:00:00,accept,7,,", "without its offset"),
        ("yesterday,accept,7,,", "write an ISO 8601 time"),
        ("0001-01-01T00:00:00+14:00,accept,7,,", "no calendar reaches so far"),
        ("2012-01-30T08:59:59+01:00,accept,7,,", "earlier than the row before"),
        ("2012-01-30T10:00:00+01:00,sold,7,,", "event is 'sold'; it is one of mql, accept"),
        ("2012-01-30T10:00:00+01:00,accept,,ada,", "lead is empty"),
        ("2012-01-30T10:00:00+01:00,accept,8,ada,", "which no mql above it hands over"),
        ("2012-01-30T10:00:00+01:00,won,7,ada,a lot", "amount is 'a lot'"),
        ("2012-01-30T10:00:00+01:00,won,7,ada,NaN", "amount is 'NaN'"),
        ("2012-01-30T10:00:00+01:00,won,7,ada,-5", "amount is '-5'"),
        ('2012-01-30T10:00:00+01:00,won,7,ada,"1,000"', "amount is '1,000'"),
        ("2012-01-30T10:00:00+01:00,won,7,ada,1e400", "amount is '1e400'"),
        ("2012-01-30T10:00:00+01:00,won,7,ada,9999999999999", "amount is '9999999999999'"),
        ("2012-01-30T10:00:00+01:00,accept,7", "3 cells, but the first line names 5 columns"),
        ('2012-01-30T10:00:00+01:00,accept,7,"ada,', "this is not CSV"),
    ],
)
def test_a_wrong_row_is_told_with_its_line(tmp_path: Path, row: str, said: str):
    """Whoever made the file reads where it is wrong and what to write instead."""
    (mistake,) = mistakes(tmp_path, f"{HEADER}{MQL}{row}\n")
    assert mistake.startswith("past.csv:3: ")
    assert said in mistake


def test_all_mistakes_are_told_at_once(tmp_path: Path):
    """Nobody mends a file one mistake at a time; of very many the first are shown."""
    rows = "never,mql,7,,\n" * 30
    with pytest.raises(BadHistory) as caught:
        reading(tmp_path, HEADER + rows)
    assert 30 == len(caught.value.mistakes)
    assert str(caught.value).endswith("… and 10 more.")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no columns at, event, lead, actor, amount; the first line has to name"),
        ("at,event,lead,actor\n", "no column amount; the first line has to name"),
        ("at,event,lead,actor,amount,lead\n", "the column lead is there twice"),
        (HEADER, "no row below"),
        (b"\xff\xfe\x00", "not UTF-8"),
    ],
)
def test_a_file_that_is_no_history_is_told_so(tmp_path: Path, text: str | bytes, said: str):
    """The first sentence about a wrong file names what is missing."""
    assert said in mistakes(tmp_path, text)[0]


def test_a_file_that_is_not_there_is_told_so(tmp_path: Path):
    """A mistyped name gets a sentence, not a traceback."""
    with pytest.raises(BadHistory, match="cannot be read"):
        read(tmp_path / "none.csv")
