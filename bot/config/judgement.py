"""Checks the file against its shape, and says each mistake at its place in the file."""

from __future__ import annotations

from collections.abc import Mapping
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from bot.config.conditions import judge_conditions
from bot.config.contradictions import judge_contradictions
from bot.config.mistakes import choices
from bot.config.shape import File
from bot.config.times import weekdays
from bot.config.values import kind
from bot.config.yaml_tree import Path, Tree

OF_THE_KEY = "[key]"  # how pydantic marks a mistake in a key itself
LONGEST_QUOTE = 60  # characters
SHOULD_BE = {
    "dict_type": "keys and values",
    "list_type": "a list, as [a, b]",
    "model_type": "keys and values",
    "model_attributes_type": "keys and values",
}


def judged(tree: Tree) -> File | None:
    """None when anything is wrong; then the tree's mistakes say what."""
    calendars = _keys(_inside(tree.data, "calendars"))
    context = {"calendars": calendars, "queues": _named(_inside(tree.data, "queues"))}
    _compare_items(tree)
    judge_conditions(tree)
    judge_contradictions(tree, context)
    for name in calendars:
        _refuse_days_twice(tree, ("calendars", name, "hours"))
    try:
        file = File.model_validate(tree.data, context=context)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_input=True):
            _report(tree, detail)
        return None
    return None if tree.mistakes else file


def _inside(data: object, key: str) -> object:
    return data.get(key) if isinstance(data, dict) else None


def _keys(data: object) -> list[str]:
    return list(data) if isinstance(data, dict) else []


def _named(items: object) -> list[str]:
    names = [_inside(item, "name") for item in (items if isinstance(items, list) else ())]
    return [name.strip() for name in names if isinstance(name, str)]


def _compare_items(tree: Tree) -> None:
    """What only shows when the items of a list stand side by side."""
    queues = _inside(tree.data, "queues")
    agreement = _inside(tree.data, "agreement")
    _refuse_repeats(tree, ("queues",), queues, "name", "queue")
    _refuse_repeats(tree, ("agreement", "reasons"), _inside(agreement, "reasons"), "code", "reason")
    for number, queue in enumerate(queues[:-1] if isinstance(queues, list) else ()):
        if isinstance(queue, dict) and queue.get("when") is None:
            tree.report(
                ("queues", number, "when"),
                "is missing, so no lead would ever reach the queues after this one: "
                "write a condition, or move the queue to the end.",
            )


def _refuse_repeats(tree: Tree, path: Path, items: object, key: str, thing: str) -> None:
    if isinstance(items, list) and not items:
        tree.report(path, f"is empty: write at least one {thing}.")
    seen: set[object] = set()
    for number, item in enumerate(items if isinstance(items, list) else ()):
        named = _inside(item, key)
        if isinstance(named, str) and named in seen:
            tree.report((*path, number, key), f"is taken by another {thing}: give it its own.")
        seen.add(named if isinstance(named, str) else None)


def _refuse_days_twice(tree: Tree, path: Path) -> None:
    taken: dict[int, str] = {}
    for key in [str(place[-1]) for place in tree.keys if place[:-1] == path]:
        for day in weekdays(key) or ():
            if taken.setdefault(day, key) != key:
                message = f'names a day that "{taken[day]}" has already.'
                tree.report((*path, key), message, at_key=True)


def _report(tree: Tree, detail: ErrorDetails) -> None:
    location: Path = tuple(part for part in detail["loc"] if part != OF_THE_KEY)
    path = tree.locate(location)
    if any(path[: n + 1] in tree.wrong for n in range(len(path))):
        return  # follows from a mistake already told
    if detail["type"] == "missing":
        _report_missing(tree, location)
    elif detail["type"] == "extra_forbidden":
        tree.report(path, _unknown_key(location), at_key=True)
    elif detail["type"] == "wrong":
        _report_own(tree, path, detail["ctx"], at_key=OF_THE_KEY in detail["loc"])
    else:
        tree.report(path, _wrong_type(detail))


def _report_own(tree: Tree, path: Path, context: Mapping[str, Any], *, at_key: bool) -> None:
    below = tree.locate((*path, *context["inside"]))
    given = str(below[-1]) if at_key else tree.written.get(below, "this")
    tree.report(below, context["message"].replace("{given}", _quoted(given)), at_key=at_key)


def _quoted(given: str) -> str:
    line = " ".join(given.split())
    shown = line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…"
    return f'"{shown}"'


def _wrong_type(detail: ErrorDetails) -> str:
    expected = SHOULD_BE.get(detail["type"])
    if expected is None:
        return f"{detail['msg']}."
    return f"should be {expected}, but is {kind(detail['input'])}."


def _report_missing(tree: Tree, location: Path) -> None:
    key = str(location[-1])
    path = (*tree.locate(location[:-1]), key)
    examples = _fields_at(location[:-1])[key].examples or []
    written = f"; write for example {key}: {examples[0]}" if examples else "."
    problem = "has no value" if path in tree.values else "is missing"
    tree.report(path, problem + written, at_key=True)


def _unknown_key(location: Path) -> str:
    return f"is not a key here; {choices(_fields_at(location[:-1]), str(location[-1]))}"


def _fields_at(location: Path) -> Mapping[str, FieldInfo]:
    """The keys that the shape has at this place."""
    found: object = File
    for part in location:
        if isinstance(found, type) and issubclass(found, BaseModel):
            found = _plain(found.model_fields[str(part)].annotation)
        else:
            found = _plain(get_args(found)[-1])
    if isinstance(found, type) and issubclass(found, BaseModel):
        return found.model_fields
    return {}


def _plain(annotation: object) -> object:
    """The type itself, without None beside it and validators around it."""
    while hasattr(annotation, "__metadata__"):
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, UnionType):
        return _plain(next(one for one in get_args(annotation) if one is not type(None)))
    return annotation
