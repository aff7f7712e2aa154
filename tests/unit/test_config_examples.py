"""The examples that stand behind a # in app.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import Settings, parse

DEFAULT = Path(__file__).parents[2] / "app.yaml"


def read(text: str) -> Settings:
    return parse(text, "app.yaml", {})


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("  # admins:", "  admins:"),
        ("#   always: {", "calendars:\n  always: {"),
        ("    #   assignment: { rule: first_to_claim,", "    assignment: { rule: first_to_claim,"),
        ("    #   assignment: { rule: round_robin,", "    assignment: { rule: round_robin,"),
        ("    #   assignment: { rule: account_owner,", "    assignment: { rule: account_owner,"),
        (
            '# people:\n#   "@erik": { calendar: london }',
            'people:\n  "@erik": { calendar: stockholm }',
        ),
        ("  # free_mail:", "  free_mail:"),
        ("  # metrics:", "  metrics:"),
    ],
)
def test_the_examples_of_the_default_file_can_be_taken(written: str, instead: str) -> None:
    """Whoever takes the # away from an example has a file that is right."""
    text = DEFAULT.read_text(encoding="utf-8")
    assert written in text
    if "calendars" in instead:  # beside the one of the file
        text = text.replace("calendars:\n", "", 1)
    if "assignment" in instead:
        text = text.replace("    assignment: first_to_claim ", "    # assignment:", 1)
    taken = read(text.replace(written, instead, 1))
    unused = "always" in written  # a calendar that no queue names
    assert unused == (read(DEFAULT.read_text(encoding="utf-8")) == taken)


def test_the_targets_of_the_default_files_example_can_be_taken() -> None:
    """The longer example of cases, over two lines, is right as well."""
    text = DEFAULT.read_text(encoding="utf-8")
    start = text.index("  #   answer: { target: 4h, when:")
    example = text[start : text.index("  # `when_tier` says the same", start)]
    plain = "    answer: { target: 4h, when_tier: { A: 30m } }"
    assert plain in text
    cases = read(text.replace(plain, example.replace("  #   ", "    ").replace("  #  ", "     ")))
    target = cases.agreement.terms.answer
    assert ("nordics",) == target.cases[0].queue
    assert ("webinar", "event") == target.cases[1].source
