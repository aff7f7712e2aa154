"""What the ports hand over: people, cards, leads with all that is known of them, and what waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.agreement import Clock, Terms
from bot.domain.detours import BROKEN
from bot.domain.handoff import Handoff
from bot.domain.lead import Lead
from bot.domain.messages import Message
from bot.domain.move import Move
from bot.domain.offer import Offer, Stretch, stretch

CLOCKS = (Clock.ANSWER, Clock.TOUCH, Clock.QUALIFY, Clock.FEEDBACK)


@dataclass(frozen=True, slots=True)
class Person:
    id: str  # Slack's: U…
    handle: str = ""  # without the @
    name: str = ""
    email: str = ""
    time_zone: str = "UTC"
    language: str = "en"
    active: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    id: str  # Slack's: S…
    handle: str
    members: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PostedCard:
    """A card message in Slack. A lead offered again has several (domain/cards.py)."""

    number: int
    round: int
    channel: str  # Slack's id
    ts: str
    permalink: str = ""


@dataclass(frozen=True, slots=True)
class Dossier:
    """A handoff with all that is known around it, for rendering and for judging."""

    lead: Lead
    handoff: Handoff
    offers: tuple[Offer, ...]  # oldest first; the last is `handoff.offer`
    journal: tuple[Move, ...]  # oldest first
    cards: tuple[PostedCard, ...]  # by number
    terms: Terms  # of the present round
    nearest: PostedCard | None = None  # that of its reader's team; None: the newest


Promise = tuple[Offer, Stretch]  # of one round


@dataclass(frozen=True, slots=True)
class Timed:
    """A handoff with what is needed to check its timing by hand."""

    dossier: Dossier
    terms: Mapping[int, Terms]  # by version; each round is judged by its own
    now: datetime

    def terms_of(self, offer: Offer) -> Terms:
        return self.terms[offer.promised.terms_version]

    def promises(self, offer: Offer) -> Iterator[Stretch]:
        """Those that ran in this round."""
        for clock in CLOCKS:
            ran = stretch(offer, clock, self.terms_of(offer))
            if ran is not None:
                yield ran

    def broken(self) -> Iterator[Promise]:
        """What was not kept, and is not excused yet."""
        for offer in self.dossier.offers:
            for ran in self.promises(offer):
                if ran.excused is None and ran.verdict(self.now) in BROKEN:
                    yield offer, ran


@dataclass(frozen=True, slots=True)
class Listed:
    """A handoff as one among others: enough for a line about it, and its buttons."""

    lead: Lead
    handoff: Handoff
    card: PostedCard | None  # the newest, once Slack has it
    terms: Terms  # of the present round
    cards: tuple[PostedCard, ...] = ()  # of a widened offer all, as its readers find different ones


@dataclass(frozen=True, slots=True)
class Listing:
    """The most urgent ones, and how many there are in all."""

    first: tuple[Listed, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class MyWork:
    """What waits for one person. A list is None where they have no part in what it is about."""

    held: Listing | None  # leads of theirs
    waiting: Listing | None  # for an answer, in queues they sell for
    overdue: Listing | None  # in queues they look after, and not in the lists above
    sells: frozenset[str]  # names of queues whose offers they may answer
    manages: frozenset[str]  # names of queues in which they may act for others
    takes_part: bool  # in some queue, whichever way
    questions: Listing | None = None  # of sales, for marketing; None where there are none too
    astray: Listing | None = None  # in the wrong hands, in queues they look after; None as above


@dataclass(frozen=True, slots=True)
class Signal:
    """What Slack last said about a person's availability. Unknown is as good as available."""

    dnd_from: datetime | None = None  # do not disturb, by schedule or because they paused
    dnd_until: datetime | None = None
    away_status: bool = False  # their status says so: on holiday, ill
    status_until: datetime | None = None  # None, with `away_status`: until they change it
    present: bool = True


@dataclass(frozen=True, slots=True)
class Nudge:
    """A reminder to one person that waits to be said, perhaps in one list with others."""

    person: str
    handoff: int
    round: int
    clock: Clock
    rung: int  # how far its ladder was climbed, the first being 1; 0: its reader asked for it
    say_at: datetime
    late_minutes: int = 0
    id: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    """A transfer, or with `other_handoff` a swap, that waits for a colleague's yes."""

    handoff: int
    round: int
    giver: str
    taker: str
    asked_at: datetime
    other_handoff: int | None = None  # what the taker gives for it
    other_round: int | None = None
    asked_by: str | None = None  # the manager; None: the giver did
    note: str = ""
    outcome: str | None = None  # "agreed", "declined", "withdrawn", "lapsed"
    id: int = 0


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody a held lead may be handed to, or swapped with."""

    person: Person
    away: bool
    has_room: bool  # for the lead that is given away
    leads: tuple[Listed, ...]  # of theirs, to swap it for


@dataclass(frozen=True, slots=True)
class Parcel:
    """A claimed outbox row. `key` goes into the message's metadata, to find it again."""

    id: int
    key: str
    lane: str
    message: Message
    attempts: int  # before this one
    in_doubt: bool  # an earlier attempt may have arrived: look before sending
    claimed_at: datetime  # wire time of the earliest attempt in doubt, else of this claim


@dataclass(frozen=True, slots=True)
class Report:
    """A digest that is, or was, due: one row for each (kind, channel, period)."""

    id: int
    kind: str
    channel: str
    starts: datetime
    ends: datetime
    figures: Mapping[str, Any]
