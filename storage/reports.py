"""Digests that are, or were, due: one row for each kind, channel and period."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from bot.use_cases.ports import NotFound
from bot.use_cases.records import Report
from storage.statements import for_dialect, insert_if_new
from storage.tables import reports

_OPEN = insert_if_new(reports, "id")
_GET = select(
    reports.c.id,
    reports.c.kind,
    reports.c.channel,
    reports.c.starts,
    reports.c.ends,
    reports.c.figures,
).where(reports.c.id == bindparam("id"))
_EXISTS = select(reports.c.id).where(
    reports.c.kind == bindparam("kind"),
    reports.c.channel == bindparam("channel"),
    reports.c.period == bindparam("period"),
)


class StoredReports:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open(
        self,
        kind: str,
        channel: str,
        period: str,
        starts: datetime,
        ends: datetime,
        figures: Mapping[str, Any],
        now: datetime,
    ) -> Report | None:
        row = {
            "kind": kind,
            "channel": channel,
            "period": period,
            "starts": starts,
            "ends": ends,
            "figures": dict(figures),
            "created_at": now,
        }
        id_ = self._connection.scalar(for_dialect(self._connection, _OPEN), row)
        return Report(id_, kind, channel, starts, ends, figures) if id_ is not None else None

    def exists(self, kind: str, channel: str, period: str) -> bool:
        known = {"kind": kind, "channel": channel, "period": period}
        return self._connection.scalar(_EXISTS, known) is not None

    def get(self, report_id: int) -> Report:
        row = self._connection.execute(_GET, {"id": report_id}).first()
        if row is None:
            raise NotFound(f"There is no report {report_id}.")
        return Report(*row)
