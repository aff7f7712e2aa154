"""What somebody asked by `/lead`, for whoever answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.delivery.render import Rendered
from bot.delivery.wording import Words
from bot.use_cases.desk import Desk
from bot.use_cases.records import Person


@dataclass(frozen=True, slots=True)
class Asked:
    """`/lead [about] word [rest]`. Only people who have a part in some queue get this far."""

    desk: Desk
    words: Words
    person: str  # Slack's id
    who: Person | None  # None: not in the directory
    rest: str  # after the word that was recognised, or all of it
    about: str = ""  # before that word: L-12
    trigger_id: str = ""


Answer = Callable[[Asked], Rendered]
