"""docs/fairness.md promises much; each promise names the test that shows it."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_test_that_fair_play_names_is_there() -> None:
    """A promise whose test was renamed or lost is found here."""
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs/fairness.md").read_text()))
    files = (file.read_text() for file in (ROOT / "tests").rglob("test_*.py"))
    there = set(re.findall(r"^def (test_\w+)", "\n".join(files), re.MULTILINE))
    assert len(named) > 40
    assert named <= there, sorted(named - there)
