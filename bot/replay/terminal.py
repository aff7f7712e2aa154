"""`baton replay` at a terminal: what was typed, a bar while it runs, tables at the end."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.config import load
from bot.figures_table import WIDE
from bot.figures_table import show as show_table
from bot.replay.command import SlackUnreadable, replay
from bot.replay.history import BadHistory, read
from bot.replay.outcome import Outcome
from bot.replay.run import AnotherReplay, LeftOut

FOR_REAL = (
    "Posting for real, at Slack's pace: about one message a second in each channel. "
    "People of the file whom that Slack does not know get no direct messages."
)
LINES_LEFT_OUT_SHOWN = 10
SELLERS_SHOWN = 20

told = Console(stderr=True, highlight=False, soft_wrap=True)
out = Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)


def replay_file(
    file: Annotated[Path, typer.Argument(help="A history, as CSV: at,event,lead,actor,amount,…")],
    config: Annotated[Path, typer.Option("--config", help="The agreement to try.")] = Path(
        "app.yaml"
    ),
    as_json: Annotated[bool, typer.Option("--json", help="One object, for programs.")] = False,
    database: Annotated[
        str | None,
        typer.Option("--database", help="Keep it here; the same command goes on where it stopped."),
    ] = None,
    slack: Annotated[
        str | None,
        typer.Option("--slack", help="Post for real, to the Web API at this address, at its pace."),
    ] = None,
) -> None:
    """Run a team's past under this agreement: what would have been kept, and what was said."""
    try:
        settings, history = load(config, os.environ), read(file)
        if api := _api(slack):
            told.print(FOR_REAL)
        with _bar(len(history.rows)) as progress:
            outcome, left_out = replay(settings, history, database, api, progress)
    except (AnotherReplay, BadHistory, SlackUnreadable) as error:
        told.print(str(error), style="red", markup=False)
        raise typer.Exit(2) from None
    _tell_left_out(file, left_out)
    if as_json:
        sys.stdout.write(json.dumps(outcome.to_json(), ensure_ascii=False) + "\n")
    else:
        show(outcome, out)


def _api(address: str | None) -> str | None:
    """Raises SlackUnreadable."""
    if address and not address.startswith(("http://", "https://")):
        raise SlackUnreadable("--slack takes the Web API's address, as http://127.0.0.1:8040/api/.")
    return f"{address.rstrip('/')}/" if address else None


@contextmanager
def _bar(rows: int) -> Iterator[Callable[[int], None]]:
    columns = (
        TextColumn("Replaying"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=told, transient=True, disable=not told.is_terminal) as bar:
        task = bar.add_task("", total=rows)
        yield lambda done: bar.update(task, completed=done)


def _tell_left_out(file: Path, left_out: Sequence[LeftOut]) -> None:
    for row in left_out[:LINES_LEFT_OUT_SHOWN]:
        told.print(
            f"{file.name}:{row.line}: {row.event} of lead '{row.lead}' was left out: "
            f"the lead was {row.state.replace('_', ' ')} by then.",
            style="yellow",
            markup=False,
        )
    if (more := len(left_out) - LINES_LEFT_OUT_SHOWN) > 0:
        told.print(f"… and {more} {'row' if more == 1 else 'rows'} more.", style="yellow")


def show(outcome: Outcome, console: Console) -> None:
    """The figures, for people."""
    weeks = [(day.isoformat(), week.total) for day, week in outcome.weeks]
    show_table(console, "Week of", [*weeks, ("all", outcome.total.total)])
    sources = outcome.total.by_source
    if len(sources) > 1:
        show_table(console, "Source", list(sources.items()))
    sellers = list(outcome.total.by_seller.items())
    show_table(console, "Answered by", sellers[:SELLERS_SHOWN])
    if len(sellers) > SELLERS_SHOWN:
        console.print(f"… and {len(sellers) - SELLERS_SHOWN} more.")
    if outcome.total.by_reason:
        console.print(_counted("Rejections", outcome.total.by_reason))
    console.print(_counted("Posted", outcome.messages))


def _counted(title: str, counts: Mapping[str, int]) -> str:
    return f"{title}: " + ", ".join(f"{name} {count}" for name, count in counts.items())
