"""The queries that run all day use their indexes, so that a long history costs nothing."""

from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import event

from bot.domain import handoff
from bot.domain.messages import Card, Digest, to_payload
from bot.use_cases.records import Parcel
from tests.storage.samples import LEASE, NOW, TERMS, WIRE_NOW, accepted, facts, offered, posted


@contextmanager
def noted(books):
    """The statements that are run meanwhile, with their parameters."""
    seen = []

    def note(connection, cursor, statement, parameters, context, executemany):
        if statement.lstrip().startswith(("SELECT", "UPDATE")) and not executemany:
            seen.append((statement, parameters))

    event.listen(books._writer, "before_cursor_execute", note)
    yield seen
    event.remove(books._writer, "before_cursor_execute", note)


def plans(books, statements):
    """How the database would find the rows; on PostgreSQL as if the tables were large."""
    with books._writer.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            connection.exec_driver_sql("SET LOCAL enable_sort = off")
            explain = "EXPLAIN "
        else:
            explain = "EXPLAIN QUERY PLAN "
        for statement, parameters in statements:
            rows = connection.exec_driver_sql(explain + statement, parameters)
            yield "\n".join(str(row[-1]) for row in rows)


def claim(work):
    assert work.deliveries.claim(NOW, WIRE_NOW, LEASE, 5)


def settle(work):
    (parcel,) = work.deliveries.claim(NOW, WIRE_NOW, LEASE, 1)
    work.deliveries.settle(parcel, "1.0", NOW)


CLAIMED = Parcel(1, "k", "#mql-handoff", Card(1), attempts=1, in_doubt=False, claimed_at=WIRE_NOW)
HOT = {
    "claim": (claim, "ix_outbox_unsent"),
    "next_ready": (lambda work: work.deliveries.next_ready(), "ix_outbox_unsent"),
    "oldest_unsent": (lambda work: work.deliveries.oldest_unsent(), "ix_outbox_unsent"),
    "behind": (
        lambda work: work.deliveries.behind(CLAIMED, ["note"]),
        "ix_outbox_unsent",
    ),
    "said": (
        lambda work: work.deliveries.sent_ts("card", to_payload(Card(1))),
        "ix_outbox_said",
    ),
    "digest_said": (
        lambda work: work.deliveries.sent_ts("digest", to_payload(Digest(1))),
        "ix_outbox_said",
    ),
    "due": (lambda work: work.handoffs.due(NOW, 10), "ix_handoffs_next_step"),
    "next_due": (lambda work: work.handoffs.next_due(), "ix_handoffs_next_step"),
    "held_by": (lambda work: work.handoffs.held_by("U1", 5), "ix_handoffs_holder"),
    "waiting_for": (
        lambda work: work.handoffs.waiting_in(["nordics"], 5, "U1"),
        "ix_handoffs_due",
    ),
    "waiting_in": (lambda work: work.handoffs.waiting_in(["nordics"], 5), "ix_handoffs_due"),
    "asked_in": (
        lambda work: work.handoffs.asked_in(["nordics"], ["spring"], 5),
        "ix_handoffs_due",
    ),
    "astray_in": (lambda work: work.handoffs.astray_in(["nordics"], 5), "ix_handoffs_astray"),
    "overdue_in": (lambda work: work.handoffs.overdue_in(["nordics"], NOW, 5), "ix_handoffs_due"),
    "open_for": (lambda work: work.handoffs.open_for(1), "uq_handoffs_open"),
    "cohort": (
        lambda work: work.handoffs.offers_posted(NOW, NOW + timedelta(days=7)),
        "ix_offers_posted_at",
    ),
    "in_hand": (
        lambda work: work.handoffs.in_hand(["U1", "U2"]),
        ("ix_handoffs_holder", "ix_offers_unanswered"),
    ),
    "wait_for_somebody": (
        lambda work: work.handoffs.wait_for_somebody(["nordics"], 5),
        ("ix_offers_unanswered", "journal"),
    ),
    "offered_to": (lambda work: work.handoffs.offered_to("U1"), "ix_offers_unanswered"),
    "held": (lambda work: work.handoffs.held("U1"), "ix_handoffs_holder"),
    "holders": (
        lambda work: work.handoffs.holders(),
        ("ix_handoffs_holder", "ix_offers_unanswered"),
    ),
    "company_sellers": (
        lambda work: work.handoffs.company_sellers("acme.example", 1),
        ("ix_leads_domain", "ix_handoffs_lead_id"),
    ),
    "company_asked": (
        lambda work: work.handoffs.company_asked("acme.example", 1),
        (),  # by the company, or by what waits for an answer: either is short
    ),
    "journal": (lambda work: work.handoffs.journal(1), "journal"),
    "asked_between": (
        lambda work: work.handoffs.asked_between(NOW, NOW + timedelta(days=7)),
        "ix_offers_asked_at",
    ),
    "broken_between": (
        lambda work: work.handoffs.broken_between(["nordics"], NOW, NOW + timedelta(days=7)),
        "ix_offers_posted_at",
    ),
    "nudges_waiting": (lambda work: work.nudges.waiting(NOW), "ix_nudges_unsaid"),
    "nudges_next_due": (lambda work: work.nudges.next_due(), "ix_nudges_unsaid"),
    "pings_since": (lambda work: work.nudges.pings_since("U1", NOW), "ix_nudges_said"),
    "proposals_open": (lambda work: work.proposals.open_for(1), "ix_proposals_open"),
    "find": (lambda work: work.leads.find(facts()), "uq_leads_email"),
    "seen": (lambda work: work.intake.seen("form", "k"), "intake_keys"),
}


def plans_of(books, query):
    with noted(books) as statements, books.writing() as work:
        query(work)
    return list(plans(books, statements))


def test_hot_queries_use_their_indexes(books, version):
    """However long the history, the cost is that of what is looked for."""
    accepted(books, version, 1)
    offered(books, version, 2)
    found = {name: plans_of(books, query) for name, (query, _) in HOT.items()}

    missed = {
        name: found[name]
        for name, (_, indexes) in HOT.items()
        for index in ([indexes] if isinstance(indexes, str) else indexes)
        if index not in found[name][0]
    }
    assert {} == missed
    walks = {
        (name, table)
        for name, steps in found.items()
        for table in ("leads", "handoffs", "offers", "journal", "outbox", "nudges")
        for plan in steps
        if f"Seq Scan on {table}" in plan or f"SCAN {table}\n" in f"{plan}\n"
    }
    assert set() == walks


def test_a_click_takes_few_statements(books, version):
    """An acceptance is a look, four writes and the message: nothing is read twice."""
    begun = posted(books, version)
    with books.reading() as work:
        work.terms.get(version)
    count = []
    event.listen(books._writer, "before_cursor_execute", lambda *told: count.append(told[2]))
    with books.writing() as work:
        now = work.handoffs.get(begun.id)
        work.handoffs.record(now, handoff.accept(now, 1, "U1", NOW, TERMS))
        work.outbox.put(Card(begun.id), "#mql-handoff", NOW)
        work.commit()

    # On PostgreSQL the lock of the row is one of them.
    assert {"sqlite": 6, "postgresql": 7}[books._engine.name] == len(count)
