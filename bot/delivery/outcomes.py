"""What can come of a call to Slack, and what delivery needs from outside: as types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.domain.messages import Digest, DigestChart, Message
from bot.use_cases.ports import UnitOfWork
from bot.use_cases.records import Group, Person

Blocks = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Ok:
    """Done. `channel` is Slack's id of where it is: the DM's own, when a person was named."""

    ts: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class RateLimited:
    """Certainly not done; Slack wants none of it for so long (workspace time)."""

    after: timedelta


@dataclass(frozen=True, slots=True)
class TryLater:
    """Certainly not done, and likely to work another time."""

    why: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Perhaps done: no answer came, or one that does not say."""

    why: str


@dataclass(frozen=True, slots=True)
class Broken:
    """This channel, or this token, takes nothing until a person mends it."""

    why: str


@dataclass(frozen=True, slots=True)
class RefusedContent:
    """Slack does not take this message as it is written."""

    why: str


@dataclass(frozen=True, slots=True)
class Gone:
    """The message to change, or to reply to, is not there (any more)."""

    why: str


@dataclass(frozen=True, slots=True)
class Unlisted:
    """An error Slack did not have when this was written."""

    why: str


Failure = RateLimited | TryLater | Unknown | Broken | RefusedContent | Gone | Unlisted
Outcome = Ok | Failure


def reason(failure: Failure) -> str:
    """For logs and for the row that is kept: Slack's own name of the error, nothing personal."""
    return "rate limited" if isinstance(failure, RateLimited) else failure.why


@dataclass(frozen=True, slots=True)
class Absent:
    """Looked for it through all of the time asked for: it is not there."""


@dataclass(frozen=True, slots=True)
class CannotLook:
    """Slack does not let us read there, though perhaps post: a scope is missing."""

    why: str


Search = Ok | Absent | CannotLook | RateLimited | TryLater | Broken


@dataclass(frozen=True, slots=True)
class Uploaded:
    file: str  # Slack's id: F…


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are in this workspace. `scopes` is None where Slack does not say."""

    team: str
    user: str
    bot: str
    url: str
    scopes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """What a person shows beside their name."""

    emoji: str = ""  # :palm_tree:
    text: str = ""
    until: datetime | None = None  # None: until they change it


@dataclass(frozen=True, slots=True)
class Roster:
    """The workspace's people, groups and channels; `lacking` says what could not be read."""

    people: Sequence[Person]
    groups: Sequence[Group]
    channels: Mapping[str, str]  # name -> id
    lacking: Sequence[str] = ()
    ours: frozenset[str] = frozenset()  # ids of the channels we are in
    ambiguous: frozenset[str] = frozenset()  # names that several people show as their handle
    statuses: Mapping[str, Status] = field(default_factory=dict)  # by person, of those who have one


@dataclass(frozen=True, slots=True)
class Sessions:
    """Do-not-disturb that is on, or comes next, by person: from and until (workspace time)."""

    of: Mapping[str, tuple[datetime, datetime]]


class Rendered(Protocol):
    @property
    def text(self) -> str:
        """Never empty: notifications and screen readers use it alone. Foreign words in it are
        escaped already, for it may be sent without the blocks."""

    @property
    def blocks(self) -> Blocks: ...


class Words(Protocol):
    def render(
        self, message: Message, work: UnitOfWork, now: datetime, to: str = "", picture: str = ""
    ) -> Rendered:
        """What the message says now, to whom it goes to. `picture` is the id of an uploaded file
        to show. Whatever this raises is the end of this message only."""

    def chart_alt(self, message: Digest | DigestChart, work: UnitOfWork) -> str:
        """The chart in words."""


class Post(Protocol):
    """The part of Slack that carries messages: all that the courier needs."""

    def post(
        self,
        channel: str,
        text: str,
        blocks: Blocks,
        thread_ts: str | None = None,
        broadcast: bool = False,
        metadata: Mapping[str, Any] | None = None,
    ) -> Outcome:
        """`channel` may be a person's id: their DM."""

    def update(self, channel: str, ts: str, text: str, blocks: Blocks) -> Outcome: ...

    def permalink(self, channel: str, ts: str) -> str:
        """One try; '' when there is none to be had."""

    def open_dm(self, person: str) -> Outcome:
        """`Ok.channel` is the id of our DM with them."""

    def find_by_key(
        self, channel: str, key: str, oldest: datetime | None, thread_ts: str | None
    ) -> Search:
        """Our message with this key in its metadata, posted since `oldest` (workspace time)."""


class Pictures(Protocol):
    """The part of Slack that holds files."""

    def upload_image(self, name: str, image: bytes, alt_text: str) -> Uploaded | Failure: ...

    def image_ready(self, file: str) -> bool | Failure:
        """Files are processed after the upload; only then can a message show them."""


class DoNotDisturb(Protocol):
    def do_not_disturb(self, people: Sequence[str]) -> Sessions | Failure:
        """Of up to 50 people."""


class Directory(Protocol):
    def roster(self) -> Roster | Failure: ...
