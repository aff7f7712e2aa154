"""The tables. Constraints refuse states that must not exist, whoever writes them."""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)

from bot.domain.agreement import Clock
from bot.domain.detours import MAY_ASK
from bot.domain.handoff import CLOSED, State
from bot.domain.move import Event
from bot.domain.offer import Answer
from storage import colleagues
from storage.columns import Amount, Id, Span, UtcDateTime, Words
from storage.schema import metadata, one_of, part

__all__ = ["colleagues", "metadata"]  # all tables, for whoever makes or compares them

OPEN = "state NOT IN ({})".format(", ".join(f"'{state}'" for state in sorted(CLOSED)))
UNSENT = "state IN ('waiting', 'sending', 'doubt')"
# A card put off for another try keeps its place in the lane, and a newer one may wait behind it:
# that costs one update too many, where merging the two would cost a race.
CARD_WAITS = "state = 'waiting' AND kind = 'card' AND attempts = 0"

ASTRAY = f"state = '{State.NOT_MINE}'"
IN_HAND = f"holder IS NOT NULL AND {OPEN}"
UNANSWERED = "answered_at IS NULL"
DOMAIN_KNOWN = "domain <> ''"

leads = Table(
    "leads",
    metadata,
    Column("id", Id, primary_key=True),
    Column("email", Words, nullable=False),
    Column("system", Words, nullable=False),
    Column("external_id", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("company", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("phone", Words, nullable=False),
    Column("country", Words, nullable=False),
    Column("source", Words, nullable=False),
    Column("campaign", Words, nullable=False),
    Column("tier", Words, nullable=False),
    Column("score", Integer),
    Column("why", Words, nullable=False),
    Column("crm_url", Words, nullable=False),
    Column("extra", JSON, nullable=False),
    Column("domain", Words, nullable=False, server_default=text("''")),
    # Name, company and e-mail without regard to case: SQLite's lower() knows only A to Z.
    Column("search_key", Words, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    part("uq_leads_email", "email", where="email <> ''", unique=True),
    part("ix_leads_domain", "domain", where=DOMAIN_KNOWN),
    part("uq_leads_external", "system", "external_id", where="external_id <> ''", unique=True),
)

terms = Table(
    "terms",
    metadata,
    Column("version", Integer, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("body", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

handoffs = Table(
    "handoffs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("lead_id", Id, ForeignKey("leads.id"), nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("holder", Text),
    Column("clock", Text),
    Column("clock_started_at", UtcDateTime),
    Column("due_at", UtcDateTime),
    Column("next_step_at", UtcDateTime),
    Column("steps_taken", Integer),
    Column("clock_used", Span),
    Column("snoozed_until", UtcDateTime),
    Column("card", Integer, nullable=False),
    Column("moves", Integer, nullable=False),
    Column("also_queue", Text, nullable=False, server_default=text("''")),
    CheckConstraint(one_of("state", State), "state"),
    CheckConstraint(
        "holder IS NULL OR state NOT IN ('offered', 'rejected', 'recycled', 'not_mine')", "holder"
    ),
    CheckConstraint(
        "(clock IS NULL) = (clock_started_at IS NULL)"
        " AND (clock IS NULL) = (due_at IS NULL)"
        " AND (clock IS NULL) = (steps_taken IS NULL)"
        " AND (clock IS NULL) = (clock_used IS NULL)"
        " AND (snoozed_until IS NULL OR clock IS NOT NULL)"
        " AND (next_step_at IS NULL OR clock IS NOT NULL)",
        "clock_whole",
    ),
    CheckConstraint(
        f"clock IS NULL OR (clock = '{Clock.ANSWER}' AND state = '{State.OFFERED}')"
        f" OR (clock = '{Clock.TOUCH}' AND state = '{State.ACCEPTED}')"
        f" OR (clock = '{Clock.QUALIFY}' AND state = '{State.CONTACTED}')"
        f" OR (clock = '{Clock.FEEDBACK}' AND {one_of('state', MAY_ASK)})"
        f" OR (clock = '{Clock.WAKE}' AND state = '{State.RECYCLED}')",
        "clock_fits_state",
    ),
    CheckConstraint("round >= 1 AND card >= 1 AND moves >= 1", "counts"),
    part("uq_handoffs_open", "lead_id", where=OPEN, unique=True),
    part("ix_handoffs_next_step", "next_step_at", where="next_step_at IS NOT NULL"),
    part("ix_handoffs_due", "due_at", where="due_at IS NOT NULL"),
    part("ix_handoffs_holder", "holder", where=IN_HAND),
    part("ix_handoffs_astray", "id", where=ASTRAY),
)

offers = Table(
    "offers",
    metadata,
    Column("handoff_id", Id, ForeignKey("handoffs.id"), primary_key=True),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("queue", Text, nullable=False),
    Column("terms_version", Integer, ForeignKey("terms.version"), nullable=False),
    Column("raised_at", UtcDateTime, nullable=False),
    Column("tier", Words, nullable=False),
    Column("source", Words, nullable=False),
    Column("campaign", Words, nullable=False),
    Column("posted_at", UtcDateTime, index=True),
    Column("answer_due", UtcDateTime),
    Column("answered_at", UtcDateTime),
    Column("answer", Text),
    Column("answered_by", Text),
    Column("answer_spent", Span),
    Column("reason", Words),
    Column("note", Words),
    Column("touch_due", UtcDateTime),
    Column("touched_at", UtcDateTime),
    Column("touch_spent", Span),
    Column("gave_back_at", UtcDateTime),
    Column("sql_at", UtcDateTime),
    Column("opportunity_at", UtcDateTime),
    Column("won_at", UtcDateTime),
    Column("won_amount", Amount),
    Column("lost_at", UtcDateTime),
    Column("disqualified_at", UtcDateTime),
    Column("assignee", Text),
    Column("hours", Words, nullable=False, server_default=text("''")),
    Column("asked_at", UtcDateTime),
    Column("asked_clock", Text),
    Column("asked_by", Text),
    Column("feedback_due", UtcDateTime),
    Column("asked_until", UtcDateTime),
    Column("told_by", Text),
    Column("answer_excused", Words),
    Column("touch_excused", Words),
    Column("qualify_excused", Words),
    Column("feedback_excused", Words),
    Column("taken_over_by", Text),
    CheckConstraint("round >= 1", "round"),
    CheckConstraint(
        "(asked_at IS NULL) = (feedback_due IS NULL)"
        " AND (asked_at IS NOT NULL OR (asked_clock IS NULL AND asked_by IS NULL"
        " AND asked_until IS NULL)) AND (told_by IS NULL OR asked_until IS NOT NULL)",
        "asked",
    ),
    CheckConstraint("(posted_at IS NULL) = (answer_due IS NULL)", "posted"),
    CheckConstraint(f"answer IS NULL OR {one_of('answer', Answer)}", "answer"),
    CheckConstraint(
        "(answered_at IS NULL) = (answer IS NULL)"
        " AND (answered_at IS NULL) = (answer_spent IS NULL)"
        " AND (answered_at IS NOT NULL OR"
        " (answered_by IS NULL AND reason IS NULL AND note IS NULL))",
        "answered",
    ),
    # What follows an acceptance needs one; unknown answers count as none.
    CheckConstraint(
        "coalesce(answer, '') = 'accepted' OR (touch_due IS NULL AND touched_at IS NULL"
        " AND gave_back_at IS NULL AND sql_at IS NULL AND opportunity_at IS NULL"
        " AND won_at IS NULL AND lost_at IS NULL AND disqualified_at IS NULL)",
        "accepted_first",
    ),
    CheckConstraint("touch_spent IS NULL OR touched_at IS NOT NULL", "touched"),
    CheckConstraint(
        "(sql_at IS NULL OR touched_at IS NOT NULL)"
        " AND (opportunity_at IS NULL OR sql_at IS NOT NULL)"
        " AND (won_at IS NULL OR opportunity_at IS NOT NULL)"
        " AND (won_amount IS NULL OR won_at IS NOT NULL)",
        "stages",
    ),
    # Whom an offer asks by name, and what waits for somebody to be asked, in that order.
    part("ix_offers_unanswered", "assignee", "queue", "raised_at", where=UNANSWERED),
    part("ix_offers_asked_at", "asked_at", where="asked_at IS NOT NULL"),
)

journal = Table(
    "journal",
    metadata,
    Column("handoff_id", Id, ForeignKey("handoffs.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("event", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", Text),
    Column("details", JSON, nullable=False),
    CheckConstraint("seq >= 1", "seq"),
    CheckConstraint(one_of("event", Event), "event"),
)

people = Table(
    "people",
    metadata,
    Column("id", Text, primary_key=True),
    Column("handle", Words, nullable=False, index=True),
    Column("name", Words, nullable=False),
    Column("email", Words, nullable=False, index=True),
    Column("time_zone", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("active", Boolean, nullable=False),
)

groups = Table(
    "user_groups",
    metadata,
    Column("id", Text, primary_key=True),
    Column("handle", Words, nullable=False, index=True),
    Column("members", JSON, nullable=False),
)

channels = Table(
    "channels",
    metadata,
    Column("name", Words, primary_key=True),
    Column("id", Text, nullable=False, index=True),
)

lanes = Table(
    "lanes",
    metadata,
    Column("lane", Words, primary_key=True),
    Column("not_before", UtcDateTime),  # workspace time
    Column("leased_until", UtcDateTime),  # wire time
    Column("leased_by", Text),  # the claim it is leased for: outbox id and attempt
    Column("paused_because", Words),
    CheckConstraint("lane <> ''", "lane"),
    CheckConstraint("(leased_until IS NULL) = (leased_by IS NULL)", "lease"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("lane", Words, ForeignKey("lanes.lane"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("handoff_id", Id, ForeignKey("handoffs.id")),
    Column("card_number", Integer),
    Column("payload", JSON, nullable=False),
    Column("queued_at", UtcDateTime, nullable=False),  # workspace time
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("claimed_at", UtcDateTime),  # wire time of the earliest attempt that may have arrived
    Column("lease_until", UtcDateTime),  # wire time
    Column("ts", Text),
    Column("channel", Text),
    Column("reason", Words),
    CheckConstraint(
        one_of("state", ("waiting", "sending", "doubt", "sent", "dropped", "failed")), "state"
    ),
    CheckConstraint("(kind = 'card') = (card_number IS NOT NULL)", "card"),
    CheckConstraint("card_number IS NULL OR handoff_id IS NOT NULL", "card_handoff"),
    CheckConstraint(
        "(claimed_at IS NOT NULL AND lease_until IS NOT NULL) = (state IN ('sending', 'doubt'))"
        " AND (claimed_at IS NULL) = (lease_until IS NULL)",
        "claimed",
    ),
    CheckConstraint("attempts >= 1 OR state IN ('waiting', 'dropped')", "attempts"),
    CheckConstraint("(state = 'sent') = (ts IS NOT NULL)", "sent"),
    CheckConstraint("state NOT IN ('dropped', 'failed') OR reason IS NOT NULL", "reason"),
    part("ix_outbox_unsent", "lane", "id", where=UNSENT),
    part("uq_outbox_card", "handoff_id", "card_number", where=CARD_WAITS, unique=True),
    part("ix_outbox_said", "handoff_id", "kind", where="state = 'sent'"),
)

cards = Table(
    "cards",
    metadata,
    Column("handoff_id", Id, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("round", Integer, nullable=False),
    Column("channel", Text, nullable=False),
    Column("ts", Text, nullable=False),
    Column("permalink", Text, nullable=False),
    CheckConstraint("channel <> '' AND ts <> ''", "posted"),
    ForeignKeyConstraint(["handoff_id", "round"], ["offers.handoff_id", "offers.round"]),
    UniqueConstraint("channel", "ts"),
)

reports = Table(
    "reports",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("channel", Words, nullable=False),
    Column("period", Text, nullable=False),
    Column("starts", UtcDateTime, nullable=False),
    Column("ends", UtcDateTime, nullable=False),
    Column("figures", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("kind", "channel", "period"),
    CheckConstraint("starts < ends", "span"),
)

intake_keys = Table(
    "intake_keys",
    metadata,
    Column("source", Words, primary_key=True),
    Column("key", Words, primary_key=True),
    Column("handoff_id", Id, ForeignKey("handoffs.id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

# The journal only grows: figures are recomputed from it, so nobody rewrites it.
_REFUSE = "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
_APPEND_ONLY = {
    "sqlite": (
        f"CREATE TRIGGER journal_stays BEFORE UPDATE ON journal {_REFUSE}",
        f"CREATE TRIGGER journal_keeps BEFORE DELETE ON journal {_REFUSE}",
    ),
    "postgresql": (
        """CREATE FUNCTION refuse_journal_change() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$""",
        """CREATE TRIGGER journal_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_journal_change()""",
    ),
}
for _dialect, _statements in _APPEND_ONLY.items():
    for _statement in _statements:
        _ddl = DDL(_statement)  # type: ignore[no-untyped-call]
        event.listen(journal, "after_create", _ddl.execute_if(dialect=_dialect))
