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
from bot.figures_table import table
from bot.replay.command import SlackUnreadable, replay
from bot.replay.history import BadHistory, read
from bot.replay.outcome import Outcome
from bot.replay.run import AnotherReplay, LeftOut

WIDE = 160  # columns, where nobody says how many there are
LINES_LEFT_OUT_SHOWN = 10
SELLERS_SHOWN = 20

told = Console(stderr=True, highlight=False, soft_wrap=True)
out = Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)


def replay_file(
    file: Annotated[Path, typer.Argument(help="A history, as CSV: at,event,lead,actor,amount,…")],
    config: Annotated[Path, typer.Option(help="The agreement to try.")] = Path("app.yaml"),
    as_json: Annotated[bool, typer.Option("--json", help="One object, for programs.")] = False,
    database: Annotated[
        str | None, typer.Option(help="Keep it here; the same command goes on where it stopped.")
    ] = None,
    slack: Annotated[
        str | None, typer.Option(help="Post for real, to the Web API at this address.")
    ] = None,
) -> None:
    """Run a team's past under this agreement: what would have been kept, and what was said."""
    try:
        settings, history = load(config, os.environ), read(file)
        with _bar(len(history.rows)) as progress:
            outcome, left_out = replay(settings, history, database, _api(slack), progress)
    except (AnotherReplay, BadHistory, SlackUnreadable) as error:
        told.print(str(error), style="red", markup=False)
        raise typer.Exit(2) from None
    _tell_left_out(file, left_out)
    if as_json:
        sys.stdout.write(json.dumps(outcome.to_json(), ensure_ascii=False) + "\n")
    else:
        show(outcome, out)


def _api(address: str | None) -> str | None:
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
            f"{file.name}:{row.line}: {row.event} of lead {row.lead!r} was left out: "
            f"the lead was {row.state.replace('_', ' ')} by then.",
            style="yellow",
            markup=False,
        )
    if len(left_out) > LINES_LEFT_OUT_SHOWN:
        told.print(f"… and {len(left_out) - LINES_LEFT_OUT_SHOWN} rows more.", style="yellow")


def show(outcome: Outcome, console: Console) -> None:
    """The figures, for people."""
    weeks = [(day.isoformat(), week.total) for day, week in outcome.weeks]
    console.print(table("Week of", [*weeks, ("all", outcome.total.total)]))
    sources = outcome.total.by_source
    if len(sources) > 1:
        console.print(table("Source", list(sources.items())))
    sellers = list(outcome.total.by_seller.items())
    console.print(table("Answered by", sellers[:SELLERS_SHOWN]))
    if len(sellers) > SELLERS_SHOWN:
        console.print(f"… and {len(sellers) - SELLERS_SHOWN} more.")
    if outcome.total.by_reason:
        console.print(_counted("Rejections", outcome.total.by_reason))
    console.print(_counted("Posted", outcome.messages))


def _counted(title: str, counts: Mapping[str, int]) -> str:
    return f"{title}: " + ", ".join(f"{name} {count}" for name, count in counts.items())
