"""python -m benchmarks [--check] [NAME ...]: measure, print a table, and with --check fail
(exit code 1) when a ratio has left the bound we publish."""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import structlog
from rich.console import Console
from rich.table import Table

from benchmarks import business_time, card, click, digest, front_door, ladder
from benchmarks.side_by_side import Figure, NotMeasured

Benchmark = Callable[[Path], Iterator[Figure | NotMeasured]]

BENCHMARKS: dict[str, Benchmark] = {
    "click": click.measure,
    "front-door": front_door.measure,
    "card": card.measure,
    "business-hours": business_time.measure,
    "digest": digest.measure,
    "ladder": ladder.measure,
}
WIDEST_PIPE = 150  # columns, where nobody says how wide the reader's screen is
ROOM_FOR_MEANINGS = 140  # columns; on a narrower screen they come below the table


def main(arguments: Sequence[str]) -> int:
    asked = _asked(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    screen = Console() if sys.stdout.isatty() else Console(width=WIDEST_PIPE)
    began = time.monotonic()
    results = list(_run(asked.names or list(BENCHMARKS), screen))
    figures = [result for result in results if isinstance(result, Figure)]
    meanings_beside = screen.width >= ROOM_FOR_MEANINGS
    screen.print(_table(figures, meanings_beside))
    for figure in figures if not meanings_beside else ():
        screen.print(f"{figure.name}: {figure.means}", markup=False, highlight=False)
    for missing in results:
        if isinstance(missing, NotMeasured):
            screen.print(f"{missing.name} was NOT measured: {missing.why}", markup=False)
    screen.print(
        f"ratio = ours / other, median of interleaved pairs; {time.monotonic() - began:.0f} s"
    )
    outside = [figure for figure in figures if not figure.holds]
    for figure in outside:
        screen.print(f"{figure.name}: {_shown(figure.pair.ratio)} is outside {_bound(figure)}")
    return 1 if outside and asked.check else 0


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--check", action="store_true", help="fail where a ratio left its bound")
    asked = parser.parse_args(arguments)
    if unknown := [name for name in asked.names if name not in BENCHMARKS]:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    return asked


def _run(names: Sequence[str], screen: Console) -> Iterator[Figure | NotMeasured]:
    for name in names:
        folder = tempfile.TemporaryDirectory(prefix="baton-bench-")
        with folder as path, screen.status(f"measuring {name}"):
            yield from BENCHMARKS[name](Path(path))


def _table(figures: Sequence[Figure], meanings: bool) -> Table:
    table = Table("what", "ours", "other", "ratio", "bound", *(["what it means"] * meanings))
    for figure in figures:
        table.add_row(
            figure.name,
            _time(figure.pair.ours),
            _time(figure.pair.other),
            _shown(figure.pair.ratio),
            _bound(figure),
            *([figure.means] * meanings),
            style=None if figure.holds else "bold red",
        )
    return table


def _time(seconds: float) -> str:
    if seconds < 1e-3:
        return f"{seconds * 1e6:.1f} µs"
    return f"{seconds * 1e3:.2f} ms" if seconds < 1 else f"{seconds:.2f} s"


def _bound(figure: Figure) -> str:
    return f"{_shown(figure.low)} to {_shown(figure.high)}"


def _shown(ratio: float) -> str:
    """Small ones as a fraction: 1/2600 reads better than 0.00038."""
    return f"{ratio:.2f}" if ratio >= 0.05 else f"1/{1 / ratio:,.0f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
