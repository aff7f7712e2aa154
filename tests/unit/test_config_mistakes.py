"""Every mistake in app.yaml is told at once: where it is, what is wrong, what to write instead."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import ConfigErrors, Settings, load, parse

HERE = Path(__file__).parent / "config"
SMALL = (HERE / "small.yaml").read_text(encoding="utf-8")
CASES = (HERE / "mistakes.txt").read_text(encoding="utf-8")
SIGNS = st.text("-:[]{}\"'%@&*!#$ \n\t,0a\\U", max_size=9)


def read(text: str, **environment: str) -> Settings:
    return parse(text, "app.yaml", environment)


def mistakes(text: str, **environment: str) -> list[str]:
    with pytest.raises(ConfigErrors) as caught:
        read(text, **environment)
    return caught.value.errors


def marked(case: str, mark: str) -> list[str]:
    return [line.removeprefix(f"{mark} ") for line in case.splitlines() if line[:2] == f"{mark} "]


def cases() -> list[tuple[str, list[str]]]:
    """The changed file, and every line it should be answered with."""
    found = []
    for case in CASES.split("\n\n"):
        old, new, expected = ("\n".join(marked(case, mark)) for mark in "-+=")
        if expected:
            assert not old or f"{old}\n" in SMALL, f"small.yaml has no {old!r}"
            text = SMALL.replace(f"{old}\n", f"{new}\n", 1) if old else f"{SMALL}{new}\n"
            found.append((text, expected.splitlines()))
    return found


def test_the_small_file_is_right() -> None:
    """What the cases change has no mistake of its own."""
    assert ["nordics", "rest"] == [queue.name for queue in read(SMALL).queues]


@pytest.mark.parametrize(
    ("text", "expected"), [pytest.param(*case, id=case[1][0].split(": ")[0]) for case in cases()]
)
def test_each_mistake_has_its_line(text: str, expected: list[str]) -> None:
    """One line says where a mistake is, what is wrong, and what to write instead."""
    assert expected == mistakes(text)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("a" * 501, "is 501 characters long: write at most 500."),
        ('"' + "!" * 499 + '"', "is nested too deeply."),
    ],
)
def test_a_condition_nobody_could_read_is_refused(condition: str, expected: str) -> None:
    """A condition stays short enough for two teams to agree on it."""
    text = SMALL.replace("country == 'SE'", condition)
    assert [f"app.yaml:9:11 queues.nordics.when: {expected}"] == mistakes(text)


def test_a_mistake_never_shows_what_was_filled_in() -> None:
    """A secret put into the wrong variable is not printed on the screen."""
    text = SMALL + textwrap.dedent("""\
        database: ${S}
        slack: { api_url: "${S}", mode: "${S}" }
        http: { port: "${S}", host: "${S}" }
        digest: { day: "${S}", at: "${S}", channel: "${S}" }
        """)
    found = mistakes(text, S="Hush Hush <1>")
    keys = "database slack.api_url slack.mode http.port digest.day digest.at digest.channel"
    assert keys.split() == [line.split(" ")[1].rstrip(":") for line in found]
    assert not [line for line in found if "Hush" in line]
    assert [
        (
            'app.yaml:30:15 http.port: "${S}" is not a port: '
            "write a number up to 65535, for example 3000."
        )
    ] == [line for line in found if "http.port" in line]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1:1 The file is empty: start from the app.yaml that comes with Baton."),
        ("# nothing\n", "1:1 The file is empty: start from the app.yaml that comes with Baton."),
        ("just words", '1:1 The file should be keys and values, as "queues: ...".'),
        ("- a\n- b", '1:1 The file should be keys and values, as "queues: ...".'),
        (
            "a:\n  manager: @maja",
            '2:12 This is not YAML: put a value that begins with @ in quotes, as "@maja".',
        ),
        ("a:\n\t- b", "2:1 This is not YAML: indent with spaces, not with tabs."),
        (
            "a: b: c",
            (
                "1:5 This is not YAML: mapping values are not allowed here. "
                "Is there a value with `: ` in it? Put it in quotes."
            ),
        ),
        ("a: [1", "1:6 This is not YAML: a comma or a ] is missing, here or before."),
        (
            "a: [1\nb: 2",
            "1:4 This is not YAML: this [ is not closed by a ], or a comma is missing.",
        ),
        ("a: {b: 1 c: 2}", "1:11 This is not YAML: a comma or a } is missing, here or before."),
        (
            "a:\n  - b: 1\n   c: 2",
            (
                "3:4 This is not YAML: lines that belong together begin with the same number of "
                "spaces, and a dash has a space after it."
            ),
        ),
        (
            "a:\n  - [b, #sales]\n  - c",
            '2:9 This is not YAML: put a value that begins with # in quotes, as "#sales".',
        ),
        (
            'a: "09:00\nb: "@maja"',
            "2:5 This is not YAML: a quotation mark is missing, here or further up.",
        ),
        ('a: 1\nb: "c', "2:4 This is not YAML: this quotation mark is never closed."),
        (
            "a: 1\nchannel sales\nb: 2",
            (
                "2:1 This is not YAML: this line needs a colon with a space after it, as "
                "`channel: sales`."
            ),
        ),
        ("a: *b", '1:4 This is not YAML: put a value that begins with * in quotes, as "*…".'),
        ("a: %b", '1:4 This is not YAML: put a value that begins with % in quotes, as "%…".'),
        ("a: b\nc: \x00", "2:4 This is not YAML: there is a control character here; delete it."),
        ("[" * 1000, "1:1 is nested too deeply to be read."),
    ],
)
def test_a_file_that_is_no_yaml(text: str, expected: str) -> None:
    """What cannot be read at all is one clear line, with the place to look at."""
    assert [f"app.yaml:{expected}"] == mistakes(text)


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    """A wrong path, a folder or another encoding is one clear line too."""
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("title: Försäljning".encode("latin-1"))
    for path, expected in (
        (tmp_path / "none.yaml", "There is no such file; name another by --config."),
        (tmp_path, "This is a folder; name the file in it."),
        (latin, "The file is not UTF-8 text; save it as UTF-8."),
    ):
        with pytest.raises(ConfigErrors) as caught:
            load(path, {})
        assert [f"{path}: {expected}"] == caught.value.errors


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_text_whatever_breaks_the_reader(data: st.DataObject) -> None:
    """Whatever is typed, or lost, in the file: settings or a list of mistakes, nothing else."""
    start = data.draw(st.integers(0, len(SMALL)))
    end = data.draw(st.integers(start, min(len(SMALL), start + 12)))
    text = SMALL[:start] + data.draw(st.one_of(st.text(max_size=8), SIGNS)) + SMALL[end:]
    assert all(re.match(r"app\.yaml:\d+:\d+ \S", line) for line in told(text))


def told(text: str) -> list[str]:
    try:
        read(text)
    except ConfigErrors as refused:
        return refused.errors or ["refused without a word"]
    return []
