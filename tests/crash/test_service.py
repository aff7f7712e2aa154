"""The whole service, killed in the middle of everything: nothing lost, nothing twice."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from playground import Person, Seen, Workspace, sample_workspace
from storage.books import Books
from tests.crash.service import Service, installed, service

LEADS = 12
SELLERS = ("@erik", "@aino", "@jonas", "@priya")
PATIENCE_SECONDS = 120
CHANNEL = "mql-handoff"


@pytest.fixture
def workspace() -> Workspace:
    return sample_workspace(app=installed())


@pytest.fixture(params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, tmp_path: Path, postgres_database: Callable[..., str]
) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'baton.db'}"
    return postgres_database()


@pytest.fixture
def running(workspace: Workspace, database: str) -> Iterator[Service]:
    with service(workspace, database) as started:
        started.start()
        yield started


def until(true: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < give_up, "waited in vain"
        time.sleep(0.1)


def cards(workspace: Workspace) -> list[Seen]:
    seen = Person.of(workspace, "@maja").sees(CHANNEL)
    return [each for each in seen if each.metadata and not each.ephemeral]


def import_leads(running: Service, folder: Path) -> None:
    rows = "\n".join(f"lead{number}@acme.example,Lead {number},SE" for number in range(LEADS))
    file = folder / "leads.csv"
    file.write_text(f"email,name,country\n{rows}\n")
    done = running.command("import", str(file), "--yes")
    assert done.returncode == 0, done.stderr


@pytest.mark.timeout(300)
def test_killed_while_cards_go_out_and_crowds_click(
    running: Service, workspace: Workspace, database: str, tmp_path: Path
) -> None:
    """Two kills without warning: each lead still has one card, one holder, and one note of it."""
    import_leads(running, tmp_path)
    for wanted in (3, 8):
        until(lambda wanted=wanted: len(cards(workspace)) >= wanted)  # type: ignore[misc]
        clicks = [
            Person.of(workspace, seller).click("accept", on=card, wait=False)
            for card in cards(workspace)
            if "accept" in card.action_ids
            for seller in SELLERS
        ]
        clicks[len(clicks) // 2].wait()
        running.kill()
        running.start()
    import_leads(running, tmp_path)  # the same file again offers nobody twice
    until(lambda: len(cards(workspace)) >= LEADS)
    for card in cards(workspace):
        if "accept" in card.action_ids:
            Person.of(workspace, "@erik").click("accept", on=card)
    until(lambda: not any("accept" in card.action_ids for card in cards(workspace)))
    assert running.terminate() == 0, running.said()

    posted = Counter(card.words.splitlines()[0] for card in cards(workspace))
    assert {f"Lead {number}": 1 for number in range(LEADS)} == posted
    books = Books(database)
    try:
        with books.reading() as work:
            for handoff_id in range(1, LEADS + 1):
                journal = work.handoffs.dossier(handoff_id).journal
                assert Counter(offered=1, posted=1, accepted=1) == Counter(
                    str(move.event) for move in journal
                )
    finally:
        books.close()


@pytest.mark.timeout(120)
@pytest.mark.parametrize("mode", ["socket", "http"])
def test_told_to_stop_it_acks_what_it_has_in_hand(
    workspace: Workspace, tmp_path: Path, mode: str
) -> None:
    """SIGTERM in the middle of a crowd: whoever was heard gets an answer, and the exit is clean."""
    with service(workspace, f"sqlite:///{tmp_path / 'baton.db'}", mode) as running:
        running.start()
        assert running.command("lead", "add", "--email", "ada@acme.example").returncode == 0
        until(lambda: len(cards(workspace)) == 1)
        card = cards(workspace)[0]
        clicks = [
            Person.of(workspace, seller).click("accept", on=card, stale=True, wait=False)
            for _ in range(25)
            for seller in SELLERS
        ]
        clicks[0].wait()
        assert running.terminate() == 0, running.said()
        acked = [click for click in clicks if click.wait().acked]
        assert acked
        assert "Traceback" not in running.said()
        running.start()
        until(lambda: "accept" not in cards(workspace)[0].action_ids)


def test_a_second_one_on_the_same_port_says_so(workspace: Workspace, tmp_path: Path) -> None:
    """Not a traceback, but the setting to change."""
    with service(workspace, f"sqlite:///{tmp_path / 'baton.db'}") as running:
        running.start()
        second = running.command("serve")
        assert (2, True) == (second.returncode, "BATON_PORT" in second.stderr), second.stderr
