"""Messages and views with every block and element, as an app may send them."""

from typing import Any

from tests.playground.tiny_app import button, modal, plain

Json = dict[str, Any]


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def option(label: str, value: str, **more: Any) -> Json:
    return {"text": plain(label), "value": value, **more}


OPTIONS = [option("Nordics", "n"), option("DACH", "d"), option("Iberia", "i")]


def element(kind: str, action_id: str, **more: Any) -> Json:
    return {"type": kind, "action_id": action_id, **more}


def select(action_id: str = "queue", **more: Any) -> Json:
    placeholder = plain("Send to queue")
    return element("static_select", action_id, options=OPTIONS, placeholder=placeholder, **more)


def actions(*elements: Json) -> Json:
    return {"type": "actions", "block_id": "acts", "elements": list(elements)}


def labelled(button_text: str, **more: Any) -> Json:
    return {**button(**more.pop("at", {})), "text": plain(button_text), **more}


def card() -> list[Json]:
    more = element("overflow", "more", options=[option("Open in CRM", "crm"), option("Give", "g")])
    fields = ["*Role*\nHead of Operations", "*Score*\n87 :fire:"]
    return [
        {"type": "header", "text": plain("Ada Lovelace · Analytical Engines AB")},
        {
            "type": "section",
            "text": mrkdwn("Wants a demo of _Faster quotes_ by <!date^1772701200^{time}|nine>"),
            "fields": [mrkdwn(text) for text in fields],
            "accessory": more,
        },
        {"type": "context", "elements": [mrkdwn("Asked 12 min ago · `MQL-1042`")]},
        {"type": "divider"},
        actions(
            labelled("Accept", at={"action_id": "go", "value": "a"}, style="primary"),
            labelled("Reject", at={"action_id": "open", "value": "r"}, style="danger"),
            select(),
        ),
    ]


def rich_text() -> Json:
    def section(*pieces: Json) -> Json:
        return {"type": "rich_text_section", "elements": list(pieces)}

    def text(words: str, **style: bool) -> Json:
        return {"type": "text", "text": words, "style": style}

    def list_of(style: str, *words: str) -> Json:
        items = [section(text(word)) for word in words]
        return {"type": "rich_text_list", "style": style, "elements": items}

    return {
        "type": "rich_text",
        "elements": [
            section(text("Strong ", bold=True), text("plain *stars*"), text("code", code=True)),
            list_of("bullet", "one", "two"),
            list_of("ordered", "first", "second"),
            {"type": "rich_text_quote", "elements": [text("quoted")]},
            {"type": "rich_text_preformatted", "elements": [text("as  it\nstands")]},
        ],
    }


def table() -> Json:
    rows = [["Queue", "Leads"], ["Nordics", "7"], ["DACH", "5"]]
    cells = [[{"type": "raw_text", "text": text} for text in row] for row in rows]
    return {"type": "table", "column_settings": [{}, {"align": "right"}], "rows": cells}


MARKDOWN = """## Week 10
**12** leads, *9* accepted, ~~2~~ lost, see [the report](https://reports.example/10)

| Queue | In time |
|---|---|
| Nordics | 86 % |

- [x] counted
- [ ] checked

1. first
2. second

> so it is

```
as *it* stands
```"""


def everything() -> list[Json]:
    """Blocks and elements beside those of a card."""
    choosers = [
        element("radio_buttons", "radio", options=OPTIONS[:2]),
        element("checkboxes", "ticks", options=OPTIONS[:2]),
        element("multi_static_select", "several", options=OPTIONS),
        element("external_select", "pick", min_query_length=1),
        element("users_select", "who"),
        element("conversations_select", "where"),
        element("datepicker", "day", initial_date="2026-03-09"),
        element("timepicker", "at", initial_time="09:30"),
        element("datetimepicker", "moment"),
    ]
    return [
        rich_text(),
        {"type": "markdown", "text": MARKDOWN},
        table(),
        actions(*choosers),
    ]


def asking(block_id: str, label: str, asked: Json, **more: Any) -> Json:
    return {
        "type": "input", "block_id": block_id, "label": plain(label), "element": asked, **more
    }  # fmt: skip


def big_modal() -> Json:
    """Callback `form`, whose listener looks at note_block/note."""
    return modal(
        "form",
        asking("reason", "Reason", select("reason"), hint=plain("Marketing will read it.")),
        asking("note_block", "Note", element("plain_text_input", "note", multiline=True)),
        asking("day", "Try again on", element("datepicker", "day"), optional=True),
        asking("mail", "E-mail", element("email_text_input", "mail"), optional=True),
        asking("how", "How", element("checkboxes", "how", options=OPTIONS[:2]), optional=True),
    )
