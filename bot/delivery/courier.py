"""From the outbox to Slack and back: claim a lane, send, settle.

Three steps, so that no transaction is open while Slack is spoken to. A process that dies between
the second and the third leaves a row in doubt, and whoever claims it next looks in the channel
first (reconcile.py). So every posted message reaches people exactly once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.delivery.directory import Looked
from bot.delivery.letters import (
    Address,
    Impossible,
    Letter,
    NoSuchPlace,
    NotWanted,
    NotYet,
    Picture,
    ReaderLeft,
    Unsaid,
    Version,
    compose,
    find_address,
)
from bot.delivery.outcomes import (
    Broken,
    CannotLook,
    Gone,
    Ok,
    Outcome,
    Post,
    RateLimited,
    RefusedContent,
    TryLater,
    Unlisted,
    Words,
)
from bot.delivery.pictures import ComeBack, PictureDesk, Ready, TooSlow
from bot.delivery.reconcile import look_for
from bot.delivery.repeated import is_said_anew
from bot.delivery.settling import OnClosed, Sent, Settling, Tempo, shown, tell_nobody
from bot.domain.messages import Card, Digest, DigestChart
from bot.use_cases.ports import Books
from bot.use_cases.records import Parcel, PostedCard

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claimed:
    parcel: Parcel
    send_before: datetime  # wire time; later, the lane may be somebody else's before we are done


class Courier:
    """Several may run over one database; within a process its methods may run in parallel."""

    def __init__(
        self,
        books: Books,
        slack: Post,
        words: Words,
        clock: Callable[[], datetime],
        wire_clock: Callable[[], datetime],
        tempo: Tempo = Tempo(),  # noqa: B008 (frozen)
        look_up_again: Callable[[], Looked] = lambda: Looked.LATELY,
        pictures: PictureDesk | None = None,
        on_closed: OnClosed = tell_nobody,
    ) -> None:
        self._books = books
        self._slack = slack
        self._words = words
        self._clock = clock
        self._wire_clock = wire_clock
        self._tempo = tempo
        self._look_up_again = look_up_again
        self._pictures = pictures
        self._settling = Settling(books, clock, wire_clock, tempo, on_closed)

    def deliver_due(self) -> int:
        """Deliver all that may go now, one after the other; how many rows were dealt with."""
        count = 0
        while claimed := self.claim(limit=1):
            self.deliver(claimed[0])
            count += 1
        return count

    def claim(self, limit: int) -> list[Claimed]:
        """The oldest rows of up to `limit` free lanes; ours until the lease ends."""
        wire_now, tempo = self._wire_clock(), self._tempo
        with self._books.writing() as work:
            parcels = work.deliveries.claim(self._clock(), wire_now, tempo.lease, limit)
            work.commit()
        send_before = wire_now + tempo.lease - tempo.http_timeout - tempo.settling
        return [Claimed(parcel, send_before) for parcel in parcels]

    def deliver(self, claimed: Claimed) -> None:
        """Send one claimed row, if it is still wanted, and settle it."""
        parcel = claimed.parcel
        letter = self._letter(parcel, looked=not parcel.in_doubt)
        if isinstance(letter, Address):
            if not self._surely_unsent(parcel, letter):
                return
            letter = self._letter(parcel, looked=True)
        if isinstance(letter, Letter):
            self._send_and_settle(claimed, letter)
        elif isinstance(letter, Unsaid):
            self._settling.unsaid(parcel, letter)

    # ------------------------------------------------------------------ what to send

    def _letter(self, parcel: Parcel, looked: bool) -> Letter | Address | Unsaid:
        """The letter; or its address alone, when a new message must first be looked for there."""
        picture = self._picture(parcel) if looked else Picture()
        if isinstance(picture, Unsaid):
            return picture
        letter = self._read(parcel, looked, picture)
        if not isinstance(letter, NoSuchPlace):
            return letter
        match self._look_up_again():
            case Looked.ANEW:
                letter = self._read(parcel, looked, picture)
            case Looked.UNREADABLE:
                return NotYet("who and what is there could not be read yet")
        return NotWanted(letter.why) if isinstance(letter, ReaderLeft) else letter

    def _read(self, parcel: Parcel, looked: bool, picture: Picture) -> Letter | Address | Unsaid:
        with self._books.reading() as work:
            address = find_address(work, parcel)
            if isinstance(address, Unsaid) or not (looked or address.card):
                return address
            if is_said_anew(work, parcel):
                return NotWanted("something newer says the same")
            now = self._clock()
            return compose(work, parcel.message, address, self._words, now, picture)

    def _surely_unsent(self, parcel: Parcel, address: Address) -> bool:
        """An earlier attempt may have arrived. False: it is dealt with, or we look again later."""
        found = look_for(self._slack, parcel, address, self._clock(), self._wire_clock())
        match found:
            case Ok(ts, channel):
                log.info("Found again", action="found_again", **shown(parcel))
                self._settle(parcel, channel, ts)
            case RateLimited(after):
                self._settling.still_in_doubt(parcel, after, "rate limited")
            case TryLater(why):
                pause = self._tempo.pause(parcel.attempts)
                self._settling.still_in_doubt(parcel, pause, why)
            case Broken():
                self._settling.failed(parcel, found, repeatable=False)
            case CannotLook(why):
                return self._better_twice_than_never(parcel, why)
            case _:
                return True
        return False

    def _better_twice_than_never(self, parcel: Parcel, why: str) -> bool:
        """Without a scope to read the history: a card is sent again, all else is not."""
        unread = "It may have been posted, and Slack does not let us look"
        log.error(unread, action="cannot_look", why=why, **shown(parcel))
        if isinstance(parcel.message, Card):
            return True
        self._settling.unsaid(parcel, NotWanted(f"perhaps said already; cannot look: {why}"))
        return False

    def _picture(self, parcel: Parcel) -> Picture | Unsaid:
        message = parcel.message
        if self._pictures is None or not isinstance(message, Digest | DigestChart):
            return Picture()
        is_digest = isinstance(message, Digest)
        with self._books.reading() as work:
            report = work.reports.get(message.report)
            alt_text = self._words.chart_alt(message, work)
        patience = self._tempo.picture if is_digest else self._tempo.late_picture
        match self._pictures.picture_of(report, alt_text, patience):
            case Ready(file):
                return Picture(file, alt_text)
            case ComeBack():
                return NotYet("its chart is not ready yet")
            case TooSlow() if is_digest:
                return Picture(follows=True)
            case _:
                return Picture() if is_digest else Impossible("there is no chart")

    # ------------------------------------------------------------------ sending

    def _send_and_settle(self, claimed: Claimed, letter: Letter) -> None:
        parcel, card = claimed.parcel, letter.address.card
        if self._wire_clock() > claimed.send_before:
            # Held up: a laptop asleep, a slow directory. Sending now could make two of it, because
            # the lease may end first. It ends, and whoever is next looks before sending.
            log.warning("Too late to send", action="held_up", **shown(parcel))
            return
        outcome, version = self._send(parcel, letter)
        if isinstance(outcome, Ok):
            chart_follows = isinstance(parcel.message, Digest) and version.owes_picture
            self._settle(parcel, outcome.channel, outcome.ts, card, chart_follows)
        elif isinstance(outcome, Gone) and card:
            self._after_deletion(claimed, letter, outcome.why)
        else:
            self._settling.failed(parcel, outcome, repeatable=card is not None)

    def _send(self, parcel: Parcel, letter: Letter) -> tuple[Outcome, Version]:
        """The outcome of the first version that Slack does not refuse, else of the last."""
        for version in letter.versions:
            outcome = self._try(parcel, letter, version)
            why = _refused_for_its_looks(parcel, outcome)
            if why is None:
                break
            refused = "Slack refuses a message as it is written"
            log.warning(refused, action="refused_content", why=why, **shown(parcel))
        return outcome, version

    def _try(self, parcel: Parcel, letter: Letter, version: Version) -> Outcome:
        to, text, blocks = letter.address, version.text, version.blocks
        if to.card is not None:
            return self._slack.update(to.card.channel, to.card.ts, text, blocks)
        metadata = {"key": parcel.key, "kind": parcel.message.kind}
        outcome = self._slack.post(
            to.channel, text, blocks, to.thread_ts, letter.broadcast, metadata
        )
        if isinstance(outcome, Gone) and to.thread_ts:  # said without its thread, but said
            outcome = self._slack.post(to.channel, text, blocks, metadata=metadata)
        return outcome

    def _after_deletion(self, claimed: Claimed, letter: Letter, why: str) -> None:
        """Somebody deleted the card. Whoever needs its buttons gets it again, as a new message."""
        parcel = claimed.parcel
        log.warning("A card was deleted", action="card_gone", why=why, **shown(parcel))
        anew = replace(letter, address=replace(letter.address, card=None))
        if not letter.post_if_gone:
            self._settling.unsaid(parcel, NotWanted("its card was deleted"))
        elif not parcel.in_doubt or self._surely_unsent(parcel, anew.address):
            self._send_and_settle(claimed, anew)

    def _settle(
        self,
        parcel: Parcel,
        channel: str,
        ts: str,
        updated: PostedCard | None = None,
        chart_follows: bool = False,
    ) -> None:
        # One try, so that no card waits for its link; the next change of the card tries again.
        wants_link = isinstance(parcel.message, Card) and not (updated and updated.permalink)
        link = self._slack.permalink(channel, ts) if wants_link else ""
        self._settling.sent(parcel, Sent(channel, ts, updated, link, chart_follows))


def _refused_for_its_looks(parcel: Parcel, outcome: Outcome) -> str | None:
    """Slack's name for it where it is worth saying more plainly. An error nobody knows may mean
    anything; a card is not stripped of its buttons for that."""
    if isinstance(outcome, RefusedContent):
        return outcome.why
    if isinstance(outcome, Unlisted) and not isinstance(parcel.message, Card):
        return outcome.why
    return None
