"""Everything Baton can say in Slack, one frozen dataclass for each.

A message holds ids and roles, never words or personal data: what it says is read from the database
and rendered at the moment it is sent. `wanted` is asked again just before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from bot.domain.agreement import Clock
from bot.domain.handoff import Handoff, State


@dataclass(frozen=True, slots=True)
class Message:
    kind: ClassVar[str]

    def wanted(self, handoff: Handoff | None) -> bool:
        """Is it still true? `handoff` is the one it speaks of, as it is now."""
        return True


@dataclass(frozen=True, slots=True)
class AboutHandoff(Message):
    handoff: int

    @property
    def in_thread_of(self) -> int | None:
        """The number of the card in whose thread it is said; None: not in a thread."""
        return None


@dataclass(frozen=True, slots=True)
class Card(AboutHandoff):
    """The card of a lead is out of date: post it, or bring it up to date. Never says what is new:
    whoever renders it reads what is true then, so several of these are worth one."""

    kind = "card"
    number: int = 1


@dataclass(frozen=True, slots=True)
class LadderMessage(AboutHandoff):
    """Said while the clock of one round runs; any answer silences it."""

    round: int
    clock: Clock
    percent: int
    mention: tuple[str, ...] = ()  # people and groups, as in app.yaml or by id
    card: int | None = None  # said in this card's thread; None: privately
    broadcast: bool = False
    late_minutes: int = 0  # by the wall; more than a few are said aloud
    shows_again: bool = False  # the lead gets a new card
    asks_too: str = ""  # the queue whose sellers may answer too from now on

    @property
    def in_thread_of(self) -> int | None:
        return self.card

    def wanted(self, handoff: Handoff | None) -> bool:
        return handoff is not None and still_runs(handoff, self.round, self.clock)


def still_runs(handoff: Handoff, round_: int, clock: Clock) -> bool:
    """Is this promise still to be kept? Any answer ends it."""
    running = handoff.clock.name if handoff.clock else None
    return handoff.round == round_ and running is clock


@dataclass(frozen=True, slots=True)
class Reminder(LadderMessage):
    kind = "reminder"


@dataclass(frozen=True, slots=True)
class Note(LadderMessage):
    """How a lead stands, for people of whom nothing is asked."""

    kind = "note"


@dataclass(frozen=True, slots=True)
class ReminderList(Message):
    """All that waits for one person, said at once: their nudges, by id."""

    kind = "reminder_list"
    nudges: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Escalation(LadderMessage):
    kind = "escalation"


@dataclass(frozen=True, slots=True)
class Returned(LadderMessage):
    """An accepted lead nobody touched went back to its queue; true whatever happens next."""

    kind = "returned"

    def wanted(self, handoff: Handoff | None) -> bool:
        return handoff is not None


@dataclass(frozen=True, slots=True)
class RaisedAgain(AboutHandoff):
    """The same person once more: news for whoever holds the lead."""

    kind = "raised_again"
    card: int = 1
    mention: tuple[str, ...] = ()

    @property
    def in_thread_of(self) -> int | None:
        return self.card

    def wanted(self, handoff: Handoff | None) -> bool:
        return handoff is not None and (handoff.holder or handoff.assignee) in self.mention


@dataclass(frozen=True, slots=True)
class RejectionNews(AboutHandoff):
    """To the marketer of the campaign: who refused this lead, and why."""

    kind = "rejection_news"
    round: int = 1


@dataclass(frozen=True, slots=True)
class Request(AboutHandoff):
    """Asks one person for an answer. Put again, it is brought up to date where it stands; whoever
    was not asked in time is not asked any more."""

    round: int = 1

    def is_open(self, handoff: Handoff | None) -> bool:
        """Is there still something to answer?"""
        return handoff is not None and handoff.round == self.round


@dataclass(frozen=True, slots=True)
class Question(Request):
    """To marketing: what sales wants to know."""

    kind = "question"
    to: str = ""  # in whose conversation it stands

    def is_open(self, handoff: Handoff | None) -> bool:
        return handoff is not None and handoff.round == self.round and handoff.offer.is_asking


@dataclass(frozen=True, slots=True)
class Proposed(Request):
    """To a colleague: would you take this lead, perhaps for one of yours?"""

    kind = "proposed"
    proposal: int = 0


@dataclass(frozen=True, slots=True)
class ProposalAnswered(AboutHandoff):
    """To who proposed it, or whose lead it was: what the colleague said."""

    kind = "proposal_answered"
    proposal: int = 0
    to: str = ""  # who reads it


@dataclass(frozen=True, slots=True)
class HandedOver(AboutHandoff):
    """In the thread of a lead that changed hands: from whom to whom."""

    kind = "handed_over"
    card: int = 1
    proposal: int = 0

    @property
    def in_thread_of(self) -> int | None:
        return self.card


@dataclass(frozen=True, slots=True)
class QuestionAnswered(AboutHandoff):
    """To whoever asked, and whoever has the lead or is asked for it: what marketing says."""

    kind = "question_answered"
    round: int = 1
    card: int = 1
    mention: tuple[str, ...] = ()

    @property
    def in_thread_of(self) -> int | None:
        return self.card


@dataclass(frozen=True, slots=True)
class NotMineNews(AboutHandoff):
    """To the manager: a lead in the wrong hands waits for a better queue."""

    kind = "not_mine_news"
    round: int = 1

    def wanted(self, handoff: Handoff | None) -> bool:
        return handoff is not None and handoff.round == self.round


@dataclass(frozen=True, slots=True)
class NobodyAsked(AboutHandoff):
    """To the manager: an offer of this round asks nobody by name, though its queue's rule would."""

    round: int = 1

    def wanted(self, handoff: Handoff | None) -> bool:
        return (
            handoff is not None
            and handoff.round == self.round
            and handoff.state is State.OFFERED
            and handoff.assignee is None
        )


@dataclass(frozen=True, slots=True)
class NobodyFree(NobodyAsked):
    """All are away or full; it waits, and perhaps others after it."""

    kind = "nobody_free"


@dataclass(frozen=True, slots=True)
class NobodyLeft(NobodyAsked):
    """Everybody had it or declined it."""

    kind = "nobody_left"


@dataclass(frozen=True, slots=True)
class Leavers(Message):
    """To a manager: these left the team, and these leads of theirs go on."""

    kind = "leavers"
    people: tuple[str, ...] = ()
    handoffs: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LeaversDoubted(Message):
    """To the admins: Slack says that a whole team has left; nothing is given back on its word."""

    kind = "leavers_doubted"
    queue: str = ""
    people: tuple[str, ...] = ()
    leads: int = 0


@dataclass(frozen=True, slots=True)
class Unheard(AboutHandoff):
    """To the admins: a step of the ladder reached nobody. Once a day for each step of a queue, so
    its lead is one of perhaps many."""

    kind = "unheard"
    queue: str = ""
    clock: Clock = Clock.ANSWER
    percent: int = 0
    missed: tuple[str, ...] = ()  # people, groups and channels, as in app.yaml or by id
    is_last: bool = False  # no step was left that reaches anybody


@dataclass(frozen=True, slots=True)
class PlaceClosed(Message):
    """To the admins: what is to be said in this place waits until they mend it."""

    kind = "place_closed"
    place: str = ""  # a channel or a person, as in app.yaml or by id
    why: str = ""  # Slack's name of the error


@dataclass(frozen=True, slots=True)
class Digest(Message):
    kind = "digest"
    report: int = 0


@dataclass(frozen=True, slots=True)
class DigestBreakdown(Message):
    """The tables by source, seller and reason, in the digest's thread."""

    kind = "digest_breakdown"
    report: int = 0


@dataclass(frozen=True, slots=True)
class DigestChart(Message):
    """The picture, in the digest's thread, where it could not go with the digest itself."""

    kind = "digest_chart"
    report: int = 0


KINDS: Mapping[str, type[Message]] = {
    message.kind: message
    for message in (
        Card,
        Reminder,
        Note,
        ReminderList,
        Escalation,
        Returned,
        RaisedAgain,
        RejectionNews,
        Question,
        QuestionAnswered,
        Proposed,
        ProposalAnswered,
        HandedOver,
        NotMineNews,
        NobodyFree,
        NobodyLeft,
        Leavers,
        LeaversDoubted,
        Unheard,
        PlaceClosed,
        Digest,
        DigestBreakdown,
        DigestChart,
    )
}


def to_payload(message: Message) -> dict[str, Any]:
    """The message as plain JSON values."""
    return asdict(message)


def from_payload(kind: str, payload: Mapping[str, Any]) -> Message:
    """Raises KeyError for a kind that is not ours."""
    fields: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in payload.items()
    }
    if "clock" in fields:
        fields["clock"] = Clock(fields["clock"])
    return KINDS[kind](**fields)
