"""The words of a message as a person reads them, and whom it mentions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from playground.state import Json, Message

MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
GROUP = re.compile(r"<!subteam\^(S[A-Z0-9]+)(?:\|[^>]*)?>")
EVERYBODY = re.compile(r"<!(channel|here|everyone)(?:\|[^>]*)?>")


def words_of(message: Message) -> str:
    """The blocks' text where there are blocks, else the text; attachments and files at the end."""
    body = block_words(message.blocks) if message.blocks else message.text
    if message.blocks and message.files:
        body = f"{message.text}\n{body}".strip()
    extra = [*_lines(message.attachments), *(file.get("title", "") for file in message.files)]
    return "\n".join(part for part in (body, *extra) if part)


def block_words(blocks: list[Json]) -> str:
    return "\n".join(line for line in _lines(blocks) if line)


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _lines(item)
    elif isinstance(value, dict):
        yield from _own_words(value)
        for name in ("title", "text", "fields", "label", "hint", "elements", "accessory", "rows"):
            inner = value.get(name)
            if isinstance(inner, (dict, list)):
                yield from _lines(inner)


def _own_words(value: Json) -> Iterator[str]:
    kind = value.get("type")
    if isinstance(value.get("text"), str):
        yield value["text"]
    if isinstance(value.get("alt_text"), str):
        yield value["alt_text"]
    if kind == "user":
        yield f"<@{value.get('user_id')}>"
    if kind == "usergroup":
        yield f"<!subteam^{value.get('usergroup_id')}>"
    if kind == "broadcast":
        yield f"<!{value.get('range')}>"
    if kind == "link" and "text" not in value:
        yield str(value.get("url", ""))


def mentioned(words: str) -> tuple[set[str], set[str], bool]:
    """User ids, group ids, and whether everybody is called."""
    return set(MENTION.findall(words)), set(GROUP.findall(words)), bool(EVERYBODY.search(words))
