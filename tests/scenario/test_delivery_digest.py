"""The digest and its chart, which Slack wants to look at before it shows it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.domain.messages import (
    Digest,
)
from playground import Seen
from tests.scenario.office import Office, errors_in, open_office

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Office]:
    """An office whose digests have a chart."""
    with open_office(tmp_path, draw=lambda figures: PNG) as opened:
        yield opened


def pictures_in(seen: Seen) -> list[str]:
    return [block["alt_text"] for block in seen.blocks if block["type"] == "image"]


def processed(office: Office) -> None:
    """Slack has looked at the pictures it has."""
    office.workspace.files.hurry()
    office.workspace.tick()


def deliver_for(office: Office, seconds: int) -> None:
    for _ in range(seconds):
        office.deliver()
        office.later(seconds=1)


def test_the_digest_comes_with_its_chart(studio: Office) -> None:
    """One message, figures and picture together, as soon as Slack has looked at the picture."""
    studio.say(Digest(studio.report()))
    studio.deliver()
    processed(studio)
    deliver_for(studio, 5)

    (digest,) = studio.seen()
    assert ["The week in a chart"] == pictures_in(digest)
    assert [] == studio.thread(digest)


def test_a_chart_that_takes_too_long_follows_in_the_thread(studio: Office) -> None:
    """Monday's figures do not wait for a picture longer than half a minute."""
    studio.workspace.files.processing_s = 60
    studio.say(Digest(studio.report()))
    deliver_for(studio, 70)
    (digest,) = studio.seen()
    assert [] == pictures_in(digest)

    processed(studio)
    deliver_for(studio, 70)
    chart = studio.server.person("@maja").thread(digest)[1]
    assert ["The week in a chart"] == pictures_in(chart)


def test_where_files_are_forbidden_the_digest_goes_without(studio: Office) -> None:
    """A workspace that allows no uploads still gets its figures, at once."""
    studio.workspace.files.allowed = "none"
    studio.say(Digest(studio.report()))
    studio.deliver()

    (digest,) = studio.seen()
    assert [] == pictures_in(digest)
    assert not studio.unsent()


def test_a_chart_that_cannot_be_drawn_does_not_hold_the_digest_back(tmp_path: Path) -> None:
    """A mistake in a picture costs the picture."""

    def draw(figures: object) -> bytes:
        raise ValueError("ada@example.com")

    with open_office(tmp_path, draw=draw) as office, capture_logs() as logs:
        office.say(Digest(office.report()))
        office.deliver()

        assert 1 == len(office.channel())
        assert ["draw_failed"] == errors_in(logs)
        assert "example.com" not in str(logs)


def test_an_image_block_that_slack_refuses_comes_later_by_itself(studio: Office) -> None:
    """The figures are said without the picture, and the picture follows."""
    studio.say(Digest(studio.report()))
    studio.deliver()
    processed(studio)
    studio.workspace.faults.refuse("chat.postMessage", "invalid_blocks")
    deliver_for(studio, 5)

    (digest,) = studio.seen()
    assert [] == pictures_in(digest)
    chart = studio.server.person("@maja").thread(digest)[1]
    assert ["The week in a chart"] == pictures_in(chart)
