"""Figures for people at a terminal: one row for each week, source or seller."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.domain.metrics import ClockFigures, Share, Tally

# What belongs together stays in one table where a terminal is too narrow for all of it. A line
# break is where a heading may be broken.
GROUPS = (
    ("posted", "open", "accepted", "rejected", "not\nmine"),
    ("answered\nin time", "median\nanswer", "P90\nanswer"),
    ("touched\nin time", "median\ntouch", "P90\ntouch"),
    ("SQL", "won", "amount"),
)
COLUMNS = tuple(name for group in GROUPS for name in group)
LAYOUTS = (((0, 1, 2, 3),), ((0, 1), (2, 3)), ((0,), (1,), (2, 3)), ((0,), (1,), (2,), (3,)))
WIDE = 180  # columns of the screen, where nobody says how many there are
GAP = 2  # columns of the screen, between two of ours
LONGEST_FIRST = 40  # of the screen; a longer name goes on in the next line

Cells = Sequence[Sequence[str]]

_PLACES = [[COLUMNS.index(name) for name in group] for group in GROUPS]


def beside(tallies: Mapping[str, Tally]) -> Table:
    """A few groups side by side, a figure a line."""
    shown = _empty("")
    for name in tallies:
        shown.add_column(name, justify="right")
    cells = [_cells(tally) for tally in tallies.values()]
    for name, *values in zip(COLUMNS, *cells, strict=True):
        shown.add_row(_in_one_line(name), *values)
    return shown


def show(console: Console, first: str, rows: Sequence[tuple[str, Tally]]) -> None:
    """One table, or where it would not fit several narrower ones, and a blank line after each.
    Nothing where there are no rows."""
    for each in tables(first, rows, console.width):
        console.print(each)
        console.print()


def tables(first: str, rows: Sequence[tuple[str, Tally]], width: int) -> Iterator[Table]:
    """As few tables as `width` allows; each begins with the names, which are never cut."""
    if not rows:
        return
    names = [name for name, _ in rows]
    columns = [*zip(*(_cells(tally) for _, tally in rows), strict=True)]
    widest = min(max(map(cell_len, (first, *names))), LONGEST_FIRST)
    one_line = [_in_one_line(name) for name in COLUMNS]
    if widest + _width(one_line, columns) <= width:
        yield _table(first, names, one_line, columns)
        return
    for names_of, some in _parts(columns, width - widest):
        yield _table(first, names, names_of, some)


def _parts(columns: Cells, width: int) -> Sequence[tuple[Sequence[str], Cells]]:
    """Headings and columns of each table: the fewest tables that all fit, or the narrowest."""
    for layout in LAYOUTS:
        places = [[at for group in part for at in _PLACES[group]] for part in layout]
        parts = [([COLUMNS[at] for at in some], [columns[at] for at in some]) for some in places]
        if all(_width(*part) <= width for part in parts):
            break
    return parts


def _width(names: Sequence[str], columns: Cells) -> int:
    lines = ([*name.split("\n"), *cells] for name, cells in zip(names, columns, strict=True))
    return sum(GAP + max(map(cell_len, each)) for each in lines)


def _table(first: str, rows: Sequence[str], names: Sequence[str], columns: Cells) -> Table:
    shown = _empty(first)
    for name in names:
        shown.add_column(name, justify="right", no_wrap=True)
    for name, *values in zip(rows, *columns, strict=True):
        shown.add_row(Text(name), *values)  # of the team's own making, never markup
    return shown


def _empty(first: str) -> Table:
    shown = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    shown.add_column(first, max_width=LONGEST_FIRST, overflow="fold")
    return shown


def _in_one_line(name: str) -> str:
    return name.replace("\n", " ")


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
    """Running ones count at their present age; where nothing has ended, there is no time to say."""
    share = _share(clock.attainment)
    if not clock.met + clock.breached:
        return (share, "-", "-")
    return (share, _time(clock.median_minutes), _time(clock.p90_minutes))


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
