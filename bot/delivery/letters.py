"""From an outbox row to what is to be sent: where it goes, whether it is wanted, what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import structlog

from bot.delivery.mishap import mishap
from bot.delivery.outcomes import Blocks, Rendered, Words
from bot.delivery.posted_cards import worth_showing_again
from bot.domain.handoff import Handoff
from bot.domain.messages import (
    AboutHandoff,
    Card,
    Digest,
    DigestBreakdown,
    DigestChart,
    LadderMessage,
    Message,
    to_payload,
)
from bot.use_cases.ports import NotFound, Parcel, People, PostedCard, UnitOfWork

log = structlog.get_logger(__name__)

SLACK_ID = re.compile(r"[CDGUW][A-Z0-9]{5,}")
PERSON = ("U", "W")
ATTEMPTS_TO_FIND_THE_THREAD = 12  # with the courier's growing pauses: some six minutes


@dataclass(frozen=True, slots=True)
class Address:
    channel: str  # Slack's id, or a person's for their DM
    thread_ts: str | None = None
    card: PostedCard | None = None  # the message to bring up to date; None: a new one

    @property
    def is_person(self) -> bool:
        return self.channel.startswith(PERSON)


@dataclass(frozen=True, slots=True)
class Letter:
    address: Address
    rendered: Rendered
    broadcast: bool = False
    post_if_gone: bool = False  # somebody deleted the card: post it again
    picture: str = ""  # Slack's id of the file shown under it
    picture_alt: str = ""
    picture_is_all: bool = False  # without it there is nothing to say
    picture_is_late: bool = False  # it goes without, and the picture follows

    @property
    def blocks(self) -> Blocks:
        if not self.picture:
            return self.rendered.blocks
        image: dict[str, Any] = {
            "type": "image",
            "slack_file": {"id": self.picture},
            "alt_text": self.picture_alt,
        }
        return [*self.rendered.blocks, image]

    def versions(self) -> Iterator[Letter]:
        """What to try, best first, while Slack refuses the content."""
        yield self
        if self.picture_is_all:
            return
        if self.picture:
            yield replace(self, picture="")
        if self.rendered.blocks:
            yield replace(self, picture="", rendered=Rendered(self.rendered.text))

    def owes_picture(self, sent: Letter) -> bool:
        """A picture was made for this letter, and the version sent went without."""
        return self.picture_is_late or (bool(self.picture) and not sent.picture)


@dataclass(frozen=True, slots=True)
class Unsaid:
    """Nothing is sent now, and why."""

    why: str


class NotWanted(Unsaid):
    """True no longer: never to be said."""


class NotYet(Unsaid):
    """It waits for another message."""


class Impossible(Unsaid):
    """It will never work."""


class NoSuchPlace(Unsaid):
    """Its channel or person cannot be found."""


def find_address(work: UnitOfWork, parcel: Parcel) -> Address | Unsaid:
    channel = resolve(work.people, parcel.lane)
    if channel is None:
        return NoSuchPlace("no such channel or person")
    message = parcel.message
    if isinstance(message, Card):
        card = work.deliveries.card(message.handoff, message.number)
        return Address(card.channel if card else channel, card=card)
    if isinstance(message, AboutHandoff) and message.in_thread_of is not None:
        card = work.deliveries.card(message.handoff, message.in_thread_of)
        return Address(card.channel, card.ts) if card else _waiting_for_thread(parcel)
    if isinstance(message, DigestBreakdown | DigestChart):
        digest = work.deliveries.sent_ts(Digest.kind, to_payload(Digest(message.report)))
        return Address(channel, digest[1]) if digest else _waiting_for_thread(parcel)
    return Address(channel)


def _waiting_for_thread(parcel: Parcel) -> Unsaid:
    if parcel.attempts < ATTEMPTS_TO_FIND_THE_THREAD:
        return NotYet("the message it belongs under is not posted yet")
    return Impossible("the message it belongs under was never posted")


def resolve(people: People, lane: str) -> str | None:
    """Slack's id for #channel, channel, @handle or an id; None when the directory knows none."""
    if not lane.startswith("@") and (channel := people.channel(lane)):
        return channel
    if not lane.startswith("#") and (person := people.find(lane)):
        return person.id if person.active else None
    return lane if SLACK_ID.fullmatch(lane) else None


def compose(work: UnitOfWork, message: Message, address: Address, words: Words) -> Letter | Unsaid:
    """The letter, if it is wanted at this moment."""
    handoff = _handoff(work, message)
    if not message.wanted(handoff):
        return NotWanted("no longer true")
    post_if_gone = False
    if isinstance(message, Card):
        if handoff is None:
            return NotWanted("its handoff is gone")
        if address.card is None and message.number < handoff.card:
            return NotWanted("a newer card took its place before it was posted")
        post_if_gone = worth_showing_again(handoff, message.number)
    rendered = _rendered(words, message, work)
    if rendered is None:
        return Impossible("it cannot be rendered")
    broadcast = isinstance(message, LadderMessage) and message.broadcast
    return Letter(address, rendered, broadcast, post_if_gone)


def _handoff(work: UnitOfWork, message: Message) -> Handoff | None:
    if not isinstance(message, AboutHandoff):
        return None
    try:
        return work.handoffs.get(message.handoff)
    except NotFound:
        return None


def _rendered(words: Words, message: Message, work: UnitOfWork) -> Rendered | None:
    """What goes wrong in one template concerns one message: its lane must go on. The error's own
    text may quote a lead, so only its type and place are logged."""
    try:
        return words.render(message, work)
    except Exception as error:  # noqa: BLE001
        log.error(
            "A message cannot be rendered",
            action="render_failed",
            message=message.kind,
            **mishap(error),
        )
        return None
