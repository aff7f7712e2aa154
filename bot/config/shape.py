"""The shape of app.yaml: which keys there are, and what each may hold.

An example on a field is what a person is told to write when the key is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    SecretStr,
    ValidationInfo,
    model_validator,
)

from bot.config import public_holidays, values
from bot.config.expressions import BadExpression, Expression, compiled
from bot.config.mistakes import choices
from bot.config.values import wrong
from bot.domain.agreement import Act, Audience, Clock, Duration, NextStep
from bot.domain.assignment import Assignment
from bot.domain.business_hours import Block
from bot.domain.lead import LeadFacts
from bot.domain.metrics import DIGEST_METRICS

LEAD_FIELDS = tuple(item.name for item in fields(LeadFacts) if item.name not in ("system", "extra"))
NO_HOURS = (
    'has no hours: write ["09:00-17:00"], or [] for a day off. '
    'Inside { }, several days need quotes: "mon,wed".'
)
EXTRA = "extra."  # a field of the lead that only this company knows, as `extra.budget`
LONGEST_LABEL = 75  # characters; Slack cuts no option, it refuses the whole modal

W = TypeVar("W", bound=StrEnum)


def _expression(value: object) -> Expression:
    try:
        return compiled(values.text(value))
    except BadExpression as error:
        raise wrong(str(error)) from None


def _secret(value: object) -> SecretStr:
    return SecretStr(values.any_text(value))


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


def _known_calendar(value: object, info: ValidationInfo) -> str:
    known: list[str] = (info.context or {}).get("calendars", [])
    name = values.text(value)
    if name not in known:
        hint = choices(known, name) if known else "write one under calendars."
        raise wrong(f"there is no calendar {{given}}; {hint}")
    return name


def _not_left_empty(blocks: object) -> object:
    if blocks is None:
        raise wrong(NO_HOURS)
    return values.one_or_more(blocks)


def _told(people: list[str]) -> list[str]:
    if not people:
        raise wrong("names nobody: write at least one person.")
    return people


def _told_roles(told: list[Audience]) -> list[Audience]:
    if not told:
        raise wrong(f"tells nobody; {choices(Audience)}")
    return told


def _word(kind: type[W], *known: W) -> Callable[[object], W]:
    words = [word.value for word in known or kind]
    return lambda value: kind(values.one_of(value, words))


Text = Annotated[str, PlainValidator(values.text)]
Secret = Annotated[SecretStr, PlainValidator(_secret)]
Zone = Annotated[str, PlainValidator(values.time_zone)]
Channel = Annotated[str, PlainValidator(values.channel)]
Person = Annotated[str, PlainValidator(values.person)]
People = Annotated[list[Person], BeforeValidator(values.one_or_more), AfterValidator(_told)]
Condition = Annotated[Expression, PlainValidator(_expression)]
Hours = Annotated[
    list[Annotated[Block, PlainValidator(values.block)]],
    BeforeValidator(_not_left_empty),
    AfterValidator(values.in_order),
]
Time = Annotated[Duration, PlainValidator(values.duration)]
Share = Annotated[float, PlainValidator(values.share)]
Amount = Annotated[Decimal, PlainValidator(values.amount)]
Day = Annotated[date, PlainValidator(values.calendar_day)]
Positive = Annotated[int, PlainValidator(values.positive)]
YesOrNo = Annotated[bool, PlainValidator(values.yes_or_no)]
Required = Annotated[bool, PlainValidator(values.required)]
LeadField = Annotated[str, PlainValidator(_lead_field)]


class Section(BaseModel):
    """Keys that are not named here are mistakes; a key left empty is as good as left out."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    @model_validator(mode="before")
    @classmethod
    def _without_empty_keys(cls, data: object) -> object:
        if not isinstance(data, dict):
            return data
        return {key: value for key, value in data.items() if value is not None}


class Workspace(Section):
    language: Annotated[str, PlainValidator(values.language)] = "en"
    time_zone: Zone = Field(examples=["Europe/Stockholm"])


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
    if values.weekdays(values.text(key)) is None:
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


class QueueShape(Section):
    name: Text = Field(examples=["nordics"])
    when: Condition | None = None
    channel: Channel = Field(examples=["mql-handoff"])
    sellers: People = Field(examples=['"@nordic-sales"'])
    manager: Person = Field(examples=['"@maja"'])
    head: Person = Field(examples=['"@henrik"'])
    marketers: People = Field(examples=['"@marketing"'])
    calendar: Annotated[str, PlainValidator(_known_calendar)] = Field(examples=["stockholm"])
    assignment: Annotated[Assignment, PlainValidator(_word(Assignment))] = Assignment.FIRST_TO_CLAIM


class TargetShape(Section):
    target: Time = Field(examples=["4h"])
    when_tier: dict[str, Time] = {}

    @model_validator(mode="before")
    @classmethod
    def _time_alone(cls, data: object) -> object:
        return {"target": data} if isinstance(data, str) else data


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


class StepShape(Section):
    clock: Annotated[Clock, PlainValidator(_word(Clock, Clock.ANSWER, Clock.TOUCH))] = Field(
        examples=["answer"]
    )
    at: Annotated[int, PlainValidator(values.whole_percent)] = Field(examples=["80%"])
    tell: Annotated[
        list[Annotated[Audience, PlainValidator(_word(Audience))]],
        BeforeValidator(values.one_or_more),
        AfterValidator(_told_roles),
    ] = Field(examples=["[holder]"])
    do: Annotated[Act, PlainValidator(_word(Act))] = Field(examples=["remind"])

    @model_validator(mode="after")
    def _fits_its_clock(self) -> Self:
        if self.do is Act.RETURN and self.clock is not Clock.TOUCH:
            raise wrong(
                "nobody has accepted yet, so nothing can return: write repost.", inside="do"
            )
        if self.do is Act.REPOST and self.clock is not Clock.ANSWER:
            raise wrong(
                "an accepted lead is not offered anew as a card: write return.", inside="do"
            )
        return self


class ReasonShape(Section):
    code: Annotated[str, PlainValidator(_code)] = Field(examples=["bad_data"])
    label: Annotated[str, PlainValidator(_label)] | None = None
    next: Annotated[NextStep, PlainValidator(_word(NextStep))] = Field(examples=["fix"])
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
    day: Annotated[int, PlainValidator(values.weekday)] = 0
    at: Annotated[time, PlainValidator(values.clock_time)] = time(9)
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
    sources: dict[str, SourceShape] = {}


class File(Section):
    workspace: Workspace = Field(examples=["{ time_zone: Europe/Stockholm }"])
    database: Annotated[str, PlainValidator(values.database)] = "sqlite:///baton.db"
    slack: Slack = Slack()
    http: Http = Http()
    calendars: dict[str, CalendarShape] = Field(examples=["{ stockholm: ... }"])
    queues: list[QueueShape] = Field(examples=["[ { name: nordics, ... } ]"])
    agreement: AgreementShape = Field(examples=["{ title: ... }"])
    digest: DigestShape = DigestShape()
    intake: IntakeShape = IntakeShape()
