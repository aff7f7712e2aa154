"""`kill -9` at any point around a send: everything that was queued reaches people, and only once.

The courier runs in a process that kills itself at the point named; then another takes over, and we
count what people saw in Slack.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from bot.use_cases import answer
from tests import migrated
from tests.crash import mortal
from tests.crash.mortal import Place, Point
from tests.scenario.office import Office, open_office, reminder

# Forks from a process that has loaded all of it and has no threads: a start takes milliseconds.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.crash.mortal"])
KILLED = -signal.SIGKILL
DEADLY = [point for point in Point if point is not Point.NEVER]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
def any_office(
    request: pytest.FixtureRequest, tmp_path: Path, postgres_database: Callable[..., str]
) -> Iterator[Office]:
    """The same on both databases."""
    database = postgres_database(migrated.migrate) if request.param == "postgresql" else ""
    with open_office(tmp_path, database=database) as opened:
        yield opened


def start(office: Office, point: Point = Point.NEVER, nth: int = 1) -> ForkServerProcess:
    place = Place(
        database=office.books._engine.url.render_as_string(hide_password=False),
        api_url=office.server.api_url,
        token=office.workspace.app.bot_token,
        now=office.clock.now(),
        wire_now=office.wire.now,
        tempo=office.tempo,
    )
    process = PROCESSES.Process(target=mortal.deliver, args=(place, point, nth))
    process.start()
    return process


def ending(process: ForkServerProcess) -> int | None:
    process.join(90)
    return process.exitcode


def take_over(office: Office) -> None:
    """Another process finds the rest: the lease of the dead one ends, and doubts are looked up."""
    office.later(minutes=2)
    office.deliver()
    assert not office.unsent()


def everything_said(office: Office) -> list[str]:
    """All that is in the channel, threads included, and in Maja's DM."""
    channel = office.workspace.channel("mql-handoff").id
    return [message.text for message in office.workspace.messages.all_in(channel)]


def new_card(office: Office) -> None:
    office.lead()


def changed_card(office: Office) -> None:
    lead = office.lead()
    office.deliver()
    answer.accept(office.desk, lead, 1, office.erik)


def reply(office: Office) -> None:
    lead = office.lead()
    office.deliver()
    office.say(reminder(lead, card=1))


def nudge(office: Office) -> None:
    lead = office.lead()
    office.deliver()
    office.say(reminder(lead), "@maja")


REMINDER = "reminder {'handoff': 1, 'round': 1, 'clock': <Clock.ANSWER: 'answer'>, 'percent': 80"
THREADED = REMINDER + ", 'card': 1}"
PRIVATE = REMINDER + "}"


@pytest.mark.parametrize("point", DEADLY)
@pytest.mark.parametrize(
    ("queue", "in_channel", "in_dm"),
    [
        (new_card, ["card 1 of 1: offered"], []),
        (changed_card, ["card 1 of 1: accepted"], []),
        (reply, ["card 1 of 1: offered", THREADED], []),
        (nudge, ["card 1 of 1: offered"], [PRIVATE]),
    ],
)
def test_killed_around_a_send_everybody_sees_it_once(
    office: Office,
    queue: Callable[[Office], None],
    in_channel: list[str],
    in_dm: list[str],
    point: Point,
) -> None:
    """However the process dies, the message is neither lost nor doubled."""
    queue(office)
    assert KILLED == ending(start(office, point))

    take_over(office)

    assert in_channel == everything_said(office)
    assert in_dm == office.dm("@maja")


@pytest.mark.parametrize("point", [Point.CLAIMED, Point.SENT, Point.SETTLING])
def test_the_clock_starts_once_whatever_died(office: Office, point: Point) -> None:
    """The seller's four hours begin when the card was posted, not when it was found again."""
    lead = office.lead()
    posted_by_the_dead = point is not Point.CLAIMED
    asked_at = office.clock.now()
    assert KILLED == ending(start(office, point))
    take_over(office)

    posted_at = office.handoff(lead).offer.posted_at
    assert posted_at is not None
    assert posted_by_the_dead == ((posted_at - asked_at).total_seconds() < 60)
    with office.books.reading() as work:
        journal = work.handoffs.dossier(lead).journal
    assert ["offered", "posted"] == [move.event.value for move in journal]


def test_killed_again_and_again_in_a_burst(any_office: Office) -> None:
    """Five leads, and a process that never survives its next send: five cards."""
    office = any_office
    leads = [office.lead(name) for name in ("Ada", "Bo", "Cy", "Di", "Ed")]
    deaths = 0
    for point in (Point.SENT, Point.SETTLED, Point.CLAIMED, Point.SENT, Point.SENDING) * 3:
        deaths += ending(start(office, point, nth=1)) == KILLED
        office.later(minutes=2)
    take_over(office)

    assert deaths >= 5
    assert [f"card 1 of {lead}: offered" for lead in leads] == everything_said(office)


def test_two_processes_over_one_outbox_say_everything_once_and_in_order(any_office: Office) -> None:
    """Baton on two machines is still one bot."""
    office = any_office
    leads = [office.lead(f"lead-{number}") for number in range(12)]
    both = [start(office), start(office)]
    assert [0, 0] == [ending(process) for process in both]
    take_over(office)

    assert [f"card 1 of {lead}: offered" for lead in leads] == everything_said(office)


@pytest.mark.parametrize("point", [Point.SENDING, Point.SENT])
def test_killed_while_looking_for_a_lost_message(office: Office, point: Point) -> None:
    """Two deaths at the same message are no excuse."""
    office.lead()
    office.workspace.faults.cut("chat.postMessage")
    office.deliver()
    office.later(minutes=2)
    assert KILLED == ending(start(office, point))
    take_over(office)

    assert ["card 1 of 1: offered"] == everything_said(office)


def test_slow_down_survives_a_restart(office: Office) -> None:
    """A 429 noted by a process that has died since is still obeyed."""
    office.lead()
    office.workspace.faults.rate_limit("chat.postMessage", retry_after=60)
    assert 0 == ending(start(office))
    assert 0 == office.deliver()
    office.later(seconds=60)
    office.deliver()

    assert ["card 1 of 1: offered"] == everything_said(office)
