"""The `baton` command: reads what was typed, calls one thing, says what came of it."""

from __future__ import annotations

import json
import os
import sys
import zoneinfo
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from bot import app as baton
from bot import checkup, clock, csv_import, import_words
from bot import manifest as slack_manifest
from bot.config import ConfigErrors, Settings, load
from bot.domain.assignment import NoQueue
from bot.figures_table import WIDE, beside, show
from bot.logs import set_up as set_up_logs
from bot.replay.terminal import replay_file
from bot.slack_login import missing
from bot.use_cases import report
from bot.use_cases.desk import Desk
from bot.use_cases.offer import Outcome, raise_lead
from bot.use_cases.ports import DatabaseAway
from handlers.lead_form import read_lead
from storage.books import Books, UnknownDatabase

FAST_BEAT_SECONDS = 0.1  # where the workspace's time runs faster than the world's
ASK_ABOVE = 20  # cards; more at once is asked about first

commands = typer.Typer(
    name="baton",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
lead_commands = typer.Typer(help="One lead, by hand.", no_args_is_help=True)
commands.add_typer(lead_commands, name="lead")

told = Console(stderr=True, highlight=False, soft_wrap=True)
out = Console(highlight=False, soft_wrap=True, width=WIDE if not sys.stdout.isatty() else None)

Config = Annotated[Path, typer.Option("--config", help="The agreement and the settings.")]
ClockUrl = Annotated[
    str | None, typer.Option("--clock", help="Read the time from a playground at this address.")
]
APP_YAML = Path("app.yaml")


class Stop(Exception):
    """Something the person at the keyboard must mend; the sentence says what."""


RESUME = "Send again to channels and people that were paused because Slack refused."
LANES = (
    "A lane is the row of messages to one channel or person. Where Slack refuses (a channel was "
    "archived, a token revoked), the lane waits until that is mended and you say so."
)

STOPS = (
    *(Stop, csv_import.BadFile, NoQueue, baton.CannotStart, UnknownDatabase, DatabaseAway),
    clock.NoClock,
)


def main() -> None:
    # The system's zone data may be older than the package's, and two machines would then
    # compute two deadlines.
    zoneinfo.reset_tzpath(())
    try:
        commands(prog_name="baton")
    except STOPS as error:
        told.print(str(error), style="red", markup=False)
        sys.exit(2)
    except ConfigErrors as errors:
        for mistake in errors.errors:
            told.print(mistake, style="red", markup=False)
        sys.exit(2)


def _tell_version(wanted: bool) -> None:
    if wanted:
        out.print(f"baton {version('baton')}")
        raise typer.Exit


@commands.callback()
def baton_itself(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_tell_version, is_eager=True, help="Say which it is."),
    ] = False,
) -> None:
    """Baton hands each lead from marketing to sales in Slack, and keeps the time."""


@commands.command()
def serve(config: Config = APP_YAML, clock_url: ClockUrl = None) -> None:
    """Run Baton until it is told to stop (Ctrl-C, SIGTERM)."""
    set_up_logs()
    settings = load(config, os.environ)
    if clock_url:
        baton.serve(settings, _time_of(clock_url), FAST_BEAT_SECONDS)
    else:
        baton.serve(settings, clock.now)


@commands.command()
def check(
    config: Config = APP_YAML,
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask Slack.")] = False,
) -> None:
    """Say everything that is not ready: app.yaml, the messages, and Slack."""
    settings = load(config, os.environ)
    findings = checkup.examine(settings, ask_slack=not offline)
    for finding in findings:
        style = "red" if finding.blocks else "yellow"
        kind = "error" if finding.blocks else "note "
        told.print(f"{kind}  {finding.says}", style=style, markup=False)
    if blocking := {finding.says for finding in findings if finding.blocks}:
        if blocking <= set(missing(settings.slack)):
            out.print("The agreement has no mistakes. What is left is to connect Slack.")
        raise typer.Exit(1)
    out.print("Ready." if not findings else "Ready; the notes above are worth a look.")


@commands.command()
def manifest(
    mode: Annotated[str, typer.Option(help="How Slack reaches Baton: socket or http.")] = "socket",
    url: Annotated[
        str | None, typer.Option(help="With --mode http: Baton's own address, https://…")
    ] = None,
    why: Annotated[
        bool, typer.Option("--why", help="List the permissions and their reasons instead.")
    ] = False,
) -> None:
    """Print the Slack app manifest for Baton's features."""
    if mode not in ("socket", "http"):
        raise Stop(f"--mode is socket or http, not {mode}.")
    if mode == "http" and not (url or "").startswith("https://"):
        raise Stop("--mode http needs --url https://…, the address under which Slack reaches you.")
    if why:
        for scope, reason in slack_manifest.SCOPES.items():
            out.print(f"{scope:18} {reason}", markup=False)
        return
    sys.stdout.write(slack_manifest.as_yaml(slack_manifest.manifest(mode, url)))


@commands.command()
def migrate(config: Config = APP_YAML) -> None:
    """Bring the database up to date beforehand; serve and the others do it by themselves."""
    with _books(load(config, os.environ)):
        out.print("The database is up to date.")


@lead_commands.command("add")
def add_lead(
    email: Annotated[str, typer.Option(help="A lead is known by this, or by --external-id.")] = "",
    external_id: Annotated[str, typer.Option(help="The lead's id in another system.")] = "",
    name: Annotated[str, typer.Option(help="First and last name.")] = "",
    company: Annotated[str, typer.Option(help="Where they work.")] = "",
    title: Annotated[str, typer.Option(help="What they do there.")] = "",
    phone: Annotated[str, typer.Option(help="Best with its country: +46 …")] = "",
    country: Annotated[str, typer.Option(help="Two letters, as SE.")] = "",
    source: Annotated[str, typer.Option(help="Where the lead comes from, as webinar.")] = "",
    campaign: Annotated[str, typer.Option(help="The campaign it answered to.")] = "",
    tier: Annotated[str, typer.Option(help="As in the agreement; A may be promised more.")] = "",
    score: Annotated[str, typer.Option(help="A whole number.")] = "",
    why: Annotated[str, typer.Option(help="Why now?")] = "",
    crm_url: Annotated[str, typer.Option(help="Where the lead is in your CRM, https://…")] = "",
    config: Config = APP_YAML,
    clock_url: ClockUrl = None,
) -> None:
    """Offer one lead to sales."""
    given = {name: value for name, value in locals().items() if name in csv_import.FIELDS}
    form = read_lead(given, _time_of(clock_url)())
    for remark in form.remarks:
        told.print(str(remark), style="yellow", markup=False)
    if form.problems:
        raise Stop("\n".join(str(problem) for problem in form.problems))
    with _desk(load(config, os.environ), clock_url) as desk:
        raised = raise_lead(desk, form.facts)
    if raised.outcome is Outcome.NEWS:
        out.print("The lead is in hand already; its card has the news.")
    else:
        out.print("The lead is offered; its card goes out as soon as `baton serve` runs.")


@commands.command("import")
def import_leads(
    file: Annotated[Path, typer.Argument(help="CSV with a header, in UTF-8.")],
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            help="'Column in the file=our field'; repeatable. Two columns of one field are joined.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read the file and say what would be done.")
    ] = False,
    no_post: Annotated[
        bool, typer.Option("--no-post", help="Take the people in without offering them to sales.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help=f"Do not ask above {ASK_ABOVE} cards.")
    ] = False,
    config: Config = APP_YAML,
    clock_url: ClockUrl = None,
) -> None:
    """Offer the leads of a CSV file. The same file again does nothing twice."""
    rows = csv_import.read_rows(file, _pairs(mapping or []), _time_of(clock_url)())
    settings = load(config, os.environ)
    import_words.tell_columns(told, rows)
    if dry_run:
        import_words.tell_rehearsed(told, out, file.name, rows, settings.queues)
        return
    with _desk(settings, clock_url) as desk:
        new = csv_import.not_yet_taken(desk, rows)
        if not no_post and new > ASK_ABOVE and not yes:
            typer.confirm(f"This posts {new} cards. Go on?", abort=True, err=True)
        with Progress(console=told, transient=True, disable=not told.is_terminal) as bar:
            task = bar.add_task("Taking leads in", total=len(rows.good))
            done = csv_import.take_in(
                desk, rows, not no_post, lambda count: bar.update(task, completed=count)
            )
    import_words.tell_imported(told, out, file.name, rows, done)


def _pairs(given: list[str]) -> dict[str, str]:
    pairs = {}
    for pair in given:
        column, equals, name = pair.rpartition("=")
        if not equals or not column or not name:
            raise Stop(f"--map takes 'Column in the file=our field', not '{pair}'.")
        pairs[column] = name.strip()
    return pairs


@commands.command()
def route(
    file: Annotated[
        str, typer.Argument(help="A lead as JSON, as POST /leads takes it; - is stdin.")
    ],
    source: Annotated[
        str, typer.Option(help="Read it as this source of app.yaml posts it.", show_default=False)
    ] = "",
    config: Config = APP_YAML,
    clock_url: ClockUrl = None,
) -> None:
    """Say which queue, promise and seller a lead would get, and why. Nothing is changed."""
    from bot import route_words, routing

    now = _time_of(clock_url)
    settings = load(config, os.environ)
    try:
        form = routing.read_file(file, sys.stdin, routing.source_named(settings, source), now())
    except routing.BadLead as error:
        raise Stop(str(error)) from None
    for remark in form.remarks:
        told.print(str(remark), style="yellow", markup=False)
    try:
        explained = routing.explain(settings, now, form.facts)
    except NoQueue as error:
        _print(route_words.no_queue(settings, error.facts))
        raise
    _print(route_words.lines(settings, explained))


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        out.print(line, markup=False)


@commands.command()
def digest(
    week: Annotated[
        str, typer.Option(help="As 2026-W05; without it the last whole week.", show_default=False)
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One object, for programs.")] = False,
    config: Config = APP_YAML,
    clock_url: ClockUrl = None,
) -> None:
    """Print a week's figures, beside those of the week before."""
    settings = load(config, os.environ)
    monday = _monday(week, settings.workspace_zone, _time_of(clock_url)())
    with _desk(settings, clock_url) as desk:
        if as_json:
            sys.stdout.write(json.dumps(report.week_figures(desk, monday), indent=2) + "\n")
            return
        before, now = report.two_weeks(desk, monday)
        sellers = {_name(desk, person): tally for person, tally in now.by_seller.items()}
    weeks = {(monday - report.WEEK).isoformat(): before.total, monday.isoformat(): now.total}
    out.print(beside({f"week of {name}": tally for name, tally in weeks.items()}))
    out.print()
    for name, group in (("Source", now.by_source), ("Answered by", sellers)):
        show(out, name, list(group.items()))
    if now.by_reason:
        out.print("Rejections: " + ", ".join(f"{code} {n}" for code, n in now.by_reason.items()))


def _monday(week: str, zone: str, now: datetime) -> date:
    if not week:
        return report.reported_week(now, zone)
    try:
        return report.week_named(week)
    except ValueError as error:
        raise Stop(str(error)) from None


def _name(desk: Desk, person: str) -> str:
    with desk.books.reading() as work:
        known = work.people.find(person)
    return f"@{known.handle}" if known else person


@commands.command(help=f"{RESUME}\n\n{LANES}")
def resume(config: Config = APP_YAML) -> None:
    with _books(load(config, os.environ)) as books, books.writing() as work:
        opened = work.deliveries.resume()
        work.commit()
    many = "1 lane is" if opened == 1 else f"{opened} lanes are"
    out.print(f"{many} open again." if opened else "No lane was paused.")


commands.command("replay")(replay_file)


@commands.command()
def demo(
    config: Config = APP_YAML,
    headless: Annotated[
        bool, typer.Option("--headless", help="No page: a day passes in the terminal, in a minute.")
    ] = False,
    fast: Annotated[
        bool, typer.Option("--fast", help="With --headless: the day in half a minute.")
    ] = False,
    port: Annotated[int, typer.Option(help="Of the page; 0 takes a free one.")] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only say the address.")] = False,
) -> None:
    """Try all of Baton in a browser, without Slack; or watch a day pass in the terminal."""
    from bot import demo as sample_company  # a service has no use for a playground

    console = Console(highlight=False, soft_wrap=True, no_color=headless)
    try:
        if headless:
            sample_company.run_day(config, console, fast, port)
        else:
            sample_company.run_page(config, console, port, open_browser=not no_browser)
    except sample_company.FAILURES as error:
        raise Stop(str(error)) from None
    except KeyboardInterrupt:
        console.print("Stopped.")


# ------------------------------------------------------------------------------------------


@contextmanager
def _books(settings: Settings) -> Iterator[Books]:
    books = baton.open_books(settings)
    try:
        yield books
    finally:
        books.close()


@contextmanager
def _desk(settings: Settings, clock_url: str | None) -> Iterator[Desk]:
    with _books(settings) as books:
        yield baton.desk_of(settings, books, _time_of(clock_url))


def _time_of(clock_url: str | None) -> Callable[[], datetime]:
    """Raises NoClock, before anything is done."""
    if not clock_url:
        return clock.now
    workspace = clock.WorkspaceClock(clock_url)
    workspace()
    return workspace


if __name__ == "__main__":
    main()
