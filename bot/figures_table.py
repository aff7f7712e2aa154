"""Figures for people at a terminal: one row for each week, source or seller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.table import Table

from bot.domain.metrics import ClockFigures, Share, Tally

COLUMNS = (
    *("posted", "open", "accepted", "rejected", "not mine"),
    *("answered in time", "median answer", "P90 answer"),
    *("touched in time", "median touch", "P90 touch"),
    *("SQL", "won", "amount"),
)


def beside(tallies: Mapping[str, Tally]) -> Table:
    """A few groups side by side, a figure a line."""
    shown = Table("", box=None, pad_edge=False, header_style="bold")
    for name in tallies:
        shown.add_column(name, justify="right")
    cells = [_cells(tally) for tally in tallies.values()]
    for name, *values in zip(COLUMNS, *cells, strict=True):
        shown.add_row(name, *values)
    return shown


def table(first: str, rows: Sequence[tuple[str, Tally]]) -> Table:
    shown = Table(first, box=None, pad_edge=False, header_style="bold")
    for name in COLUMNS:
        shown.add_column(name, justify="right")
    for name, tally in rows:
        shown.add_row(name, *_cells(tally))
    return shown


def _cells(tally: Tally) -> Sequence[str]:
    counts = (tally.posted, tally.open, tally.accepted, tally.rejected, tally.not_mine)
    amount = "unknown" if tally.won_amount is None else f"{tally.won_amount:,.0f}"
    return (
        *map(str, counts),
        *_clock(tally.answer),
        *_clock(tally.touch),
        str(tally.sql),
        str(tally.won),
        amount,
    )


def _clock(clock: ClockFigures) -> Sequence[str]:
    return (_share(clock.attainment), _time(clock.median_minutes), _time(clock.p90_minutes))


def _share(share: Share) -> str:
    """Few cases are shown as counts: a percentage would say more than is known."""
    if share.value is None:
        return "-"
    return f"{share.count} of {share.of}" if share.is_small else f"{share.value:.1%}"


def _time(minutes: float | None) -> str:
    """Working time."""
    if minutes is None:
        return "-"
    hours, rest = divmod(round(minutes), 60)
    return f"{hours} h {rest:02d}" if hours else f"{rest} min"
