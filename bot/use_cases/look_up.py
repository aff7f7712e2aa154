"""Find a lead and its history. Looks only; changes nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.domain.lead import Lead
from bot.use_cases.desk import Desk
from bot.use_cases.records import Dossier

NUMBER = re.compile(r"L-?\d+", re.IGNORECASE | re.ASCII)
SHOWN = 10  # hits in a list; one more is asked for, to say that there are more
LOOKED_THROUGH = 200  # hits, where some of them may be hidden from whoever asks


@dataclass(frozen=True, slots=True)
class Found:
    lead: Lead
    dossier: Dossier | None  # the latest handoff; None for a lead that was never offered


def find(desk: Desk, text: str, reader: str) -> list[Found]:
    """Up to SHOWN + 1 hits for L-12, an e-mail, or part of a name or company; newest first. A lead
    whose name the reader must not see yet is found by its number alone."""
    wanted = text.strip().strip('"“”„').strip()
    if not wanted:
        return []
    by_number = NUMBER.fullmatch(wanted) is not None
    hits: list[Found] = []
    with desk.books.reading() as work:
        for lead in work.leads.search(wanted, LOOKED_THROUGH if _any_blind(desk) else SHOWN + 1):
            latest = work.handoffs.latest_for(lead.id)
            if latest and not by_number and desk.hides(latest, work.people, reader):
                continue
            hits.append(Found(lead, work.handoffs.dossier(latest.id) if latest else None))
            if len(hits) > SHOWN:
                break
    return hits


def _any_blind(desk: Desk) -> bool:
    return any(queue.is_blind for queue in desk.queues)


def dossier(desk: Desk, handoff_id: int) -> Dossier:
    """Raises NotFound."""
    with desk.books.reading() as work:
        return work.handoffs.dossier(handoff_id)
