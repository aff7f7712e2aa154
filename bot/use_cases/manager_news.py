"""What the manager of a queue must hear, because it is theirs to decide."""

from __future__ import annotations

from datetime import datetime

from bot.domain.messages import Message
from bot.use_cases.desk import Desk
from bot.use_cases.ports import UnitOfWork


def tell_manager(desk: Desk, work: UnitOfWork, queue: str, news: Message, now: datetime) -> None:
    """In private. Whom the directory does not know waits in the outbox by name until it does."""
    for person in sorted(desk.managers(work.people, queue)) or [desk.queue(queue).manager]:
        work.outbox.put(news, person, now)
