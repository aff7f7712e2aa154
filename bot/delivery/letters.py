"""From an outbox row to what is to be sent: where it goes, whether it is wanted, what it says."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import structlog

from bot.delivery.mishap import mishap
from bot.delivery.outcomes import Blocks, Words
from bot.delivery.posted_cards import is_live, worth_showing_again
from bot.delivery.words.ladder import is_outdated
from bot.domain.messages import (
    AboutHandoff,
    Card,
    Digest,
    DigestBreakdown,
    DigestChart,
    LadderMessage,
    Message,
    ReminderList,
    Request,
    to_payload,
)
from bot.use_cases.ports import NotFound, People, UnitOfWork
from bot.use_cases.records import Dossier, Parcel, PostedCard

log = structlog.get_logger(__name__)

SLACK_ID = re.compile(r"[CDGUW][A-Z0-9]{5,}")
PERSON = ("U", "W")
NO_SUCH_PLACE = "no such channel or person"
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
class Picture:
    """Of a digest. Without a file it is not ready (and follows), or there is none."""

    file: str = ""  # Slack's id
    alt_text: str = ""
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    """One way to say it. Slack may refuse the better ones."""

    text: str
    blocks: Blocks
    owes_picture: bool = False  # the picture was left out and can follow


@dataclass(frozen=True, slots=True)
class Letter:
    address: Address
    versions: Sequence[Version]  # best first, never empty
    broadcast: bool = False
    post_if_gone: bool = False  # somebody deleted the card: post it again


@dataclass(frozen=True, slots=True)
class Unsaid:
    """Nothing is sent now, and why."""

    why: str


class NotWanted(Unsaid):
    """True no longer: never to be said."""


class NotYet(Unsaid):
    """It waits: for another message, or until the directory can be read."""


class Impossible(Unsaid):
    """It will never work."""


class NoSuchPlace(Unsaid):
    """Its channel or person cannot be found."""


class ReaderLeft(NoSuchPlace):
    """It is for one person, who is no longer in the workspace."""


def find_address(work: UnitOfWork, parcel: Parcel) -> Address | Unsaid:
    channel = resolve(work.people, parcel.lane)
    if channel is None:
        known = work.people.find(parcel.lane)
        by_id = known is not None and known.id == parcel.lane  # a name in app.yaml can be mended
        return ReaderLeft("its reader has left") if by_id else NoSuchPlace(NO_SUCH_PLACE)
    message = parcel.message
    if isinstance(message, Card):
        card = _card(work, message, message.number)
        return Address(card.channel if card else channel, card=card)
    if isinstance(message, AboutHandoff) and message.in_thread_of is not None:
        return _in_thread(work, parcel, message, message.in_thread_of, channel)
    if isinstance(message, Request):
        return Address(channel, card=_asked_there(work, message))
    if isinstance(message, DigestBreakdown | DigestChart):
        digest = work.deliveries.sent_ts(Digest.kind, to_payload(Digest(message.report)))
        return Address(channel, digest[1]) if digest else _waiting_for_thread(parcel)
    return Address(channel)


def _card(work: UnitOfWork, message: AboutHandoff, number: int) -> PostedCard | None:
    dossier = _dossier(work, message)
    cards = dossier.cards if dossier else ()
    return next((card for card in cards if card.number == number), None)


def _in_thread(
    work: UnitOfWork, parcel: Parcel, message: AboutHandoff, number: int, channel: str
) -> Address | Unsaid:
    """Below its card. Where a newer one took its place before it was posted, below the last one
    before: that has long been there, so another attempt looks for the message in the same place."""
    dossier = _dossier(work, message)
    cards = dossier.cards if dossier else ()
    card = next((card for card in cards if card.number == number), None)
    if card is None and (dossier is None or is_live(dossier, number)):
        return _waiting_for_thread(parcel)
    here = (card for card in reversed(cards) if card.number < number and card.channel == channel)
    card = card or next(here, None)
    return Address(card.channel, card.ts) if card else Address(channel)


def _asked_there(work: UnitOfWork, message: Request) -> PostedCard | None:
    """The request as it was put to the same person before."""
    said = work.deliveries.sent_ts(message.kind, to_payload(message))
    return PostedCard(0, message.round, *said) if said else None


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


def compose(
    work: UnitOfWork,
    message: Message,
    address: Address,
    words: Words,
    now: datetime,
    picture: Picture,
) -> Letter | Unsaid:
    """The letter, if it is wanted at this moment."""
    dossier = _dossier(work, message)
    handoff = dossier.handoff if dossier else None
    if not message.wanted(handoff):
        return NotWanted("no longer true")
    if isinstance(message, ReminderList) and is_outdated(message, work):
        return NotWanted("all of it is answered")
    post_if_gone = False
    if isinstance(message, Card):
        if dossier is None:
            return NotWanted("its handoff is gone")
        if address.card is None and not is_live(dossier, message.number):
            return NotWanted("a newer card took its place before it was posted")
        post_if_gone = worth_showing_again(dossier, message.number)
    if isinstance(message, Request) and address.card is None and not message.is_open(handoff):
        return NotWanted("it needs no answer any more")
    versions = _versions(message, picture, partial(_said, words, message, work, now, address))
    if versions is None:
        return Impossible("it cannot be rendered")
    broadcast = isinstance(message, LadderMessage) and message.broadcast
    return Letter(address, versions, broadcast, post_if_gone)


def _versions(
    message: Message, picture: Picture, said: Callable[[Picture], Version | None]
) -> list[Version] | None:
    versions = [said(picture)]
    if isinstance(message, DigestChart):
        return [version for version in versions if version] or None  # nothing without its picture
    if picture.file:
        versions.append(said(Picture(follows=True)))
    if (last := versions[-1]) and last.blocks:
        versions.append(replace(last, blocks=[]))
    return [version for version in versions if version] or None


def _dossier(work: UnitOfWork, message: Message) -> Dossier | None:
    if not isinstance(message, AboutHandoff):
        return None
    try:
        return work.handoffs.dossier(message.handoff)
    except NotFound:
        return None


def _said(
    words: Words,
    message: Message,
    work: UnitOfWork,
    now: datetime,
    address: Address,
    picture: Picture,
) -> Version | None:
    """What goes wrong in one template concerns one message: its lane must go on."""
    try:
        rendered = words.render(message, work, now, address.channel, picture.file)
    except Exception as error:  # noqa: BLE001
        log.error(
            "A message cannot be rendered",
            action="render_failed",
            message=message.kind,
            **mishap(error),
        )
        return None
    blocks = rendered.blocks
    if picture.file and not _shows(blocks, picture.file):
        file = {"id": picture.file}
        blocks = [*blocks, {"type": "image", "slack_file": file, "alt_text": picture.alt_text}]
    return Version(rendered.text, blocks, owes_picture=picture.follows)


def _shows(blocks: Blocks, file: str) -> bool:
    return any((block.get("slack_file") or {}).get("id") == file for block in blocks)
