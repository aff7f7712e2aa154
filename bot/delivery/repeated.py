"""What waits to be said a second time: after an outage people hear of each promise once."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.agreement import Clock
from bot.domain.messages import (
    Escalation,
    LadderMessage,
    Message,
    Note,
    RaisedAgain,
    Reminder,
    ReminderList,
)
from bot.use_cases.ports import UnitOfWork
from bot.use_cases.records import Parcel

Promise = tuple[int, int, Clock]  # of which handoff and round

_WEIGHT: dict[type[Message], int] = {Note: 0, Reminder: 1, ReminderList: 1, Escalation: 2}
_KINDS = [message.kind for message in _WEIGHT]


def is_said_anew(work: UnitOfWork, parcel: Parcel) -> bool:
    """Does something newer, which says as much to the same people, wait behind it in its lane?"""
    older = parcel.message
    if isinstance(older, RaisedAgain):
        behind = work.deliveries.behind(parcel, [older.kind])
        return any(_is_same_news(newer, older) for newer in behind)
    if type(older) not in _WEIGHT:
        return False
    newer = [each for each in work.deliveries.behind(parcel, _KINDS) if _replaces(each, older)]
    said = {promise for each in newer for promise in _about(each, work)}
    return bool(newer) and said.issuperset(_about(older, work))


def _is_same_news(newer: Message, older: RaisedAgain) -> bool:
    """Both say what is known of the lead when they are said."""
    if not isinstance(newer, RaisedAgain):
        return False
    return newer.handoff == older.handoff and set(older.mention) <= set(newer.mention)


def _replaces(newer: Message, older: Message) -> bool:
    if _WEIGHT[type(newer)] < _WEIGHT[type(older)]:
        return False
    if not isinstance(older, LadderMessage) or not isinstance(newer, LadderMessage):
        return True  # a list: it is one person's, and so is all that waits with it
    return (
        set(older.mention) <= set(newer.mention)
        and older.broadcast <= newer.broadcast
        and (older.card is None) == (newer.card is None)
    )


def _about(message: Message, work: UnitOfWork) -> Iterator[Promise]:
    if isinstance(message, LadderMessage):
        yield message.handoff, message.round, message.clock
    elif isinstance(message, ReminderList):
        for nudge in work.nudges.get(message.nudges):
            yield nudge.handoff, nudge.round, nudge.clock
