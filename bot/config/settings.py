"""What app.yaml says, as types. Secrets and the database's address never show in a repr."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import time

from pydantic import SecretStr

from bot.domain.agreement import Agreement
from bot.domain.assignment import Queue
from bot.domain.consideration import Availability, Consideration


@dataclass(frozen=True, slots=True)
class SlackSettings:
    bot_token: SecretStr
    app_token: SecretStr
    signing_secret: SecretStr
    api_url: str  # ends in "/"
    mode: str  # "socket" or "http"


@dataclass(frozen=True, slots=True)
class DigestSettings:
    channel: str
    weekday: int  # Monday is 0, in the workspace's zone
    at: time  # local, in the workspace's zone
    metrics: tuple[str, ...] = ()  # empty: all of them


@dataclass(frozen=True, slots=True)
class IntakeSource:
    """One system that posts leads. Without secret and token it is switched off."""

    name: str
    secret: SecretStr  # signs each request with HMAC
    token: SecretStr  # for form tools that cannot sign
    fields: Mapping[str, Callable[[object], object]] = field(compare=False)

    @property
    def enabled(self) -> bool:
        return bool(self.secret or self.token)

    def lead_fields(self, posted: object) -> dict[str, object]:
        """The lead's fields found in the posted JSON; what is not there is left out."""
        found = ((name, find(posted)) for name, find in self.fields.items())
        return {name: value for name, value in found if value is not None}


@dataclass(frozen=True, slots=True)
class IntakeSettings:
    owners: Mapping[str, str]  # who owns a campaign, by the campaign's name
    sources: Mapping[str, IntakeSource]
    free_mail: frozenset[str] = frozenset()  # domains that are no company's, beside the known ones


@dataclass(frozen=True, slots=True)
class HttpSettings:
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Settings:
    workspace_zone: str
    language: str
    database: str = field(repr=False)  # may hold a password
    slack: SlackSettings
    queues: tuple[Queue, ...]
    agreement: Agreement
    digest: DigestSettings
    intake: IntakeSettings
    http: HttpSettings
    admins: tuple[str, ...] = ()
    own_calendars: Mapping[str, str] = field(default_factory=dict)  # of people, by their name
    reminders: Consideration = field(default_factory=Consideration)
    availability: Availability = field(default_factory=Availability)
    conditions: Mapping[str, str] = field(default_factory=dict)  # of queues, as written
    places: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    remarks: tuple[str, ...] = ()  # what is not wrong but worth a look, each with its line

    def place(self, where: str) -> str:
        """A setting with its line, as `app.yaml:23:7 queues.nordics.manager`; where the file does
        not write it, that of the nearest one it is in."""
        path = where
        while path and path not in self.places:
            path = path.rpartition(".")[0]
        return f"{self.places[path]} {where}" if path else where
