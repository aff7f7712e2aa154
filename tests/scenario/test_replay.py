"""A history run through Baton, against the same history counted by other means."""

from __future__ import annotations

import contextlib
import json
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import holidays
import pytest

from bot.config import Settings, parse
from bot.replay.command import replay
from bot.replay.history import BadHistory, History, read
from bot.replay.run import AnotherReplay
from playground import InstalledApp, Server, sample_workspace
from tests.scenario.recount import Hours, Recount, same_shape

OURS = Path(__file__).parents[1] / "data" / "history.csv"
BPI = Path(__file__).parents[3] / "shared" / "data" / "bpi2012" / "handoffs.csv"

NINE_TO_FIVE = [[("09:00", "17:00")]] * 5 + [[], []]
WITH_LUNCH = [[("09:00", "12:30"), ("13:15", "17:30")]] * 4 + [[("09:00", "13:00")], [], []]
ALWAYS = [[("00:00", "24:00")]] * 7
LATE_SHIFT = [[("00:00", "04:00"), ("18:00", "24:00")]] * 7  # through the night of a clock change

CALENDARS = {
    "office": Hours("Europe/Amsterdam", NINE_TO_FIVE),
    "lunch": Hours("Europe/Amsterdam", WITH_LUNCH),
    "always": Hours("Europe/Amsterdam", ALWAYS),
    "nights": Hours("Europe/Amsterdam", LATE_SHIFT),
    "holidays": Hours(
        "Europe/Amsterdam",
        NINE_TO_FIVE,
        {str(day) for day in holidays.country_holidays("NL", years=range(2011, 2028))},
    ),
}
NAMES_OF_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def agreement(calendar: str, answer: int, touch: int) -> Settings:
    return parse(agreement_text(calendar, answer, touch), "app.yaml", {})


def agreement_text(calendar: str, answer: int, touch: int) -> str:
    """An app.yaml with this calendar and these targets in minutes."""
    hours = {
        name: [f"{start}-{end}" for start, end in blocks]
        for name, blocks in zip(NAMES_OF_DAYS, CALENDARS[calendar].week, strict=True)
        if blocks
    }
    holiday = "holidays: NL, " if calendar == "holidays" else ""
    return f"""
workspace: {{ language: en, time_zone: Europe/Amsterdam }}
database: sqlite:///never-used.db
calendars:
  team: {{ time_zone: Europe/Amsterdam, {holiday}hours: {json.dumps(hours)} }}
queues:
  - name: all
    channel: leads
    sellers: "@sellers"
    manager: "@maja"
    head: "@henrik"
    marketers: "@marketing"
    calendar: team
    assignment: first_to_claim
agreement:
  title: Sales and marketing
  effective: 2011-01-01
  review: monthly
  leaders: {{ sales: "@henrik", marketing: "@anna" }}
  definitions: {{ MQL: "meets the criteria", SQL: "need, person and next step are known" }}
  sales:
    answer: {{ target: {answer}m }}
    touch: {{ target: {touch}m }}
digest: {{ channel: leads, day: monday, at: "09:00" }}
"""


def replayed(settings: Settings, history: History, database: str | None = None) -> dict[str, Any]:
    outcome, left_out = replay(settings, history, database)
    assert [] == left_out
    return outcome.to_json()


def recounted(calendar: str, answer: int, touch: int, file: Path) -> dict[str, Any]:
    return Recount(CALENDARS[calendar], answer, touch, "Europe/Amsterdam")(file)


def assert_agree(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Counts to the last one, times to a thousandth of a minute."""
    assert close(theirs["total"]) == same_shape(ours["total"])
    assert [close(week) for week in theirs["weeks"]] == [same_shape(w) for w in ours["weeks"]]


def close(figures: dict[str, Any]) -> dict[str, Any]:
    near = {
        clock: {
            name: value if value is None else pytest.approx(value, abs=0.001)
            for name, value in figures[clock].items()
        }
        for clock in ("answer", "touch")
    }
    return {**figures, **near}


@pytest.fixture(scope="module")
def real_leads() -> Path:
    if not BPI.exists():
        pytest.skip("the real leads are not here: ../shared/data/bpi2012/handoffs.csv")
    return BPI


@pytest.mark.parametrize("calendar", CALENDARS)
def test_the_figures_of_our_sample_agree_with_a_recount(calendar: str):
    """Every event there is, over a clock change and a holiday: each figure twice, the same."""
    ours = replayed(agreement(calendar, 60, 240), read(OURS))
    assert_agree(ours, recounted(calendar, 60, 240, OURS))
    assert 0 == ours["total"]["given_back"]  # to marketing, not to the team


def test_the_ladder_and_the_digest_speak_when_they_would_have():
    """Under an agreement nobody can break there is nothing to remind of; the digest comes."""
    easy = replayed(agreement("always", 60 * 24 * 60, 60 * 24 * 60), read(OURS))["messages"]
    assert {"card": 16, "reminder": 0, "escalation": 0, "digest": 3} == easy
    hard = replayed(agreement("always", 10, 10), read(OURS))["messages"]
    assert hard["reminder"] > 0
    assert hard["escalation"] > hard["reminder"] > 0
    assert hard["card"] > 16  # unclaimed leads are shown again


def test_another_agreement_gives_another_answer():
    """The same leads, a harder promise: this is how a team tries a target before it promises."""
    history = read(OURS)
    easy = replayed(agreement("office", 8 * 60, 8 * 60), history)["total"]["answer"]
    hard = replayed(agreement("office", 15, 8 * 60), history)["total"]["answer"]
    assert easy["attainment"] > hard["attainment"]
    assert easy["median_minutes"] == hard["median_minutes"]


def test_rows_that_could_not_happen_are_left_out_and_told(tmp_path: Path):
    """A history with a gap is still worth a replay; nothing is made up for it in silence."""
    file = tmp_path / "past.csv"
    file.write_text(
        "at,event,lead,actor,amount\n"
        "2026-03-02T09:00:00Z,mql,1,,\n"
        "2026-03-02T09:10:00Z,accept,1,ada,\n"
        "2026-03-02T09:20:00Z,accept,1,ben,\n"
        "2026-03-02T09:30:00Z,lost,1,ada,\n"
        "2026-03-02T09:40:00Z,won,1,ada,5\n"
    )
    outcome, left_out = replay(agreement("office", 60, 60), read(file))
    assert [(4, "accept", "accepted"), (6, "won", "lost")] == [
        (row.line, row.event, row.state) for row in left_out
    ]
    assert {"ada"} == set(outcome.total.by_seller)
    assert (1, 0) == (outcome.total.total.lost, outcome.total.total.won)


def test_won_implies_all_that_comes_before_it(tmp_path: Path):
    """Who closes a deal has accepted, touched and qualified the lead, noted or not."""
    file = tmp_path / "past.csv"
    file.write_text(
        "at,event,lead,actor,amount\n"
        "2026-03-02T09:00:00Z,mql,1,,\n"
        "2026-03-02T09:10:00Z,won,1,ada,500\n"
    )
    total = replayed(agreement("office", 60, 60), read(file))["total"]
    assert (1, 1, 1, 1, 500) == tuple(
        total[name] for name in ("accepted", "sql", "opportunity", "won", "won_amount")
    )
    assert (1, 1) == (total["answer"]["met"], total["touch"]["met"])


def test_reasons_that_are_not_on_the_list_are_counted_as_they_were_given(tmp_path: Path):
    """A team's old reasons are part of its past; rows without one are unknown."""
    file = tmp_path / "past.csv"
    file.write_text(
        "at,event,lead,actor,amount,reason\n"
        "2026-03-02T09:00:00Z,mql,1,,,\n"
        "2026-03-02T09:00:00Z,mql,2,,,\n"
        "2026-03-02T09:10:00Z,reject,1,ada,,Bad fit\n"
        "2026-03-02T09:10:00Z,reject,2,ada,,\n"
    )
    total = replayed(agreement("office", 60, 60), read(file))["total"]
    assert {"Bad fit": 1, "unknown": 1} == total["by_reason"]


def test_a_lead_without_a_queue_is_told_before_anything_is_done(tmp_path: Path):
    """A condition that fits no lead of the file is a mistake, with the line it concerns."""
    settings = agreement("office", 60, 60)
    nobody = replace(settings.queues[0], matches=lambda _facts: False)
    database = tmp_path / "books.db"
    with pytest.raises(BadHistory, match="line 2: lead '1': No queue takes this lead"):
        replay(replace(settings, queues=(nobody,)), read(OURS), f"sqlite:///{database}")
    with contextlib.closing(sqlite3.connect(database)) as books:
        assert (0,) == books.execute("SELECT count(*) FROM leads").fetchone()


def test_a_database_with_other_leads_is_left_alone(tmp_path: Path):
    """A replay never mixes with a team's books, nor with a replay under another agreement."""
    address = f"sqlite:///{tmp_path / 'books.db'}"
    replayed(agreement("office", 60, 60), read(OURS), address)
    with pytest.raises(AnotherReplay, match="name an empty database"):
        replay(agreement("office", 30, 60), read(OURS), address)


def test_the_same_command_again_gives_the_same_answer(tmp_path: Path):
    """What is done is done once: a second run reads the figures and says nothing."""
    settings, address = agreement("lunch", 60, 240), f"sqlite:///{tmp_path / 'books.db'}"
    first = replayed(settings, read(OURS), address)
    assert first == replayed(settings, read(OURS), address)


def test_on_postgresql_the_answer_is_the_same(postgres_database: Any):
    """The database is a matter of how many machines, not of figures."""
    settings = agreement("lunch", 60, 240)
    ours = replayed(settings, read(OURS), postgres_database())
    assert ours == replayed(settings, read(OURS))


# ------------------------------------------------------------------ real leads


def beginning_of(file: Path, rows: int, folder: Path) -> Path:
    """The first rows of a history, as a file; the clock change of October 2011 is among 4,000."""
    lines = file.read_text().splitlines(keepends=True)
    cut = folder / "beginning.csv"
    cut.write_text("".join(lines[: rows + 1]))
    return cut


@pytest.mark.timeout(300)
def test_all_real_leads_agree_with_a_recount(real_leads: Path):
    """4,755 leads over five months, every figure of every week: the digest can be believed."""
    ours = replayed(agreement("holidays", 240, 480), read(real_leads))
    assert_agree(ours, recounted("holidays", 240, 480, real_leads))
    assert (4755, 24) == (ours["total"]["posted"], ours["messages"]["digest"])


@pytest.mark.timeout(300)
@pytest.mark.parametrize("calendar", ["office", "lunch", "always", "nights"])
def test_real_leads_agree_under_any_calendar(calendar: str, real_leads: Path, tmp_path: Path):
    """Lunch breaks, nights and the week-end of a clock change are counted as people count them."""
    file = beginning_of(real_leads, 4000, tmp_path)
    ours = replayed(agreement(calendar, 90, 15), read(file))
    assert_agree(ours, recounted(calendar, 90, 15, file))


COMMAND = [sys.executable, "-c", "from bot.cli import main; main()", "replay"]


def run_until_killed(arguments: list[str], database: Path, rows: int) -> None:
    """A replay in a process of its own, killed without warning after so many rows."""
    child = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE)
    give_up = time.monotonic() + 120
    while done_in(database) < rows:
        assert child.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < give_up
        time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert -signal.SIGKILL == child.returncode


def done_in(database: Path) -> int:
    with contextlib.suppress(sqlite3.OperationalError):  # not made yet
        address = f"file:{database}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True)) as books:
            return int(books.execute("SELECT count(*) FROM intake_keys").fetchone()[0])
    return 0


@pytest.mark.timeout(300)
def test_a_replay_killed_halfway_goes_on_where_it_stopped(real_leads: Path, tmp_path: Path):
    """kill -9 at two points of the way: nothing is lost, nothing is said or counted twice."""
    file = beginning_of(real_leads, 1500, tmp_path)
    config, database = tmp_path / "app.yaml", tmp_path / "books.db"
    config.write_text(agreement_text("lunch", 30, 5))
    arguments = [str(file), "--json", "--config", str(config)]
    kept = [*arguments, "--database", f"sqlite:///{database}"]
    run_until_killed(kept, database, rows=300)
    run_until_killed(kept, database, rows=700)
    at_once, resumed = (
        json.loads(subprocess.check_output([*COMMAND, *each])) for each in (arguments, kept)
    )
    assert at_once == resumed
    assert resumed["messages"]["escalation"] > 0


# ------------------------------------------------------------------ a Slack to look at


@pytest.mark.timeout(60)
def test_a_replay_can_be_watched_in_a_real_slack(tmp_path: Path):
    """--slack: the cards appear there now, and are judged as if it had been then."""
    file = tmp_path / "past.csv"
    file.write_text(
        "at,event,lead,actor,amount,company\n"
        "2026-03-02T09:00:00+01:00,mql,1,,,Acme\n"
        "2026-03-02T09:00:00+01:00,mql,2,,,Blue\n"
        "2026-03-02T09:10:00+01:00,accept,1,erik,,\n"
        "2026-03-02T11:00:00+01:00,accept,2,nobody here,,\n"
    )
    app = InstalledApp()
    text = agreement_text("office", 60, 480).replace("leads", "mql-handoff")
    text += f"slack: {{ bot_token: {app.bot_token} }}\n"
    settings = parse(text.replace("@sellers", "@nordic-sales"), "app.yaml", {})
    with Server(sample_workspace(app=app)) as slack:
        outcome, _ = replay(settings, read(file), slack=slack.api_url)
        seen = slack.person("@maja").sees("mql-handoff")
    assert replay(settings, read(file))[0].to_json() == outcome.to_json()
    assert {"erik", "nobody here"} == set(outcome.total.by_seller)
    acme, blue = (next(card for card in seen if name in card.words) for name in ("Acme", "Blue"))
    assert acme.edited
    assert blue.edited
