"""The `baton` command as the person who sets it up uses it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from bot.cli import commands
from playground import Server, Workspace, WorkspaceClock, sample_workspace
from tests.crash.service import Service, installed, service

WEDNESDAY = datetime(2026, 3, 11, 12, tzinfo=UTC)


@pytest.fixture
def workspace() -> Workspace:
    return sample_workspace(app=installed())


@pytest.fixture
def baton(workspace: Workspace, tmp_path: Path) -> Iterator[Service]:
    """Commands only; nothing serves."""
    with service(workspace, f"sqlite:///{tmp_path / 'baton.db'}") as commands:
        yield commands


def changed(folder: Path, change: Callable[[str], str]) -> str:
    """The default app.yaml with a change; its path."""
    path = folder / "app.yaml"
    path.write_text(change(Path("app.yaml").read_text()))
    return str(path)


def test_check_is_content_with_a_workspace_that_is_ready(baton: Service) -> None:
    """One word, and exit code 0."""
    checked = baton.command("check")
    assert (0, "Ready.\n") == (checked.returncode, checked.stdout), checked.stderr


def test_check_names_everything_that_is_missing_in_slack(
    baton: Service, workspace: Workspace, tmp_path: Path
) -> None:
    """Scopes, channels, people and groups, each with its place in app.yaml and what to do."""
    app = workspace.app
    app.scopes = app.scopes - {"im:write", "im:history"}
    workspace.user("@maja").deleted = True
    workspace.group("@marketing").members.clear()
    workspace.channel("mql-handoff").members.discard(app.bot_user)
    config = changed(tmp_path, lambda text: text.replace('head: "@henrik"', 'head: "@nobody"'))
    checked = baton.command("check", "--config", config)
    told = checked.stderr
    assert checked.returncode == 1
    for expected in (
        "error  slack: the scope im:write is missing",
        "note   slack: the scope im:history is missing",
        "queues.nordics.channel: Baton is not in #mql-handoff: /invite @Baton there.",
        "queues.nordics.manager: @maja is deactivated in Slack",
        "queues.nordics.head: @nobody is neither a person nor a user group",
        "queues.nordics.marketers: @marketing is a group without active members.",
    ):
        assert expected in told, told


def test_check_names_everybody_the_agreement_cannot_reach(
    baton: Service, workspace: Workspace, tmp_path: Path
) -> None:
    """Steps that nobody would hear, weights for nobody, calendars and admins of strangers; each
    with its line. What Baton can do without is a remark."""
    workspace.app.scopes = workspace.app.scopes - {"dnd:read"}
    workspace.user("@henrik").deleted = True
    rule = '{ rule: round_robin, weights: { "@henrik": 2, "@anna": 2 } }'

    def demanding(text: str) -> str:
        text = text.replace("assignment: first_to_claim        #", f"assignment: {rule} #", 1)
        text = text.replace("  ladder:\n", f"  ladder:\n    - {{ {step} }}\n", 1)
        people = 'people: { "@stranger": { calendar: stockholm } }\n'
        return text.replace("  language: en", '  admins: "@sam-who"\n  language: en', 1) + people

    step = 'clock: touch, at: 50%, tell: ["@henrik", "#sales-secret"], do: tell'
    checked = baton.command("check", "--config", changed(tmp_path, demanding))
    told = checked.stderr
    assert checked.returncode == 1
    assert "note   slack: the scope dnd:read is missing" in told
    for expected in (
        r"queues\.nordics\.assignment\.weights\.@anna: @anna is not among the sellers",
        r"agreement\.ladder\.#1\.tell\.#2: there is no channel #sales-secret",
        r"agreement\.ladder\.#1: reaches nobody in nordics, everywhere-else: @henrik is deac",
        r"agreement\.ladder\.#4: reaches nobody in nordics, everywhere-else: @henrik is deac",
        r"people\.@stranger: @stranger is neither a person nor a user group",
        r"workspace\.admins: @sam-who is neither",
    ):
        assert re.search(rf"error  \S+app\.yaml:\d+:\d+ {expected}", told), told


def test_check_names_a_handle_that_two_people_share(baton: Service, workspace: Workspace) -> None:
    """Nobody gets another's leads because both call themselves Maja."""
    other = workspace.add_user("maja", "Another Maja", email="other@northwind.example")
    assert other.id
    assert "@maja is what several people call themselves" in baton.command("check").stderr


def test_check_says_when_slack_does_not_know_us(baton: Service) -> None:
    """A revoked token is the first thing to hear of, and not as a traceback."""
    baton.environment["SLACK_BOT_TOKEN"] = "xoxb-gone"
    checked = baton.command("check")
    assert (1, True) == (checked.returncode, "not accepted (invalid_auth)" in checked.stderr)


def test_serve_says_in_a_sentence_why_it_cannot_start(baton: Service) -> None:
    """The person at the keyboard reads what to do."""
    baton.environment["SLACK_APP_TOKEN"] = ""
    served = baton.command("serve")
    assert served.returncode == 2
    assert "SLACK_APP_TOKEN" in served.stderr
    assert "Traceback" not in served.stderr


def test_every_mistake_in_the_settings_is_told_at_once(baton: Service, tmp_path: Path) -> None:
    """One round of mending, each mistake with its line."""
    config = changed(
        tmp_path,
        lambda text: text.replace("answer: { target: 4h", "answer: { target: 4x").replace(
            "time_zone: Europe/Stockholm", "time_zone: Europe/Stokholm", 1
        ),
    )
    told = baton.command("check", "--config", config).stderr
    places = re.findall(r"app\.yaml:(\d+):\d+ ([\w.]+):", told)
    assert [name for _, name in places] == ["workspace.time_zone", "agreement.sales.answer.target"]


def test_an_import_takes_the_good_rows_names_the_bad_and_does_nothing_twice(
    baton: Service, tmp_path: Path
) -> None:
    """Safe to run again after mending the file."""
    file = tmp_path / "fair.csv"
    file.write_text("email,name\nada@acme.example,Ada\nnobody,Bo\ncy@acme.example,Cy\n")
    first, again = (baton.command("import", str(file)) for _ in range(2))
    assert (1, "2 offered, 1 bad row\n") == (first.returncode, first.stdout)
    assert "fair.csv:3: email: is not an e-mail address." in first.stderr
    assert "2 taken in before, 1 bad row\n" == again.stdout


def test_an_import_says_what_each_column_becomes_and_a_rehearsal_takes_nothing_in(
    baton: Service, tmp_path: Path
) -> None:
    """What would go where is read before anything is posted."""
    file = tmp_path / "fair.csv"
    file.write_text("email,Vorname,Land,Budget\nada@acme.example,Ada,SE,1\nbo,Bo,SE,2\n")
    rehearsed = baton.command("import", str(file), "--dry-run")
    expected = "1 would go to nordics, 1 bad row. Nothing was taken in.\n"
    assert (1, expected) == (rehearsed.returncode, rehearsed.stdout)
    becomes = "Vorname -> name, Land -> country, Budget -> kept with the lead as budget."
    done = baton.command("import", str(file))
    for said in (rehearsed.stderr, done.stderr):
        assert f"Columns: email, {becomes}" in said
        assert "fair.csv:3: email: is not an e-mail address." in said
    assert "1 offered, 1 bad row\n" == done.stdout


def test_a_remark_true_of_many_rows_is_said_once(baton: Service, tmp_path: Path) -> None:
    """Five hundred rows of one country are one line to read."""
    file = tmp_path / "fair.csv"
    rows = "".join(f"lead{number}@acme.example,Sweden\n" for number in range(8))
    file.write_text(f"email,country\n{rows}")
    told = baton.command("import", str(file), "--dry-run").stderr
    assert 1 == told.count("Sweden")
    assert "(also line 3, 4, 5, 6, 7 and 2 more)" in told


def test_more_than_twenty_cards_are_asked_about_first(baton: Service, tmp_path: Path) -> None:
    """Nobody floods a channel by accident."""
    file = tmp_path / "many.csv"
    file.write_text("email\n" + "".join(f"lead{number}@acme.example\n" for number in range(21)))
    asked = baton.command("import", str(file))
    assert (1, True) == (asked.returncode, "This posts 21 cards." in asked.stderr)
    assert "21 known, not offered\n" == baton.command("import", str(file), "--no-post").stdout
    assert "21 offered\n" == baton.command("import", str(file), "--yes").stdout


def test_a_lead_by_hand(baton: Service) -> None:
    """Offered, or news on the open card; a bad field is named."""
    new, again = (
        baton.command("lead", "add", "--email", "ada@acme.example", "--why", why)
        for why in ("asked", "asked again")
    )
    assert "The lead is offered" in new.stdout
    assert "in hand already" in again.stdout
    wrong = baton.command("lead", "add", "--email", "nobody")
    assert (2, True) == (wrong.returncode, "email: is not an e-mail address." in wrong.stderr)


def test_a_lead_is_tried_on_the_agreement(baton: Service, tmp_path: Path) -> None:
    """Which queue, promise and seller, and why; a file that is no lead is a sentence."""
    file = tmp_path / "lead.json"
    file.write_text('{"email": "ada@acme.example", "country": "SE", "tier": "A"}')
    tried = baton.command("route", str(file))
    assert 0 == tried.returncode, tried.stderr
    for expected in ("Queue: nordics, in #mql-handoff", "  answer: 30 min; due ", "tier is A"):
        assert expected in tried.stdout
    assert "Missing of what marketing promised: company, source, why" in tried.stdout
    assert [file] == [*tmp_path.iterdir()], "a question makes no database"
    wrong = baton.command("route", str(file), "--source", "web")
    says = '--source: app.yaml has no source "web" under intake.sources; did you mean "website"?'
    assert (2, f"{says}\n") == (wrong.returncode, wrong.stderr)


def test_a_weeks_figures(baton: Service) -> None:
    """For people as a table, for programs as one object; no such week is a sentence."""
    told = json.loads(baton.command("digest", "--week", "2026-W10", "--json").stdout)
    assert ("2026-03-02", 0) == (told["starts"], told["week"]["posted"])
    assert "week of 2026-03-02" in baton.command("digest", "--week", "2026-W10").stdout
    wrong = baton.command("digest", "--week", "2026-99")
    assert (2, True) == (wrong.returncode, "write it like 2026-W05" in wrong.stderr)


def test_without_a_week_the_last_whole_one_is_told(
    baton: Service, workspace: Workspace, tmp_path: Path
) -> None:
    """On whatever day of the week one asks; the playground's own address is enough for its time."""
    with Server(sample_workspace(clock=WorkspaceClock(WEDNESDAY, paused=True))) as playground:
        told = baton.command("digest", "--json", "--clock", playground.url)
    assert "2026-03-02" == json.loads(told.stdout)["starts"], told.stderr


def test_a_clock_that_cannot_be_read_is_one_sentence(baton: Service) -> None:
    """Nobody reads a traceback to learn that the playground is gone."""
    told = baton.command("serve", "--clock", "http://127.0.0.1:1")
    assert (2, 1) == (told.returncode, len(told.stderr.splitlines())), told.stderr
    assert told.stderr.startswith("--clock: no time from http://127.0.0.1:1/playground/clock (")


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("127.0.0.1:1", "--slack takes the Web API's address, as http://127.0.0.1:8040/api/."),
        ("http://127.0.0.1:1/api", "No Slack answers at the address of --slack."),
    ],
)
def test_a_replay_into_no_slack_is_a_sentence(baton: Service, address: str, says: str) -> None:
    """And before anything is posted, how fast it goes and who hears nothing."""
    told = baton.command("replay", "tests/data/history.csv", "--slack", address)
    assert (2, says) == (told.returncode, told.stderr.splitlines()[-1])
    if address.startswith("http"):
        assert "about one message a second in each channel" in told.stderr
        assert "whom that Slack does not know get no direct messages" in told.stderr


def test_every_command_and_option_explains_itself(baton: Service) -> None:
    """`--help` is enough to go on, and says `baton`, however it was started."""
    for command, parameters in explained(get_command(commands)):
        assert command.help, command.name
        for parameter in parameters:
            assert parameter.help, f"{command.name} {parameter.name}"
            assert not parameter.secondary_opts, f"{command.name} {parameter.name}"
    assert "Usage: baton [OPTIONS]" in baton.command("--help").stdout
    assert f"baton {version('baton')}\n" == baton.command("--version").stdout


def explained(command: Any) -> Iterator[tuple[Any, list[Any]]]:
    yield command, [each for each in command.params if each.name != "help"]
    for inner in getattr(command, "commands", {}).values():
        yield from explained(inner)


def test_the_manifest_asks_for_what_baton_uses_and_slack_accepts(workspace: Workspace) -> None:
    """With exactly these scopes, the check-up has nothing to say."""
    from bot.manifest import SCOPES, manifest

    asked = manifest("http", "https://baton.acme.example/")
    command = asked["features"]["slash_commands"][0]
    assert "https://baton.acme.example/slack/events" == command["url"]
    assert not asked["settings"]["socket_mode_enabled"]
    assert len(asked["display_information"]["description"]) <= 140
    assert asked["features"]["app_home"]["home_tab_enabled"]
    events = {"request_url": command["url"], "bot_events": ["app_home_opened"]}
    assert events == asked["settings"]["event_subscriptions"]
    assert {"bot_events": ["app_home_opened"]} == manifest("socket")["settings"][
        "event_subscriptions"
    ]
    app = installed()
    app.scopes = frozenset(SCOPES)
    with Server(sample_workspace(app=app)) as server:
        with closing(Service(server, "sqlite:///unused.db")) as commands:
            checked = commands.command("check")
        assert (0, "Ready.\n") == (checked.returncode, checked.stdout), checked.stderr


@pytest.mark.timeout(120)
def test_the_demo_shows_a_whole_day_and_ends_by_itself(baton: Service) -> None:
    """Cards, a race, a reminder, an escalation, a rejection and the digest; exit code 0."""
    shown = baton.command("demo", "--headless", "--fast")
    assert shown.returncode == 0, shown.stderr
    for expected in ("New lead", "still waiting", "still needs an answer", "rejected", "The week"):
        assert expected in shown.stdout
    assert shutil.which("python3")
