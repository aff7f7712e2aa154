"""`--clock`: the time of a playground, however its address is written."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.clock import NoClock, WorkspaceClock
from playground import Server, sample_workspace
from playground import WorkspaceClock as PlaygroundClock

THEN = datetime(2026, 3, 11, 12, tzinfo=UTC)


@pytest.fixture
def playground() -> Server:
    return Server(sample_workspace(clock=PlaygroundClock(THEN, paused=True)))


@pytest.mark.parametrize("path", ["", "/", "/playground/clock"])
def test_the_playgrounds_own_address_is_enough(playground: Server, path: str) -> None:
    """What the playground prints can be pasted, and so can the whole address of its clock."""
    with playground:
        assert THEN == WorkspaceClock(playground.url + path)()


def test_a_playground_that_is_gone_is_a_sentence(playground: Server) -> None:
    """Which address, why, and what to look at."""
    with playground:
        read, other = WorkspaceClock(playground.url), WorkspaceClock(playground.api_url)
        with pytest.raises(NoClock, match="does the playground run"):
            other()
    with pytest.raises(NoClock, match=r"/playground/clock \(Connection refused\): does the"):
        read()


@pytest.mark.parametrize("address", ["127.0.0.1:8040", "ftp://playground", "http://["])
def test_an_address_that_is_none_is_a_sentence(address: str) -> None:
    """A typing mistake does not end in a traceback."""
    with pytest.raises(NoClock, match=r"^--clock"):
        WorkspaceClock(address)()
