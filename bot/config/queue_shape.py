"""The shape of a queue, and of how its leads find their seller."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, PlainValidator, model_validator

from bot.config import values
from bot.config.fields import (
    Channel,
    Condition,
    KnownCalendar,
    People,
    Person,
    Positive,
    Section,
    Text,
    Time,
    YesOrNo,
    word,
)
from bot.config.mistakes import choices
from bot.config.values import wrong
from bot.domain.assignment import Assignment

FIRST, TURN = Assignment.FIRST_TO_CLAIM, Assignment.ROUND_ROBIN
OWNER = Assignment.ACCOUNT_OWNER
HEAVIEST = 100  # more than anybody takes; beyond, the shares of the others could not be told apart


class Hours(StrEnum):
    """Whose hours the touch clock keeps."""

    QUEUE = "queue"
    SELLER = "seller"


def _weight(value: object) -> int:
    given = values.text(value)
    if not values.WHOLE.fullmatch(given) or int(given) > HEAVIEST:
        raise wrong(f"{{given}} is not a weight: write a whole number from 0 to {HEAVIEST}.")
    return int(given)


class AssignmentShape(Section):
    rule: Annotated[Assignment, PlainValidator(word(Assignment))] = FIRST
    otherwise: Annotated[Assignment, PlainValidator(word(Assignment, TURN, FIRST))] | None = None
    open_at_most: Positive | None = None
    per_day: Positive | None = None
    weights: dict[Person, Annotated[int, PlainValidator(_weight)]] = {}
    blind: YesOrNo = False
    pass_on_after: Time | None = None

    @model_validator(mode="before")
    @classmethod
    def _rule_alone(cls, data: object) -> object:
        return {"rule": data} if isinstance(data, str) else data

    @property
    def takes_turns(self) -> bool:
        return TURN in (self.rule, self.otherwise or TURN) and self.rule is not FIRST

    @model_validator(mode="after")
    def _fits_its_rule(self) -> Self:
        if self.otherwise is not None and self.rule is not OWNER:
            raise wrong(f"is for rule: {OWNER}, where nobody owns the account.", inside="otherwise")
        if self.blind and self.rule is not FIRST:
            raise wrong(
                f"hides nothing from whoever is asked by name: it is for rule: {FIRST}.",
                inside="blind",
            )
        if self.pass_on_after is not None and self.rule is FIRST:
            raise wrong(
                "has nobody to pass on from: everybody is asked at once.", inside="pass_on_after"
            )
        for name in ("weights", "per_day"):
            if getattr(self, name) and not self.takes_turns:
                raise wrong(
                    "is for turns, and here nobody has one: everybody is asked at once.",
                    inside=name,
                )
        return self


class QueueShape(Section):
    name: Text = Field(examples=["nordics"])
    when: Condition | None = None
    channel: Channel = Field(examples=["mql-handoff"])
    sellers: People = Field(examples=['"@nordic-sales"'])
    manager: Person = Field(examples=['"@maja"'])
    head: Person = Field(examples=['"@henrik"'])
    marketers: People = Field(examples=['"@marketing"'])
    calendar: KnownCalendar = Field(examples=["stockholm"])
    assignment: AssignmentShape = AssignmentShape()
    touch_hours: Annotated[Hours, PlainValidator(word(Hours))] = Hours.QUEUE

    @model_validator(mode="after")
    def _weighs_its_sellers(self) -> Self:
        """Sellers written as a list are people; who is in a group only Slack knows."""
        weights = self.assignment.weights
        if len(self.sellers) < 2:
            return self
        for name in weights:
            if name not in self.sellers:
                hint = choices(self.sellers, name)
                raise wrong(
                    f"is for nobody: {name} is not among the sellers; {hint}",
                    inside=("assignment", "weights", name),
                )
        if not any(weights.get(name, 1) for name in self.sellers):
            raise wrong(
                "leaves nobody a turn: give somebody more than 0.", inside=("assignment", "weights")
            )
        return self
