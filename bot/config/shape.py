"""The shape of app.yaml: which keys there are, and what each may hold.

An example on a field is what a person is told to write when the key is missing.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import time
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    SecretStr,
    model_validator,
)

from bot.config import public_holidays, times, values
from bot.config.fields import (
    Amount,
    Channel,
    Condition,
    Day,
    KnownCalendar,
    People,
    Person,
    Positive,
    Required,
    Secret,
    Section,
    Share,
    Text,
    YesOrNo,
    Zone,
    word,
)
from bot.config.promise_shape import StepShape, TargetShape
from bot.config.queue_shape import QueueShape
from bot.config.values import wrong
from bot.domain.agreement import NextStep
from bot.domain.business_hours import Block
from bot.domain.lead import LeadFacts
from bot.domain.metrics import DIGEST_METRICS

_OURS = ("system", "extra", "domain")  # of a lead's facts: found out by us, sent by nobody
LEAD_FIELDS = tuple(item.name for item in fields(LeadFacts) if item.name not in _OURS)
NO_HOURS = (
    'has no hours: write ["09:00-17:00"], or [] for a day off. '
    'Inside { }, several days need quotes: "mon,wed".'
)
EXTRA = "extra."  # a field of the lead that only this company knows, as `extra.budget`
LONGEST_LABEL = 75  # characters; Slack cuts no option, it refuses the whole modal


def _lead_field(value: object) -> str:
    name = values.text(value)
    known = name.startswith(EXTRA) and len(name) > len(EXTRA)
    return name if known else values.one_of(value, LEAD_FIELDS)


def _label(value: object) -> str:
    label = values.text(value)
    if len(label) > LONGEST_LABEL:
        raise wrong(f"is {len(label)} characters long: write at most {LONGEST_LABEL}.")
    return label


def _code(value: object) -> str:
    code = _label(value)
    if not code.replace("_", "a").isalnum() or not code.isascii() or code != code.lower():
        raise wrong("{given} is not a code: write small letters and _, for example bad_data.")
    return code


def _not_left_empty(blocks: object) -> object:
    if blocks is None:
        raise wrong(NO_HOURS)
    return values.one_or_more(blocks)


Hours = Annotated[
    list[Annotated[Block, PlainValidator(times.block)]],
    BeforeValidator(_not_left_empty),
    AfterValidator(times.in_order),
]
LeadField = Annotated[str, PlainValidator(_lead_field)]


class Workspace(Section):
    language: Annotated[str, PlainValidator(values.language)] = "en"
    time_zone: Zone = Field(examples=["Europe/Stockholm"])
    admins: People | None = None


class Slack(Section):
    bot_token: Secret = SecretStr("")
    app_token: Secret = SecretStr("")
    signing_secret: Secret = SecretStr("")
    api_url: Annotated[str, PlainValidator(values.web_address)] = "https://slack.com/api/"
    mode: Annotated[str, PlainValidator(lambda v: values.one_of(v, ("socket", "http")))] = "socket"


class Http(Section):
    host: Text = "127.0.0.1"
    port: Annotated[int, PlainValidator(values.port)] = 3000


class Holidays(Section):
    country: Text = Field(examples=["SE"])
    region: Text | None = None
    categories: Annotated[list[Text], BeforeValidator(values.one_or_more)] = []

    @model_validator(mode="before")
    @classmethod
    def _country_alone(cls, data: object) -> object:
        return {"country": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _known(self) -> Self:
        public_holidays.refuse_unknown(self.country, self.region, self.categories)
        return self


def _a_list(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _day_key(key: object) -> str:
    if times.weekdays(values.text(key)) is None:
        raise wrong('{given} is no day: write mon-fri, sat or "mon,wed".')
    return values.text(key)


def _working(hours: dict[str, tuple[Block, ...]]) -> dict[str, tuple[Block, ...]]:
    if not any(hours.values()):
        raise wrong('has no working time: write for example mon-fri: ["09:00-17:00"].')
    return hours


class CalendarShape(Section):
    time_zone: Zone = Field(examples=["Europe/Stockholm"])
    holidays: Annotated[list[Holidays], BeforeValidator(_a_list)] = []
    hours: Annotated[
        dict[Annotated[str, PlainValidator(_day_key)], Hours], AfterValidator(_working)
    ] = Field(examples=['{ mon-fri: ["09:00-17:00"] }'])
    days: dict[Day, Hours] = {}


class PersonShape(Section):
    calendar: KnownCalendar = Field(examples=["stockholm"])


class RemindersShape(Section):
    per_day: Positive = 12
    rest_at: Annotated[time, PlainValidator(times.clock_time)] = time(15)
    quiet: Annotated[tuple[time, time], PlainValidator(times.quiet)] = (time(19), time(8))
    do_not_disturb: YesOrNo = True

    @model_validator(mode="after")
    def _rest_is_heard(self) -> Self:
        start, end = self.quiet
        inside = start <= self.rest_at < end
        overnight = end < start and (self.rest_at >= start or self.rest_at < end)
        if inside or overnight:
            raise wrong("lies in the quiet hours, so nobody would hear the rest.", inside="rest_at")
        return self


class AvailabilityShape(Section):
    slack_status: YesOrNo = False
    slack_presence: YesOrNo = False


class Leaders(Section):
    sales: Person = Field(examples=['"@henrik"'])
    marketing: Person = Field(examples=['"@anna"'])


class SalesPromise(Section):
    answer: TargetShape = Field(examples=["{ target: 4h }"])
    touch: TargetShape = Field(examples=["{ target: 8h }"])
    qualify: TargetShape | None = None
    attempts_before_unreachable: Positive = 3


class MarketingShape(Section):
    volume: Annotated[int, PlainValidator(values.volume)] | None = None
    acceptance: Share | None = None
    required: list[LeadField] = []
    feedback: TargetShape | None = None


class ReasonShape(Section):
    code: Annotated[str, PlainValidator(_code)] = Field(examples=["bad_data"])
    label: Annotated[str, PlainValidator(_label)] | None = None
    next: Annotated[NextStep, PlainValidator(word(NextStep))] = Field(examples=["fix"])
    note: Required = False
    date: Required = False
    rejection: YesOrNo = True


class GoalShape(Section):
    amount: Amount = Field(examples=["500000"])
    currency: Annotated[str, PlainValidator(values.currency)] = Field(examples=["EUR"])
    marketing_share: Share = Field(examples=["40%"])
    average_deal: Amount = Field(examples=["12000"])


class AgreementShape(Section):
    title: Text = Field(examples=["Nordics sales and marketing"])
    effective: Day = Field(examples=["2026-01-01"])
    review: Text = "monthly"
    leaders: Leaders = Field(examples=['{ sales: "@henrik", marketing: "@anna" }'])
    definitions: dict[str, Text] = {}
    sales: SalesPromise = Field(examples=["{ answer: 4h, touch: 8h }"])
    marketing: MarketingShape = MarketingShape()
    ladder: list[StepShape] | None = None
    reasons: list[ReasonShape] | None = None
    revenue_goal: GoalShape | None = None


class DigestShape(Section):
    channel: Channel | None = None
    day: Annotated[int, PlainValidator(times.weekday)] = 0
    at: Annotated[time, PlainValidator(times.clock_time)] = time(9)
    metrics: Annotated[
        list[Annotated[str, PlainValidator(lambda v: values.one_of(v, DIGEST_METRICS))]],
        BeforeValidator(values.one_or_more),
    ] = []


class SourceShape(Section):
    secret: Secret = SecretStr("")
    token: Secret = SecretStr("")
    map: dict[LeadField, Condition] | None = None


class IntakeShape(Section):
    owners: dict[str, Person] = {}
    free_mail: Annotated[
        list[Annotated[str, PlainValidator(values.domain)]], BeforeValidator(values.one_or_more)
    ] = []
    sources: dict[str, SourceShape] = {}


class File(Section):
    workspace: Workspace = Field(examples=["{ time_zone: Europe/Stockholm }"])
    database: Annotated[str, PlainValidator(values.database)] = "sqlite:///baton.db"
    slack: Slack = Slack()
    http: Http = Http()
    calendars: dict[str, CalendarShape] = Field(examples=["{ stockholm: ... }"])
    people: dict[Person, PersonShape] = {}
    queues: list[QueueShape] = Field(examples=["[ { name: nordics, ... } ]"])
    agreement: AgreementShape = Field(examples=["{ title: ... }"])
    reminders: RemindersShape = RemindersShape()
    availability: AvailabilityShape = AvailabilityShape()
    digest: DigestShape = DigestShape()
    intake: IntakeShape = IntakeShape()
