"""Transfers and swaps that wait for a colleague's yes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, text, update

from bot.use_cases.ports import Conflict, NotFound
from bot.use_cases.records import Proposal
from storage.colleagues import UNANSWERED, proposals

_ADD = insert(proposals).returning(proposals.c.id)
_ALL = select(
    proposals.c.handoff_id,
    proposals.c.round,
    proposals.c.giver,
    proposals.c.taker,
    proposals.c.asked_at,
    proposals.c.other_handoff_id,
    proposals.c.other_round,
    proposals.c.asked_by,
    proposals.c.note,
    proposals.c.outcome,
    proposals.c.id,
)
_GET = _ALL.where(proposals.c.id == bindparam("id"))
_OPEN_FOR = _ALL.where(proposals.c.handoff_id == bindparam("handoff"), text(UNANSWERED)).order_by(
    proposals.c.id
)
_CLOSE = (
    update(proposals)
    .where(proposals.c.id == bindparam("its_id"), proposals.c.outcome.is_(None))
    .values(outcome=bindparam("said"), closed_at=bindparam("now"))
)


class StoredProposals:
    def __init__(self, connection: Connection, *, locking: bool) -> None:
        self._connection = connection
        self._get = _GET.with_for_update() if locking else _GET
        self._open_for = _OPEN_FOR.with_for_update() if locking else _OPEN_FOR

    def add(self, proposal: Proposal) -> Proposal:
        id_ = self._connection.execute(_ADD, _row(proposal)).scalar_one()
        return replace(proposal, id=id_)

    def get(self, proposal_id: int) -> Proposal:
        row = self._connection.execute(self._get, {"id": proposal_id}).first()
        if row is None:
            raise NotFound(f"There is no proposal {proposal_id}.")
        return Proposal(*row)

    def open_for(self, handoff_id: int) -> list[Proposal]:
        rows = self._connection.execute(self._open_for, {"handoff": handoff_id})
        return [Proposal(*row) for row in rows]

    def close(self, proposal_id: int, outcome: str, now: datetime) -> None:
        """Raises Conflict when it has an outcome already, or never was."""
        told = {"its_id": proposal_id, "said": outcome, "now": now}
        if not self._connection.execute(_CLOSE, told).rowcount:
            raise Conflict(f"Proposal {proposal_id} is not open.")


def _row(proposal: Proposal) -> dict[str, Any]:
    return {
        "handoff_id": proposal.handoff,
        "round": proposal.round,
        "giver": proposal.giver,
        "taker": proposal.taker,
        "asked_at": proposal.asked_at,
        "other_handoff_id": proposal.other_handoff,
        "other_round": proposal.other_round,
        "asked_by": proposal.asked_by,
        "note": proposal.note,
    }
