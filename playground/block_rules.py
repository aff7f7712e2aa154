"""Rules over whole messages and views: what one shape alone cannot know."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from playground.block_kit import (
    BLOCKS,
    IN_CONTEXT,
    MARKDOWN_TOTAL,
    MESSAGE_TEXT_TOTAL,
    MOST_BLOCKS,
    MOST_OF_A_KIND,
    SURFACES,
    Problems,
    anything,
    shape,
    string,
    text,
    typed,
)
from playground.errors import SlackError, explained
from playground.state import Json

FileReady = Callable[[Json], bool]

PICTURES = frozenset(IN_CONTEXT) & {"image"}


def elements_of(block: Json) -> Iterator[Json]:
    """The interactive or visual elements inside one block."""
    for holder in (block.get("accessory"), block.get("element")):
        if isinstance(holder, dict):
            yield holder
    elements = block.get("elements")
    if block.get("type") in ("actions", "context", "context_actions") and isinstance(
        elements, list
    ):
        yield from (element for element in elements if isinstance(element, dict))


def check_message_blocks(blocks: Any, file_ready: FileReady) -> list[Json]:
    """The blocks with ids filled in; raises invalid_blocks or msg_blocks_too_long."""
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise SlackError("invalid_blocks_format")
    problems = _problems(blocks, "message")
    if not problems:
        problems += _unready_pictures(blocks, file_ready)
    if problems:
        raise explained("invalid_blocks", problems)
    if sum(_text_lengths(blocks)) > MESSAGE_TEXT_TOTAL:
        raise SlackError("msg_blocks_too_long")
    return with_ids(blocks)


def _problems(blocks: list[Json], surface: str, path: str = "/blocks") -> Problems:
    problems: Problems = []
    if len(blocks) > MOST_BLOCKS[surface]:
        problems.append(f"no more than {MOST_BLOCKS[surface]} items allowed [json-pointer:{path}]")
    rule = typed(BLOCKS, tuple(SURFACES[surface]))
    for number, block in enumerate(blocks):
        rule(block, f"{path}/{number}", problems)
        problems += _inside(block, f"{path}/{number}")
    problems += _duplicates(blocks, path)
    return problems + _totals(blocks, path)


def _inside(block: Json, path: str) -> Problems:
    problems: Problems = []
    if block.get("type") == "section" and not block.get("text") and not block.get("fields"):
        problems.append(f"missing required field: text or fields [json-pointer:{path}]")
    pictures = [element for element in elements_of(block) if element.get("type") in PICTURES]
    if block.get("type") == "image":
        pictures.append(block)
    if any(bool(p.get("image_url")) == bool(p.get("slack_file")) for p in pictures):
        problems.append(f"must have either image_url or slack_file [json-pointer:{path}]")
    for element in elements_of(block):
        if str(element.get("type", "")).endswith("static_select") and (
            bool(element.get("options")) == bool(element.get("option_groups"))
        ):
            problems.append(f"must have either options or option_groups [json-pointer:{path}]")
        if not _initials(element) <= _offered(element):
            problems.append(f"initial option must be one of the options [json-pointer:{path}]")
    return problems


def _initials(element: Json) -> set[str]:
    """None of an external select: its options are not known before somebody asks for them."""
    if str(element.get("type", "")).endswith("external_select"):
        return set()
    initial = [element.get("initial_option"), *_listed(element, "initial_options")]
    return {str(option.get("value")) for option in initial if isinstance(option, dict)}


def _offered(element: Json) -> set[str]:
    groups = _listed(element, "option_groups")
    options = [*_listed(element, "options"), *(o for g in groups for o in _listed(g, "options"))]
    return {str(option.get("value")) for option in options if isinstance(option, dict)}


def _listed(holder: Any, name: str) -> list[Any]:
    found = holder.get(name) if isinstance(holder, dict) else None
    return found if isinstance(found, list) else []


def _duplicates(blocks: list[Json], path: str) -> Problems:
    ids = Counter(block.get("block_id") for block in blocks if block.get("block_id"))
    problems = [
        f"block_id already exists: {name} [json-pointer:{path}]"
        for name, times in ids.items()
        if times > 1
    ]
    for number, block in enumerate(blocks):
        actions = Counter(e.get("action_id") for e in elements_of(block) if e.get("action_id"))
        problems += [
            f"action_id already exists: {name} [json-pointer:{path}/{number}]"
            for name, times in actions.items()
            if times > 1
        ]
    return problems


def _totals(blocks: list[Json], path: str) -> Problems:
    kinds = Counter(str(block.get("type")) for block in blocks)
    problems = [
        f"no more than {most} {kind} allowed [json-pointer:{path}]"
        for kind, most in MOST_OF_A_KIND.items()
        if kinds[kind] > most
    ]
    written = sum(len(str(b.get("text", ""))) for b in blocks if b.get("type") == "markdown")
    if written > MARKDOWN_TOTAL:
        problems.append(f"markdown text exceeds {MARKDOWN_TOTAL} [json-pointer:{path}]")
    return problems


def _unready_pictures(blocks: list[Json], file_ready: FileReady) -> Problems:
    problems: Problems = []
    for number, block in enumerate(blocks):
        for picture in (block, *elements_of(block)):
            reference = picture.get("slack_file")
            if reference is not None and not (
                isinstance(reference, dict) and file_ready(reference)
            ):
                problems.append(f"invalid slack file [json-pointer:/blocks/{number}/slack_file]")
    return problems


def _text_lengths(value: Any) -> Iterator[int]:
    if isinstance(value, list):
        for item in value:
            yield from _text_lengths(item)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name == "text" and isinstance(inner, str):
                yield len(inner)
            else:
                yield from _text_lengths(inner)


def with_ids(blocks: list[Json]) -> list[Json]:
    """A copy in which every block has a block_id and every element an action_id, as Slack does."""
    filled = copy.deepcopy(blocks)
    taken = {block.get("block_id") for block in filled}
    for number, block in enumerate(filled):
        if not block.get("block_id"):
            block["block_id"] = _fresh(f"b{number}", taken)
        for place, element in enumerate(elements_of(block)):
            if element.get("type") not in IN_CONTEXT and not element.get("action_id"):
                element["action_id"] = f"a{number}-{place}"
    return filled


def _fresh(wanted: str, taken: set[Any]) -> str:
    while wanted in taken:
        wanted += "x"
    taken.add(wanted)
    return wanted


VIEW_FIELDS = {
    "private_metadata": string(3000),
    "callback_id": string(255),
    "external_id": string(255),
}
MODAL = shape(
    {"type": string(10), "title": text(24), "blocks": anything},
    {
        **VIEW_FIELDS,
        "close": text(24),
        "submit": text(24),
        "clear_on_close": anything,
        "notify_on_close": anything,
        "submit_disabled": anything,
    },
)
HOME = shape({"type": string(10), "blocks": anything}, VIEW_FIELDS)
MOST_BYTES_OF_A_VIEW = 250 * 1024


def check_view(view: Any, kind: str, size: int) -> Json:
    """The view with ids filled in; raises invalid_arguments or view_too_large."""
    if not isinstance(view, dict):
        raise explained("invalid_arguments", ["must be an object [json-pointer:/view]"])
    if size > MOST_BYTES_OF_A_VIEW:
        raise SlackError("view_too_large")
    if view.get("type") != kind:
        raise explained("invalid_arguments", [f"must be of type {kind} [json-pointer:/view/type]"])
    problems: Problems = []
    (MODAL if kind == "modal" else HOME)(view, "/view", problems)
    blocks = view.get("blocks")
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        problems.append("must be an array [json-pointer:/view/blocks]")
    else:
        problems += _problems(blocks, kind, "/view/blocks")
        asks = any(block.get("type") == "input" for block in blocks)
        if kind == "modal" and asks and not view.get("submit"):
            problems.append("submit is required when there is an input block [json-pointer:/view]")
    if problems:
        raise explained("invalid_arguments", problems)
    return {**copy.deepcopy(view), "blocks": with_ids(view["blocks"])}


MOST_BYTES_OF_METADATA = 1024  # not documented; a size that is safe to rely on


def check_metadata(metadata: Any, size: int) -> Json:
    """Values may be scalars, a flat object, or a list of flat objects."""
    if not isinstance(metadata, dict):
        raise SlackError("invalid_metadata_format")
    event_type, payload = metadata.get("event_type"), metadata.get("event_payload")
    if not isinstance(event_type, str) or not event_type or not isinstance(payload, dict):
        raise SlackError("invalid_metadata_format")
    if not all(_plain(value) or _flat_list(value) for value in payload.values()):
        raise SlackError("invalid_metadata_schema")
    if size > MOST_BYTES_OF_METADATA:
        raise SlackError("metadata_too_large")
    return copy.deepcopy(metadata)


def _scalar(value: Any) -> bool:
    return isinstance(value, (str, int, float, bool))


def _plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_scalar(inner) for inner in value.values())
    return _scalar(value)


def _flat_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(i, dict) and _plain(i) for i in value)
