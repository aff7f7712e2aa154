from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.lead import LeadFacts
from handlers.lead_form import LeadForm, Problem, alpha_2, read_lead

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def read(**fields: object) -> LeadForm:
    return read_lead({"email": "ada@acme.example", **fields}, NOW)


def problems(**fields: object) -> list[str]:
    return [problem.field for problem in read(**fields).problems]


def test_everything_a_form_says_arrives():
    """A complete lead comes in as it was meant, each field where a seller looks for it."""
    form = read_lead(
        {
            "E-mail": "",
            "email": " Ada@Acme.Example ",
            "Name": "Ada  Lovelace",
            "company": "Acme",
            "country": "se",
            "phone": "070-174 06 05",
            "score": "87",
            "Tier": "A",
            "why": "Asked for a demo\r\n\r\n\r\n\r\ntoday",
            "CRM URL": "https://crm.example/leads/1?a=b&c=d",
            "raised-at": "2026-03-02T09:30:00+01:00",
            "budget": 12000.0,
            "newsletter": True,
        },
        NOW,
        system="webform",
        source="Website",
    )
    assert () == form.problems
    assert () == form.remarks
    assert datetime(2026, 3, 2, 8, 30, tzinfo=UTC) == form.raised_at
    expected = LeadFacts(
        email="ada@acme.example",
        system="webform",
        name="Ada Lovelace",
        company="Acme",
        country="SE",
        phone="+46701740605",
        source="Website",
        tier="A",
        score=87,
        why="Asked for a demo\n\ntoday",
        crm_url="https://crm.example/leads/1?a=b&c=d",
        extra={"budget": "12000", "newsletter": "yes"},
    )
    assert expected == form.facts


def test_all_problems_are_told_at_once():
    """Whoever sends a bad lead learns all that is wrong with it in one go."""
    form = read(email="ada@", score="high", crm_url="javascript:alert(1)", name=["Ada"])
    assert {"email", "score", "crm_url", "name"} == {problem.field for problem in form.problems}


def test_a_lead_nobody_could_know_again_is_refused():
    """Without an address or an id the same person could never be recognised."""
    form = read_lead({"name": "Ada"}, NOW)
    assert ["email"] == [problem.field for problem in form.problems]
    assert () == read_lead({"external_id": "12", "name": "Ada"}, NOW, system="crm").problems


def test_a_bad_address_is_one_problem_not_two():
    """A wrong e-mail address is not called missing as well."""
    assert 1 == len(read_lead({"email": "nobody"}, NOW).problems)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Ada <ada@acme.example>", "ada@acme.example"),
        ("mailto:ada@acme.example", "ada@acme.example"),
        ("ADA@ACME.EXAMPLE", "ada@acme.example"),
        ("ada@acme.test", "ada@acme.test"),
        ("ada@acme.example\x00", "ada@acme.example"),
        ("jörg@müller.example", "jörg@müller.example"),
    ],
)
def test_one_person_has_one_address(written: str, kept: str):
    """However an address is written, it is the same person."""
    assert kept == read(email=written).facts.email


@pytest.mark.parametrize(
    "written",
    ["ada", "ada@", "@acme.example", "a b@acme.example", "ada@acme", "a@b@c.example",
     "x" * 10_000 + "@acme.example", 12, ["ada@acme.example"], {"email": "x"}, "<!channel>"],
)  # fmt: skip
def test_what_is_no_address_is_named(written: object):
    """An address that cannot be one is refused instead of becoming a second person."""
    assert ["email"] == problems(email=written)


@pytest.mark.parametrize(
    ("written", "country", "kept"),
    [
        ("+46 70 174 06 05", "", "+46701740605"),
        ("0046 70 174 06 05", "SE", "+46701740605"),
        ("070-174 06 05", "SE", "+46701740605"),
        ("(415) 555-2671", "US", "+14155552671"),
    ],
)
def test_a_number_can_be_dialled_from_abroad(written: str, country: str, kept: str):
    """A phone number is kept so that a click on it dials, wherever the seller sits."""
    assert kept == read(phone=written, country=country).facts.phone


@pytest.mark.parametrize("written", ["070-174 06 05", "ask for Ada, ext. 12", "12"])
def test_a_number_nobody_can_parse_is_still_shown(written: str):
    """A lead is not lost, nor what it said, because its number is unusual."""
    form = read(phone=written)
    assert () == form.problems
    assert ["phone"] == [remark.field for remark in form.remarks]
    assert {"phone": written} == form.facts.extra
    assert "" == form.facts.phone


@pytest.mark.parametrize("written", ["high", "8.5", "nan", "1e400", "1e9", [], {}, float("inf")])
def test_a_score_is_a_whole_number(written: object):
    """A score that is none is refused, not guessed."""
    assert ["score"] == problems(score=written)


@pytest.mark.parametrize(("written", "kept"), [("87", 87), (87.0, 87), (" 87 ", 87), (-3, -3)])
def test_a_score_is_read_however_it_is_written(written: object, kept: int):
    """Forms send numbers as texts, and spreadsheets with a decimal point."""
    assert kept == read(score=written).facts.score


@pytest.mark.parametrize(
    "written",
    ["javascript:alert(1)", "data:text/html,x", "//crm.example", "crm.example/1", "https://",
     "https://crm.example/<!channel>", "https://crm.example/a b", "http://[", "ftp://crm.example",
     "https://crm.example/" + "x" * 2000, 'https://crm.example/"onclick'],
)  # fmt: skip
def test_only_a_web_address_becomes_a_link(written: str):
    """A link on a card never does anything but open a web page."""
    assert ["crm_url"] == problems(crm_url=written)


@pytest.mark.parametrize(
    "written",
    ["yesterday", "2026-03-02T09:30:00", "2026-13-01", "2026-03-02T12:00:00Z",
     "0001-01-01T00:00:00+14:00", 1772443800, ["2026"]],
)  # fmt: skip
def test_an_instant_says_its_zone_and_is_past(written: object):
    """When somebody raised a hand is never guessed: the intake delay is measured from it."""
    assert ["raised_at"] == problems(raised_at=written)


def test_a_clock_a_little_fast_is_forgiven():
    """Another system's clock may be some minutes ahead; the lead was raised now, not later."""
    ahead = (NOW + timedelta(minutes=4)).isoformat()
    assert NOW == read(raised_at=ahead).raised_at


def test_long_texts_are_shortened_and_ids_refused():
    """A text of 10,000 characters fits a card; an id that is cut would be somebody else's."""
    form = read(name="n" * 10_000, why="w" * 10_000, extra="e" * 10_000)
    assert (200, "…") == (len(form.facts.name), form.facts.name[-1])
    assert 2000 == len(form.facts.why)
    assert 500 == len(form.facts.extra["extra"])
    assert ["external_id"] == problems(external_id="1" * 201)


def test_what_no_database_takes_is_gone():
    """NUL, half surrogates, control characters and direction overrides never reach a card."""
    form = read(name="A\x00d\x07a\u202e Love\ud83dlace", why="a\x00\tb\r\nc\x1b[31m")
    assert "Ada Love\ufffdlace" == form.facts.name
    assert "a b\nc[31m" == form.facts.why


def test_right_to_left_and_emoji_stay():
    """Names in any script arrive as they are written."""
    assert "שלום 👩‍💻 Åsa" == read(name="שלום 👩‍💻 Åsa").facts.name


def test_further_fields_are_kept_within_reason():
    """A sender's own fields are kept, but not a thousand of them."""
    many = {f"field {number}": number for number in range(100)}
    form = read(**many, nested={"a": 1}, listed=[1], nothing=None)
    assert 30 == len(form.facts.extra)
    assert [Problem("", "only 30 further fields are kept.")] == list(form.remarks)


@pytest.mark.parametrize(
    ("written", "kept"),
    [("se", "SE"), ("UK", "GB"), ("Sweden", "Sweden"), ("", ""), ("日本", "日本"), ("S1", "S1")],
)
def test_countries(written: str, kept: str):
    """Two letters are a country's code; a name stays as people wrote it."""
    assert kept == alpha_2(written)


FIELDS = [item.name for item in fields(LeadFacts)]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.characters(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@example({"email": "ada@acme.example", "\ud800": "\ud800"})
@given(st.dictionaries(st.sampled_from([*FIELDS, "raised_at"]) | st.text(), ANYTHING, max_size=12))
def test_nothing_a_stranger_sends_breaks_it(sent: dict[str, object]):
    """Whatever comes in, the sender gets an answer, and what is kept can be stored."""
    form = read_lead(sent, NOW)
    stored = [getattr(form.facts, name) for name in FIELDS if name not in ("score", "extra")]
    for text in [*stored, *form.facts.extra, *form.facts.extra.values()]:
        assert isinstance(text, str)
        assert "\x00" not in text
        text.encode()
