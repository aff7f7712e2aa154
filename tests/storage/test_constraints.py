"""Every constraint refuses something: wrong states cannot be written, whoever writes them."""

import pytest
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.domain.agreement import Clock
from bot.domain.messages import Digest
from bot.use_cases.records import Nudge, Proposal, Signal
from storage.tables import leads, metadata
from tests.storage.samples import LANE, MINUTE, NOW, WIRE_NOW, accepted, facts, offered

# By constraint, a change of the rows below that it alone refuses.
WRONG = {
    "uq_leads_email": "UPDATE leads SET email = 'ada1@acme.example' WHERE id = 2",
    "uq_leads_external": "UPDATE leads SET system = 'crm', external_id = '1'",
    "uq_terms_hash": "INSERT INTO terms SELECT 9, hash, body, created_at FROM terms",
    "fk_handoffs_lead_id": "UPDATE handoffs SET lead_id = 99 WHERE id = 1",
    "uq_handoffs_open": "UPDATE handoffs SET lead_id = 1 WHERE id = 2",
    "ck_handoffs_state": "UPDATE handoffs SET state = 'lost in space', clock = NULL,"
    " clock_started_at = NULL, due_at = NULL, next_step_at = NULL, steps_taken = NULL WHERE id = 2",
    "ck_handoffs_holder": "UPDATE handoffs SET holder = 'U1' WHERE id = 2",
    "ck_handoffs_clock_whole": "UPDATE handoffs SET due_at = NULL WHERE id = 1",
    "ck_handoffs_clock_fits_state": "UPDATE handoffs SET clock = 'answer' WHERE id = 1",
    "ck_handoffs_counts": "UPDATE handoffs SET moves = 0 WHERE id = 1",
    "fk_offers_handoff_id": "UPDATE offers SET handoff_id = 99 WHERE handoff_id = 3",
    "fk_offers_terms_version": "UPDATE offers SET terms_version = 99",
    "ck_offers_round": "UPDATE offers SET round = 0 WHERE handoff_id = 2",
    "ck_offers_asked": "UPDATE offers SET told_by = 'U1' WHERE handoff_id = 1",
    "ck_offers_posted": "UPDATE offers SET answer_due = NULL WHERE handoff_id = 1",
    "ck_offers_answer": "UPDATE offers SET answer = 'maybe', touch_due = NULL WHERE handoff_id = 1",
    "ck_offers_answered": "UPDATE offers SET reason = 'no_need' WHERE handoff_id = 2",
    "ck_offers_accepted_first": "UPDATE offers SET lost_at = raised_at WHERE handoff_id = 2",
    "ck_offers_touched": "UPDATE offers SET touch_spent = 1 WHERE handoff_id = 1",
    "ck_offers_stages": "UPDATE offers SET sql_at = posted_at WHERE handoff_id = 1",
    "fk_journal_handoff_id": "INSERT INTO journal SELECT 99, 1, event, at, actor, details"
    " FROM journal WHERE handoff_id = 2",
    "ck_journal_seq": "INSERT INTO journal SELECT 1, 0, event, at, actor, details"
    " FROM journal WHERE handoff_id = 2",
    "ck_journal_event": "INSERT INTO journal SELECT 1, 9, 'eaten', at, actor, details"
    " FROM journal WHERE handoff_id = 2",
    "ck_lanes_lane": "INSERT INTO lanes (lane) VALUES ('')",
    "ck_lanes_lease": "UPDATE lanes SET leased_by = '1.1' WHERE lane = '#mql-handoff'",
    "uq_outbox_key": "UPDATE outbox SET key = 'k'",
    "uq_outbox_card": "UPDATE outbox SET handoff_id = 1 WHERE id = 3",
    "fk_outbox_lane": "UPDATE outbox SET lane = '#nowhere' WHERE id = 1",
    "fk_outbox_handoff_id": "UPDATE outbox SET handoff_id = 99 WHERE id = 1",
    "ck_outbox_state": "UPDATE outbox SET state = 'pigeon', attempts = 1 WHERE id = 1",
    "ck_outbox_card": "UPDATE outbox SET kind = 'digest' WHERE id = 1",
    "ck_outbox_card_handoff": "UPDATE outbox SET handoff_id = NULL WHERE id = 1",
    "ck_outbox_claimed": "UPDATE outbox SET state = 'sending', attempts = 1 WHERE id = 1",
    "ck_outbox_attempts": "UPDATE outbox SET state = 'sent', ts = '1.0' WHERE id = 1",
    "ck_outbox_sent": "UPDATE outbox SET ts = '1.0' WHERE id = 1",
    "ck_outbox_reason": "UPDATE outbox SET state = 'dropped' WHERE id = 1",
    "uq_cards_channel": "INSERT INTO cards SELECT 1, 2, 1, channel, ts, '' FROM cards",
    "fk_cards_handoff_id": "UPDATE cards SET round = 2",
    "ck_cards_posted": "UPDATE cards SET ts = ''",
    "uq_reports_kind": "INSERT INTO reports SELECT 9, kind, channel, period, starts, ends, figures,"
    " created_at FROM reports",
    "ck_reports_span": "UPDATE reports SET ends = starts",
    "fk_intake_keys_handoff_id": "UPDATE intake_keys SET handoff_id = 99",
    "ck_absences_until": "UPDATE absences SET until = said_at",
    "ck_offers_given_offers": "UPDATE offers_given SET offers = 0",
    "uq_nudges_handoff_id": "INSERT INTO nudges SELECT 9, person, handoff_id, round, clock,"
    " rung, say_at, late_minutes, said_at FROM nudges",
    "fk_nudges_handoff_id": "UPDATE nudges SET round = 2",
    "ck_nudges_clock": "UPDATE nudges SET clock = 'cuckoo'",
    "ck_nudges_counts": "UPDATE nudges SET late_minutes = -1",
    "ck_signals_dnd": "UPDATE signals SET dnd_until = NULL",
    "fk_proposals_handoff_id": "UPDATE proposals SET round = 2",
    "fk_proposals_other_handoff_id": "UPDATE proposals SET other_round = 2",
    "ck_proposals_two_people": "UPDATE proposals SET taker = giver",
    "ck_proposals_swap": "UPDATE proposals SET other_round = NULL",
    "ck_proposals_outcome": "UPDATE proposals SET outcome = 'maybe', closed_at = asked_at",
    "ck_proposals_closed": "UPDATE proposals SET outcome = 'agreed'",
}


@pytest.fixture
def filled(books, version):
    """Handoff 1 is accepted and its card is up; handoff 2 is offered; row 3 waits for a third."""
    accepted(books, version, 1)
    offered(books, version, 2)
    third = offered(books, version, 3)
    assert 3 == third.id
    with books.writing() as work:
        work.leads.add(facts(4), NOW)
        work.outbox.put(Digest(1), LANE, NOW)
        work.reports.open("digest", LANE, "2026-W01", NOW, WIRE_NOW, {}, NOW)
        work.intake.remember("form", "k", 1, NOW)
        work.absences.begin("U1", NOW + MINUTE, NOW)
        work.turns.count("nordics", "U1", NOW.date())
        work.nudges.put(Nudge("U1", 1, 1, Clock.TOUCH, 1, NOW))
        work.signals.keep({"U1": Signal(dnd_from=NOW, dnd_until=NOW + MINUTE)})
        work.proposals.add(Proposal(1, 1, "U1", "U2", NOW, other_handoff=2, other_round=1))
        work.commit()
    return books


def refusal(books, wrong):
    """What the database says to a change; None where it takes it."""
    with books._writer.connect() as connection, connection.begin() as transaction:
        try:
            connection.execute(text(wrong))
        except IntegrityError as refused:
            return str(refused)
        finally:
            transaction.rollback()
    return None


def test_every_wrong_state_is_refused(filled):
    """The database itself says no, and which rule it was (SQLite: which kind of rule)."""
    coarse = {"fk": "FOREIGN KEY", "uq": "UNIQUE"} if filled._engine.name == "sqlite" else {}
    rules = {name: coarse.get(name[:2], name) for name in WRONG}
    said = {name: refusal(filled, wrong) for name, wrong in WRONG.items()}

    assert {} == {name: words for name, words in said.items() if rules[name] not in str(words)}


def test_no_constraint_goes_untried():
    """A new constraint comes with an example of what it refuses."""
    named = {
        str(constraint.name)
        for table in metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint | ForeignKeyConstraint | UniqueConstraint)
    }
    unique = {
        str(index.name)
        for table in metadata.tables.values()
        for index in table.indexes
        if index.unique
    }
    assert set(WRONG) == named | unique


@pytest.mark.parametrize("change", ["UPDATE journal SET actor = 'U9'", "DELETE FROM journal"])
def test_the_journal_is_append_only(filled, change):
    """Nobody rewrites what happened, not even by hand."""
    with (
        pytest.raises(DBAPIError, match="append-only"),
        filled._writer.begin() as connection,
    ):
        connection.execute(text(change))


def test_an_error_does_not_say_whom_it_was_about(filled):
    """Errors end in logs: they name the rule that was broken, and no person."""
    with (
        filled._writer.begin() as connection,
        pytest.raises(IntegrityError) as refused,
    ):
        connection.execute(leads.update().where(leads.c.id == 2), {"email": "ada1@acme.example"})

    said = [str(refused.value), repr(refused.value), str(refused.value.orig)]
    assert [] == [words for words in said if "acme.example" in words]
    assert "email" in said[0]
