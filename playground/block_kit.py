"""Block Kit's rules: one table of shapes and limits, and what Slack says when one is broken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any

Problems = list[str]
Rule = Callable[[Any, str, Problems], None]

PLAIN = ("plain_text",)
EITHER = ("plain_text", "mrkdwn")


def _pointer(what: str, path: str) -> str:
    return f"{what} [json-pointer:{path}]"


def string(most: int, least: int = 0) -> Rule:
    def check(value: Any, path: str, problems: Problems) -> None:
        if not isinstance(value, str):
            problems.append(_pointer("must be a string", path))
        elif len(value) > most:
            problems.append(_pointer(f"must be less than {most + 1} characters", path))
        elif len(value) < least:
            problems.append(_pointer(f"must be more than {least - 1} characters", path))

    return check


def readable(read: Callable[[str], object], form: str) -> Rule:
    """A string as long as `form`, which `read` accepts without a ValueError."""

    def check(value: Any, path: str, problems: Problems) -> None:
        try:
            read(value)
        except (TypeError, ValueError):
            problems.append(_pointer(f"must be in the form {form}", path))
        else:
            string(len(form), len(form))(value, path, problems)

    return check


def flag(value: Any, path: str, problems: Problems) -> None:
    if not isinstance(value, bool):
        problems.append(_pointer("must be a boolean", path))


def integer(least: int, most: int) -> Rule:
    def check(value: Any, path: str, problems: Problems) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            problems.append(_pointer("must be an integer", path))
        elif not least <= value <= most:
            problems.append(_pointer(f"must be between {least} and {most}", path))

    return check


def one_of(*values: Any) -> Rule:
    def check(value: Any, path: str, problems: Problems) -> None:
        if value not in values:
            problems.append(_pointer("must be a valid enum value", path))

    return check


def anything(_value: Any, _path: str, _problems: Problems) -> None:
    return None


def items(rule: Rule, most: int, least: int = 1) -> Rule:
    def check(value: Any, path: str, problems: Problems) -> None:
        if not isinstance(value, list):
            problems.append(_pointer("must be an array", path))
            return
        if len(value) > most:
            problems.append(_pointer(f"no more than {most} items allowed", path))
        if len(value) < least:
            problems.append(_pointer(f"must have at least {least} items", path))
        for number, item in enumerate(value):
            rule(item, f"{path}/{number}", problems)

    return check


def shape(required: Mapping[str, Rule], optional: Mapping[str, Rule]) -> Rule:
    known = {**required, **optional}

    def check(value: Any, path: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            problems.append(_pointer("must be an object", path))
            return
        problems += [
            _pointer(f"missing required field: {name}", path)
            for name in required
            if value.get(name) is None
        ]
        for name, inner in value.items():
            if name not in known:
                problems.append(_pointer(f"invalid additional property: {name}", path))
            elif inner is not None:
                known[name](inner, f"{path}/{name}", problems)

    return check


def text(most: int, kinds: tuple[str, ...] = PLAIN) -> Rule:
    return shape(
        {"type": one_of(*kinds), "text": string(most, least=1)},
        {"emoji": flag, "verbatim": flag},
    )


def typed(table: Mapping[str, Rule], allowed: tuple[str, ...] = ()) -> Rule:
    """An object whose `type` picks its rule from the table."""

    def check(value: Any, path: str, problems: Problems) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if kind is None:
            problems.append(_pointer("missing required field: type", path))
        elif kind not in table or (allowed and kind not in allowed):
            problems.append(_pointer(f"unsupported type: {kind}", f"{path}/type"))
        else:
            table[kind](value, path, problems)

    return check


CONFIRM = shape(
    {"title": text(100), "text": text(300, EITHER), "confirm": text(30), "deny": text(30)},
    {"style": one_of("primary", "danger")},
)


def _option(kinds: tuple[str, ...]) -> Rule:
    return shape(
        {"text": text(75, kinds), "value": string(150, least=1)},
        {"description": text(75, kinds), "url": string(3000)},
    )


OPTION = _option(PLAIN)
RICH_OPTION = _option(EITHER)
OPTIONS = items(OPTION, 100)
GROUPS = items(shape({"label": text(75), "options": OPTIONS}, {}), 100)
FILTER = shape(
    {},
    {
        "include": items(one_of("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
)
DISPATCH = shape(
    {}, {"trigger_actions_on": items(one_of("on_enter_pressed", "on_character_entered"), 2)}
)
PICTURE = {"image_url": string(3000, least=1), "slack_file": anything}


def _element(
    required: Mapping[str, Rule], optional: Mapping[str, Rule], *, asks: int | None = 150
) -> Rule:
    shared: dict[str, Rule] = {"action_id": string(255), "confirm": CONFIRM}
    if asks is not None:
        shared |= {"placeholder": text(asks), "focus_on_load": flag}
    return shape({"type": string(50), **required}, {**shared, **optional})


def _selects(multiple: bool) -> dict[str, Rule]:
    prefix = "multi_" if multiple else ""
    many: dict[str, Rule] = {"max_selected_items": integer(1, 100)} if multiple else {}
    ending = "s" if multiple else ""
    ids: Rule = items(string(255), 100, 0) if multiple else string(255)
    chosen: Rule = items(OPTION, 100) if multiple else OPTION
    initial = "initial_options" if multiple else "initial_option"
    url: dict[str, Rule] = {} if multiple else {"response_url_enabled": flag}
    return {
        f"{prefix}static_select": _element(
            {}, {"options": OPTIONS, "option_groups": GROUPS, initial: chosen, **many}
        ),
        f"{prefix}external_select": _element(
            {}, {"min_query_length": integer(0, 1000), initial: chosen, **many}
        ),
        f"{prefix}users_select": _element({}, {f"initial_user{ending}": ids, **many}),
        f"{prefix}conversations_select": _element(
            {},
            {
                f"initial_conversation{ending}": ids,
                "default_to_current_conversation": flag,
                "filter": FILTER,
                **url,
                **many,
            },
        ),
        f"{prefix}channels_select": _element({}, {f"initial_channel{ending}": ids, **url, **many}),
    }


BUTTON = _element(
    {"text": text(75)},
    {
        "value": string(2000),
        "url": string(3000),
        "style": one_of("primary", "danger"),
        "accessibility_label": string(75),
        "agent_prompt": string(4000),
    },
    asks=None,
)
FOCUS: dict[str, Rule] = {"focus_on_load": flag}
TEN_DIGITS = integer(10**9, 10**10 - 1)  # of seconds

ELEMENTS: dict[str, Rule] = {
    "button": BUTTON,
    "workflow_button": anything,
    "feedback_buttons": anything,
    "icon_button": anything,
    "file_input": anything,
    "rich_text_input": anything,
    "image": shape({"type": string(50), "alt_text": string(2000, least=1)}, PICTURE),
    "overflow": _element({"options": items(OPTION, 5)}, {}, asks=None),
    "checkboxes": _element(
        {"options": items(RICH_OPTION, 10)},
        {"initial_options": items(RICH_OPTION, 10), **FOCUS},
        asks=None,
    ),
    "radio_buttons": _element(
        {"options": items(RICH_OPTION, 10)}, {"initial_option": RICH_OPTION, **FOCUS}, asks=None
    ),
    "datepicker": _element({}, {"initial_date": readable(date.fromisoformat, "YYYY-MM-DD")}),
    "timepicker": _element(
        {}, {"initial_time": readable(time.fromisoformat, "HH:mm"), "timezone": string(100)}
    ),
    "datetimepicker": _element({}, {"initial_date_time": TEN_DIGITS, **FOCUS}, asks=None),
    "plain_text_input": _element(
        {},
        {
            "initial_value": string(3000),
            "multiline": flag,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
            "dispatch_action_config": DISPATCH,
        },
    ),
    "email_text_input": _element(
        {}, {"initial_value": string(3000), "dispatch_action_config": DISPATCH}
    ),
    "url_text_input": _element(
        {}, {"initial_value": string(3000), "dispatch_action_config": DISPATCH}
    ),
    "number_input": _element(
        {"is_decimal_allowed": flag},
        {
            "initial_value": string(40),
            "min_value": string(40),
            "max_value": string(40),
            "dispatch_action_config": DISPATCH,
        },
    ),
    **_selects(False),
    **_selects(True),
}
CHOOSERS = tuple(name for name in ELEMENTS if name.endswith("_select"))
PICKERS = ("datepicker", "timepicker", "radio_buttons", "checkboxes")
IN_SECTION = ("button", "image", "overflow", "workflow_button", *CHOOSERS, *PICKERS)
IN_ACTIONS = (
    "button",
    "overflow",
    "workflow_button",
    "datetimepicker",
    *(name for name in CHOOSERS if not name.startswith("multi_")),
    *(name for name in CHOOSERS if name.startswith("multi_")),
    *PICKERS,
)
IN_INPUT = (
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "file_input",
    "rich_text_input",
    "datetimepicker",
    *CHOOSERS,
    *PICKERS,
)
IN_CONTEXT: dict[str, Rule] = {
    "image": ELEMENTS["image"],
    "plain_text": text(3000),
    "mrkdwn": text(3000, EITHER),
}
RICH = typed(
    dict.fromkeys(
        ("rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"),
        anything,
    )
)


def _block(required: Mapping[str, Rule], optional: Mapping[str, Rule]) -> Rule:
    return shape({"type": string(50), **required}, {"block_id": string(255), **optional})


BLOCKS: dict[str, Rule] = {
    "section": _block(
        {},
        {
            "text": text(3000, EITHER),
            "fields": items(text(2000, EITHER), 10),
            "accessory": typed(ELEMENTS, IN_SECTION),
            "expand": flag,
        },
    ),
    "actions": _block({"elements": items(typed(ELEMENTS, IN_ACTIONS), 25)}, {}),
    "context": _block({"elements": items(typed(IN_CONTEXT), 10)}, {}),
    "divider": _block({}, {}),
    "header": _block({"text": text(150)}, {"level": integer(1, 4)}),
    "image": _block({"alt_text": string(2000, least=1)}, {"title": text(2000), **PICTURE}),
    "input": _block(
        {"label": text(2000), "element": typed(ELEMENTS, IN_INPUT)},
        {"hint": text(2000), "optional": flag, "dispatch_action": flag},
    ),
    "markdown": _block({"text": string(12_000, least=1)}, {}),
    "rich_text": _block({"elements": items(RICH, 1000, 0)}, {}),
    "table": _block(
        {"rows": items(items(anything, 20), 100)}, {"column_settings": items(anything, 20, 0)}
    ),
    **dict.fromkeys(
        [
            "alert",
            "card",
            "carousel",
            "container",
            "context_actions",
            "data_table",
            "data_visualization",
            "file",
            "plan",
            "task_card",
            "video",
        ],
        anything,
    ),
}
SURFACES: dict[str, frozenset[str]] = {
    "message": frozenset(BLOCKS) - {"alert"},
    "modal": frozenset(
        [
            "actions",
            "alert",
            "card",
            "context",
            "divider",
            "header",
            "image",
            "input",
            "rich_text",
            "section",
            "video",
        ]
    ),
    "home": frozenset(
        [
            "actions",
            "card",
            "carousel",
            "container",
            "context",
            "data_table",
            "data_visualization",
            "divider",
            "header",
            "image",
            "input",
            "rich_text",
            "section",
            "table",
            "video",
        ]
    ),
}
MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}
MOST_OF_A_KIND = {"table": 1, "data_visualization": 2}
MARKDOWN_TOTAL = 12_000
# Slack has an undocumented ceiling near 12,000 to 13,000 for all text in a message's blocks.
MESSAGE_TEXT_TOTAL = 12_000
