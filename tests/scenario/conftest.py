"""What scenario tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenario.world import World, open_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A whole Baton beside a whole Slack; what it says has to be expected."""
    with open_world(tmp_path) as opened:
        yield opened
        opened.nothing_more()
