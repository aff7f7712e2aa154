"""What somebody asked by `/lead`, for whoever answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.delivery.render import Rendered
from bot.delivery.wording import Words
from bot.use_cases import look_up
from bot.use_cases.desk import Desk
from bot.use_cases.ports import UnitOfWork
from bot.use_cases.records import Dossier, Person


@dataclass(frozen=True, slots=True)
class Asked:
    """`/lead [about] word [rest]`. Only people who have a part in some queue get this far."""

    desk: Desk
    words: Words
    person: str  # Slack's id
    who: Person | None  # None: not in the directory
    rest: str  # after the word that was recognised, or all of it
    about: str = ""  # before that word: L-12


Answer = Callable[[Asked], Rendered]


def answer_about(
    asked: Asked, name: str, tell: Callable[[Dossier, UnitOfWork], Rendered]
) -> Rendered:
    """What there is to `tell` of the one lead that is called so; else a list to choose from, or
    that there is none."""
    found = look_up.find(asked.desk, name, asked.person)
    if not found:
        return asked.words.found_none(name, asked.who)
    with asked.desk.books.reading() as work:
        only = found[0].dossier if len(found) == 1 else None
        if only is not None:
            return tell(only, work)
        hits = [(hit.lead, hit.dossier) for hit in found]
        return asked.words.found_many(name, hits, work.people, asked.person)
