"""Figures for people at a terminal: one row for each week, source or seller."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.domain.metrics import ClockFigures, Share, Tally

# What belongs together stays in one table where a terminal is too narrow for all of it. A line
# break is where a heading may be broken.
COUNTS = ("posted", "open", "accepted", "rejected", "not\nmine")
GIVEN_BACK = "given\nback"  # where anybody gave a lead back
ANSWER = ("answered\nin time", "median\nanswer", "P90\nanswer")
TOUCH = ("touched\nin time", "median\ntouch", "P90\ntouch")
QUALIFY = ("qualified\nin time", "median\nqualify", "P90\nqualify")  # where it was agreed on
RESULTS = ("SQL", "won", "amount")
# By number of the group; fewer columns in each table from one to the next.
LAYOUTS = (
    ((0, 1, 2, 3, 4),),
    ((0, 1), (2, 3, 4)),
    ((0,), (1,), (2, 3, 4)),
    ((0,), (1,), (2, 4), (3,)),
    ((0,), (1,), (2,), (3,), (4,)),
)
WIDE = 180  # columns of the screen, where nobody says how many there are
GAP = 2  # columns of the screen, between two of ours
LONGEST_FIRST = 40  # of the screen; a longer name goes on in the next line

Columns = Mapping[str, Sequence[str]]  # by heading


def beside(tallies: Mapping[str, Tally]) -> Table:
    """A few groups side by side, a figure a line."""
    shown = _empty("")
    for name in tallies:
        shown.add_column(name, justify="right")
    for group in _groups([*tallies.values()]):
        for name, cells in group.items():
            shown.add_row(_in_one_line(name), *cells)
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
    groups = _groups([tally for _, tally in rows])
    widest = min(max(map(cell_len, (first, *names))), LONGEST_FIRST)
    in_one_line = {_in_one_line(name): cells for group in groups for name, cells in group.items()}
    if widest + _width(in_one_line) <= width:
        yield _table(first, names, in_one_line)
        return
    for columns in _parts(groups, width - widest):
        yield _table(first, names, columns)


def _parts(groups: Sequence[Columns], width: int) -> Sequence[Columns]:
    """The columns of each table: the fewest tables that all fit, or the narrowest."""
    for layout in LAYOUTS:
        joined = (
            {name: cells for at in part for name, cells in groups[at].items()} for part in layout
        )
        parts = [columns for columns in joined if columns]
        if all(_width(columns) <= width for columns in parts):
            break
    return parts


def _width(columns: Columns) -> int:
    lines = ([*name.split("\n"), *cells] for name, cells in columns.items())
    return sum(GAP + max(map(cell_len, each)) for each in lines)


def _table(first: str, rows: Sequence[str], columns: Columns) -> Table:
    shown = _empty(first)
    for name in columns:
        shown.add_column(name, justify="right", no_wrap=True)
    for name, *values in zip(rows, *columns.values(), strict=True):
        shown.add_row(Text(name), *values)  # of the team's own making, never markup
    return shown


def _empty(first: str) -> Table:
    shown = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    shown.add_column(first, max_width=LONGEST_FIRST, overflow="fold")
    return shown


def _in_one_line(name: str) -> str:
    return name.replace("\n", " ")


def _groups(tallies: Sequence[Tally]) -> Sequence[Columns]:
    """Five; what nobody has is left out of them."""
    gave_back = any(tally.given_back for tally in tallies)
    qualify = any(tally.qualify.is_any for tally in tallies)
    return (
        _columns((*COUNTS, GIVEN_BACK) if gave_back else COUNTS, map(_counts, tallies)),
        _columns(ANSWER, (_clock(tally.answer) for tally in tallies)),
        _columns(TOUCH, (_clock(tally.touch) for tally in tallies)),
        _columns(QUALIFY if qualify else (), (_clock(tally.qualify) for tally in tallies)),
        _columns(RESULTS, map(_results, tallies)),
    )


def _columns(names: Sequence[str], rows: Iterable[Sequence[str]]) -> Columns:
    return dict(zip(names, zip(*rows, strict=True), strict=False))


def _counts(tally: Tally) -> Sequence[str]:
    counts = (tally.posted, tally.open, tally.accepted, tally.rejected, tally.not_mine)
    return [*map(str, (*counts, tally.given_back))]


def _results(tally: Tally) -> Sequence[str]:
    amount = "unknown" if tally.won_amount is None else f"{tally.won_amount:,.0f}"
    return str(tally.sql), str(tally.won), amount


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
