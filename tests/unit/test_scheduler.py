"""The metronome's beat."""

from __future__ import annotations

import pytest

from bot.scheduler import in_turn


def test_a_job_that_fails_keeps_no_other_back() -> None:
    """Reminders are said although an offer could not be made, and the failure is told all the
    same."""
    done: list[str] = []

    def fails() -> None:
        raise LookupError("no such queue")

    beat = in_turn(lambda: done.append("first"), fails, lambda: done.append("last"))
    with pytest.raises(LookupError):
        beat()
    assert ["first", "last"] == done
