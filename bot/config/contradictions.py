"""What is right by itself in app.yaml, and wrong beside something else in it: above all a step of
the ladder that would reach nobody, which is better found now than at night."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from pydantic import ValidationError

from bot.config.building_terms import climbing
from bot.config.fields import Section
from bot.config.promise_shape import CaseShape, StepShape, TargetShape
from bot.config.queue_shape import AssignmentShape, Hours, QueueShape
from bot.config.yaml_tree import Path, Tree
from bot.domain.agreement import Act, Audience, Clock
from bot.domain.assignment import Assignment

S = TypeVar("S", bound=Section)
LADDER: Path = ("agreement", "ladder")
ANSWER: Path = ("agreement", "sales", "answer")


@dataclass(frozen=True, slots=True)
class Placed:
    """A step with its place in the file, and the queues whose leads take it."""

    path: Path
    step: StepShape
    queues: tuple[str, ...]

    def key(self, name: str) -> Path:
        return (*self.path, name)


def judge_contradictions(tree: Tree, context: Mapping[str, Any]) -> None:
    """What cannot be read by itself is told by its shape, and left out here."""
    queues = dict(_read(tree, ("queues",), QueueShape, context))
    rules = {queue.name: queue.assignment for queue in queues.values()}
    names: list[str] = context["queues"]
    steps = [
        Placed((*LADDER, number), step, tuple(climbing(step, names) or _all(step, names)))
        for number, step in _read(tree, LADDER, StepShape, context).items()
    ]
    for placed in steps:
        _refuse_nobody(tree, placed, rules)
        _refuse_no_clock(tree, placed)
    _refuse_wide_twice(tree, steps)
    _remark_after_return(tree, steps)
    _remark_idle(tree, queues)
    _remark_late_passing(tree, queues, context)


def _all(step: StepShape, names: list[str]) -> list[str]:
    """A widening that is left without a queue stays without one."""
    return [] if step.do is Act.WIDEN else names


def _read(tree: Tree, path: Path, shape: type[S], context: Mapping[str, Any]) -> dict[int, S]:
    """The items of a list that are right by themselves, by their number."""
    items = _at(tree, path)
    found: dict[int, S] = {}
    for number, item in enumerate(items if isinstance(items, list) else ()):
        if (read := _one(item, shape, context)) is not None:
            found[number] = read
    return found


def _one(item: object, shape: type[S], context: Mapping[str, Any]) -> S | None:
    try:
        return shape.model_validate(item, context=dict(context))
    except ValidationError:
        return None


def _at(tree: Tree, path: Path) -> object:
    found = tree.data
    for part in path:
        found = found.get(part) if isinstance(found, dict) else None
    return found


# -------------------------------------------------------------------------- the ladder


def _refuse_nobody(tree: Tree, placed: Placed, rules: Mapping[str, AssignmentShape]) -> None:
    """Where everybody is asked at once, nobody is asked by name."""
    step = placed.step
    if step.do is Act.WIDEN and not placed.queues:
        where = f"only leads of {step.to} would go there, and they are there already"
        tree.report(placed.key("to"), f"widens nothing: {where}; name another queue.")
    if step.clock is not Clock.ANSWER or set(step.tell) != {Audience.ASSIGNEE}:
        return
    known = [name for name in placed.queues if name in rules]
    everybody = [name for name in known if rules[name].rule is Assignment.FIRST_TO_CLAIM]
    if known and everybody == list(placed.queues):
        problem = "reaches nobody: these leads are offered to everybody, so nobody is asked by name"
        tree.report(placed.key("tell"), f"{problem}; write holder.")
    elif everybody:
        tree.remark(
            placed.key("tell"),
            f"reaches nobody in {', '.join(everybody)}, where everybody is asked at once: "
            "write holder, or name the other queues in `queues`.",
        )


def _refuse_no_clock(tree: Tree, placed: Placed) -> None:
    sales = _at(tree, ("agreement", "sales"))
    agreed = isinstance(sales, dict) and sales.get("qualify") is not None
    if placed.step.clock is Clock.QUALIFY and not agreed:
        problem = "never runs: no time to qualify was agreed"
        tree.report(placed.key("clock"), f"{problem}; write agreement.sales.qualify.")


def _refuse_wide_twice(tree: Tree, steps: list[Placed]) -> None:
    widened: dict[str, int] = {}
    for number, placed in enumerate(steps):
        for queue in placed.queues if placed.step.do is Act.WIDEN else ():
            if widened.setdefault(queue, number) != number:
                tree.report(
                    placed.key("do"),
                    f"is a second widening for leads of {queue}: an offer goes to one more queue "
                    "at most; name different queues in `queues`.",
                )


def _remark_after_return(tree: Tree, steps: list[Placed]) -> None:
    for returns in steps:
        if returns.step.do is not Act.RETURN or returns.step.at is None:
            continue
        for later in steps:
            same = later.step.clock is Clock.TOUCH and set(later.queues) <= set(returns.queues)
            if same and later.step.at is not None and later.step.at > returns.step.at:
                tree.remark(
                    later.path,
                    f"is never taken: the lead has gone back to its queue at {returns.step.at}%.",
                )


# -------------------------------------------------------------------------- no effect


def _remark_idle(tree: Tree, queues: Mapping[int, QueueShape]) -> None:
    """A calendar of one's own counts for the touch clock, and for who is asked by name."""
    people = _at(tree, ("people",))
    matters = any(
        queue.touch_hours is Hours.SELLER or queue.assignment.rule is not Assignment.FIRST_TO_CLAIM
        for queue in queues.values()
    )
    if people and not matters:
        tree.remark(
            ("people",),
            "changes nothing: no queue has `touch_hours: seller`, or asks one seller by name.",
        )


def _remark_late_passing(
    tree: Tree, queues: Mapping[int, QueueShape], context: Mapping[str, Any]
) -> None:
    answer = _one(_at(tree, ANSWER), TargetShape, context)
    for number, queue in queues.items():
        passing = queue.assignment.pass_on_after
        if answer is None or passing is None or passing.days or answer.target.days:
            continue
        soonest = min(_may_be_promised(answer, queue.name))
        if passing.time >= soonest:
            tree.remark(
                ("queues", number, "assignment", "pass_on_after"),
                "comes when some answers are late already: write less than the shortest target "
                "of agreement.sales.answer.",
            )


def _may_be_promised(answer: TargetShape, queue: str) -> Iterator[timedelta]:
    """Without what an earlier case promises to all of the same leads of this queue."""
    yield answer.target.time
    earlier: list[CaseShape] = []
    for _, case in answer.placed():
        here = case.model_copy(update={"queue": [queue]})
        if (case.queue and queue not in case.queue) or any(e.covers(here) for e in earlier):
            continue
        earlier.append(case)
        if not case.target.days:
            yield case.target.time
