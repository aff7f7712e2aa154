"""What to do where a file is not YAML: the parser's own words are about its insides."""

from __future__ import annotations

import re

from ruamel.yaml.error import MarkedYAMLError, StringMark

Place = tuple[int, int]  # line and column, from 0
Advice = tuple[Place, str]

QUOTES = ('"', "'")
CLOSES = {"{": "}", "[": "]"}
NOT_FIRST = ("@", "`", "%")  # no value may begin with these
LINES_ABOVE = 3
COMMENT_IN_LIST = re.compile(r"[\[{,]\s*#")  # a #channel without quotes, read as a comment


def advice(error: MarkedYAMLError, text: str) -> Advice:
    """Where to look, and what to mend there."""
    lines = text.split("\n")
    at = _place(error.problem_mark) or _place(error.context_mark) or (0, 0)
    opened = _place(error.context_mark)
    problem = " ".join((error.problem or "it cannot be read").split())
    return (
        _by_sign(at, lines)
        or _by_opening(at, opened, error.context or "", problem, lines)
        or (at, _by_problem(at, problem, lines))
    )


def _place(mark: object) -> Place | None:
    return (mark.line, mark.column) if isinstance(mark, StringMark) else None


def _sign(place: Place, lines: list[str], before: int = 0) -> str:
    line = lines[place[0]] if place[0] < len(lines) else ""
    column = place[1] - before
    return line[column : column + 1] if column >= 0 else ""


def _by_sign(at: Place, lines: list[str]) -> Advice | None:
    sign = _sign(at, lines)
    if sign == "\t":
        return at, "indent with spaces, not with tabs."
    if sign not in NOT_FIRST:
        return None
    if _sign(at, lines, before=1) in QUOTES:  # it ends what began in quotes further up
        return at, "a quotation mark is missing, here or further up."
    example = f"{sign}maja" if sign == "@" else f"{sign}…"
    return at, f'put a value that begins with {sign} in quotes, as "{example}".'


def _by_opening(
    at: Place, opened: Place | None, context: str, problem: str, lines: list[str]
) -> Advice | None:
    """What was opened and not closed is best seen where it was opened."""
    if "node content" in problem and (hashed := _comment_in_list(at, lines)):
        return hashed, 'put a value that begins with # in quotes, as "#sales".'
    if opened is None:
        return None
    if "quoted scalar" in context:
        return opened, "this quotation mark is never closed."
    if "simple key" in context:
        return opened, "this line needs a colon with a space after it, as `channel: sales`."
    sign = _sign(opened, lines)
    if "flow" in context and sign in CLOSES and problem.startswith("expected ','"):
        if opened[0] != at[0]:
            return opened, f"this {sign} is not closed by a {CLOSES[sign]}, or a comma is missing."
        return at, f"a comma or a {CLOSES[sign]} is missing, here or before."
    return None


def _comment_in_list(at: Place, lines: list[str]) -> Place | None:
    """In the line of the place, or in one of those just above."""
    last = min(at[0], len(lines) - 1)
    for number in range(last, max(last - LINES_ABOVE, 0) - 1, -1):
        if found := COMMENT_IN_LIST.search(lines[number]):
            return number, found.end() - 1
    return None


def _by_problem(at: Place, problem: str, lines: list[str]) -> str:
    if "mapping values" in problem:
        return f"{problem}. Is there a value with `: ` in it? Put it in quotes."
    if "undefined alias" in problem:
        return 'put a value that begins with * in quotes, as "*…".'
    if not problem.startswith("expected <block end>"):
        return f"{problem}."
    if _sign(at, lines, before=1) in QUOTES or "scalar" in problem:
        return "a quotation mark is missing, here or further up."
    return (
        "lines that belong together begin with the same number of spaces, and a dash has a space "
        "after it."
    )
