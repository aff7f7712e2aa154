"""Whatever a lead is called, it stays words: no ping, no link, no formatting, no broken message."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.delivery.block_limits import Json
from bot.delivery.words import asking as asking_words
from bot.domain.lead import LeadFacts
from bot.use_cases.records import Person
from tests.templates import everything
from tests.templates.leads import ADA

HOSTILE = {
    "everybody": "<!channel> <!here> <!everyone>",
    "a person": "<@U0BO> and <!subteam^S0NORDIC>",
    "plain mentions": "@channel @here @everyone @bo #general",
    "a link": "<https://evil.example|Acme> https://evil.example <mailto:a@b.example>",
    "a date": "<!date^0^{date}|now>",
    "formatting": "*bold* _italic_ ~gone~ `code` ```block``` *_~",
    "a quote": "> quoted",
    "a quote, escaped": "&gt; quoted &amp; more &lt;!channel&gt;",
    "an emoji code": "Ada :tada: :+1:",
    "quotes": '"Ada" \'Lovelace\' \\ \\" \\u0000 \\n',
    "json": '"}], "text": "taken", "blocks": [{"a": "',
    "jinja": "{{ 7 * 7 }} {% raw %} {# gone #} {who} {0} %s",
    "lines": "Ada\nLovelace\r\n\tthe\u2028first\u2029",
    "controls": "A\x00d\x07a\x1b[31m \x7f\x85\x9f",
    "surrogates": "Ada \ud800 \udfff",
    "right to left": "עדה לאבלייס \u202egnp.exe\u202c \u2067x\u2069",
    "arabic": "آدا لوفلايس",
    "emoji": "👩‍💻👨‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "unseen": "\u200b\u2060\ufeff\u00ad",
    "spaces": "   \t\n ",
    "combining": "Z" + "̴" * 500,
    "very long": "Ada " * 2500,
    "very long, all escaped": "&" * 10_000,
    "very long, all formatting": "*_~`<>@:" * 1250,
    "very long, all emoji": "👩‍💻" * 2500,
    "very long, one word": "x" * 10_000,
}
TOKEN = re.compile(r"<[^>]*>")
UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
EMOJI_CODE = re.compile(r":[a-z0-9_+'-]+:")
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]")


def called(name: str) -> LeadFacts:
    """A lead of which everything that somebody wrote is this text."""
    return replace(
        ADA,
        email=name,
        name=name,
        company=name,
        title=name,
        phone=name,
        country=name,
        source=name,
        campaign=name,
        tier=name,
        why=name,
        crm_url=name,
    )


def text_objects(node: object) -> Iterator[Json]:
    if isinstance(node, list):
        for item in node:
            yield from text_objects(item)
    elif isinstance(node, dict):
        if node.get("type") in ("plain_text", "mrkdwn"):
            yield node
        for value in node.values():
            yield from text_objects(value)


def markup(text: str) -> Counter[str]:
    """All that Slack would act on in a mrkdwn text."""
    tokens = TOKEN.findall(text)
    rest = TOKEN.sub(" ", text)
    marks = [character for character in rest if character in "*~`<>"]
    pings = re.findall(r"(?<![\w.+-])@\w+", rest)
    quotes = re.findall(r"^(?:>|&gt;)", rest, re.MULTILINE)
    found = [*tokens, *marks, *pings, *quotes]
    return Counter(found + UNDERSCORE.findall(rest) + EMOJI_CODE.findall(rest))


def mrkdwn_of(blocks: list[Json]) -> list[str]:
    return [item["text"] for item in text_objects(blocks) if item["type"] == "mrkdwn"]


WORDS = everything.words()
QUIET = dict(everything.messages(WORDS, called("Quiet"), "Quiet"))


@pytest.mark.parametrize("name", HOSTILE)
def test_adds_no_markup(name: str) -> None:
    """A hostile lead gets exactly the markup that a quiet one gets: the template's own."""
    noisy = dict(everything.messages(WORDS, called(HOSTILE[name]), HOSTILE[name]))
    for kind, quiet in QUIET.items():
        said = noisy[kind]
        assert not markup(said.text) - markup(quiet.text), kind
        allowed = sum((markup(text) for text in mrkdwn_of(quiet.blocks)), Counter())
        found = sum((markup(text) for text in mrkdwn_of(said.blocks)), Counter())
        assert not found - allowed, kind


@pytest.mark.parametrize("name", HOSTILE)
def test_is_shown_on_one_line_without_what_nobody_sees(name: str) -> None:
    """No control character, lone surrogate or override of the writing direction gets through."""
    for _kind, said in everything.messages(WORDS, called(HOSTILE[name]), HOSTILE[name]):
        for item in text_objects(said.blocks):
            assert not UNSEEN.search(item["text"].replace("\n", ""))
        assert not UNSEEN.search(said.text.replace("\n", ""))


@pytest.mark.parametrize("name", HOSTILE)
def test_fits_every_modal(name: str) -> None:
    """A form opens whatever the lead is called, and its title and buttons stay ours."""
    quiet = dict(everything.modals(WORDS, called("Quiet")))
    for kind, view in everything.modals(WORDS, called(HOSTILE[name])):
        assert quiet[kind]["title"] == view["title"]
        assert quiet[kind]["callback_id"] == view["callback_id"]
        allowed = sum((markup(text) for text in mrkdwn_of(quiet[kind]["blocks"])), Counter())
        found = sum((markup(text) for text in mrkdwn_of(view["blocks"])), Counter())
        assert allowed == found


@pytest.mark.parametrize("name", HOSTILE)
def test_is_harmless_in_every_home(name: str) -> None:
    """App Home lists a hostile lead like a quiet one: the same markup, nothing unseen, no link."""
    quiet = dict(everything.homes(WORDS, called("Quiet"), "Quiet"))
    for kind, view in everything.homes(WORDS, called(HOSTILE[name]), HOSTILE[name]):
        allowed = sum((markup(text) for text in mrkdwn_of(quiet[kind]["blocks"])), Counter())
        found = sum((markup(text) for text in mrkdwn_of(view["blocks"])), Counter())
        assert not found - allowed, kind
        for item in text_objects(view["blocks"]):
            assert not UNSEEN.search(item["text"].replace("\n", "")), kind
        assert '"url"' not in json.dumps(view), kind


@pytest.mark.parametrize("name", HOSTILE)
def test_never_becomes_a_link(name: str) -> None:
    """A CRM address that is none is shown as words, never behind a button."""
    for _kind, said in everything.messages(WORDS, called(HOSTILE[name]), HOSTILE[name]):
        for block in said.blocks:
            for element in block.get("elements", ()):
                assert "url" not in element


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://crm.example/7",
        "//crm.example/7",
        "https://",
        "https://crm.example/7|<!channel>",
        "https://crm.example/a b",
        "https://crm.example/\u202e",
        "https://crm.example/" + "x" * 3000,
        "https://[::1",
    ],
)
def test_only_web_addresses_open(url: str) -> None:
    """The CRM button is there for http and https only."""
    said = dict(everything.messages(WORDS, replace(ADA, crm_url=url)))
    for rendered in said.values():
        buttons = [item for block in rendered.blocks for item in block.get("elements", ())]
        assert not [button for button in buttons if "url" in button]


def test_a_real_address_opens_unchanged() -> None:
    """The CRM button leads exactly where the CRM said."""
    said = dict(everything.messages(WORDS))["card 1, offered"]
    urls = [
        item["url"] for block in said.blocks for item in block.get("elements", ()) if "url" in item
    ]
    assert [ADA.crm_url] == urls


def test_a_lead_without_a_name_is_still_called_something() -> None:
    """Where nothing readable is known, the lead's number stands for it."""
    said = dict(everything.messages(WORDS, called("\u200b \x00"), ""))["card 1, offered"]
    assert "L-7" == said.blocks[0]["text"]["text"]


@pytest.mark.parametrize(
    ("person", "shown"),
    [
        (Person("U1", "bo", "Bo Ek"), "Bo Ek"),
        (Person("U1", "bo", "\u200b \u00ad"), "bo"),
        (Person("U1", "", " "), "U1"),
    ],
)
def test_a_colleague_is_always_called_something(person: Person, shown: str) -> None:
    """A list with one empty option is a list that Slack shows nobody."""
    assert shown == asking_words.called(person)


def test_an_ordinary_name_is_shown_as_it_is() -> None:
    """Making text harmless does not spoil names, addresses or campaigns."""
    facts = replace(ADA, name="Zoë O’Neil-Дарья 李", campaign="spring_2026_nordics")
    said = dict(everything.messages(WORDS, facts))["card 1, accepted in time"]
    shown = [item["text"] for item in text_objects(said.blocks)]
    assert "Zoë O’Neil-Дарья 李 · Acme AB" == shown[0]
    assert "*Campaign*\nspring_2026_nordics" in shown
    assert "*E-mail*\nada@acme.example" in shown
