"""The courier's side of the outbox.

A row goes waiting -> sending -> sent, dropped or failed; from sending it may go back to waiting
(certainly not sent) or to doubt (may have arrived). Whoever claims a row leases its lane as well,
so that one message of a lane is in flight, over all processes. A lease that runs out frees the
lane with its row still sending: nobody knows whether it arrived, so it is claimed in doubt.

Lock order: lanes are locked before rows only by `claim`, which never waits; everybody else takes
the row first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, or_, select, text, update

from bot.domain.messages import Card, Message, from_payload
from bot.use_cases.records import Parcel, PostedCard
from storage import cards
from storage.columns import AnyRow, to_json
from storage.tables import UNSENT, lanes, outbox
from storage.tables import cards as posted_cards

_IS_UNSENT = text(UNSENT)
_HEADS = (
    select(outbox.c.lane, func.min(outbox.c.id).label("head"))
    .where(_IS_UNSENT)
    .group_by(outbox.c.lane)
    .subquery("heads")
)
_ROW = (
    outbox.c.id,
    outbox.c.key,
    outbox.c.lane,
    outbox.c.kind,
    outbox.c.payload,
    outbox.c.attempts,
    outbox.c.state,
    outbox.c.claimed_at,
)
_FREE = (
    select(*_ROW)
    .join_from(_HEADS, lanes, lanes.c.lane == _HEADS.c.lane)
    .join(outbox, outbox.c.id == _HEADS.c.head)
    .where(
        lanes.c.paused_because.is_(None),
        or_(lanes.c.not_before.is_(None), lanes.c.not_before <= bindparam("now")),
        or_(lanes.c.leased_until.is_(None), lanes.c.leased_until <= bindparam("wire_now")),
    )
    .order_by(_HEADS.c.head)
    .limit(bindparam("limit"))
    .with_for_update(of=lanes, skip_locked=True, key_share=True)
)
# Looked at again once their lanes are ours: another courier may just have settled one, and a use
# case may hold a card that it is about to change.
_STILL = (
    select(*_ROW)
    .where(outbox.c.id.in_(bindparam("heads", expanding=True)), _IS_UNSENT)
    .order_by(outbox.c.id)
    .with_for_update(skip_locked=True, key_share=True)
)
_TAKE = (
    update(outbox)
    .where(outbox.c.id == bindparam("its_id"))
    .values(
        state="sending",
        attempts=bindparam("attempt"),
        claimed_at=bindparam("since"),
        lease_until=bindparam("until"),
    )
)
_LEASE = update(lanes).where(lanes.c.lane == bindparam("its_lane"))
_UNLEASE = _LEASE.where(lanes.c.leased_by == bindparam("its_claim"))

_ITS_ROW = outbox.c.id == bindparam("its_id")
_SETTLE = update(outbox).where(_ITS_ROW, _IS_UNSENT)
_MOVE = update(outbox).where(
    _ITS_ROW, outbox.c.state == "sending", outbox.c.attempts == bindparam("its_attempt")
)

_OF_HEADS = (
    select(outbox.c.queued_at, lanes.c.not_before)
    .join_from(_HEADS, outbox, outbox.c.id == _HEADS.c.head)
    .join(lanes, lanes.c.lane == outbox.c.lane)
)
# The state not as a parameter: where a partial index might depend on one, SQLite plans the query
# anew each time.
_READY = _OF_HEADS.where(lanes.c.paused_because.is_(None), text("outbox.state = 'waiting'"))
_OLDEST = select(func.min(outbox.c.queued_at)).where(_IS_UNSENT)
_PAUSED = (
    select(lanes.c.lane, lanes.c.paused_because)
    .where(lanes.c.paused_because.is_not(None))
    .order_by(lanes.c.lane)
)
_RESUME = update(lanes).where(lanes.c.paused_because.is_not(None)).values(paused_because=None)
_SAID = select(outbox.c.id, outbox.c.payload, outbox.c.channel, outbox.c.lane, outbox.c.ts).where(
    outbox.c.kind == bindparam("kind"), text("state = 'sent'")
)
_SAID_OF_HANDOFF = _SAID.where(outbox.c.handoff_id == bindparam("handoff"))
_SAID_OF_NONE = _SAID.where(outbox.c.handoff_id.is_(None))

_LANE_OF = (
    select(outbox.c.lane)
    .where(
        outbox.c.handoff_id == bindparam("handoff"),
        outbox.c.kind == Card.kind,
        outbox.c.card_number == bindparam("number"),
        text("state = 'sent'"),
    )
    .order_by(outbox.c.id)
    .limit(1)
)
_BEHIND = (
    select(outbox.c.kind, outbox.c.payload)
    .where(
        outbox.c.lane == bindparam("its_lane"),
        outbox.c.id > bindparam("its_id"),
        _IS_UNSENT,  # for its index
        text("state = 'waiting'"),
        outbox.c.kind.in_(bindparam("kinds", expanding=True)),
    )
    .order_by(outbox.c.id)
)

_POSTED = (
    select(outbox.c.kind, func.count().label("posted"))
    .where(text("state = 'sent'"), outbox.c.kind != Card.kind)
    .group_by(outbox.c.kind)
)
_POSTED_CARDS = select(func.count()).select_from(posted_cards)

_OVER = {"claimed_at": None, "lease_until": None}


class StoredDeliveries:
    def __init__(self, connection: Connection, *, locking: bool) -> None:
        self._connection = connection
        self._locking = locking

    def claim(
        self, now: datetime, wire_now: datetime, lease: timedelta, limit: int
    ) -> list[Parcel]:
        """A row waits for those before it in its lane, whatever keeps them."""
        times = {"now": now, "wire_now": wire_now, "limit": limit}
        rows = self._connection.execute(_FREE, times).all()
        if rows and self._locking:
            rows = self._connection.execute(_STILL, {"heads": [row.id for row in rows]}).all()
        parcels = [_parcel(row, wire_now) for row in rows]
        if parcels:
            self._take(parcels, wire_now + lease)
        return parcels

    def settle(
        self, parcel: Parcel, ts: str, lane_free_at: datetime | None, channel: str = ""
    ) -> None:
        """True even for a courier whose lease has run out meanwhile: what is sent is sent."""
        self._connection.execute(
            _SETTLE, {"its_id": parcel.id, "state": "sent", "ts": ts, "channel": channel, **_OVER}
        )
        self._free_lane(parcel, not_before=lane_free_at)

    def drop(self, parcel: Parcel, why: str) -> None:
        if self._move(parcel, state="dropped", reason=why, **_OVER):
            self._free_lane(parcel)

    def fail(self, parcel: Parcel, why: str) -> None:
        if self._move(parcel, state="failed", reason=why, **_OVER):
            self._free_lane(parcel)

    def put_off(self, parcel: Parcel, until: datetime, why: str) -> None:
        if self._move(parcel, state="waiting", reason=why, **_OVER):
            self._free_lane(parcel, not_before=until)

    def doubt(self, parcel: Parcel, wire_until: datetime) -> None:
        if self._move(parcel, state="doubt", lease_until=wire_until):
            lease = {"leased_until": wire_until, "leased_by": _claim_of(parcel)}
            self._connection.execute(_LEASE, {"its_lane": parcel.lane, **lease})

    def pause(self, parcel: Parcel, why: str) -> None:
        # An attempt in doubt stays so: a broken token could not tell us whether it had arrived.
        if parcel.in_doubt:
            kept = self._move(parcel, state="doubt", reason=why)
        else:
            kept = self._move(parcel, state="waiting", reason=why, **_OVER)
        if kept:
            self._free_lane(parcel, paused_because=why)

    def resume(self, lane: str | None = None) -> int:
        """How many lanes were opened again."""
        which = _RESUME if lane is None else _RESUME.where(lanes.c.lane == lane)
        return self._connection.execute(which).rowcount

    def paused(self) -> dict[str, str]:
        return {row.lane: row.paused_because for row in self._connection.execute(_PAUSED)}

    def oldest_unsent(self) -> datetime | None:
        """When it was queued (workspace time)."""
        oldest: datetime | None = self._connection.scalar(_OLDEST)
        return oldest

    def next_ready(self) -> datetime | None:
        """Lanes that are paused, or wait for wire time (in flight, in doubt), do not count."""
        rows = self._connection.execute(_READY)
        return min((max(queued, free or queued) for queued, free in rows), default=None)

    def lane_of(self, card: Card) -> str | None:
        its = {"handoff": card.handoff, "number": card.number}
        lane: str | None = self._connection.scalar(_LANE_OF, its)
        return lane

    def keep_card(self, handoff_id: int, card: PostedCard) -> None:
        cards.keep(self._connection, handoff_id, card)

    def posted(self) -> dict[str, int]:
        by_kind = {row.kind: row.posted for row in self._connection.execute(_POSTED)}
        return {Card.kind: self._connection.scalar(_POSTED_CARDS) or 0, **by_kind}

    def behind(self, parcel: Parcel, kinds: Sequence[str]) -> list[Message]:
        these = {"its_lane": parcel.lane, "its_id": parcel.id, "kinds": list(kinds)}
        rows = self._connection.execute(_BEHIND, these)
        return [from_payload(row.kind, row.payload) for row in rows]

    def sent_ts(self, kind: str, payload: Mapping[str, Any]) -> tuple[str, str] | None:
        known: dict[str, Any] = {"kind": kind}
        query = _SAID_OF_NONE
        if "handoff" in payload:
            query, known = _SAID_OF_HANDOFF, {**known, "handoff": payload["handoff"]}
        wanted = to_json(payload)
        rows = self._connection.execute(query, known)
        same = [row for row in rows if to_json(row.payload) == wanted]
        last = max(same, key=lambda row: row.id, default=None)
        return (last.channel or last.lane, last.ts) if last else None

    def _take(self, parcels: Sequence[Parcel], until: datetime) -> None:
        taken = [
            {
                "its_id": parcel.id,
                "attempt": parcel.attempts + 1,
                "since": parcel.claimed_at,
                "until": until,
            }
            for parcel in parcels
        ]
        leases = [
            {"its_lane": parcel.lane, "leased_until": until, "leased_by": _claim_of(parcel)}
            for parcel in parcels
        ]
        self._connection.execute(_TAKE, taken)
        self._connection.execute(_LEASE, leases)

    def _move(self, parcel: Parcel, **values: Any) -> bool:
        """False where the claim has run out and the row is somebody else's by now."""
        mine = {"its_id": parcel.id, "its_attempt": parcel.attempts + 1}
        return bool(self._connection.execute(_MOVE, {**mine, **values}).rowcount)

    def _free_lane(self, parcel: Parcel, **values: Any) -> None:
        mine = {"its_lane": parcel.lane, "its_claim": _claim_of(parcel)}
        free = {"leased_until": None, "leased_by": None}
        self._connection.execute(_UNLEASE, {**mine, **free, **values})


def _claim_of(parcel: Parcel) -> str:
    """Names one attempt at one row: a courier that comes back too late frees nobody's lane."""
    return f"{parcel.id}.{parcel.attempts + 1}"


def _parcel(row: AnyRow, wire_now: datetime) -> Parcel:
    return Parcel(
        id=row.id,
        key=row.key,
        lane=row.lane,
        message=from_payload(row.kind, row.payload),
        attempts=row.attempts,
        in_doubt=row.state != "waiting",
        claimed_at=row.claimed_at or wire_now,
    )
