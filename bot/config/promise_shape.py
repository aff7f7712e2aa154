"""The shape of what is promised: targets with their cases, and the ladder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, model_validator

from bot.config import values
from bot.config.fields import KnownQueue, KnownQueues, Section, Texts, Time, word
from bot.config.mistakes import choices
from bot.config.values import wrong
from bot.domain.agreement import Act, Audience, Clock

MOST_TIMES = 20  # a step is repeated; who has not acted by then will not
CONDITIONS = ("queue", "tier", "source", "campaign")
CLOCKS = (Clock.ANSWER, Clock.TOUCH, Clock.QUALIFY, Clock.FEEDBACK)
OF_AN_UNANSWERED_LEAD = (Act.REPOST, Act.OFFER_NEXT, Act.WIDEN)
ONCE = (Act.WIDEN, Act.RETURN)


# ------------------------------------------------------------------------------- targets


class CaseShape(Section):
    queue: KnownQueues = []
    tier: Texts = []
    source: Texts = []
    campaign: Texts = []
    target: Time = Field(examples=["30m"])

    @model_validator(mode="after")
    def _is_a_case(self) -> Self:
        if not any(getattr(self, name) for name in CONDITIONS):
            raise wrong(f"holds for every lead: say for which, by {', '.join(CONDITIONS)}.")
        return self

    def covers(self, other: CaseShape) -> bool:
        """Whether it holds for every lead for which the other one does."""
        pairs = [(getattr(self, name), getattr(other, name)) for name in CONDITIONS]
        return all(not ours or (theirs and set(theirs) <= set(ours)) for ours, theirs in pairs)


class TargetShape(Section):
    target: Time = Field(examples=["4h"])
    when: list[CaseShape] = []
    when_tier: dict[str, Time] = {}

    @model_validator(mode="before")
    @classmethod
    def _time_alone(cls, data: object) -> object:
        return {"target": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _each_may_hold(self) -> Self:
        before: list[CaseShape] = []
        for where, case in self.placed():
            if any(earlier.covers(case) for earlier in before):
                raise wrong(
                    "never holds: a case before it holds for all of these leads.", inside=where
                )
            before.append(case)
        return self

    def placed(self) -> Iterator[tuple[tuple[str | int, ...], CaseShape]]:
        """The cases in the order in which they are tried, each with its place."""
        for number, case in enumerate(self.when):
            yield ("when", number), case
        for tier, time in self.when_tier.items():
            yield ("when_tier", tier), CaseShape.model_construct(tier=[tier], target=time)


# -------------------------------------------------------------------------------- ladder


def _told(value: object) -> str:
    """A role, a person, or a channel with its `#`."""
    said = values.text(value)
    if said.startswith("#"):
        return f"#{values.channel(said)}"
    if values.HANDLE.fullmatch(said):
        return said
    if said not in list(Audience):
        hint = choices(Audience, said)
        raise wrong(f'{{given}} is no role, nor a "@person" or "#channel"; {hint}')
    return Audience(said)


def _somebody(told: list[str]) -> list[str]:
    if not told:
        raise wrong(f"tells nobody; {choices(Audience)}")
    return told


def _times(value: object) -> int:
    number = values.positive(value)
    if number > MOST_TIMES:
        raise wrong(f"{{given}} is more often than helps anybody: write at most {MOST_TIMES}.")
    return number


class RepeatShape(Section):
    every: Time = Field(examples=["1h"])
    times: Annotated[int, PlainValidator(_times)] = Field(examples=["3"])


class StepShape(Section):
    clock: Annotated[Clock, PlainValidator(word(Clock, *CLOCKS))] = Field(examples=["answer"])
    at: Annotated[int, PlainValidator(values.whole_percent)] | None = None
    after: Time | None = None
    tell: Annotated[
        list[Annotated[str, PlainValidator(_told)]],
        BeforeValidator(values.one_or_more),
        AfterValidator(_somebody),
    ] = Field(examples=["[holder]"])
    do: Annotated[Act, PlainValidator(word(Act))] = Field(examples=["remind"])
    to: KnownQueue | None = None
    repeat: RepeatShape | None = None
    queues: KnownQueues = []

    @model_validator(mode="after")
    def _has_one_time(self) -> Self:
        if self.at is not None and self.after is not None:
            raise wrong("stands beside at: write one of the two.", inside="after")
        if self.at is None and self.after is None:
            raise wrong("has no time: write for example at: 80%, or after: 2h.")
        return self

    @model_validator(mode="after")
    def _fits_its_clock(self) -> Self:
        if self.do is Act.RETURN and self.clock is not Clock.TOUCH:
            raise wrong(NO_RETURN[self.clock], inside="do")
        if self.do in OF_AN_UNANSWERED_LEAD and self.clock is not Clock.ANSWER:
            raise wrong(NOT_OFFERED[self.clock], inside="do")
        return self

    @model_validator(mode="after")
    def _goes_somewhere(self) -> Self:
        if self.do is Act.WIDEN and self.to is None:
            raise wrong("needs a queue to widen to: write for example to: rest.", inside="do")
        if self.do is not Act.WIDEN and self.to is not None:
            raise wrong(f"is for do: widen; {self.do} goes to no other queue.", inside="to")
        if self.do in ONCE and self.repeat is not None:
            raise wrong(f"cannot be: {self.do} is done at once and for good.", inside="repeat")
        return self


NO_RETURN = {
    Clock.ANSWER: "nobody has accepted yet, so nothing can return: write repost.",
    Clock.QUALIFY: "a lead that was contacted stays with its seller: write escalate.",
    Clock.FEEDBACK: "sales waits for marketing, so nobody loses the lead: write escalate.",
}
NOT_OFFERED = {
    Clock.TOUCH: "an accepted lead is not offered anew as a card: write return.",
    Clock.QUALIFY: "a lead that was contacted stays with its seller: write escalate.",
    Clock.FEEDBACK: "sales waits for marketing, so nobody loses the lead: write escalate.",
}
