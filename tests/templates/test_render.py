"""Text for Slack: escaped unless a filter made it, in the reader's language."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import nodes
from jinja2.exceptions import TemplateAssertionError, UndefinedError
from markupsafe import Markup

from bot.delivery import escaping, languages
from bot.delivery.languages import language
from bot.delivery.render import NotJson, Renderer, environment, finalize, link, parsed, plain
from bot.delivery.wording import Words
from bot.domain.messages import RejectionNews
from bot.use_cases.records import Person
from tests.templates import everything
from tests.templates.leads import POSTED, Directory, Shelf, Story, desk

TEMPLATES = Path(__file__).parents[2] / "message_templates"
STOCKHOLM = ZoneInfo("Europe/Stockholm")
SOURCES = sorted(TEMPLATES.rglob("*.j2"))
CALL = re.compile(r"\b[tp]\(\"([a-z_.]+)\"")


def rendered(source: str, reads: str = "en", **values: object) -> str:
    return environment(language(reads), STOCKHOLM).from_string(source).render(values)


@given(st.text(), st.integers(2, 400))
def test_any_text_stays_one_visible_line(text: str, longest: int) -> None:
    """However long or strange, it is cut to size, and cleaning it again changes nothing."""
    cleaned = escaping.clean(text, longest)
    assert escaping.length(cleaned) <= longest
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029]", cleaned)
    assert cleaned == escaping.clean(cleaned, longest)


@given(st.text(alphabet=st.sampled_from('ab *_~`<>&@:#|!\\"\u05d0\U0001f389\n')))
def test_any_text_stays_inside_its_json_string(text: str) -> None:
    """What is written between two quotes is read back as one harmless string."""
    read = json.loads(rendered('["{{ text }}", "{{ text|plain }}"]', text=text))
    assert 2 == len(read)
    assert not re.search(r"[<>*~`]", read[0])


def test_an_emoji_is_never_cut_in_half() -> None:
    """A family of four is shown whole or not at all."""
    family = "👨‍👩‍👧‍👦"
    assert "a…" == escaping.clean("a" + family, 8)
    assert "a" + family == escaping.clean("a" + family, 12)


def test_a_right_to_left_name_keeps_to_itself() -> None:
    """The sentence around it keeps its order."""
    assert "\u2068עדה\u2069 (Acme)" == rendered("{{ who }} (Acme)", who="עדה")


def test_a_forgotten_value_is_an_error() -> None:
    """No message goes out with a hole in it."""
    with pytest.raises(UndefinedError, match="'who' is undefined"):
        rendered("{{ who }}")
    with pytest.raises(UndefinedError, match="no attribute 'name'"):
        rendered("{{ who.name }}", who={})


@pytest.mark.parametrize("value", [None, True, 1.5, Decimal(1), POSTED, ["a"]])
def test_a_value_without_words_is_an_error(value: object) -> None:
    """ "None" and "True" are never said to anybody."""
    with pytest.raises(TypeError, match="has no words"):
        rendered("{{ value }}", value=value)
    with pytest.raises(TypeError, match="has no words"):
        rendered("{{ value|plain }}", value=value)


@pytest.mark.parametrize("name", ["safe", "join", "replace", "format", "tojson", "e"])
def test_no_filter_lifts_the_escaping(name: str) -> None:
    """Only our own filters can make markup."""
    with pytest.raises(TemplateAssertionError):
        rendered("{{ who|" + name + " }}", who="<!channel>")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_templates_join_no_strings(path: Path) -> None:
    """`~` would let foreign text ride along with finished text; templates write side by side."""
    tree = environment(language("en"), STOCKHOLM).parse(path.read_text(encoding="utf-8"))
    assert [] == list(tree.find_all(nodes.Concat))


def test_mentions_are_for_slack_ids_only() -> None:
    """Anybody whom Slack does not know is "someone"; no handle or text becomes a ping."""
    said = rendered("{{ who|mention }}", who=["U0BO", "S0NORDIC", None, "bo", "U0BO> <!channel"])
    assert "<@U0BO>, <!subteam^S0NORDIC>, someone, someone, someone" == said


def test_times_are_in_the_readers_zone_with_the_teams_as_fallback() -> None:
    """Slack shows each reader their own time; elsewhere the team's is written out."""
    at = datetime(2026, 7, 1, 12, 30, tzinfo=UTC)
    said = rendered("{{ at|date }}", at=at)
    assert "<!date^1782909000^{date_short_pretty} at {time}|2026-07-01 14:30 CEST>" == said


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "under 1 min"), (12, "12 min"), (60, "1 h"), (65, "1 h 5 min"), (2880, "48 h")],
)
def test_durations_are_said_in_hours(minutes: int, said: str) -> None:
    """A working day differs from team to team, so days are said in hours."""
    assert said == language("en").duration(timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(12, 15, "12 of 15"), (19, 19, "19 of 19"), (16, 20, "80 % (16 of 20)"), (0, 0, "0 of 0")],
)
def test_few_cases_are_counted(part: int, whole: int, said: str) -> None:
    """Under twenty cases a percentage says more than is known."""
    assert said == language("en").share(part, whole)


def test_money_has_its_currency() -> None:
    """Amounts are read in the reader's way of writing numbers."""
    assert "12,000.50 EUR" == rendered("{{ a|money('EUR') }}", a=Decimal("12000.5"))
    assert "12.000,50 EUR" == rendered("{{ a|money('EUR') }}", "de", a=Decimal("12000.5"))


def test_a_link_keeps_its_label_harmless() -> None:
    """The words of a link cannot end it early."""
    made = json.loads(f'"{link("https://a.example/?b=1&c=2", "x> <!here>|*b*")}"')
    assert "<https://a.example/?b=1&amp;c=2|x&gt; &lt;!here&gt;|∗b∗>" == made


def test_a_finished_text_is_not_escaped_twice() -> None:
    """A macro's result goes through as it is."""
    assert "&amp;" == finalize(Markup("&amp;")) == plain(Markup("&amp;"))
    assert "a &amp; b" == rendered("{% macro m(x) %}{{ x }}{% endmacro %}{{ m(a) }}", a="a & b")


def test_a_template_that_is_no_json_says_where() -> None:
    """Whoever writes a template reads the place, and no lead's name gets into the log."""
    with pytest.raises(NotJson) as broken:
        parsed("notice", '{"text":\n"Ada",}')
    assert str(broken.value).startswith("notice: not JSON once rendered, line 2 column 7: ")
    assert "Ada" not in str(broken.value)


# ---------------------------------------------------------------------- languages


@pytest.mark.parametrize("code", sorted(languages.available()))
def test_every_language_says_everything(code: str) -> None:
    """All languages have the same phrases, with the same things to fill in."""

    def filled(of: str) -> dict[str, set[str]]:
        return {
            key: set(re.findall(r"\{(\w+)\}", phrase))
            for key, phrase in language(of).phrases.items()
        }

    assert filled("en") == filled(code)


@pytest.mark.parametrize("code", sorted(languages.available()))
def test_every_message_renders_in_every_language(code: str) -> None:
    """Nothing is left unsaid, too long or broken in a translation."""
    words = everything.words(code)
    assert len(dict(everything.messages(words))) == len(
        dict(everything.messages(everything.words()))
    )
    assert (
        dict(everything.modals(words)).keys() == dict(everything.modals(everything.words())).keys()
    )
    assert dict(everything.homes(words)).keys() == dict(everything.homes(everything.words())).keys()


@pytest.mark.parametrize("code", sorted(languages.available()))
def test_phrases_are_safe_where_they_stand(code: str) -> None:
    """A phrase holds no raw `&`, and none for plain text holds marks that would be shown."""
    plain_keys = {
        key for path in SOURCES for key in re.findall(r'\bp\("([a-z_.]+)"', path.read_text())
    }
    for key, phrase in language(code).phrases.items():
        assert "&" not in phrase, key
        if key in plain_keys:
            assert not re.search(r"[*_`]", re.sub(r"\{\w+\}", "", phrase)), key


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_templates_ask_for_phrases_that_exist(path: Path) -> None:
    """A key that is misspelt is found here, also on the branch nobody renders."""
    phrases = language("en").phrases
    for key in CALL.findall(path.read_text(encoding="utf-8")):
        known = key in phrases or f"{key}.other" in phrases
        assert known or key.endswith("."), key


def test_people_read_their_own_language() -> None:
    """A DM is in the language of its reader, the channel's in the workspace's."""
    people = Directory()
    people.people = {**people.people, "U0ANNA": Person("U0ANNA", "anna", "Anna", language="sv-SE")}
    dossier = Story().rejected("bad_data", "x").dossier()
    work = cast("Any", Shelf({12: dossier}, people=people))
    words = Words(desk(), "en")
    to_anna = words.render(RejectionNews(12, 1), work, POSTED, to="U0ANNA")
    to_channel = words.render(RejectionNews(12, 1), work, POSTED, to="C0MQL")
    assert to_anna.text != to_channel.text
    assert Words(desk(), "sv").render(RejectionNews(12, 1), work, POSTED).text == to_anna.text


def test_an_unknown_language_is_english() -> None:
    """Somebody whose language Baton does not speak is still told."""
    assert "en" == language("tlh").code
    assert "sv" == language("sv_SE").code


def test_a_renderer_makes_each_language_once() -> None:
    """Templates are compiled at first use, not for every message."""
    renderer = Renderer("Europe/Stockholm")
    assert renderer.language("en-GB") is renderer.language("en")
