from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.templates import everything

WORDS = everything.words()
MESSAGES = dict(everything.messages(WORDS))
MODALS = dict(everything.modals(WORDS))
HOMES = dict(everything.homes(WORDS))


@pytest.mark.parametrize("name", MESSAGES)
def test_message(name: str, snapshot: SnapshotAssertion) -> None:
    """What people read changes only when somebody means it to."""
    said = MESSAGES[name]
    assert snapshot == {"text": said.text, "blocks": said.blocks}


@pytest.mark.parametrize("name", MODALS)
def test_modal(name: str, snapshot: SnapshotAssertion) -> None:
    """A form asks for the same until somebody means it to ask for something else."""
    assert snapshot == MODALS[name]


@pytest.mark.parametrize("name", [name for name in HOMES if name != "as much as is ever shown"])
def test_home(name: str, snapshot: SnapshotAssertion) -> None:
    """What people find in App Home changes only when somebody means it to."""
    assert snapshot == HOMES[name]
