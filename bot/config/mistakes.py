"""What is wrong in app.yaml, where, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


class ConfigErrors(Exception):
    """Every mistake of the file at once, in the order of its lines; `errors` has one line each."""

    def __init__(self, errors: Iterable[str]) -> None:
        self.errors = list(errors)
        super().__init__("\n".join(self.errors))


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    line: int  # the first line and column are 1, as editors count
    column: int
    where: str  # as in "queues.nordics.manager"; empty for the file as a whole
    message: str

    def shown(self, filename: str) -> str:
        where = f" {self.where}:" if self.where else ""
        return f"{filename}:{self.line}:{self.column}{where} {self.message}"


def choices(known: Iterable[str], given: str = "", likeness: float = 0.6) -> str:
    """What could have been written: the nearest known word, or all of them."""
    words = list(known)
    near = get_close_matches(given, words, n=1, cutoff=likeness) or [
        word for word in words if word.casefold() == given.casefold()
    ]
    return f'did you mean "{near[0]}"?' if near else f"available: {', '.join(words)}."
