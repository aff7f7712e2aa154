"""What is queued reaches people once, in order, as it is true at that moment; or somebody hears why
not. The courier runs against a real database and a real playground."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.delivery.posted_cards import instant_of
from bot.domain.agreement import Clock
from bot.domain.handoff import Event, Move, State
from bot.domain.messages import (
    Card,
    Digest,
    DigestBreakdown,
    Escalation,
    RaisedAgain,
    RejectionNews,
    Reminder,
)
from bot.use_cases import answer, follow_up
from playground import Seen
from tests.scenario.office import START, Office, open_office

CHANNEL = "#mql-handoff"
HISTORY_SCOPES = ("channels:history", "groups:history", "im:history", "mpim:history")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


def reminder(handoff: int, **more: object) -> Reminder:
    return Reminder(handoff, round=1, clock=Clock.ANSWER, percent=80, **more)  # type: ignore[arg-type]


def erik(office: Office) -> str:
    return str(office.workspace.user("@erik").id)


def errors_in(logs: Iterable[Mapping[str, object]]) -> list[object]:
    return [line["action"] for line in logs if line["log_level"] == "error"]


# ---------------------------------------------------------------------------- cards


def test_a_card_is_posted_and_its_clock_starts_at_slacks_own_time(office: Office) -> None:
    """The four hours count from the moment the team could see the card."""
    lead = office.lead()
    office.later(seconds=90)
    assert office.handoff(lead).clock is None

    office.deliver()

    card = office.card(lead)
    assert card is not None
    assert ["card 1 of 1: offered"] == office.channel()
    assert (
        office.handoff(lead).offer.posted_at == instant_of(card.ts) >= START + timedelta(seconds=90)
    )
    assert office.handoff(lead).offer.answer_due == instant_of(card.ts) + timedelta(hours=4)
    assert card.permalink.startswith("http")


def test_a_change_is_shown_on_the_same_card(office: Office) -> None:
    """A lead has one card, and the card says how it stands."""
    lead = office.lead()
    office.deliver()
    answer.accept(office.desk, lead, 1, erik(office))
    office.deliver()

    assert ["card 1 of 1: accepted"] == office.channel()


def test_a_card_says_what_is_true_when_it_is_sent(office: Office) -> None:
    """Three changes while Slack is slow make one message, and it tells the last."""
    lead = office.lead()
    office.deliver()
    answer.accept(office.desk, lead, 1, erik(office))
    follow_up.contacted(office.desk, lead, 1, erik(office))

    assert 1 == office.deliver()
    assert ["card 1 of 1: contacted"] == office.channel()


def test_a_click_that_overtakes_the_record_of_the_card_is_kept(office: Office) -> None:
    """Somebody may accept before we have noted that the card is up; both stay on record."""
    lead = office.lead()
    claimed = office.courier.claim(1)
    answer.accept(office.desk, lead, 1, erik(office))
    office.courier.deliver(claimed[0])
    office.deliver()

    handoff = office.handoff(lead)
    assert State.ACCEPTED is handoff.state
    assert handoff.clock is not None
    assert Clock.TOUCH is handoff.clock.name
    assert handoff.offer.posted_at is not None
    assert ["card 1 of 1: accepted"] == office.channel()


def test_a_lead_given_back_gets_a_new_card_and_the_old_one_leads_there(office: Office) -> None:
    """An old card in the scrollback never asks for what is asked elsewhere."""
    lead = office.lead()
    office.deliver()
    answer.accept(office.desk, lead, 1, erik(office))
    follow_up.release(office.desk, lead, 1, erik(office))
    office.deliver()

    second = office.card(lead, 2)
    assert second is not None
    assert (2, 2) == (second.number, second.round)
    assert [
        f"card 1 of 1: offered -> {second.permalink}",
        "card 2 of 1: offered",
    ] == office.channel()
    assert office.handoff(lead).offer.posted_at == instant_of(second.ts)


def delete_card(office: Office, lead: int) -> None:
    card = office.card(lead)
    assert card is not None
    message = office.workspace.messages.get(card.channel, card.ts)
    assert message is not None
    with office.workspace.lock:
        office.workspace.messages.delete(message)


def test_a_deleted_card_of_an_open_lead_is_shown_again(office: Office) -> None:
    """Nobody loses a lead's buttons because somebody tidied up the channel."""
    lead = office.lead()
    office.deliver()
    posted_at = office.handoff(lead).offer.posted_at
    delete_card(office, lead)
    answer.accept(office.desk, lead, 1, erik(office))
    office.deliver()

    assert ["card 1 of 1: accepted"] == office.channel()
    assert posted_at == office.handoff(lead).offer.posted_at
    follow_up.contacted(office.desk, lead, 1, erik(office))
    office.deliver()
    assert ["card 1 of 1: contacted"] == office.channel()


def test_a_deleted_card_of_a_closed_lead_stays_deleted(office: Office) -> None:
    """What is over is not posted again."""
    lead = office.lead()
    office.deliver()
    delete_card(office, lead)
    answer.reject(office.desk, lead, 1, erik(office), "not_icp")
    office.deliver()

    assert [] == office.channel()
    assert not office.unsent()


# ---------------------------------------------------------------------------- threads and DMs


def test_a_reminder_is_said_in_the_cards_thread_and_seen_in_the_channel(office: Office) -> None:
    """An unclaimed lead is brought up where everybody looks."""
    lead = office.lead()
    office.deliver()
    office.say(reminder(lead, card=1, broadcast=True))
    office.deliver()

    card, broadcast = office.seen()
    assert broadcast.broadcast
    assert [broadcast.text] == office.thread(card)


def test_a_reminder_waits_for_its_card(office: Office) -> None:
    """In a lane of its own it still comes after the card it belongs to."""
    lead = office.lead()
    office.say(RaisedAgain(lead, card=1), "#sales")
    with office.books.reading() as work:
        assert work.deliveries.card(lead, 1) is None
    office.workspace.faults.rate_limit("chat.postMessage", retry_after=1)
    office.deliver()
    assert [] == office.channel()
    office.later(seconds=5)
    office.deliver()
    office.later(seconds=5)
    office.deliver()

    (card,) = office.seen()
    assert 1 == len(office.thread(card))


def test_what_is_answered_is_no_longer_nagged_about(office: Office) -> None:
    """A reminder that was queued before the answer is not said after it."""
    lead = office.lead()
    office.deliver()
    office.say(reminder(lead, mention=("@maja",)), "@maja")
    answer.accept(office.desk, lead, 1, erik(office))
    office.deliver()

    assert [] == office.dm("@maja")
    assert not office.unsent()


def test_people_hear_privately_by_handle_or_id(office: Office) -> None:
    """However a person is named, it is their own DM that speaks."""
    lead = office.lead()
    office.deliver()
    office.say(reminder(lead), "@maja")
    office.say(reminder(lead, mention=("@erik",)), erik(office))
    office.deliver()

    assert 1 == len(office.dm("@maja"))
    assert 1 == len(office.dm("@erik"))


def test_the_breakdown_is_in_the_digests_thread(office: Office) -> None:
    """The channel gets one digest; who wants the tables opens its thread."""
    report = make_report(office)
    office.say(Digest(report))
    office.say(DigestBreakdown(report))
    office.deliver()

    (digest,) = office.seen()
    assert [f"digest_breakdown {{'report': {report}}}"] == office.thread(digest)


def make_report(office: Office) -> int:
    with office.books.writing() as work:
        report = work.reports.open(
            "week", "mql-handoff", "2026-W09", START - timedelta(days=7), START, {}, START
        )
        assert report is not None
        work.commit()
        return report.id


# ---------------------------------------------------------------------------- trouble


def test_a_limited_lane_waits_as_long_as_slack_asks_and_the_others_go_on(office: Office) -> None:
    """Slack's "slow down" delays one channel, loses nothing and repeats nothing."""
    lead = office.lead()
    office.say(RejectionNews(lead), "@anna")
    office.workspace.faults.rate_limit("chat.postMessage", retry_after=30)
    office.deliver()

    assert [] == office.channel()
    assert 1 == len(office.dm("@anna"))
    office.later(seconds=29)
    assert 0 == office.deliver()
    office.later(seconds=1)
    office.deliver()
    assert ["card 1 of 1: offered"] == office.channel()


def test_limited_changes_wait_too(office: Office) -> None:
    """A card that could not be changed now is changed later."""
    lead = office.lead()
    office.deliver()
    office.workspace.faults.rate_limit("chat.update", retry_after=10)
    answer.accept(office.desk, lead, 1, erik(office))
    office.deliver()
    assert ["card 1 of 1: offered"] == office.channel()
    office.later(seconds=10)
    office.deliver()
    assert ["card 1 of 1: accepted"] == office.channel()


def test_posts_of_one_lane_keep_their_distance(tmp_path: Path) -> None:
    """A burst of leads does not run into Slack's limit of a post a second and channel."""
    with open_office(tmp_path) as quick:
        office = quick.with_(tempo=type(quick.tempo)())
        for name in ("Ada", "Bo", "Cy"):
            office.lead(name)

        assert [1, 0] == [office.deliver(), office.deliver()]
        office.later(seconds=1)
        assert 1 == office.deliver()
        office.later(seconds=1)
        assert 1 == office.deliver()
        assert 3 == len(office.channel())


def lost_reply(office: Office) -> None:
    office.workspace.faults.lose_reply("chat.postMessage")


def cut_before(office: Office) -> None:
    office.workspace.faults.cut("chat.postMessage")


def error_after(office: Office) -> None:
    office.workspace.faults.status("chat.postMessage", 500, performed=True)


def error_before(office: Office) -> None:
    office.workspace.faults.status("chat.postMessage", 503)


@pytest.mark.parametrize("fault", [lost_reply, cut_before, error_after, error_before])
@pytest.mark.parametrize("place", ["channel", "thread", "dm"])
def test_whatever_happened_to_the_answer_the_message_is_there_once(
    office: Office, fault: Callable[[Office], None], place: str
) -> None:
    """A lost answer is neither a lost message nor a second one."""
    lead = office.lead()
    if place != "channel":
        office.deliver()
    if place == "thread":
        office.say(reminder(lead, card=1))
    if place == "dm":
        office.say(reminder(lead), "@maja")
    fault(office)
    office.deliver()
    office.later(seconds=19)
    assert 0 == office.deliver()
    office.later(seconds=1)
    office.deliver()

    (card,) = office.seen()
    assert card.text == "card 1 of 1: offered"
    assert {"channel": 0, "thread": 1, "dm": 0}[place] == len(office.thread(card))
    assert {"channel": 0, "thread": 0, "dm": 1}[place] == len(office.dm("@maja"))
    assert office.handoff(lead).offer.posted_at is not None
    assert not office.unsent()


def test_a_message_is_found_again_in_a_workspace_with_its_own_time(office: Office) -> None:
    """In a demo or a replay, where the workspace's clock is far from ours, nothing is doubled."""
    office.clock.advance(timedelta(days=400))
    office.lead()
    lost_reply(office)
    office.deliver()
    office.later(seconds=20)
    office.deliver()

    assert 1 == len(office.channel())


def test_without_a_history_scope_cards_are_sent_again_and_reminders_are_not(tmp_path: Path) -> None:
    """Where we may not look, a card twice is better than a lead nobody sees; a nag twice is not."""
    with open_office(tmp_path) as full:
        scopes = full.workspace.app.scopes - set(HISTORY_SCOPES)
    (tmp_path / "bare").mkdir()
    with open_office(tmp_path / "bare", scopes) as office, capture_logs() as logs:
        lead = office.lead()
        lost_reply(office)
        office.deliver()
        office.later(seconds=20)
        office.deliver()
        assert 2 == len(office.channel())

        office.say(reminder(lead), "@maja")
        cut_before(office)
        office.deliver()
        office.later(seconds=20)
        office.deliver()
        assert [] == office.dm("@maja")
        assert ["cannot_look", "cannot_look"] == errors_in(logs)


def test_a_lost_answer_to_a_change_is_simply_asked_again(office: Office) -> None:
    """Changing a card twice is the same as once, so nobody waits."""
    lead = office.lead()
    office.deliver()
    answer.accept(office.desk, lead, 1, erik(office))
    office.workspace.faults.lose_reply("chat.update")
    office.deliver()
    office.later(seconds=1)
    office.deliver()

    assert ["card 1 of 1: accepted"] == office.channel()
    assert not office.unsent()


@pytest.mark.parametrize("error", ["not_in_channel", "is_archived", "token_revoked"])
def test_a_broken_channel_keeps_its_messages_until_somebody_mends_it(
    office: Office, error: str
) -> None:
    """Nothing is lost while the bot is not invited, and the log says so loudly."""
    office.lead("Ada")
    office.workspace.faults.refuse("chat.postMessage", error)
    with capture_logs() as logs:
        office.deliver()
    office.lead("Bo")

    assert 0 == office.deliver()
    assert {CHANNEL: error} == office.paused()
    assert ["lane_paused"] == errors_in(logs)
    office.resume()
    office.deliver()
    assert ["card 1 of 1: offered", "card 1 of 2: offered"] == office.channel()


def test_an_unknown_place_is_looked_up_once_more_before_the_lane_stops(office: Office) -> None:
    """Somebody who joined this morning gets their first message without anybody's help."""
    lead = office.lead()
    office.deliver()
    office.later(minutes=2)
    office.workspace.add_user("newcomer", "New Comer")
    office.say(reminder(lead), "@newcomer")
    office.say(reminder(lead), "@nobody")
    office.deliver()

    assert 1 == len(office.dm("@newcomer"))
    assert {"@nobody": "no such channel or person"} == office.paused()


def test_content_that_slack_refuses_is_said_plainly(office: Office) -> None:
    """A block Slack does not like costs the looks, not the message."""
    office.lead()
    office.workspace.faults.refuse("chat.postMessage", "invalid_blocks")
    office.deliver()

    (seen,) = office.seen()
    assert "card 1 of 1: offered" == seen.text
    assert [] == seen.blocks


def test_what_slack_refuses_even_plainly_is_set_aside_loudly(office: Office) -> None:
    """One impossible message does not hold up those behind it."""
    office.lead("Ada")
    office.lead("Bo")
    office.workspace.faults.refuse("chat.postMessage", "msg_too_long", times=2)
    with capture_logs() as logs:
        office.deliver()

    assert ["card 1 of 2: offered"] == office.channel()
    assert ["failed"] == errors_in(logs)


def test_an_error_nobody_knows_keeps_the_message(office: Office) -> None:
    """Slack may invent a refusal tomorrow; the lead is still there when somebody has read it."""
    office.lead()
    office.workspace.faults.refuse("chat.postMessage", "born_next_year", times=2)
    office.deliver()
    assert {CHANNEL: "born_next_year"} == office.paused()
    office.resume()
    office.deliver()
    assert 1 == len(office.channel())


def test_a_template_with_a_mistake_stops_only_its_own_message(office: Office) -> None:
    """The log names the mistake and its place, and nothing about the lead."""
    office.words.fail_on.add(office.lead("Ada"))
    office.lead("Bo")
    with capture_logs() as logs:
        office.deliver()

    assert ["card 1 of 2: offered"] == office.channel()
    assert ["render_failed", "failed"] == errors_in(logs)
    assert "ZeroDivisionError" in str(logs)
    assert "example.com" not in str(logs)


def test_a_lost_thread_does_not_swallow_an_escalation(office: Office) -> None:
    """If the card was deleted, the call for help is said in the channel instead."""
    lead = office.lead()
    office.deliver()
    delete_card(office, lead)
    office.say(Escalation(lead, 1, Clock.ANSWER, 100, card=1, broadcast=True))
    office.deliver()

    assert 1 == len(office.channel())
    assert office.channel()[0].startswith("escalation")


def test_a_courier_that_slept_too_long_does_not_send(office: Office) -> None:
    """A laptop that wakes after an hour cannot double what another machine has said since."""
    office.lead()
    (claimed,) = office.courier.claim(1)
    office.wire.advance(timedelta(minutes=2))
    other = office.with_()
    other.deliver()
    office.courier.deliver(claimed)

    assert ["card 1 of 1: offered"] == office.channel()
    assert not office.unsent()


def test_a_card_posted_again_after_its_deletion_is_posted_once(office: Office) -> None:
    """A lost answer to that very post does not make a third card."""
    lead = office.lead()
    office.deliver()
    delete_card(office, lead)
    answer.accept(office.desk, lead, 1, erik(office))
    lost_reply(office)
    office.deliver()
    office.later(seconds=20)
    office.deliver()

    assert ["card 1 of 1: accepted"] == office.channel()
    assert not office.unsent()


def test_a_search_that_fails_is_made_again(office: Office) -> None:
    """As long as nobody could look, nobody sends."""
    office.lead()
    lost_reply(office)
    office.deliver()
    office.workspace.faults.cut("conversations.history")
    office.later(seconds=20)
    office.deliver()
    office.workspace.faults.rate_limit("conversations.history", retry_after=30)
    office.later(seconds=10)
    office.deliver()
    assert office.unsent()
    office.later(seconds=30)
    office.deliver()

    assert 1 == len(office.channel())
    assert not office.unsent()


def test_a_card_that_came_too_late_is_not_posted(office: Office) -> None:
    """While the channel was closed the lead was shown anew; the first card is not news any more."""
    lead = office.lead()
    office.say(Card(lead, number=1))
    with office.books.writing() as work:
        handoff = work.handoffs.get(lead)
        work.handoffs.record(handoff, Move(Event.STEPPED, office.clock.now(), new_card=True))
        work.outbox.put(Card(lead, number=2), CHANNEL, office.clock.now())
        work.commit()
    office.deliver()

    assert ["card 2 of 1: offered"] == office.channel()


def test_a_card_found_again_after_the_lead_has_gone_on_belongs_to_its_own_round(
    office: Office,
) -> None:
    """The clock of the new round does not start with the old round's card."""
    lead = office.lead()
    lost_reply(office)
    office.deliver()
    answer.accept(office.desk, lead, 1, erik(office))
    follow_up.release(office.desk, lead, 1, erik(office))
    office.later(seconds=20)
    office.deliver()

    first, second = office.card(lead, 1), office.card(lead, 2)
    assert first is not None
    assert second is not None
    assert (1, 2) == (first.round, second.round)
    assert office.handoff(lead).offer.posted_at == instant_of(second.ts)
    assert [
        f"card 1 of 1: offered -> {second.permalink}",
        "card 2 of 1: offered",
    ] == office.channel()


# ---------------------------------------------------------------------------- the digest's chart

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Office]:
    """An office whose digests have a chart."""
    with open_office(tmp_path, draw=lambda figures: PNG) as opened:
        yield opened


def pictures_in(seen: Seen) -> list[str]:
    return [block["alt_text"] for block in seen.blocks if block["type"] == "image"]


def deliver_for(office: Office, seconds: int) -> None:
    for _ in range(seconds):
        office.deliver()
        office.later(seconds=1)


def test_the_digest_comes_with_its_chart(studio: Office) -> None:
    """One message, figures and picture together, as soon as Slack has looked at the picture."""
    studio.workspace.files.processing_s = 0.05
    studio.say(Digest(make_report(studio)))
    studio.deliver()
    threading.Event().wait(0.3)
    deliver_for(studio, 5)

    (digest,) = studio.seen()
    assert ["The week in a chart"] == pictures_in(digest)
    assert [] == studio.thread(digest)


def test_a_chart_that_takes_too_long_follows_in_the_thread(studio: Office) -> None:
    """Monday's figures do not wait for a picture longer than half a minute."""
    studio.workspace.files.processing_s = 60
    studio.say(Digest(make_report(studio)))
    deliver_for(studio, 70)
    (digest,) = studio.seen()
    assert [] == pictures_in(digest)

    studio.workspace.files.processing_s = 0
    with studio.workspace.lock:
        for file in list(studio.workspace.files._files.values()):
            studio.workspace.files.start_processing(file)
    threading.Event().wait(0.2)
    deliver_for(studio, 70)
    chart = studio.server.person("@maja").thread(digest)[1]
    assert ["The week in a chart"] == pictures_in(chart)


def test_where_files_are_forbidden_the_digest_goes_without(studio: Office) -> None:
    """A workspace that allows no uploads still gets its figures, at once."""
    studio.workspace.files.allowed = "none"
    studio.say(Digest(make_report(studio)))
    studio.deliver()

    (digest,) = studio.seen()
    assert [] == pictures_in(digest)
    assert not studio.unsent()


def test_a_chart_that_cannot_be_drawn_does_not_hold_the_digest_back(tmp_path: Path) -> None:
    """A mistake in a picture costs the picture."""

    def draw(figures: object) -> bytes:
        raise ValueError("ada@example.com")

    with open_office(tmp_path, draw=draw) as office, capture_logs() as logs:
        office.say(Digest(make_report(office)))
        office.deliver()

        assert 1 == len(office.channel())
        assert ["draw_failed"] == errors_in(logs)
        assert "example.com" not in str(logs)


def test_an_image_block_that_slack_refuses_comes_later_by_itself(studio: Office) -> None:
    """The figures are said without the picture, and the picture follows."""
    studio.workspace.files.processing_s = 0.05
    studio.say(Digest(make_report(studio)))
    studio.deliver()
    threading.Event().wait(0.3)
    studio.workspace.faults.refuse("chat.postMessage", "invalid_blocks")
    deliver_for(studio, 5)

    (digest,) = studio.seen()
    assert [] == pictures_in(digest)
    chart = studio.server.person("@maja").thread(digest)[1]
    assert ["The week in a chart"] == pictures_in(chart)
