"""What `baton import` tells the person who started it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import typer
from rich.console import Console

from bot.csv_import import BadRow, Imported, Rows
from bot.domain.assignment import NoQueue, Queue, route

LINES_NAMED = 5  # of those that a remark is true of


def tell_columns(told: Console, rows: Rows) -> None:
    """What each column of the file becomes, before anything is done with it."""
    pairs = ((column.written or "(no name)", column.becomes) for column in rows.columns)
    said = ", ".join(name if name == becomes else f"{name} -> {becomes}" for name, becomes in pairs)
    told.print(f"Columns: {said}.", markup=False)


def tell_rehearsed(
    told: Console, out: Console, name: str, rows: Rows, queues: Sequence[Queue]
) -> None:
    """Which queues the leads would go to. Exits with 1 where a row is bad."""
    bad, by_queue = list(rows.bad), Counter[str]()
    for row in rows.good:
        try:
            by_queue[route(queues, row.facts).name] += 1
        except NoQueue as error:
            bad.append(BadRow(row.line, str(error)))
    _tell_rows(told, name, rows.remarks, bad)
    parts = [f"{count} would go to {queue}" for queue, count in by_queue.most_common()]
    parts.append(_counted(len(bad), "bad row", "bad rows"))
    said = ", ".join(filter(None, parts)) or "No rows"
    out.print(f"{said}. Nothing was taken in.", markup=False)
    if bad:
        raise typer.Exit(1)


def tell_imported(told: Console, out: Console, name: str, rows: Rows, done: Imported) -> None:
    """Exits with 1 where a row was bad."""
    _tell_rows(told, name, rows.remarks, done.bad)
    parts = [
        _counted(done.offered, "offered"),
        _counted(done.news, "news on an open card", "news on open cards"),
        _counted(done.kept, "known, not offered"),
        _counted(done.repeated, "taken in before"),
        _counted(len(done.bad), "bad row", "bad rows"),
    ]
    out.print(", ".join(filter(None, parts)) or "No rows.")
    if done.bad:
        raise typer.Exit(1)


def _tell_rows(told: Console, name: str, remarks: Sequence[BadRow], bad: Sequence[BadRow]) -> None:
    """A remark that is true of many rows is said once."""
    lines: dict[str, list[int]] = {}
    for row in remarks:
        lines.setdefault(row.why, []).append(row.line)
    for why, where in lines.items():
        told.print(f"{name}:{where[0]}: {why}{_also(where[1:])}", style="yellow", markup=False)
    for row in sorted(bad, key=lambda row: row.line):
        told.print(f"{name}:{row.line}: {row.why}", style="red", markup=False)


def _also(lines: Sequence[int]) -> str:
    if not lines:
        return ""
    shown = ", ".join(map(str, lines[:LINES_NAMED]))
    more = len(lines) - LINES_NAMED
    return f" (also line {shown}{f' and {more} more' if more > 0 else ''})"


def _counted(count: int, one: str, many: str = "") -> str:
    """Nothing where there are none."""
    return f"{count} {one if count == 1 else many or one}" if count else ""
