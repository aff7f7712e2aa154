"""Who is who, as Slack has it: read now and then, kept when Slack is away."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.use_cases.ports import Person
from tests.scenario.office import Office, open_office


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
    """A large workspace is read every half hour, not with each message."""
    assert not office.directory.refresh_if_older()
    office.wire.advance(timedelta(minutes=31))
    assert office.directory.refresh_if_older()
    office.wire.advance(timedelta(seconds=30))
    assert not office.directory.look_again()
    office.wire.advance(timedelta(seconds=31))
    assert office.directory.look_again()
