"""What a value of app.yaml may be, for the shapes: text, person, time, word from a list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainValidator,
    SecretStr,
    ValidationInfo,
    model_validator,
)

from bot.config import times, values
from bot.config.expressions import BadExpression, Expression, compiled
from bot.config.mistakes import choices
from bot.config.values import wrong
from bot.domain.agreement import Duration

W = TypeVar("W", bound=StrEnum)


def word(kind: type[W], *known: W) -> Callable[[object], W]:
    """A reader of one of these words."""
    words = [one.value for one in known or kind]
    return lambda value: kind(values.one_of(value, words))


def _expression(value: object) -> Expression:
    try:
        return compiled(values.text(value))
    except BadExpression as error:
        raise wrong(str(error)) from None


def _secret(value: object) -> SecretStr:
    return SecretStr(values.any_text(value))


def _told(people: list[str]) -> list[str]:
    if not people:
        raise wrong("names nobody: write at least one person.")
    return people


def _one_named_in(section: str, thing: str) -> Callable[[object, ValidationInfo], str]:
    """A reader of a name that stands in another section of the same file."""

    def read(value: object, info: ValidationInfo) -> str:
        context: dict[str, Any] = info.context or {}
        known: list[str] = context.get(section, [])
        name = values.text(value)
        if name not in known:
            hint = choices(known, name) if known else f"write one under {section}."
            raise wrong(f"there is no {thing} {{given}}; {hint}")
        return name

    return read


def filled(items: list[Any]) -> list[Any]:
    if not items:
        raise wrong("is empty: write at least one, or leave the line out.")
    return items


Text = Annotated[str, PlainValidator(values.text)]
Texts = Annotated[list[Text], BeforeValidator(values.one_or_more), AfterValidator(filled)]
Secret = Annotated[SecretStr, PlainValidator(_secret)]
Zone = Annotated[str, PlainValidator(times.time_zone)]
Channel = Annotated[str, PlainValidator(values.channel)]
Person = Annotated[str, PlainValidator(values.person)]
People = Annotated[list[Person], BeforeValidator(values.one_or_more), AfterValidator(_told)]
Condition = Annotated[Expression, PlainValidator(_expression)]
Time = Annotated[Duration, PlainValidator(times.duration)]
Day = Annotated[date, PlainValidator(times.calendar_day)]
Share = Annotated[float, PlainValidator(values.share)]
Amount = Annotated[Decimal, PlainValidator(values.amount)]
Positive = Annotated[int, PlainValidator(values.positive)]
YesOrNo = Annotated[bool, PlainValidator(values.yes_or_no)]
Required = Annotated[bool, PlainValidator(values.required)]
KnownCalendar = Annotated[str, PlainValidator(_one_named_in("calendars", "calendar"))]
KnownQueue = Annotated[str, PlainValidator(_one_named_in("queues", "queue"))]
KnownQueues = Annotated[
    list[KnownQueue], BeforeValidator(values.one_or_more), AfterValidator(filled)
]


class Section(BaseModel):
    """Keys that are not named here are mistakes; a key left empty is as good as left out."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    @model_validator(mode="before")
    @classmethod
    def _without_empty_keys(cls, data: object) -> object:
        if not isinstance(data, dict):
            return data
        return {key: value for key, value in data.items() if value is not None}
