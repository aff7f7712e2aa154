"""The `baton` command: reads what was typed, calls one thing, says what came of it."""

from __future__ import annotations

import json
import os
import sys
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from bot import app as baton
from bot import checkup, clock, csv_import
from bot import manifest as slack_manifest
from bot.config import ConfigErrors, Settings, load
from bot.domain.assignment import NoQueue
from bot.figures_table import beside, table
from bot.logs import set_up as set_up_logs
from bot.replay.terminal import replay_file
from bot.use_cases import report
from bot.use_cases.offer import Outcome, raise_lead
from bot.use_cases.ports import Desk
from handlers.lead_form import read_lead
from storage.books import Books, UnknownDatabase

FAST_BEAT_SECONDS = 0.1  # where the workspace's time runs faster than the world's
WIDE = 160  # columns, where nobody says how many there are
ASK_ABOVE = 20  # cards; more at once is asked about first

commands = typer.Typer(
    name="baton", help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False
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


def main() -> None:
    # The system's zone data may be older than the package's, and two machines would then
    # compute two deadlines.
    zoneinfo.reset_tzpath(())
    try:
        commands()
    except (Stop, csv_import.BadFile, NoQueue, baton.CannotStart, UnknownDatabase) as error:
        told.print(str(error), style="red", markup=False)
        sys.exit(2)
    except ConfigErrors as errors:
        for mistake in errors.errors:
            told.print(mistake, style="red", markup=False)
        sys.exit(2)


@commands.command()
def serve(config: Config = APP_YAML, clock_url: ClockUrl = None) -> None:
    """Run Baton until it is told to stop (Ctrl-C, SIGTERM)."""
    set_up_logs()
    settings = load(config, os.environ)
    if clock_url:
        baton.serve(settings, clock.WorkspaceClock(clock_url), FAST_BEAT_SECONDS)
    else:
        baton.serve(settings, clock.now)


@commands.command()
def check(config: Config = APP_YAML, offline: bool = False) -> None:
    """Say everything that is not ready: app.yaml, templates, and (unless --offline) Slack."""
    findings = checkup.examine(load(config, os.environ), ask_slack=not offline)
    for finding in findings:
        style = "red" if finding.blocks else "yellow"
        told.print(f"{'error' if finding.blocks else 'note '}  {finding.says}", style=style)
    if any(finding.blocks for finding in findings):
        raise typer.Exit(1)
    out.print("Ready." if not findings else "Ready; the notes above are worth a look.")


@commands.command()
def manifest(
    mode: Annotated[str, typer.Option(help="socket or http")] = "socket",
    url: Annotated[str | None, typer.Option(help="http: where Slack reaches Baton")] = None,
    why: Annotated[bool, typer.Option(help="List the permissions and their reasons.")] = False,
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
    """Bring the database up to date."""
    with _books(load(config, os.environ)):
        out.print("The database is up to date.")


@lead_commands.command("add")
def add_lead(
    email: str = "",
    external_id: str = "",
    name: str = "",
    company: str = "",
    title: str = "",
    phone: str = "",
    country: str = "",
    source: str = "",
    campaign: str = "",
    tier: str = "",
    score: Annotated[str, typer.Option(help="A whole number.")] = "",
    why: Annotated[str, typer.Option(help="Why now?")] = "",
    crm_url: str = "",
    config: Config = APP_YAML,
    clock_url: ClockUrl = None,
) -> None:
    """Offer one lead to sales."""
    given = {name: value for name, value in locals().items() if name in csv_import.FIELDS}
    form = read_lead(given, clock.now())
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
    file: Path,
    mapping: Annotated[
        list[str] | None, typer.Option("--map", help="'Column in the file=our field'; repeatable")
    ] = None,
    no_post: Annotated[bool, typer.Option("--no-post", help="Know them, offer nobody.")] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help=f"Do not ask above {ASK_ABOVE} cards.")
    ] = False,
    config: Config = APP_YAML,
    clock_url: ClockUrl = None,
) -> None:
    """Offer the leads of a CSV file. The same file again does nothing twice."""
    rows = csv_import.read_rows(file, _pairs(mapping or []), clock.now())
    settings = load(config, os.environ)
    with _desk(settings, clock_url) as desk:
        new = csv_import.not_yet_taken(desk, rows)
        if not no_post and new > ASK_ABOVE and not yes:
            typer.confirm(f"This posts {new} cards. Go on?", abort=True, err=True)
        with Progress(console=told, transient=True, disable=not told.is_terminal) as bar:
            task = bar.add_task("Taking leads in", total=len(rows.good))
            done = csv_import.take_in(
                desk, rows, not no_post, lambda count: bar.update(task, completed=count)
            )
    _tell_import(file, rows, done)


def _tell_import(file: Path, rows: csv_import.Rows, done: csv_import.Imported) -> None:
    for row in rows.remarks:
        told.print(f"{file.name}:{row.line}: {row.why}", style="yellow", markup=False)
    for row in sorted(done.bad, key=lambda row: row.line):
        told.print(f"{file.name}:{row.line}: {row.why}", style="red", markup=False)
    counts = {
        "offered": done.offered,
        "news on open cards": done.news,
        "known, not offered": done.kept,
        "taken in before": done.repeated,
        "bad rows": len(done.bad),
    }
    out.print(", ".join(f"{count} {what}" for what, count in counts.items() if count) or "No rows.")
    if done.bad:
        raise typer.Exit(1)


def _pairs(given: list[str]) -> dict[str, str]:
    pairs = {}
    for pair in given:
        column, equals, name = pair.rpartition("=")
        if not equals or not column or not name:
            raise Stop(f"--map takes 'Column in the file=our field', not {pair!r}.")
        pairs[column] = name.strip()
    return pairs


@commands.command()
def digest(
    week: Annotated[str, typer.Option(help="For example 2026-W05.")],
    as_json: Annotated[bool, typer.Option("--json")] = False,
    config: Config = APP_YAML,
    clock_url: ClockUrl = None,
) -> None:
    """Print a week's figures, beside those of the week before."""
    try:
        monday = report.week_named(week)
    except ValueError as error:
        raise Stop(str(error)) from None
    with _desk(load(config, os.environ), clock_url) as desk:
        if as_json:
            sys.stdout.write(json.dumps(report.week_figures(desk, monday), indent=2) + "\n")
            return
        before, now = report.two_weeks(desk, monday)
        sellers = {_name(desk, person): tally for person, tally in now.by_seller.items()}
    weeks = {(monday - report.WEEK).isoformat(): before.total, monday.isoformat(): now.total}
    out.print(beside({f"week of {name}": tally for name, tally in weeks.items()}))
    for name, group in (("Source", now.by_source), ("Answered by", sellers)):
        if group:
            out.print(table(name, list(group.items())))
    if now.by_reason:
        out.print("Rejections: " + ", ".join(f"{code} {n}" for code, n in now.by_reason.items()))


def _name(desk: Desk, person: str) -> str:
    with desk.books.reading() as work:
        known = work.people.find(person)
    return f"@{known.handle}" if known else person


@commands.command()
def resume(config: Config = APP_YAML) -> None:
    """Open the lanes that were paused because a channel or a token was broken."""
    with _books(load(config, os.environ)) as books, books.writing() as work:
        opened = work.deliveries.resume()
        work.commit()
    out.print(f"{opened} lanes are open again." if opened else "No lane was paused.")


commands.command("replay")(replay_file)


@commands.command()
def demo(
    config: Config = APP_YAML,
    headless: Annotated[
        bool, typer.Option("--headless", help="No page: a day passes in the terminal.")
    ] = False,
    fast: Annotated[bool, typer.Option("--fast", help="With --headless: half a minute.")] = False,
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
    except (sample_company.DemoFailed, sample_company.ChildFailed) as error:
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
    now = clock.WorkspaceClock(clock_url) if clock_url else clock.now
    with _books(settings) as books:
        yield baton.desk_of(settings, books, now)


if __name__ == "__main__":
    main()
