"""The agreement in full: clocks that stood still, offers to one, questions, excuses, absences,
turns, reminders in lists, and leads handed to a colleague."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

from storage.columns import Id, Span, UtcDateTime, Words

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CLOCK_WHOLE = (
    "(clock IS NULL) = (clock_started_at IS NULL) AND (clock IS NULL) = (due_at IS NULL)"
    " AND (clock IS NULL) = (steps_taken IS NULL) AND (clock IS NULL) = (clock_used IS NULL)"
    " AND (snoozed_until IS NULL OR clock IS NOT NULL)"
    " AND (next_step_at IS NULL OR clock IS NOT NULL)"
)
CLOCK_FITS_STATE = (
    "clock IS NULL OR (clock = 'answer' AND state = 'offered')"
    " OR (clock = 'touch' AND state = 'accepted')"
    " OR (clock = 'qualify' AND state = 'contacted')"
    " OR (clock = 'feedback' AND state IN ('offered', 'accepted', 'contacted'))"
    " OR (clock = 'wake' AND state = 'recycled')"
)
HELD = "holder IS NOT NULL AND state NOT IN ('disqualified', 'lost', 'rejected', 'won')"
ASKED = (
    "(asked_at IS NULL) = (feedback_due IS NULL)"
    " AND (asked_at IS NOT NULL OR (asked_clock IS NULL AND asked_by IS NULL"
    " AND asked_until IS NULL)) AND (told_by IS NULL OR asked_until IS NOT NULL)"
)
EVENT = (
    "event IN ('offered', 'posted', 'raised_again', 'accepted', 'rejected', 'not_mine', "
    "'contacted', 'sql', 'opportunity', 'won', 'lost', 'disqualified', 'released', 'returned', "
    "'recycled', 'stepped', 'held', 'passed', 'assigned', 'asked', 'told', 'snoozed', "
    "'transferred', 'left', 'excused')"
)
EMPTY = sa.text("''")


def upgrade() -> None:
    leads_know_their_domain()
    clocks_may_stand_still()
    offers_to_one_questions_and_excuses()
    more_may_happen()
    create_absences()
    create_turns()
    create_offers_given()
    create_signals()
    create_nudges()
    create_proposals()


def where(condition: str) -> dict[str, Any]:
    """The rows that a partial index is over."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def altering(table: str) -> Any:
    """SQLite copies the table, which nobody else can see meanwhile; `migrations.upgrade` has
    seen to it that other tables may point to it all the same."""
    return op.batch_alter_table(table, recreate="auto" if is_postgresql() else "always")


def is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def leads_know_their_domain() -> None:
    with altering("leads") as leads:
        leads.add_column(sa.Column("domain", Words(), server_default=EMPTY, nullable=False))
    op.create_index("ix_leads_domain", "leads", ["domain"], **where("domain <> ''"))


def clocks_may_stand_still() -> None:
    with altering("handoffs") as handoffs:
        handoffs.drop_constraint(op.f("ck_handoffs_clock_whole"), type_="check")
        handoffs.drop_constraint(op.f("ck_handoffs_clock_fits_state"), type_="check")
        handoffs.add_column(sa.Column("clock_used", Span()))
    op.execute("UPDATE handoffs SET clock_used = 0 WHERE clock IS NOT NULL")
    op.drop_index("ix_handoffs_holder", "handoffs")
    with altering("handoffs") as handoffs:
        handoffs.add_column(sa.Column("snoozed_until", UtcDateTime()))
        handoffs.add_column(
            sa.Column("also_queue", sa.Text(), server_default=EMPTY, nullable=False)
        )
        handoffs.create_check_constraint(op.f("ck_handoffs_clock_whole"), CLOCK_WHOLE)
        handoffs.create_check_constraint(op.f("ck_handoffs_clock_fits_state"), CLOCK_FITS_STATE)
    op.create_index("ix_handoffs_holder", "handoffs", ["holder"], **where(HELD))
    op.create_index("ix_handoffs_astray", "handoffs", ["id"], **where("state = 'not_mine'"))


def offers_to_one_questions_and_excuses() -> None:
    columns = [
        sa.Column("assignee", sa.Text()),
        sa.Column("hours", Words(), server_default=EMPTY, nullable=False),
        sa.Column("asked_at", UtcDateTime()),
        sa.Column("asked_clock", sa.Text()),
        sa.Column("asked_by", sa.Text()),
        sa.Column("feedback_due", UtcDateTime()),
        sa.Column("asked_until", UtcDateTime()),
        sa.Column("told_by", sa.Text()),
        sa.Column("answer_excused", Words()),
        sa.Column("touch_excused", Words()),
        sa.Column("qualify_excused", Words()),
        sa.Column("feedback_excused", Words()),
        sa.Column("taken_over_by", sa.Text()),
    ]
    with altering("offers") as offers:
        for column in columns:
            offers.add_column(column)
        offers.create_check_constraint(op.f("ck_offers_asked"), ASKED)
    op.create_index(
        "ix_offers_unanswered",
        "offers",
        ["assignee", "queue", "raised_at"],
        **where("answered_at IS NULL"),
    )
    op.create_index("ix_offers_asked_at", "offers", ["asked_at"], **where("asked_at IS NOT NULL"))


def more_may_happen() -> None:
    with altering("journal") as journal:
        journal.drop_constraint(op.f("ck_journal_event"), type_="check")
        journal.create_check_constraint(op.f("ck_journal_event"), EVENT)
    if is_postgresql():
        return
    for name, change in (("journal_stays", "UPDATE"), ("journal_keeps", "DELETE")):
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {change} ON journal"
            " BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        )


def create_absences() -> None:
    op.create_table(
        "absences",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("until", UtcDateTime()),
        sa.Column("said_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("until IS NULL OR until > said_at", name=op.f("ck_absences_until")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_absences")),
    )


def create_turns() -> None:
    op.create_table(
        "turns",
        sa.Column("queue", Words(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("credit", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("queue", "person", name=op.f("pk_turns")),
    )


def create_offers_given() -> None:
    op.create_table(
        "offers_given",
        sa.Column("queue", Words(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("offers", sa.Integer(), nullable=False),
        sa.CheckConstraint("offers >= 1", name=op.f("ck_offers_given_offers")),
        sa.PrimaryKeyConstraint("queue", "day", "person", name=op.f("pk_offers_given")),
    )


def create_signals() -> None:
    op.create_table(
        "signals",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("dnd_from", UtcDateTime()),
        sa.Column("dnd_until", UtcDateTime()),
        sa.Column("away_status", sa.Boolean(), nullable=False),
        sa.Column("status_until", UtcDateTime()),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "dnd_from IS NULL OR dnd_until IS NOT NULL", name=op.f("ck_signals_dnd")
        ),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_signals")),
    )


def of_an_offer(table: str, handoff: str, round_: str) -> SchemaItem:
    return sa.ForeignKeyConstraint(
        [handoff, round_],
        ["offers.handoff_id", "offers.round"],
        name=op.f(f"fk_{table}_{handoff}"),
    )


def create_nudges() -> None:
    op.create_table(
        "nudges",
        sa.Column("id", Id, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("handoff_id", Id, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("say_at", UtcDateTime(), nullable=False),
        sa.Column("late_minutes", sa.Integer(), nullable=False),
        sa.Column("said_at", UtcDateTime()),
        sa.CheckConstraint(
            "clock IN ('answer', 'touch', 'qualify', 'feedback', 'wake')",
            name=op.f("ck_nudges_clock"),
        ),
        sa.CheckConstraint("rung >= 0 AND late_minutes >= 0", name=op.f("ck_nudges_counts")),
        of_an_offer("nudges", "handoff_id", "round"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nudges")),
        sa.UniqueConstraint(
            "handoff_id", "round", "clock", "rung", "person", name=op.f("uq_nudges_handoff_id")
        ),
    )
    op.create_index("ix_nudges_unsaid", "nudges", ["say_at"], **where("said_at IS NULL"))
    op.create_index(
        "ix_nudges_said", "nudges", ["person", "said_at"], **where("said_at IS NOT NULL")
    )


def create_proposals() -> None:
    op.create_table(
        "proposals",
        sa.Column("id", Id, nullable=False),
        sa.Column("handoff_id", Id, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("giver", sa.Text(), nullable=False),
        sa.Column("taker", sa.Text(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("other_handoff_id", Id),
        sa.Column("other_round", sa.Integer()),
        sa.Column("asked_by", sa.Text()),
        sa.Column("note", Words(), server_default=EMPTY, nullable=False),
        sa.Column("outcome", sa.Text()),
        sa.Column("closed_at", UtcDateTime()),
        sa.CheckConstraint("giver <> taker", name=op.f("ck_proposals_two_people")),
        sa.CheckConstraint(
            "(other_handoff_id IS NULL) = (other_round IS NULL)"
            " AND (other_handoff_id IS NULL OR other_handoff_id <> handoff_id)",
            name=op.f("ck_proposals_swap"),
        ),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome IN ('agreed', 'declined', 'withdrawn', 'lapsed')",
            name=op.f("ck_proposals_outcome"),
        ),
        sa.CheckConstraint(
            "(outcome IS NULL) = (closed_at IS NULL)", name=op.f("ck_proposals_closed")
        ),
        of_an_offer("proposals", "handoff_id", "round"),
        of_an_offer("proposals", "other_handoff_id", "other_round"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    )
    op.create_index(
        "ix_proposals_open", "proposals", ["handoff_id", "id"], **where("outcome IS NULL")
    )
