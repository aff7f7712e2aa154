"""Many at once: threads and processes, on both databases."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.domain import handoff
from bot.domain.handoff import AlreadyAnswered, State
from bot.domain.messages import Card, Digest
from bot.domain.move import Event
from bot.use_cases.ports import Conflict
from storage.books import Books
from tests.storage.samples import (
    LANE,
    LEASE,
    NOW,
    TERMS,
    WIRE_NOW,
    facts,
    now_of,
    offered,
    posted,
    promised,
)

ROOT = Path(__file__).parents[2]
CROWD = 50


def at_once(what, count=CROWD):
    """The results of `what(number)`, from as many threads that begin at the same moment."""
    ready = threading.Barrier(count)

    def run(number):
        ready.wait()
        return what(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def start(url, script):
    return subprocess.Popen(
        [sys.executable, "-c", script, url],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def test_one_lead_is_accepted_once(books, version):
    """Fifty people click Accept on one lead: one has it, all others learn who."""
    begun = posted(books, version)

    def accept(number):
        with books.writing() as work:
            before = work.handoffs.get(begun.id)
            try:
                move = handoff.accept(before, 1, f"U{number}", NOW, TERMS)
            except AlreadyAnswered as late:
                return late.handoff.holder
            after = work.handoffs.record(before, move)
            work.outbox.put(Card(after.id), LANE, NOW)
            work.commit()
            return f"{after.holder} has it"

    told = Counter(at_once(accept))

    winner = now_of(books, begun.id).holder
    assert {f"{winner} has it": 1, winner: CROWD - 1} == told
    with books.reading() as work:
        answers = [move.event for move in work.handoffs.dossier(begun.id).journal]
    assert 1 == answers.count(Event.ACCEPTED)


def test_one_person_is_taken_in_once(books, version):
    """The same person from five sources at once is one lead with one open handoff."""

    def raise_hand(number):
        for _ in range(CROWD):
            with contextlib.suppress(Conflict), books.writing() as work:
                lead = work.leads.find(facts()) or work.leads.add(facts(), NOW)
                begun = work.handoffs.open_for(lead.id)
                if begun:
                    work.handoffs.record(begun, handoff.raise_again(begun, NOW))
                else:
                    begun = work.handoffs.begin(lead, handoff.offer(promised(version), NOW))
                work.commit()
                return begun.id
        return None

    (begun,) = set(at_once(raise_hand, 8))
    assert 8 == now_of(books, begun).moves


def test_a_lock_is_a_look_at_what_is_true(books, version):
    """Who waited for another's move decides on what it made, new round included."""
    before = posted(books, version)
    inside, seen = threading.Event(), []

    def look():
        inside.wait()
        with books.writing() as work:
            seen.append(work.handoffs.get(before.id))

    waiting = threading.Thread(target=look)
    waiting.start()
    with books.writing() as work:
        now = work.handoffs.get(before.id)
        inside.set()
        time.sleep(0.2)  # the other one is waiting by now
        now = work.handoffs.record(now, handoff.accept(now, 1, "U1", NOW, TERMS))
        move = handoff.give_back(now, Event.RELEASED, "U1", NOW, promised(version))
        now = work.handoffs.record(now, move)
        work.commit()
    waiting.join()

    assert ([now], 2) == (seen, now.round)


def test_a_change_is_never_left_unsaid(books, version):
    """The courier that takes a card just as somebody accepts the lead shows it accepted."""
    begun = offered(books, version)
    inside, shown = threading.Event(), []

    def claims():
        with books.writing() as work:
            parcels = work.deliveries.claim(NOW, WIRE_NOW, LEASE, 1)
            work.commit()
        return bool(parcels)

    def deliver():
        inside.wait()
        while not claims():
            time.sleep(0.01)
        shown.append(now_of(books, begun.id).state)

    courier = threading.Thread(target=deliver)
    courier.start()
    with books.writing() as work:
        now = work.handoffs.get(begun.id)
        work.handoffs.record(now, handoff.accept(now, 1, "U1", NOW, TERMS))
        work.outbox.put(Card(begun.id), LANE, NOW)
        inside.set()
        time.sleep(0.2)  # long enough to take the card that waits already
        work.commit()
    courier.join()

    assert [State.ACCEPTED] == shown


COURIER = """
import sys
from storage.books import Books
from tests.storage.samples import LEASE, NOW, WIRE_NOW

books, idle = Books(sys.argv[1]), 0
print("ready", flush=True)
while idle < 20:
    with books.writing() as work:
        parcels = work.deliveries.claim(NOW, WIRE_NOW, LEASE, 2)
        work.commit()
    idle = 0 if parcels else idle + 1
    for parcel in parcels:
        print(parcel.lane, parcel.message.report, flush=True)
        with books.writing() as work:
            work.deliveries.settle(parcel, "1.0", None)
            work.commit()
"""


def test_two_processes_say_nothing_twice(books, url):
    """Several couriers share the lanes: each message goes once, and in its lane's order."""
    lanes = [f"#lane-{number}" for number in range(5)]
    with books.writing() as work:
        for report in range(20):
            for lane in lanes:
                work.outbox.put(Digest(report), lane, NOW)
        work.commit()

    couriers = [start(url, COURIER) for _ in range(2)]
    said = [courier.communicate(timeout=60)[0].split("\n")[1:-1] for courier in couriers]

    assert [0, 0] == [courier.returncode for courier in couriers]
    everything = Counter(line for lines in said for line in lines)
    assert Counter(f"{lane} {report}" for lane in lanes for report in range(20)) == everything
    for lines in said:
        for lane in lanes:
            mine = [int(line.split()[1]) for line in lines if line.startswith(f"{lane} ")]
            assert sorted(mine) == mine


WRITER = """
import sys
from itertools import count
from storage.books import Books
from tests.storage.samples import NOW, facts

books = Books(sys.argv[1])
for number in count():
    with books.writing() as work:
        lead = work.leads.add(facts(number), NOW)
        work.commit()
    print(lead.id, flush=True)
"""


def test_a_kill_loses_nothing_committed(books, url):
    """After `kill -9` everything that was said to be done is done."""
    writer = start(url, WRITER)
    assert writer.stdout
    told = [int(writer.stdout.readline()) for _ in range(20)]
    writer.send_signal(signal.SIGKILL)
    told += [int(line) for line in writer.stdout.read().split("\n") if line]
    writer.wait()
    writer.stdout.close()

    with books.reading() as work:
        assert told == [work.leads.get(lead).id for lead in told]


def test_processes_share_one_file(books, url, version):
    """`baton lead add` beside a running service waits its turn, and neither fails."""
    others = [Books(url) for _ in range(4)]

    def add(number):
        mine = others[number % len(others)]
        with mine.writing() as work:
            work.leads.find(facts(number))
            work.leads.add(facts(number), NOW)
            work.commit()

    at_once(add, 40)
    with books.reading() as work:
        assert 40 == len(work.leads.search("lovelace", 100))
    for other in others:
        other.close()


@pytest.mark.parametrize("together", [False, True], ids=["alone", "together"])
def test_a_killed_unit_leaves_nothing(books, url, version, together):
    """Killed in the middle, a unit of work was never there."""
    script = f"""
import os, signal, sys
from contextlib import nullcontext
from storage.books import Books
from tests.storage.samples import NOW, facts

books = Books(sys.argv[1])
with books.together() if {together} else nullcontext():
    with books.writing() as work:
        work.leads.add(facts(), NOW)
        if {together}:
            work.commit()
        os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = start(url, script)
    killed.communicate(timeout=60)

    assert -signal.SIGKILL == killed.returncode
    with books.writing() as work:
        assert [] == work.leads.search("lovelace", 9)
