"""Who was asked about a lead so far, and why: read from its journal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.domain.asked import asks_anew, had_it, same_seller, why_now
from bot.domain.move import Event, Move
from bot.domain.turns import Why
from tests.unit.agreements import PROMISED, stockholm

AT = stockholm("2026-03-02 10:00")
TURN = {"why": "turn"}


def offered(to: str | None = None, why: str = "turn") -> Move:
    return Move(Event.OFFERED, AT, promised=PROMISED, to=to, because={"why": why})


def did(event: Event, by: str | None = None, **more: object) -> Move:
    return replace(Move(event, AT, by), **more)  # type: ignore[arg-type]


def test_whoever_was_asked_or_answered_had_it() -> None:
    """By name, by claiming it, by saying no, and by taking it over."""
    journal = [
        offered("U1"),
        did(Event.PASSED, "U1", to="U2"),
        did(Event.ACCEPTED, "U3"),
        did(Event.TRANSFERRED, "U3", to="U4"),
        did(Event.RELEASED, "U4", promised=PROMISED),
        did(Event.NOT_MINE, "U5"),
        did(Event.OFFERED, "UMAJA", promised=PROMISED),
        did(Event.CONTACTED, "U6"),
    ]
    assert {"U1", "U2", "U3", "U4", "U5"} == had_it(journal)


def test_a_lead_that_slept_is_a_new_one_to_everybody() -> None:
    """Rejected for now, or recycled: who had it may be asked again; a plain no is no sleep."""
    rejected = did(Event.REJECTED, "U1", until=date(2026, 5, 4))
    assert frozenset() == had_it([offered("U1"), rejected])
    assert frozenset() == had_it([offered("U1"), did(Event.ACCEPTED, "U1"), did(Event.RECYCLED)])
    assert {"U1"} == had_it([offered("U1"), did(Event.REJECTED, "U1")])


def test_who_knows_a_sleeping_lead() -> None:
    """Who rejected it for now; or who held it, whoever put it to sleep for them."""
    rejected = did(Event.REJECTED, "U1", until=date(2026, 5, 4))
    excused = did(Event.EXCUSED, "UMAJA")
    recycled = [offered(), did(Event.ACCEPTED, "U2"), did(Event.RECYCLED, "UMAJA")]
    handed = [
        offered(),
        did(Event.ACCEPTED, "U2"),
        did(Event.TRANSFERRED, "U2", to="U3"),
        did(Event.RECYCLED, "U3"),
    ]
    assert "U1" == same_seller([offered(), rejected, excused])
    assert "U2" == same_seller(recycled)
    assert "U3" == same_seller(handed)


def test_nobody_in_particular_knows_a_lead_that_is_awake() -> None:
    """Once it was offered again, or where it never slept, nobody comes first."""
    rejected = did(Event.REJECTED, "U1", until=date(2026, 5, 4))
    assert same_seller([offered(), rejected, offered()]) is None
    assert same_seller([offered(), did(Event.ACCEPTED, "U1")]) is None
    assert same_seller([]) is None


def test_why_it_asks_whom_it_asks_is_told_by_the_last_who_decided_it() -> None:
    """A click, a step or a question in between changes nothing about that."""
    passed = did(Event.PASSED, "U1", because={"why": "nobody_left"})
    assigned = did(Event.ASSIGNED, because={"why": "manager"}, to="U2")
    assert Why.TURN is why_now([offered("U1"), did(Event.POSTED), did(Event.STEPPED)])
    assert Why.NOBODY_LEFT is why_now([offered("U1"), passed, did(Event.STEPPED)])
    assert Why.MANAGER is why_now([offered("U1"), passed, assigned])
    assert Why.EVERYBODY is why_now([Move(Event.OFFERED, AT, promised=PROMISED)])
    assert Why.EVERYBODY is why_now([])
    assert [True, True, False] == [asks_anew(m) for m in (passed, offered(), did(Event.POSTED))]
