"""The outbox and the courier's side of it: in order, one at a time in a lane, nothing lost."""

from datetime import timedelta

import pytest

from bot.domain.agreement import Clock
from bot.domain.messages import Card, Digest, DigestBreakdown, Reminder, to_payload
from bot.use_cases.records import PostedCard
from storage.books import Books
from tests.storage.samples import LANE, LEASE, MINUTE, NOW, WIRE_NOW, offered

SECOND = timedelta(seconds=1)


def put(books, *messages, to=LANE, now=NOW):
    with books.writing() as work:
        for message in messages:
            work.outbox.put(message, to, now)
        work.commit()


def claim(books, now=NOW, wire_now=WIRE_NOW, limit=10):
    with books.writing() as work:
        parcels = work.deliveries.claim(now, wire_now, LEASE, limit)
        work.commit()
    return parcels


def claim_one(books, **when):
    (parcel,) = claim(books, **when)
    return parcel


def tell(books, what, *told, **more):
    with books.writing() as work:
        getattr(work.deliveries, what)(*told, **more)
        work.commit()


def ask(books, what, *asked):
    with books.reading() as work:
        return getattr(work.deliveries, what)(*asked)


def messages(parcels):
    return [parcel.message for parcel in parcels]


def reminder(handoff_id, **said):
    return Reminder(handoff_id, 1, Clock.ANSWER, 80, mention=("@maja",), card=1, **said)


def test_a_message_comes_as_it_was_put(books, version):
    """What is claimed is what was queued, with a key of its own and never tried before."""
    begun = offered(books, version)
    put(books, reminder(begun.id), to="@maja")

    card, reminded = claim(books)
    assert [Card(begun.id), reminder(begun.id)] == messages([card, reminded])
    assert [(LANE, 0, False, WIRE_NOW), ("@maja", 0, False, WIRE_NOW)] == [
        (parcel.lane, parcel.attempts, parcel.in_doubt, parcel.claimed_at)
        for parcel in (card, reminded)
    ]
    assert card.key != reminded.key


def test_a_lane_has_one_message_in_flight(books):
    """Order holds in a channel: the second goes when the first is settled."""
    put(books, Digest(1), Digest(2))
    first = claim_one(books)

    assert [] == claim(books)
    tell(books, "settle", first, "1.0", None)
    assert [Digest(2)] == messages(claim(books))


def test_lanes_run_side_by_side(books):
    """A slow channel holds up nobody else; who waited longest comes first."""
    put(books, Digest(1), to="@maja")
    put(books, Digest(2), to="#a")
    put(books, Digest(3), to="#b")

    assert [Digest(1), Digest(2)] == messages(claim(books, limit=2))
    assert [Digest(3)] == messages(claim(books, limit=2))


def test_pacing_is_workspace_time(books):
    """After a post its lane rests for as long as Slack wants, whatever real time it is."""
    put(books, Digest(1), Digest(2))
    tell(books, "settle", claim_one(books), "1.0", NOW + SECOND)

    assert [] == claim(books, wire_now=WIRE_NOW + timedelta(days=1))
    assert NOW + SECOND == ask(books, "next_ready")
    assert [Digest(2)] == messages(claim(books, now=NOW + SECOND))


def test_several_changes_of_a_card_are_one_message(books, version):
    """A card that waits is not queued twice; each number is a card of its own."""
    begun = offered(books, version)
    put(books, Card(begun.id), Card(begun.id, 2), Card(begun.id), now=NOW + MINUTE)

    assert NOW == ask(books, "oldest_unsent")
    said = []
    while parcels := claim(books):
        said += messages(parcels)
        tell(books, "settle", parcels[0], "1.0", None)
    assert [Card(begun.id), Card(begun.id, 2)] == said


def test_a_change_while_the_card_is_in_flight_is_said_after_it(books, version):
    """What happened after rendering reaches people with one more update."""
    begun = offered(books, version)
    first = claim_one(books)
    put(books, Card(begun.id), Card(begun.id))
    tell(books, "settle", first, "1.0", None)

    second = claim_one(books)
    tell(books, "settle", second, "1.0", None)
    assert ([Card(begun.id)] * 2, []) == (messages([first, second]), claim(books))


def test_a_card_put_off_keeps_its_place(books, version):
    """A reminder never overtakes the card it stands under, even if the card changed meanwhile."""
    begun = offered(books, version)
    put(books, reminder(begun.id))
    first = claim_one(books)
    put(books, Card(begun.id))
    tell(books, "put_off", first, NOW + SECOND, "rate limited")

    said = []
    for _ in range(3):
        parcel = claim_one(books, now=NOW + SECOND)
        said.append((parcel.message, parcel.attempts))
        tell(books, "settle", parcel, "1.0", None)
    assert [(Card(begun.id), 1), (reminder(begun.id), 0), (Card(begun.id), 0)] == said


def test_put_off_closes_the_lane_until_then(books):
    """Rate limited: the whole lane waits, and the same message goes first."""
    put(books, Digest(1), Digest(2))
    tell(books, "put_off", claim_one(books), NOW + MINUTE, "rate limited")

    assert [] == claim(books, now=NOW + MINUTE - SECOND)
    again = claim_one(books, now=NOW + MINUTE)
    assert (Digest(1), 1, False) == (again.message, again.attempts, again.in_doubt)


def test_a_crash_while_sending_leaves_a_doubt(books):
    """After `kill -9` the lane is free when the lease ends, and whoever is next looks first."""
    put(books, Digest(1), Digest(2))
    lost = claim_one(books)

    assert [] == claim(books, wire_now=WIRE_NOW + LEASE - SECOND)
    assert None is ask(books, "next_ready")
    found = claim_one(books, wire_now=WIRE_NOW + LEASE)
    assert (Digest(1), lost.key, 1, True, WIRE_NOW) == (
        found.message,
        found.key,
        found.attempts,
        found.in_doubt,
        found.claimed_at,
    )
    third = claim_one(books, wire_now=WIRE_NOW + 2 * LEASE)
    assert (2, True, WIRE_NOW) == (third.attempts, third.in_doubt, third.claimed_at)


def test_a_doubt_waits_for_wire_time(books):
    """No answer from Slack: nobody sends or looks before the post must show in the history."""
    put(books, Digest(1), Digest(2))
    until = WIRE_NOW + timedelta(minutes=5)
    tell(books, "doubt", claim_one(books), until)

    assert [] == claim(books, now=NOW + timedelta(days=1), wire_now=until - SECOND)
    again = claim_one(books, wire_now=until)
    assert (Digest(1), True, WIRE_NOW) == (again.message, again.in_doubt, again.claimed_at)


def test_certainly_not_sent_ends_a_doubt(books):
    """Looked for, not found, refused: the next attempt starts afresh."""
    put(books, Digest(1))
    tell(books, "doubt", claim_one(books), WIRE_NOW + SECOND)
    later = WIRE_NOW + MINUTE
    tell(books, "put_off", claim_one(books, wire_now=later), NOW, "rate limited")

    afresh = claim_one(books, wire_now=later + MINUTE)
    assert (False, later + MINUTE) == (afresh.in_doubt, afresh.claimed_at)


@pytest.mark.parametrize("how", ["drop", "fail"])
def test_a_row_given_up_frees_its_lane(books, how):
    """What is no longer wanted, or never going to work, holds up nothing."""
    put(books, Digest(1), Digest(2))
    tell(books, how, claim_one(books), "answered meanwhile")

    assert [Digest(2)] == messages(claim(books))


def test_a_broken_channel_keeps_its_messages(books):
    """The lane closes with the reason, others go on; after repair all is said, in order."""
    put(books, Digest(1), Digest(2))
    put(books, Digest(3), to="#other")
    broken, fine = claim(books)
    tell(books, "pause", broken, "not_in_channel")
    tell(books, "settle", fine, "1.0", None)

    assert ([], {LANE: "not_in_channel"}) == (
        claim(books, now=NOW + timedelta(days=9)),
        ask(books, "paused"),
    )
    assert (None, NOW) == (ask(books, "next_ready"), ask(books, "oldest_unsent"))
    with books.writing() as work:
        assert (0, 1, 0) == tuple(work.deliveries.resume(lane) for lane in ("#other", LANE, None))
        work.commit()
    first = claim_one(books)
    assert (Digest(1), 1, False) == (first.message, first.attempts, first.in_doubt)


def test_resume_opens_all_lanes(books):
    """A new token: every lane goes on at once."""
    put(books, Digest(1))
    put(books, Digest(2), to="#other")
    for parcel in claim(books):
        tell(books, "pause", parcel, "token_revoked")

    with books.writing() as work:
        assert 2 == work.deliveries.resume()
        work.commit()
    assert 2 == len(claim(books))


def test_a_pause_does_not_settle_a_doubt(books):
    """A token that broke before we could look leaves open whether the message had arrived."""
    put(books, Digest(1))
    tell(books, "doubt", claim_one(books), WIRE_NOW)
    tell(books, "pause", claim_one(books), "token_revoked")
    with books.writing() as work:
        work.deliveries.resume()
        work.commit()

    again = claim_one(books, wire_now=WIRE_NOW + MINUTE)
    assert (True, WIRE_NOW) == (again.in_doubt, again.claimed_at)


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("drop", ["too late"]),
        ("fail", ["too late"]),
        ("put_off", [NOW + MINUTE, "too late"]),
        ("doubt", [WIRE_NOW + timedelta(days=1)]),
        ("pause", ["too late"]),
    ],
)
def test_who_comes_back_too_late_changes_nothing(books, what, told):
    """A courier that slept past its lease does not undo what another one is doing."""
    put(books, Digest(1), Digest(2))
    late = claim_one(books)
    other = claim_one(books, wire_now=WIRE_NOW + LEASE)
    tell(books, what, late, *told)

    assert [] == claim(books, wire_now=WIRE_NOW + LEASE)
    tell(books, "settle", other, "1.0", None)
    assert ([Digest(2)], {}) == (messages(claim(books)), ask(books, "paused"))


def test_what_was_sent_stays_sent(books):
    """A late word that it did arrive is true, and does not free the lane of who looks for it."""
    put(books, Digest(1), Digest(2))
    late = claim_one(books)
    other = claim_one(books, wire_now=WIRE_NOW + LEASE)
    tell(books, "settle", late, "1.0", None, channel="C1")

    assert ("C1", "1.0") == ask(books, "sent_ts", "digest", {"report": 1})
    assert [] == claim(books, wire_now=WIRE_NOW + LEASE)
    tell(books, "settle", other, "1.0", None, channel="C1")
    assert [Digest(2)] == messages(claim(books, wire_now=WIRE_NOW + LEASE))


def test_a_settled_row_frees_the_lane_for_good(books):
    """Settling twice (found in the history, and told so) is settling once."""
    put(books, Digest(1), Digest(2))
    parcel = claim_one(books)
    for _ in range(2):
        tell(books, "settle", parcel, "1.0", None)

    assert [Digest(2)] == messages(claim(books))


def test_a_thread_is_found_by_what_was_said(books, version):
    """The breakdown goes under the digest of the same report, not under another."""
    begun = offered(books, version)
    put(books, Digest(1), Digest(2), DigestBreakdown(1), to="#digest")
    put(books, reminder(begun.id), to="@maja")
    for ts in ("1.0", "2.0"):
        for parcel in claim(books):
            tell(books, "settle", parcel, f"{parcel.id}{ts}", None, channel=f"id of {parcel.lane}")

    asked = [Digest(1), Digest(2), DigestBreakdown(1), Digest(9), reminder(begun.id)]
    asked.append(reminder(begun.id, late_minutes=9))
    found = [ask(books, "sent_ts", one.kind, to_payload(one)) for one in asked]
    channels = [place and place[0] for place in found]
    digests, person = "id of #digest", "id of @maja"
    assert [digests, digests, None, None, person, None] == channels
    assert found[0] != found[1]


def test_the_oldest_unsent_message_is_known(books):
    """Health shows since when something waits to be said."""
    assert (None, None) == (ask(books, "oldest_unsent"), ask(books, "next_ready"))
    put(books, Digest(1), now=NOW + MINUTE)
    put(books, Digest(2), to="#other")

    assert (NOW, NOW) == (ask(books, "oldest_unsent"), ask(books, "next_ready"))


def test_cards_are_kept_by_number(books, version):
    """Each card message is found again, and its link can be added later."""
    begun = offered(books, version)
    tell(books, "keep_card", begun.id, PostedCard(1, 1, "C1", "1.0"))
    tell(books, "keep_card", begun.id, PostedCard(1, 1, "C1", "1.0", "https://x.example/1"))

    with books.reading() as work:
        cards = work.handoffs.dossier(begun.id).cards
    assert (PostedCard(1, 1, "C1", "1.0", "https://x.example/1"),) == cards


def test_a_message_without_a_place_is_refused(books):
    """Nothing is queued that nobody could ever deliver."""
    with books.writing() as work, pytest.raises(Exception, match=r"(?i)check constraint"):
        work.outbox.put(Digest(1), "", NOW)


def test_unsent_messages_survive_a_restart(books, url):
    """The outbox is the database: another process goes on where this one stopped."""
    put(books, Digest(1))
    books.close()
    restarted = Books(url)

    assert [Digest(1)] == messages(claim(restarted))
    restarted.close()
