"""Simulated people: each card gets a little story, acted out as workspace time passes.

They see and click what their own Slack shows them, and nothing else.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from bot.delivery.actions import Action, Field
from playground import Person, Refused, Seen, Workspace

CHANNEL = "mql-handoff"
BACK_ON = date(2026, 6, 1)
MANAGER = "maja"
MENTION = re.compile(r"<@(\w+)>")


@dataclass(frozen=True)
class Act:
    after: timedelta
    do: Callable[[Seen], None]


@dataclass
class Sellers:
    workspace: Workspace
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        handles = ("erik", "aino", "jonas", "priya", "maja")
        self._people = {name: Person.of(self.workspace, f"@{name}") for name in handles}
        self._known: set[str] = set()
        self._due: list[tuple[datetime, int, Act, Seen]] = []
        self._order = count()
        self._told: set[str] = set()

    def work(self, now: datetime) -> None:
        """Look for new cards, and do what is due."""
        for seen in self._people["erik"].sees(CHANNEL):
            if Action.ACCEPT in seen.action_ids and seen.ts not in self._known:
                self._known.add(seen.ts)
                for act in self._story(len(self._known)):
                    entry = (now + act.after, next(self._order), act, seen)
                    heapq.heappush(self._due, entry)
        while self._due and self._due[0][0] <= now:
            _, _, act, seen = heapq.heappop(self._due)
            try:
                act.do(seen)
            except (Refused, TimeoutError):  # the button is not there any more, or not for them
                self.done["found the button gone"] += 1
        self._answer_misroutes()

    def go_home(self) -> None:
        """What was planned for later today is left: nobody works at the weekend."""
        self._due.clear()

    def _story(self, number: int) -> list[Act]:
        stories = (
            self._wins,
            self._race,
            self._bad_data,
            self._too_slow,
            self._qualifies,
            self._not_mine,
            self._later,
            self._disqualifies,
        )
        return stories[(number - 1) % len(stories)]()

    # ------------------------------------------------------------------- stories

    def _wins(self) -> list[Act]:
        return [
            self._press("erik", Action.ACCEPT, minutes=4),
            self._press("erik", Action.CONTACTED, minutes=20),
            self._press("erik", Action.SQL, minutes=70),
            self._modal("erik", Action.WON, {Field.AMOUNT: "12 000"}, minutes=240),
        ]

    def _race(self) -> list[Act]:
        return [
            self._press("aino", Action.ACCEPT, minutes=6),
            self._late_press("jonas", minutes=6),
            self._press("aino", Action.CONTACTED, minutes=45),
        ]

    def _bad_data(self) -> list[Act]:
        note = "The number belongs to a bakery, and the mail bounces."
        given = {Field.REASON: "bad_data", Field.NOTE: note}
        return [self._modal("priya", Action.REJECT, given, minutes=11)]

    def _too_slow(self) -> list[Act]:
        """Nobody minds it, until the manager does."""
        return [self._press("maja", Action.ACCEPT, minutes=345)]

    def _qualifies(self) -> list[Act]:
        return [
            self._press("jonas", Action.ACCEPT, minutes=9),
            self._press("jonas", Action.SQL, minutes=95),
        ]

    def _not_mine(self) -> list[Act]:
        return [self._misroute("aino", minutes=13)]

    def _later(self) -> list[Act]:
        given = {Field.REASON: "bad_timing", Field.UNTIL: BACK_ON.isoformat()}
        return [self._modal("erik", Action.REJECT, given, minutes=16)]

    def _disqualifies(self) -> list[Act]:
        given = {Field.REASON: "no_budget"}
        return [
            self._press("priya", Action.ACCEPT, minutes=3),
            self._modal("priya", Action.DISQUALIFY, given, minutes=60),
        ]

    # ---------------------------------------------------------------------- acts

    def _press(self, who: str, action: Action, minutes: int) -> Act:
        def do(seen: Seen) -> None:
            card = self._as_it_is_now(seen)
            self._player(who, card).click(action, on=card, wait=False)
            self.done[action] += 1

        return Act(timedelta(minutes=minutes), do)

    def _late_press(self, who: str, minutes: int) -> Act:
        """A click on what the screen showed a moment ago: somebody else was quicker."""

        def do(seen: Seen) -> None:
            self._people[who].click(Action.ACCEPT, on=seen, stale=True, wait=False)
            self.done["was too late"] += 1

        return Act(timedelta(minutes=minutes), do)

    def _modal(self, who: str, action: Action, given: dict[Field, str], minutes: int) -> Act:
        def do(seen: Seen) -> None:
            card = self._as_it_is_now(seen)
            person = self._player(who, card)
            person.click(action, on=card)
            person.wait_for_modal()
            person.submit({str(name): value for name, value in given.items()})
            self.done[action] += 1

        return Act(timedelta(minutes=minutes), do)

    def _misroute(self, who: str, minutes: int) -> Act:
        """To the first team that there is to choose; where none is left, the manager decides."""

        def do(seen: Seen) -> None:
            card = self._as_it_is_now(seen)
            person = self._player(who, card)
            person.click(Action.NOT_MINE, on=card)
            teams = _options(person.wait_for_modal().body["blocks"], Field.QUEUE)
            person.submit({Field.QUEUE.value: teams[0]["value"]} if teams else {})
            self.done[Action.NOT_MINE] += 1

        return Act(timedelta(minutes=minutes), do)

    def _player(self, who: str, card: Seen) -> Person:
        """Where the card names one seller, who is asked or has it, the part is theirs."""
        ids = {self.workspace.user(f"@{name}").id: name for name in self._people}
        named = [ids[user] for user in MENTION.findall(card.words) if user in ids]
        sellers = [name for name in named if name != MANAGER]
        return self._people[who if who in (MANAGER, *sellers) or not sellers else sellers[0]]

    def _as_it_is_now(self, seen: Seen) -> Seen:
        now = self._people["erik"].sees(CHANNEL)
        return next((each for each in now if each.ts == seen.ts), seen)

    def _answer_misroutes(self) -> None:
        """The manager offers a mis-routed lead to the other queue, from her direct messages."""
        maja = self._people["maja"]
        for seen in maja.dm():
            if Action.REOFFER in seen.action_ids and seen.ts not in self._told:
                self._told.add(seen.ts)
                maja.click(Action.REOFFER, on=seen, value=_last_choice(seen), wait=False)
                self.done[Action.REOFFER] += 1


def _options(blocks: Sequence[Mapping[str, Any]], field: Field) -> Sequence[Mapping[str, Any]]:
    """What a form offers to choose; nothing where it does not ask."""
    asked = [block["element"] for block in blocks if block.get("block_id") == field]
    return asked[0]["options"] if asked else ()


def _last_choice(seen: Seen) -> str:
    selects = (element for block in seen.blocks for element in block.get("elements", ()))
    options = next(select["options"] for select in selects if select.get("options"))
    return str(options[-1]["value"])
