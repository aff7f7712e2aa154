"""The tables about colleagues: who is away, whose turn it is, what they are yet to hear, and what
they ask of each other."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.domain.agreement import Clock
from storage.columns import Id, UtcDateTime, Words
from storage.schema import metadata, one_of, part

UNSAID = "said_at IS NULL"
UNANSWERED = "outcome IS NULL"
OUTCOMES = ("agreed", "declined", "withdrawn", "lapsed")

absences = Table(
    "absences",
    metadata,
    Column("person", Text, primary_key=True),
    Column("until", UtcDateTime),  # NULL: until they say that they are back
    Column("said_at", UtcDateTime, nullable=False),
    CheckConstraint("until IS NULL OR until > said_at", "until"),
)

turns = Table(
    "turns",
    metadata,
    Column("queue", Words, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("credit", BigInteger, nullable=False),
)

offers_given = Table(
    "offers_given",
    metadata,
    Column("queue", Words, primary_key=True),
    Column("day", Date, primary_key=True),  # by the queue's calendar
    Column("person", Text, primary_key=True),
    Column("offers", Integer, nullable=False),
    CheckConstraint("offers >= 1", "offers"),
)

nudges = Table(
    "nudges",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person", Text, nullable=False),
    Column("handoff_id", Id, nullable=False),
    Column("round", Integer, nullable=False),
    Column("clock", Text, nullable=False),
    Column("rung", Integer, nullable=False),
    Column("say_at", UtcDateTime, nullable=False),
    Column("late_minutes", Integer, nullable=False),
    Column("said_at", UtcDateTime),
    CheckConstraint(one_of("clock", Clock), "clock"),
    CheckConstraint("rung >= 0 AND late_minutes >= 0", "counts"),
    ForeignKeyConstraint(["handoff_id", "round"], ["offers.handoff_id", "offers.round"]),
    UniqueConstraint("handoff_id", "round", "clock", "rung", "person"),
    part("ix_nudges_unsaid", "say_at", where=UNSAID),
    part("ix_nudges_said", "person", "said_at", where="said_at IS NOT NULL"),
)

signals = Table(
    "signals",
    metadata,
    Column("person", Text, primary_key=True),
    Column("dnd_from", UtcDateTime),
    Column("dnd_until", UtcDateTime),
    Column("away_status", Boolean, nullable=False),
    Column("status_until", UtcDateTime),
    Column("present", Boolean, nullable=False),
    CheckConstraint("dnd_from IS NULL OR dnd_until IS NOT NULL", "dnd"),
)

proposals = Table(
    "proposals",
    metadata,
    Column("id", Id, primary_key=True),
    Column("handoff_id", Id, nullable=False),
    Column("round", Integer, nullable=False),
    Column("giver", Text, nullable=False),
    Column("taker", Text, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("other_handoff_id", Id),
    Column("other_round", Integer),
    Column("asked_by", Text),
    Column("note", Words, nullable=False, server_default=text("''")),
    Column("outcome", Text),
    Column("closed_at", UtcDateTime),
    CheckConstraint("giver <> taker", "two_people"),
    CheckConstraint(
        "(other_handoff_id IS NULL) = (other_round IS NULL)"
        " AND (other_handoff_id IS NULL OR other_handoff_id <> handoff_id)",
        "swap",
    ),
    CheckConstraint(f"outcome IS NULL OR {one_of('outcome', OUTCOMES)}", "outcome"),
    CheckConstraint("(outcome IS NULL) = (closed_at IS NULL)", "closed"),
    ForeignKeyConstraint(["handoff_id", "round"], ["offers.handoff_id", "offers.round"]),
    ForeignKeyConstraint(
        ["other_handoff_id", "other_round"], ["offers.handoff_id", "offers.round"]
    ),
    part("ix_proposals_open", "handoff_id", "id", where=UNANSWERED),
)
