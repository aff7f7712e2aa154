"""The first tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.columns import Amount, Id, Span, UtcDateTime, Words

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def where(condition: str) -> dict[str, Any]:
    """The rows that a partial index is over."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    create_channels()
    create_lanes()
    create_leads()
    create_people()
    create_reports()
    create_terms()
    create_user_groups()
    create_handoffs()
    create_intake_keys()
    create_journal()
    create_offers()
    create_outbox()
    create_cards()
    refuse_changes_of_journal()


def create_channels() -> None:
    op.create_table(
        "channels",
        sa.Column("name", Words(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_channels")),
    )
    op.create_index("ix_channels_id", "channels", ["id"])


def create_lanes() -> None:
    op.create_table(
        "lanes",
        sa.Column("lane", Words(), nullable=False),
        sa.Column("not_before", UtcDateTime()),
        sa.Column("leased_until", UtcDateTime()),
        sa.Column("leased_by", sa.Text()),
        sa.Column("paused_because", Words()),
        sa.CheckConstraint("lane <> ''", name=op.f("ck_lanes_lane")),
        sa.CheckConstraint(
            "(leased_until IS NULL) = (leased_by IS NULL)", name=op.f("ck_lanes_lease")
        ),
        sa.PrimaryKeyConstraint("lane", name=op.f("pk_lanes")),
    )


def create_leads() -> None:
    op.create_table(
        "leads",
        sa.Column("id", Id, nullable=False),
        sa.Column("email", Words(), nullable=False),
        sa.Column("system", Words(), nullable=False),
        sa.Column("external_id", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("company", Words(), nullable=False),
        sa.Column("title", Words(), nullable=False),
        sa.Column("phone", Words(), nullable=False),
        sa.Column("country", Words(), nullable=False),
        sa.Column("source", Words(), nullable=False),
        sa.Column("campaign", Words(), nullable=False),
        sa.Column("tier", Words(), nullable=False),
        sa.Column("score", sa.Integer()),
        sa.Column("why", Words(), nullable=False),
        sa.Column("crm_url", Words(), nullable=False),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("search_key", Words(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads")),
    )
    op.create_index("uq_leads_email", "leads", ["email"], unique=True, **where("email <> ''"))
    op.create_index(
        "uq_leads_external",
        "leads",
        ["system", "external_id"],
        unique=True,
        **where("external_id <> ''"),
    )


def create_people() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("handle", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("email", Words(), nullable=False),
        sa.Column("time_zone", Words(), nullable=False),
        sa.Column("language", Words(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )
    op.create_index("ix_people_email", "people", ["email"])
    op.create_index("ix_people_handle", "people", ["handle"])


def create_reports() -> None:
    op.create_table(
        "reports",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", Words(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("starts", UtcDateTime(), nullable=False),
        sa.Column("ends", UtcDateTime(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("starts < ends", name=op.f("ck_reports_span")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("kind", "channel", "period", name=op.f("uq_reports_kind")),
    )


def create_terms() -> None:
    op.create_table(
        "terms",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_terms")),
        sa.UniqueConstraint("hash", name=op.f("uq_terms_hash")),
    )


def create_user_groups() -> None:
    op.create_table(
        "user_groups",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("handle", Words(), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_groups")),
    )
    op.create_index("ix_user_groups_handle", "user_groups", ["handle"])


def create_handoffs() -> None:
    op.create_table(
        "handoffs",
        sa.Column("id", Id, nullable=False),
        sa.Column("lead_id", Id, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("holder", sa.Text()),
        sa.Column("clock", sa.Text()),
        sa.Column("clock_started_at", UtcDateTime()),
        sa.Column("due_at", UtcDateTime()),
        sa.Column("next_step_at", UtcDateTime()),
        sa.Column("steps_taken", sa.Integer()),
        sa.Column("card", sa.Integer(), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            (
                "clock IS NULL OR (clock = 'answer' AND state = 'offered')"
                " OR (clock = 'touch' AND state = 'accepted') OR (clock = 'wake'"
                " AND state = 'recycled')"
            ),
            name=op.f("ck_handoffs_clock_fits_state"),
        ),
        sa.CheckConstraint(
            ("holder IS NULL OR state NOT IN ('offered', 'rejected', 'recycled', 'not_mine')"),
            name=op.f("ck_handoffs_holder"),
        ),
        sa.CheckConstraint(
            (
                "state IN ('offered', 'accepted', 'contacted', 'sql', 'opportunity', 'won', "
                "'lost', 'rejected', 'recycled', 'not_mine', 'disqualified')"
            ),
            name=op.f("ck_handoffs_state"),
        ),
        sa.CheckConstraint(
            (
                "(clock IS NULL) = (clock_started_at IS NULL)"
                " AND (clock IS NULL) = (due_at IS NULL)"
                " AND (clock IS NULL) = (steps_taken IS NULL) AND (next_step_at IS NULL"
                " OR clock IS NOT NULL)"
            ),
            name=op.f("ck_handoffs_clock_whole"),
        ),
        sa.CheckConstraint(
            "round >= 1 AND card >= 1 AND moves >= 1", name=op.f("ck_handoffs_counts")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_handoffs_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoffs")),
    )
    op.create_index("ix_handoffs_holder", "handoffs", ["holder"], **where("holder IS NOT NULL"))
    op.create_index("ix_handoffs_lead_id", "handoffs", ["lead_id"])
    op.create_index(
        "ix_handoffs_next_step", "handoffs", ["next_step_at"], **where("next_step_at IS NOT NULL")
    )
    op.create_index(
        "uq_handoffs_open",
        "handoffs",
        ["lead_id"],
        unique=True,
        **where("state NOT IN ('disqualified', 'lost', 'rejected', 'won')"),
    )


def create_intake_keys() -> None:
    op.create_table(
        "intake_keys",
        sa.Column("source", Words(), nullable=False),
        sa.Column("key", Words(), nullable=False),
        sa.Column("handoff_id", Id, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["handoff_id"], ["handoffs.id"], name=op.f("fk_intake_keys_handoff_id")
        ),
        sa.PrimaryKeyConstraint("source", "key", name=op.f("pk_intake_keys")),
    )


def create_journal() -> None:
    op.create_table(
        "journal",
        sa.Column("handoff_id", Id, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.Text()),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            (
                "event IN ('offered', 'posted', 'raised_again', 'accepted', 'rejected', "
                "'not_mine', 'contacted', 'sql', 'opportunity', 'won', 'lost', "
                "'disqualified', 'released', 'returned', 'recycled', 'stepped', 'held')"
            ),
            name=op.f("ck_journal_event"),
        ),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_journal_seq")),
        sa.ForeignKeyConstraint(
            ["handoff_id"], ["handoffs.id"], name=op.f("fk_journal_handoff_id")
        ),
        sa.PrimaryKeyConstraint("handoff_id", "seq", name=op.f("pk_journal")),
    )


def create_offers() -> None:
    op.create_table(
        "offers",
        sa.Column("handoff_id", Id, nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("terms_version", sa.Integer(), nullable=False),
        sa.Column("raised_at", UtcDateTime(), nullable=False),
        sa.Column("tier", Words(), nullable=False),
        sa.Column("source", Words(), nullable=False),
        sa.Column("campaign", Words(), nullable=False),
        sa.Column("posted_at", UtcDateTime()),
        sa.Column("answer_due", UtcDateTime()),
        sa.Column("answered_at", UtcDateTime()),
        sa.Column("answer", sa.Text()),
        sa.Column("answered_by", sa.Text()),
        sa.Column("answer_spent", Span()),
        sa.Column("reason", Words()),
        sa.Column("note", Words()),
        sa.Column("touch_due", UtcDateTime()),
        sa.Column("touched_at", UtcDateTime()),
        sa.Column("touch_spent", Span()),
        sa.Column("gave_back_at", UtcDateTime()),
        sa.Column("sql_at", UtcDateTime()),
        sa.Column("opportunity_at", UtcDateTime()),
        sa.Column("won_at", UtcDateTime()),
        sa.Column("won_amount", Amount()),
        sa.Column("lost_at", UtcDateTime()),
        sa.Column("disqualified_at", UtcDateTime()),
        sa.CheckConstraint(
            "answer IS NULL OR answer IN ('accepted', 'rejected', 'not_mine')",
            name=op.f("ck_offers_answer"),
        ),
        sa.CheckConstraint(
            (
                "coalesce(answer, '') = 'accepted' OR (touch_due IS NULL"
                " AND touched_at IS NULL AND gave_back_at IS NULL AND sql_at IS NULL"
                " AND opportunity_at IS NULL AND won_at IS NULL AND lost_at IS NULL"
                " AND disqualified_at IS NULL)"
            ),
            name=op.f("ck_offers_accepted_first"),
        ),
        sa.CheckConstraint(
            (
                "(answered_at IS NULL) = (answer IS NULL)"
                " AND (answered_at IS NULL) = (answer_spent IS NULL)"
                " AND (answered_at IS NOT NULL OR (answered_by IS NULL AND reason IS NULL"
                " AND note IS NULL))"
            ),
            name=op.f("ck_offers_answered"),
        ),
        sa.CheckConstraint(
            "(posted_at IS NULL) = (answer_due IS NULL)", name=op.f("ck_offers_posted")
        ),
        sa.CheckConstraint(
            (
                "(sql_at IS NULL OR touched_at IS NOT NULL) AND (opportunity_at IS NULL"
                " OR sql_at IS NOT NULL) AND (won_at IS NULL OR opportunity_at IS NOT NULL)"
                " AND (won_amount IS NULL OR won_at IS NOT NULL)"
            ),
            name=op.f("ck_offers_stages"),
        ),
        sa.CheckConstraint("round >= 1", name=op.f("ck_offers_round")),
        sa.CheckConstraint(
            "touch_spent IS NULL OR touched_at IS NOT NULL", name=op.f("ck_offers_touched")
        ),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoffs.id"], name=op.f("fk_offers_handoff_id")),
        sa.ForeignKeyConstraint(
            ["terms_version"], ["terms.version"], name=op.f("fk_offers_terms_version")
        ),
        sa.PrimaryKeyConstraint("handoff_id", "round", name=op.f("pk_offers")),
    )
    op.create_index("ix_offers_posted_at", "offers", ["posted_at"])


def create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("lane", Words(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("handoff_id", Id),
        sa.Column("card_number", sa.Integer()),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("queued_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_at", UtcDateTime()),
        sa.Column("lease_until", UtcDateTime()),
        sa.Column("ts", sa.Text()),
        sa.Column("channel", sa.Text()),
        sa.Column("reason", Words()),
        sa.CheckConstraint(
            (
                "(claimed_at IS NOT NULL AND lease_until IS NOT NULL) = (state"
                " IN ('sending', 'doubt')) AND (claimed_at IS NULL) = (lease_until IS NULL)"
            ),
            name=op.f("ck_outbox_claimed"),
        ),
        sa.CheckConstraint(
            "(kind = 'card') = (card_number IS NOT NULL)", name=op.f("ck_outbox_card")
        ),
        sa.CheckConstraint("(state = 'sent') = (ts IS NOT NULL)", name=op.f("ck_outbox_sent")),
        sa.CheckConstraint(
            "attempts >= 1 OR state IN ('waiting', 'dropped')", name=op.f("ck_outbox_attempts")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'doubt', 'sent', 'dropped', 'failed')",
            name=op.f("ck_outbox_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('dropped', 'failed') OR reason IS NOT NULL",
            name=op.f("ck_outbox_reason"),
        ),
        sa.CheckConstraint(
            "card_number IS NULL OR handoff_id IS NOT NULL", name=op.f("ck_outbox_card_handoff")
        ),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoffs.id"], name=op.f("fk_outbox_handoff_id")),
        sa.ForeignKeyConstraint(["lane"], ["lanes.lane"], name=op.f("fk_outbox_lane")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    op.create_index("ix_outbox_said", "outbox", ["handoff_id", "kind"], **where("state = 'sent'"))
    op.create_index(
        "ix_outbox_unsent",
        "outbox",
        ["lane", "id"],
        **where("state IN ('waiting', 'sending', 'doubt')"),
    )
    op.create_index(
        "uq_outbox_card",
        "outbox",
        ["handoff_id", "card_number"],
        unique=True,
        **where("state = 'waiting' AND kind = 'card' AND attempts = 0"),
    )


def create_cards() -> None:
    op.create_table(
        "cards",
        sa.Column("handoff_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("ts", sa.Text(), nullable=False),
        sa.Column("permalink", sa.Text(), nullable=False),
        sa.CheckConstraint("channel <> '' AND ts <> ''", name=op.f("ck_cards_posted")),
        sa.ForeignKeyConstraint(
            ["handoff_id", "round"],
            ["offers.handoff_id", "offers.round"],
            name=op.f("fk_cards_handoff_id"),
        ),
        sa.PrimaryKeyConstraint("handoff_id", "number", name=op.f("pk_cards")),
        sa.UniqueConstraint("channel", "ts", name=op.f("uq_cards_channel")),
    )


def refuse_changes_of_journal() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name, change in (("journal_stays", "UPDATE"), ("journal_keeps", "DELETE")):
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {change} ON journal"
                " BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_journal_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER journal_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON journal"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_journal_change()"
    )
