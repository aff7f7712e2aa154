"""app.yaml: what it means when it is right."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.config import Settings, defaults, load, parse
from bot.config.expressions import compiled
from bot.domain.agreement import Act, Audience, Clock, Duration, NextStep, Reason, Step
from bot.domain.assignment import Assignment, route
from bot.domain.lead import LeadFacts
from tests.unit.agreements import PROMISED

ROOT = Path(__file__).parents[2]
DEFAULT = ROOT / "app.yaml"
HOUR = timedelta(hours=1)

SMALL = (Path(__file__).parent / "config" / "small.yaml").read_text(encoding="utf-8")


def read(text: str, **environment: str) -> Settings:
    return parse(text, "app.yaml", environment)


def changed(*pairs: tuple[str, str]) -> str:
    text = SMALL
    for old, new in pairs:
        assert old in text, f"the small file has no {old!r}"
        text = text.replace(old, new, 1)
    return text


def with_hours(*lines: str) -> str:
    hours = "".join(f"\n      {line}" for line in lines)
    return changed(('    hours: { mon-fri: ["09:00-17:00"] }', f"    hours:{hours}"))


# ------------------------------------------------------------------------- the default file


@pytest.fixture(scope="module")
def default() -> Settings:
    return load(DEFAULT, {})


def test_the_default_file_runs_without_any_secret(default: Settings) -> None:
    """A fresh clone starts its demo before anybody has a token."""
    assert ["nordics", "everywhere-else"] == [queue.name for queue in default.queues]
    assert f"sqlite:///{DEFAULT.parent / 'baton.db'}" == default.database
    assert not default.slack.bot_token
    assert not default.slack.app_token
    assert not any(source.enabled for source in default.intake.sources.values())


def test_the_default_file_says_what_the_agreement_says(default: Settings) -> None:
    """The file shipped is the agreement both teams read."""
    agreement = default.agreement
    terms = agreement.terms
    assert 4 * HOUR == terms.target(Clock.ANSWER, PROMISED)
    assert HOUR / 2 == terms.target(Clock.ANSWER, replace(PROMISED, tier="A"))
    assert 8 * HOUR == terms.target(Clock.TOUCH, replace(PROMISED, tier="A"))
    assert Duration(days=10) == (terms.qualify and terms.qualify.default)
    assert (120, 0.7) == (agreement.marketing.volume_per_month, agreement.marketing.acceptance)
    assert ("email", "company", "source", "why") == agreement.marketing.required
    assert ("@henrik", "@anna") == (agreement.sales_leader, agreement.marketing_leader)
    assert Decimal(12000) == (agreement.goal and agreement.goal.average_deal)
    assert (0, time(9)) == (default.digest.weekday, default.digest.at)


def test_the_default_file_writes_out_what_holds_without_it(default: Settings) -> None:
    """Deleting the ladder or the reasons from the file changes nothing."""
    assert defaults.LADDER == default.agreement.terms.ladder
    assert defaults.REASONS == default.agreement.terms.reasons
    assert defaults.LADDER == read(SMALL).agreement.terms.ladder
    assert defaults.REASONS == read(SMALL).agreement.terms.reasons


def test_the_default_calendar_knows_swedish_holidays(default: Settings) -> None:
    """Nobody in Stockholm is reminded on Midsummer Day, nor on the afternoon before Christmas."""
    calendar = default.agreement.terms.calendar("nordics")
    morning, afternoon = (9 * 60, 12 * 60), (13 * 60, 17 * 60)
    assert (morning, afternoon) == calendar.blocks(date(2026, 11, 24))
    assert (morning, (13 * 60, 16 * 60)) == calendar.blocks(date(2026, 11, 27))
    assert ((9 * 60, 13 * 60),) == calendar.blocks(date(2026, 12, 23))
    assert () == calendar.blocks(date(2026, 12, 25))
    assert {date(2012, 1, 6), date(2026, 6, 20), date(2050, 6, 6)} <= calendar.holidays


def test_the_default_file_explains_every_key() -> None:
    """A set-up person finds words beside the settings, not only settings."""
    lines = DEFAULT.read_text(encoding="utf-8").splitlines()
    assert sum("#" in line for line in lines) > len(lines) / 3
    assert max(len(line) for line in lines) <= 110


def test_leads_go_to_the_first_queue_that_wants_them(default: Settings) -> None:
    """A Norwegian lead reaches the Nordic sellers; everybody else has a queue as well."""
    assert "nordics" == route(default.queues, LeadFacts(country="NO")).name
    assert "everywhere-else" == route(default.queues, LeadFacts(country="DE")).name
    assert "everywhere-else" == route(default.queues, LeadFacts()).name


# ---------------------------------------------------------------------------- what it means


def test_what_looks_like_something_else_stays_what_was_written() -> None:
    """Norway is a country, not "no", and seventeen hundred hours is a time, not 1020."""
    text = changed(
        ("country == 'SE'", "country == 'NO'"),
        ('    hours: { mon-fri: ["09:00-17:00"] }', "    hours: { mon-fri: 09:00-17:00 }"),
        ("name: rest", "name: NO"),
        (
            "    time_zone: Europe/Stockholm\n",
            "    time_zone: Europe/Stockholm\n    holidays: NO\n",
        ),
    )
    found = read(text + "digest: { at: 17:00 }\n")
    assert "NO" == found.queues[1].name
    assert time(17) == found.digest.at
    assert ((540, 1020),) == found.agreement.terms.calendar("NO").week[0]
    assert date(2026, 5, 17) in found.agreement.terms.calendar("NO").holidays
    assert found.queues[0].matches({"country": "NO"})


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("30m", Duration(HOUR / 2)),
        ("4h", Duration(4 * HOUR)),
        ("4 hours", Duration(4 * HOUR)),
        ("1h 30m", Duration(1.5 * HOUR)),
        ("1h30m", Duration(1.5 * HOUR)),
        ("10 days", Duration(days=10)),
        ("1 working day", Duration(days=1)),
    ],
)
def test_times_are_written_as_people_say_them(written: str, expected: Duration) -> None:
    """An hour is an hour; a day is a working day of the queue's calendar."""
    found = read(changed(("answer: 4h", f"answer: {written}")))
    assert expected == found.agreement.terms.answer.default


@pytest.mark.parametrize(
    ("written", "open_days"),
    [
        ('mon-thu: ["09:00-17:00"]', "Mon Tue Wed Thu"),
        ('fri: ["09:00-17:00"]', "Fri"),
        ('"mon,wed": ["09:00-17:00"]', "Mon Wed"),
        ('sun-thu: ["09:00-17:00"]', "Mon Tue Wed Thu Sun"),
        ('monday, Saturday: ["09:00-17:00"]', "Mon Sat"),
    ],
)
def test_days_of_the_week_are_named_short(written: str, open_days: str) -> None:
    """Every team's week can be written, also one that begins on Sunday."""
    week = read(with_hours(written)).agreement.terms.calendar("rest").week
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    assert open_days == " ".join(
        name for name, blocks in zip(names, week, strict=True) if blocks == ((540, 1020),)
    )


def test_a_team_can_work_round_the_clock() -> None:
    """`mon-sun` and `24:00` leave no minute out."""
    calendar = read(with_hours('mon-sun: ["00:00-24:00"]')).agreement.terms.calendar("rest")
    assert (((0, 1440),),) * 7 == calendar.week


@pytest.mark.parametrize(
    ("written", "day", "free"),
    [
        ("SE", date(2026, 6, 6), True),
        ("SE", date(2026, 6, 19), False),
        ("{ country: SE, categories: [public, de_facto] }", date(2026, 6, 19), True),
        ("{ country: DE, region: BY }", date(2026, 1, 6), True),
        ("{ country: DE }", date(2026, 1, 6), False),
        ("[SE, { country: DE }]", date(2026, 10, 3), True),
    ],
)
def test_holidays_by_country_region_and_kind(written: str, day: date, free: bool) -> None:
    """Bavaria rests on Epiphany, Berlin does not; the eves are taken off where it is agreed."""
    zone = "    time_zone: Europe/Stockholm\n"
    found = read(changed((zone, f"{zone}    holidays: {written}\n")))
    assert free == (day in found.agreement.terms.calendar("rest").holidays)


def test_a_ladder_and_reasons_of_ones_own() -> None:
    """What a team writes replaces the usual ladder and reasons, word for word."""
    own_words = """
  ladder:
    - { clock: answer, at: 50%, tell: [holder, marketers], do: escalate }
  reasons:
    - { code: too_small, next: nurture, note: required, date: required, rejection: false }
"""
    found = read(SMALL + own_words).agreement.terms
    told = (Audience.HOLDER, Audience.MARKETERS)
    own = Reason("too_small", "Too small", NextStep.NURTURE, True, True, False)
    assert (Step(Clock.ANSWER, 50, told, Act.ESCALATE),) == found.ladder
    assert (own,) == found.reasons


def test_people_channels_and_defaults() -> None:
    """One person may stand for a list, `#` before a channel is no matter, and little is needed."""
    found = read(changed(("channel: mql-handoff", 'channel: "#mql-handoff"')))
    first, last = found.queues
    assert ("mql-handoff", ("@nordic-sales",)) == (first.channel, first.sellers)
    assert ("@ida", "@olof") == last.sellers
    assert Assignment.FIRST_TO_CLAIM == last.rule.assignment
    assert "mql-handoff" == found.digest.channel
    assert ("https://slack.com/api/", "socket") == (found.slack.api_url, found.slack.mode)
    assert ("127.0.0.1", 3000) == (found.http.host, found.http.port)
    assert "monthly" == found.agreement.review


@pytest.mark.parametrize(
    ("condition", "facts", "expected"),
    [
        ("score > `50` && tier == 'A'", {"score": 60, "tier": "A"}, True),
        ("score > `50`", {"score": None}, False),
        ("contains(company, 'Ltd')", {"company": None}, False),
        ("starts_with(email, 'ceo')", {"email": 7}, False),
        ("campaign", {"campaign": ""}, False),
        ("score", {"score": 0}, True),
        ("extra_field == 'x'", {"extra_field": "x"}, True),
    ],
)
def test_a_condition_holds_or_not_and_never_fails(
    condition: str, facts: dict[str, object], expected: bool
) -> None:
    """A lead that lacks what the condition asks for goes on to the next queue."""
    found = read(changed(("country == 'SE'", condition)))
    assert expected == found.queues[0].matches(facts)


def test_intake_maps_what_a_source_posts() -> None:
    """Each source's own JSON becomes a lead; what is not in it stays unknown."""
    text = SMALL + textwrap.dedent("""\
        intake:
          owners: { spring: "@anna" }
          sources:
            signed: { secret: "${SIGNED}" }
            form: { token: "${FORM}", map: { email: "person.mail", extra.budget: "answers[0]" } }
            off: { secret: "${OFF:-}" }
        """)
    intake = read(text, SIGNED="s1", FORM="t1").intake
    signed, form, off = (intake.sources[name] for name in ("signed", "form", "off"))
    assert {"spring": "@anna"} == intake.owners
    assert ("s1", "t1") == (signed.secret.get_secret_value(), form.token.get_secret_value())
    assert (True, True, False) == (signed.enabled, form.enabled, off.enabled)
    posted = {"person": {"mail": "ada@acme.example"}, "answers": ["10k"], "name": "Ada"}
    assert {"email": "ada@acme.example", "extra.budget": "10k"} == form.lead_fields(posted)
    assert {"name": "Ada"} == signed.lead_fields(posted)
    assert {} == signed.lead_fields(["not", "an", "object"])


# ----------------------------------------------------------------------------------- secrets


def test_secrets_come_from_the_environment_or_a_file(tmp_path: Path) -> None:
    """A secret is filled in after parsing, so whatever it contains, it stays one value."""
    secret = tmp_path / "token"
    secret.write_text("xoxb-from: file # [\n")
    text = SMALL + f"slack: {{ bot_token: '${{file:{secret}}}', app_token: '${{APP}}' }}\n"
    odd = 'a: "b\n- c'
    found = read(text, APP=odd).slack
    assert "xoxb-from: file # [" == found.bot_token.get_secret_value()
    assert odd == found.app_token.get_secret_value()


@pytest.mark.parametrize(("environment", "expected"), [({}, 3000), ({"PORT": ""}, 3000)])
def test_a_default_holds_where_the_variable_is_unset_or_empty(
    environment: dict[str, str], expected: int
) -> None:
    """`${PORT:-3000}` means 3000 until somebody says otherwise."""
    text = SMALL + "http: { port: '${PORT:-3000}' }\n"
    assert expected == read(text, **environment).http.port
    assert 8080 == read(text, PORT="8080").http.port


def test_settings_shown_in_a_log_hide_every_secret() -> None:
    """Whoever prints the settings prints no password."""
    text = SMALL + textwrap.dedent("""\
        database: ${DB}
        slack: { bot_token: "${T}", app_token: "${T}", signing_secret: "${T}" }
        intake: { sources: { form: { token: "${T}", secret: "${T}" } } }
        """)
    found = read(text, DB="postgresql://u:hush-hush@host/db", T="hush-hush")
    assert "hush-hush" not in repr(found)
    assert "hush-hush" not in str(replace(found, language="sv"))


def test_a_file_saved_by_a_windows_editor(tmp_path: Path) -> None:
    """A byte order mark and CRLF change nothing."""
    file = tmp_path / "app.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    found = load(file, {})
    assert read(SMALL) == replace(found, database="sqlite:///baton.db")


# ---------------------------------------------------------------------------------- database


@pytest.mark.parametrize(
    ("written", "environment", "expected"),
    [
        ("", {}, "/etc/baton/baton.db"),
        ("sqlite:///our.db", {}, "/etc/baton/our.db"),
        ("sqlite:///data/our.db?timeout=3", {}, "/etc/baton/data/our.db?timeout=3"),
        ("${DATABASE_URL:-sqlite:///our.db}", {}, "/etc/baton/our.db"),
        ("${DATABASE_URL:-sqlite:///our.db}", {"DATABASE_URL": ""}, "/etc/baton/our.db"),
        ("${DATABASE_URL:-sqlite:///our.db}", {"DATABASE_URL": "sqlite:///our.db"}, "our.db"),
        ("sqlite:///${NAME}.db", {"NAME": "our"}, "our.db"),
        ("sqlite:////var/our.db", {}, "/var/our.db"),
        ("sqlite:///:memory:", {}, ":memory:"),
    ],
)
def test_a_database_file_lies_beside_app_yaml(
    written: str, environment: dict[str, str], expected: str
) -> None:
    """Named in app.yaml, wherever Baton is started; named in a variable, where that was set."""
    text = SMALL + (f"database: '{written}'\n" if written else "")
    found = parse(text, "/etc/baton/app.yaml", environment)
    assert f"sqlite:///{expected}" == found.database


# -------------------------------------------------------------------------------- conditions


@pytest.mark.parametrize(
    ("expression", "asked"),
    [
        ("kountry == 'SE'", ("kountry",)),
        ("contains(['SE', 'NO'], country) && tier", ("country", "tier")),
        ("extra.budget || extra.budget", ("extra",)),
        ("people[?name == 'x'].title | [0]", ("people",)),
        ("sort_by(people, &age)[0].name", ("people",)),
        ("[country, {a: tier}] | [0].b", ("country", "tier")),
        ("!score && length(why) > `3`", ("score", "why")),
        ("a[*].b[].c.*.d", ("a",)),
        ("@", ()),
    ],
)
def test_what_a_condition_asks_for(expression: str, asked: tuple[str, ...]) -> None:
    """Only names looked up in the lead itself; what is inside them is somebody else's to know."""
    assert asked == compiled(expression).fields


def test_a_field_that_only_this_company_knows_is_worth_a_remark() -> None:
    """A condition may use what sources send along; named in a source's map it is no question."""
    text = SMALL.replace("country == 'SE'", "budget == 'high'")
    (remark,) = read(text).remarks
    assert remark.startswith('app.yaml:9:11 queues.nordics.when: asks for "budget", which is none')
    mapped = text + "intake: { sources: { web: { map: { extra.budget: form.budget } } } }\n"
    assert () == read(mapped).remarks == read(SMALL).remarks


def test_the_digest_shows_what_is_named_in_that_order() -> None:
    """One name may stand alone, and a name written twice counts once."""
    text = SMALL + "digest: { metrics: [won, posted, won] }\n"
    assert ("won", "posted") == read(text).digest.metrics
    assert ("reasons",) == read(SMALL + "digest: { metrics: reasons }\n").digest.metrics
    assert () == read(SMALL).digest.metrics
