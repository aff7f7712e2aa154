"""Whatever Slack does, no message is lost and none is doubled; or somebody hears why."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.delivery.settling import Tempo
from bot.domain.agreement import Clock
from bot.domain.messages import (
    Escalation,
    RaisedAgain,
    RejectionNews,
)
from bot.use_cases import answer
from tests.scenario.office import CHANNEL, Office, errors_in, lost_reply, open_office, reminder

HISTORY_SCOPES = ("channels:history", "groups:history", "im:history", "mpim:history")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


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
    answer.accept(office.desk, lead, 1, office.erik)
    office.deliver()
    assert ["card 1 of 1: offered"] == office.channel()
    office.later(seconds=10)
    office.deliver()
    assert ["card 1 of 1: accepted"] == office.channel()


def test_posts_of_one_lane_keep_their_distance(tmp_path: Path) -> None:
    """A burst of leads does not run into Slack's limit of a post a second and channel."""
    with open_office(tmp_path) as quick:
        office = quick.with_(tempo=Tempo())
        for name in ("Ada", "Bo", "Cy"):
            office.lead(name)

        assert [1, 0] == [office.deliver(), office.deliver()]
        office.later(seconds=1)
        assert 1 == office.deliver()
        office.later(seconds=1)
        assert 1 == office.deliver()
        assert 3 == len(office.channel())


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
    answer.accept(office.desk, lead, 1, office.erik)
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
    assert next(line["do"] for line in logs if line.get("action") == "lane_paused")
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
    with capture_logs() as logs:
        office.deliver()

    assert 1 == len(office.dm("@newcomer"))
    assert {"@nobody": "no such channel or person"} == office.paused()
    assert [True] == [
        "app.yaml" in line["do"] for line in logs if line.get("action") == "lane_paused"
    ]


def test_what_was_for_somebody_who_has_left_waits_for_nobody(office: Office) -> None:
    """No lane stays closed for ever, with a warning that nothing can be done about."""
    lead = office.lead()
    office.deliver()
    anna = office.workspace.user("@anna").id
    office.say(RejectionNews(lead), anna)
    office.workspace.deactivate("@anna")
    office.later(minutes=10)
    assert office.directory.refresh()
    office.deliver()

    assert {} == office.paused()
    assert not office.unsent()


def test_who_is_back_hears_what_was_said_meanwhile(office: Office) -> None:
    """Even before Baton has read that they are."""
    lead = office.lead()
    office.deliver()
    office.workspace.deactivate("@anna")
    assert office.directory.refresh()
    office.workspace.reactivate("@anna")
    office.say(RejectionNews(lead), office.workspace.user("@anna").id)
    office.later(minutes=10)
    office.deliver()

    assert 1 == len(office.dm("@anna"))


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


def test_an_error_nobody_knows_keeps_the_card(office: Office) -> None:
    """Slack may invent a refusal tomorrow; the lead is still there when somebody has read it, and
    its buttons with it."""
    office.lead()
    office.workspace.faults.refuse("chat.postMessage", "born_next_year")
    office.deliver()
    assert {CHANNEL: "born_next_year"} == office.paused()
    office.resume()
    office.deliver()

    (seen,) = office.seen()
    assert [] != seen.blocks


def test_an_error_nobody_knows_costs_other_messages_their_looks(office: Office) -> None:
    """If it was only about the blocks, the reminder is said all the same."""
    lead = office.lead()
    office.deliver()
    office.say(reminder(lead), "@maja")
    office.workspace.faults.refuse("chat.postMessage", "born_next_year")
    office.deliver()

    assert 1 == len(office.dm("@maja"))
    assert {} == office.paused()


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
    office.delete_card(lead)
    office.say(Escalation(lead, 1, Clock.ANSWER, 100, card=1, broadcast=True))
    office.deliver()

    assert 1 == len(office.channel())
    assert office.channel()[0].startswith("escalation")


def test_what_is_said_without_its_lost_thread_is_said_once(office: Office) -> None:
    """A lost answer to that very post does not say it twice: it is looked for there, too."""
    lead = office.lead()
    office.deliver()
    office.delete_card(lead)
    office.say(Escalation(lead, 1, Clock.ANSWER, 100, card=1, broadcast=True))
    office.workspace.faults.refuse("chat.postMessage", "thread_not_found")
    lost_reply(office)
    office.deliver()
    office.later(seconds=20)
    office.deliver()

    assert 1 == len(office.channel())
    assert not office.unsent()


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
    office.delete_card(lead)
    answer.accept(office.desk, lead, 1, office.erik)
    lost_reply(office)
    office.deliver()
    office.later(seconds=20)
    office.deliver()

    assert ["card 1 of 1: accepted"] == office.channel()
    assert not office.unsent()


@pytest.mark.parametrize("arrived", [True, False])
def test_what_cannot_be_looked_for_is_not_given_up(office: Office, arrived: bool) -> None:
    """Baton is taken out of the channel while it wonders: once it is back, it is said once."""
    lead = office.lead()
    office.deliver()
    office.say(RaisedAgain(lead, mention=(office.erik,)))
    answer.accept(office.desk, lead, 1, office.erik)
    (lost_reply if arrived else cut_before)(office)
    office.deliver()
    office.workspace.remove("@app", "mql-handoff")
    office.later(seconds=20)
    office.deliver()
    assert {CHANNEL: "not_in_channel"} == office.paused()
    office.workspace.invite("@app", "mql-handoff")
    office.resume()
    office.deliver()

    assert 1 == len(office.thread(office.seen()[0]))
    assert not office.unsent()


def test_a_token_that_is_revoked_while_baton_wonders_costs_no_message(office: Office) -> None:
    """Whether it had arrived is found out when the token works again."""
    lead = office.lead()
    office.deliver()
    office.say(RejectionNews(lead), "@anna")
    cut_before(office)
    office.deliver()
    office.workspace.app.revoked = "token_revoked"
    office.later(seconds=20)
    office.deliver()
    office.workspace.app.revoked = ""
    office.later(minutes=2)
    office.deliver()

    assert 1 == len(office.dm("@anna"))


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
