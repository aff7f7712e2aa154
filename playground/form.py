"""Elements a person fills in: their state, and what a Slack client checks before it sends."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from playground.block_rules import elements_of
from playground.errors import Refused
from playground.state import Json

# element type -> (field of its state, field of its initial value)
STATEFUL = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", "initial_files"),
}
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
URL = re.compile(r"https?://\S+")
TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def placed(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Each element with the block it is in."""
    for block in blocks:
        for element in elements_of(block):
            yield block, element


def initial_values(blocks: list[Json], current: str = "") -> Json:
    """`current`: the conversation a modal was opened in."""
    values: Json = {}
    for block, element in placed(blocks):
        if element.get("type") in STATEFUL:
            field, initial = STATEFUL[element["type"]]
            default: Any = [] if field.endswith("s") else None
            value = copy.deepcopy(element.get(initial, default))
            if element.get("default_to_current_conversation") and current:
                value = [current] if field.endswith("s") else current
            state = {"type": element["type"], field: value}
            values.setdefault(block["block_id"], {})[element["action_id"]] = state
    return values


def find_element(
    blocks: list[Json], action_id: str, block_id: str = "", value: Any = None
) -> tuple[Json, Json]:
    """The block and the element to click; `value` tells buttons of one action_id apart."""
    for block, element in placed(blocks):
        if element.get("action_id") != action_id or block_id not in ("", block.get("block_id")):
            continue
        if element["type"] != "button" or value is None or element.get("value") == str(value):
            return block, element
    raise Refused("action_not_found", f"There is no {action_id!r} to click.")


def find_input(blocks: list[Json], name: str) -> tuple[Json, Json]:
    """By action_id or block_id."""
    for block, element in placed(blocks):
        named = name in (element.get("action_id"), block.get("block_id"))
        if named and element["type"] in STATEFUL:
            return block, element
    raise Refused("no_such_field", f"The modal has no field {name!r}.")


def chosen(element: Json, wanted: Any) -> Json:
    """The state of an element after a person chose or typed `wanted`; None clears it."""
    kind = element["type"]
    field, _ = STATEFUL[kind]
    value: Any
    if field == "selected_option":
        value = None if wanted is None else _option(element, wanted)
    elif field == "selected_options":
        many = wanted if isinstance(wanted, (list, tuple)) else [wanted] if wanted else []
        value = [_option(element, item) for item in many]
    else:
        value = None if wanted is None else WRITTEN.get(kind, lambda given: given)(wanted)
    return {"type": kind, field: value}


def _date(wanted: Any) -> str:
    try:
        return date.fromisoformat(str(wanted)).isoformat()
    except ValueError:
        raise Refused("no_such_date", "Please choose a date, like 2026-03-09.") from None


def _time(wanted: Any) -> str:
    if not TIME.fullmatch(str(wanted)):
        raise Refused("no_such_time", "Please choose a time, like 09:30.")
    return str(wanted)


def _seconds(wanted: Any) -> int:
    """An aware datetime, or seconds since the epoch."""
    if isinstance(wanted, datetime) and wanted.tzinfo is not None:
        return int(wanted.timestamp())
    if isinstance(wanted, int) and len(str(wanted)) == 10:
        return wanted
    raise Refused("no_such_time", "Please choose an instant, in ten digits of seconds.")


WRITTEN: dict[str, Callable[[Any], Any]] = {
    "number_input": str,
    "datepicker": _date,
    "timepicker": _time,
    "datetimepicker": _seconds,
}


def _option(element: Json, wanted: Any) -> Json:
    """By value, or by the text a person reads; of an external select also the option itself."""
    if element["type"].endswith("external_select"):
        if isinstance(wanted, dict):
            return {"text": wanted["text"], "value": str(wanted["value"])}
        wanted = str(wanted)
        return {"text": {"type": "plain_text", "text": wanted, "emoji": True}, "value": wanted}
    groups = element.get("option_groups") or []
    options = [*element.get("options", []), *(o for group in groups for o in group["options"])]
    for option in options:
        if str(wanted) in (option["value"], option["text"]["text"]):
            return dict(copy.deepcopy(option))
    raise Refused("no_such_option", f"There is no choice {wanted!r} here.")


def overflow_choice(element: Json, wanted: str) -> Json:
    return {"type": "overflow", "selected_option": _option(element, wanted)}


def missing_or_wrong(blocks: list[Json], values: Json) -> dict[str, str]:
    """What the client itself would complain about, by block_id."""
    complaints: dict[str, str] = {}
    for block, element in placed(blocks):
        if block.get("type") != "input":
            continue
        state = values.get(block["block_id"], {}).get(element["action_id"], {})
        value = state.get(STATEFUL[element["type"]][0])
        if value in (None, "", []):
            if not block.get("optional"):
                complaints[block["block_id"]] = "Please complete this required field."
        elif complaint := _wrong(element, value):
            complaints[block["block_id"]] = complaint
    return complaints


def _wrong(element: Json, value: Any) -> str:
    kind = element["type"]
    if kind == "plain_text_input":
        return _wrong_length(element, value)
    if kind == "email_text_input" and not EMAIL.fullmatch(value):
        return "Please enter a valid email address."
    if kind == "url_text_input" and not URL.fullmatch(value):
        return "Please enter a valid URL."
    if kind == "number_input":
        return _wrong_number(element, value)
    return ""


def _wrong_length(element: Json, value: str) -> str:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if len(value) < least:
        return f"Please enter at least {least} characters."
    return f"Please enter at most {most} characters." if len(value) > most else ""


def _wrong_number(element: Json, value: str) -> str:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return "Please enter a valid number."
    if not element.get("is_decimal_allowed") and number != number.to_integral_value():
        return "Please enter a whole number."
    least, most = element.get("min_value"), element.get("max_value")
    if least is not None and number < Decimal(least):
        return f"Please enter a number of at least {least}."
    if most is not None and number > Decimal(most):
        return f"Please enter a number of at most {most}."
    return ""
