"""Who is who, as Slack has it: read now and then, kept when Slack is away."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.delivery.directory import DirectoryReader, Looked
from bot.domain.messages import RejectionNews
from bot.use_cases.records import Person
from storage.books import Books
from tests import migrated
from tests.scenario.office import CHANNEL, Office, open_desk, open_office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


def found(office: Office, name: str) -> Person | None:
    with office.books.reading() as work:
        return work.people.find(name)


def test_everybody_in_app_yaml_is_found(office: Office) -> None:
    """People, groups and channels can be named the way people write them."""
    maja = found(office, "@maja")
    assert maja is not None
    assert maja == found(office, "maja@northwind.example") == found(office, maja.id)
    with office.books.reading() as work:
        assert office.workspace.channel("mql-handoff").id == work.people.channel("#mql-handoff")
        assert 4 == len(work.people.members(["@nordic-sales"]))


def test_who_left_is_not_written_to_any_more(office: Office) -> None:
    """A deactivated account stays known, inactive, for the history's sake."""
    office.workspace.user("@luis").deleted = True
    assert office.directory.refresh()

    luis = found(office, "@luis")
    assert luis is not None
    assert not luis.active
    with office.books.reading() as work:
        assert {office.workspace.user("@anna").id} == work.people.members(["@marketing"])


def test_the_old_directory_stays_while_slack_is_away(office: Office) -> None:
    """An outage at Slack makes nobody unknown."""
    office.workspace.faults.status("users.list", 503)

    assert not office.directory.refresh()
    assert found(office, "@maja") is not None


def test_slack_is_not_asked_more_often_than_needed(office: Office) -> None:
    """A large workspace is not read anew for each name that nobody knows."""
    office.wire.advance(timedelta(seconds=30))
    assert Looked.LATELY is office.directory.look_again()
    office.wire.advance(timedelta(seconds=31))
    assert Looked.ANEW is office.directory.look_again()


# ---------------------------------------------------------------------- the first reading


@pytest.fixture
def first_day(office: Office, tmp_path: Path) -> Iterator[Office]:
    """An office whose Baton has read nothing yet."""
    books = Books(migrated.sqlite(tmp_path, "new.db"))
    desk = open_desk(books, office.clock.now)
    reader = DirectoryReader(books, office.slack, office.wire)
    yield office.with_(books=books, desk=desk, directory=reader)
    books.close()


def test_a_slow_down_at_the_start_costs_seconds(first_day: Office) -> None:
    """Where Slack does not let us read at first, the first lead waits, and then it is shown."""
    first_day.workspace.faults.rate_limit("users.list", retry_after=3)
    assert not first_day.directory.refresh()
    first_day.lead()
    first_day.deliver()

    assert ({}, []) == (first_day.paused(), first_day.channel())
    for _ in range(10):
        first_day.later(seconds=1)
        first_day.deliver()
    assert ["card 1 of 1: offered"] == first_day.channel()


def test_slack_is_not_pressed_while_it_does_not_let_us_read(first_day: Office) -> None:
    """Between two tries lie some seconds, however many messages wait for a name."""
    first_day.workspace.faults.status("users.list", 503)

    assert Looked.UNREADABLE is first_day.directory.look_again()
    assert Looked.UNREADABLE is first_day.directory.look_again()
    first_day.wire.advance(timedelta(seconds=5))
    assert Looked.ANEW is first_day.directory.look_again()


@pytest.mark.parametrize("method", ["users.list", "usergroups.list", "users.conversations"])
@pytest.mark.parametrize("error", ["unknown_method", "access_denied", "not_allowed_token_type"])
def test_a_list_that_is_never_given_does_not_keep_cards_back(
    first_day: Office, method: str, error: str
) -> None:
    """Without names of people, say, leads are shown all the same."""
    first_day.workspace.faults.refuse(method, error, times=None)
    assert first_day.directory.refresh()
    first_day.lead()
    first_day.deliver()

    assert ["card 1 of 1: offered"] == first_day.channel()


def test_a_scope_that_was_taken_away_makes_nobody_unknown(office: Office) -> None:
    """Who was known stays known, and is spoken to."""
    office.workspace.faults.refuse("users.list", "missing_scope", times=None)
    assert office.directory.refresh()

    maja = found(office, "@maja")
    assert maja is not None
    assert maja.active


def test_a_lane_goes_on_once_its_name_is_found(office: Office) -> None:
    """Somebody makes the channel, and nobody has to tell Baton; other pauses are not its matter."""
    lead = office.lead()
    office.workspace.faults.refuse("chat.postMessage", "is_archived")
    office.deliver()
    office.say(RejectionNews(lead), "@newcomer")
    office.deliver()
    assert {CHANNEL, "@newcomer"} == office.paused().keys()

    office.workspace.add_user("newcomer", "New Comer")
    assert office.directory.refresh()
    office.deliver()
    assert {CHANNEL: "is_archived"} == office.paused()
    assert 1 == len(office.dm("@newcomer"))
