"""`baton import`: what is good goes in, what is bad is named, and twice is once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.csv_import import BadFile, read_rows
from tests.unit.agreements import stockholm

NOW = stockholm("2026-03-02 09:00")


def written(folder: Path, text: str) -> Path:
    path = folder / "leads.csv"
    path.write_bytes(text.encode())
    return path


def test_good_rows_go_in_and_every_bad_one_is_named_by_its_line(tmp_path: Path) -> None:
    """One wrong row does not hold the others back."""
    rows = read_rows(
        written(
            tmp_path,
            "email,name,score\n"
            "ada@acme.example,Ada,87\n"
            "not-an-address,Bo,1\n"
            "\n"
            "cy@acme.example,Cy\n"
            "di@acme.example,Di,many\n",
        ),
        {},
        NOW,
    )
    assert [(row.line, row.facts.name) for row in rows.good] == [(2, "Ada")]
    assert [row.line for row in rows.bad] == [3, 5, 6]
    assert rows.bad[1].why == "2 cells where the header has 3: a stray comma or quote?"


@pytest.mark.parametrize(
    "text",
    [
        '\ufeffE-Mail;Full Name;Why now\r\nada@acme.example;Ada;"Asked; twice"\r\n',
        "mail\tfull name\tWHY NOW\nada@acme.example\tAda\tAsked; twice\n",
    ],
)
def test_files_as_spreadsheets_write_them_are_read(tmp_path: Path, text: str) -> None:
    """Semicolons, tabs, a byte order mark and other names for the columns are all fine."""
    (row,) = read_rows(written(tmp_path, text), {}, NOW).good
    said = (row.facts.email, row.facts.name, row.facts.why)
    assert said == ("ada@acme.example", "Ada", "Asked; twice")


def test_a_column_can_be_mapped_and_the_rest_is_kept_with_the_lead(tmp_path: Path) -> None:
    """Nothing marketing wrote down is lost."""
    text = "Contact,Budget\nada@acme.example,10k\n"
    (row,) = read_rows(written(tmp_path, text), {"Contact": "email"}, NOW).good
    assert (row.facts.email, row.facts.extra) == ("ada@acme.example", {"budget": "10k"})


@pytest.mark.parametrize(
    "header",
    [
        "email,First Name,Last Name,Company Name,Country,Lead Source,Campaign,Phone Number",
        "E-Mail,Vorname,Nachname,Firma,Land,Quelle,Kampagne,Telefon",
        "E-post,Förnamn,Efternamn,Företag,Land,Källa,Kampanj,Telefon",
    ],
)
def test_columns_are_known_by_the_names_people_give_them(tmp_path: Path, header: str) -> None:
    """An English, German or Swedish export goes in as it is; a name in two parts becomes one."""
    row = "ada@acme.example,Ada,Lovelace,Acme,SE,fair,spring,+46 8 123 456 78"
    (good,) = read_rows(written(tmp_path, f"{header}\n{row}\n"), {}, NOW).good
    facts = good.facts
    assert ("Ada Lovelace", "Acme", "SE") == (facts.name, facts.company, facts.country)
    assert ("fair", "spring", "+46812345678") == (facts.source, facts.campaign, facts.phone)
    assert {} == facts.extra


def test_what_each_column_becomes_is_said_beforehand(tmp_path: Path) -> None:
    """Nobody finds out afterwards where a column went; a whole name wins over its parts."""
    rows = read_rows(written(tmp_path, "E-Mail,Vorname,Name,Budget,\n"), {}, NOW)
    assert [
        ("E-Mail", "email"),
        ("Vorname", "kept with the lead as vorname"),
        ("Name", "name"),
        ("Budget", "kept with the lead as budget"),
        ("", "left out, because it has no name"),
    ] == [(column.written, column.becomes) for column in rows.columns]


def test_two_columns_mapped_to_one_field_are_joined_in_that_order(tmp_path: Path) -> None:
    """What stood apart in the file is one text on the card."""
    text = "email,Family,Given\nada@acme.example,Lovelace,Ada\nbo@acme.example,,Bo\n"
    mapping = {"Given": "name", "Family": "name"}
    rows = read_rows(written(tmp_path, text), mapping, NOW).good
    assert ["Ada Lovelace", "Bo"] == [row.facts.name for row in rows]


def test_a_country_by_name_is_remarked_on(tmp_path: Path) -> None:
    """The queues' conditions compare two letters, so the name would go to the wrong one unseen."""
    rows = read_rows(written(tmp_path, "email,Land\nada@acme.example,Sweden\n"), {}, NOW)
    (remark,) = rows.remarks
    assert (2, True) == (remark.line, "'Sweden' is not a two-letter code" in remark.why)
    assert "Sweden" == rows.good[0].facts.country


def test_a_quoted_line_break_does_not_shift_the_line_numbers(tmp_path: Path) -> None:
    """The number is where the row ends, as an editor shows it."""
    text = 'email,why\nada@acme.example,"two\nlines"\nbad,x\n'
    rows = read_rows(written(tmp_path, text), {}, NOW)
    assert [bad.line for bad in rows.bad] == [4]


@pytest.mark.parametrize(
    ("content", "mapping", "says"),
    [
        ("", {}, "leads.csv is empty: its first line must name the columns."),
        ("\n\n", {}, "leads.csv is empty: its first line must name the columns."),
        ("name\nAda\n", {}, "No column of leads.csv holds the e-mail address"),
        ("email,Mail\na,b\n", {}, "Two columns are both email: 'email' and 'Mail'."),
        ("email,a,name\n", {"a": "name"}, "Two columns are both name: 'a' and 'name'."),
        ("E-Mail\n", {"Mial": "email"}, "--map: leads.csv has no column 'Mial'. It has: E-Mail."),
        ("a\n", {"a": "emial"}, "--map: there is no field 'emial'. Did you mean email?"),
        ('email\n"open\n', {}, "leads.csv:2 is not CSV"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    tmp_path: Path, content: str, mapping: dict[str, str], says: str
) -> None:
    """The sentence is for whoever exported the file."""
    with pytest.raises(BadFile, match=re.escape(says)):
        read_rows(written(tmp_path, content), mapping, NOW)


def test_another_encoding_is_refused_rather_than_guessed(tmp_path: Path) -> None:
    """A name in the wrong letters is worse than one more export."""
    path = tmp_path / "leads.csv"
    path.write_bytes("email,name\nbo@acme.example,Bjørn\n".encode("latin-1"))
    with pytest.raises(BadFile, match=r"^leads\.csv is not UTF-8"):
        read_rows(path, {}, NOW)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Whoever mistyped it sees what they typed."""
    with pytest.raises(BadFile, match=r"^nope\.csv cannot be read: No such"):
        read_rows(tmp_path / "nope.csv", {}, NOW)


def test_the_same_row_has_the_same_key_in_any_file(tmp_path: Path) -> None:
    """Column order and file name do not make a lead new."""
    one = read_rows(written(tmp_path, "email,name\nada@acme.example,Ada\n"), {}, NOW).good
    other = read_rows(written(tmp_path, "name,email\nAda,ada@acme.example\n"), {}, NOW).good
    assert [row.key for row in one] == [row.key for row in other]
