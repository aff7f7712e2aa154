"""The demo's own panel on the workspace's page: leads, races, sellers, and Baton itself."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.delivery.actions import Action
from bot.demo.leads import people_without_end
from bot.demo.screen import kind_of
from bot.demo.sellers import CHANNEL
from bot.demo.stage import Stage
from bot.demo.tour import RACE, STEPS, Tour
from playground import Person, Refused, Seen

BURST = 20
LONGEST_CSV_BYTES = 2_000_000
IMPORT_SECONDS = 60
MOMENT = timedelta(seconds=1)
SAID_WITHIN_SECONDS = 5.0
POSTED_WITHIN_SECONDS = 2.0
LOOKED_WITHIN_SECONDS = 20.0  # while they watch a day in a minute they look at nothing else
BEHIND_SECONDS = 30.0  # on a busy machine; as long as Baton is not done, and not longer
NONE_WAITS = "No lead waits for an answer: send one first."
AWAY = "Baton is not running. Start it again under Tools, Baton."
CAME = {
    "reminder": "A reminder came: it is in the card's thread.",
    "escalation": "The time is up: Maja, the manager, is called by name.",
    "returned": "It took too long: the lead is offered again, and the head of sales knows.",
}

Given = Mapping[str, Any]


class Control:
    """What the panel can do; each answer is a sentence for the person who pressed."""

    def __init__(self, stage: Stage, tour: Tour) -> None:
        self._stage = stage
        self._tour = tour
        self.leads = people_without_end()
        self._taking = threading.Lock()
        self._sending = 0  # leads on their way to Baton
        self.sellers_work = False
        self.sellers_looked = threading.Event()
        self.day_wanted = threading.Event()

    def routes(self) -> list[Route]:
        """Below /extension/ of the workspace's page."""
        told: Mapping[str, Callable[[Given], str]] = {
            "lead": self._awake(self.send),
            "burst": self._awake(self.burst),
            "race": self._awake(self.race),
            "sellers": self.switch_sellers,
            "due": self._awake(self.until_due),
            "day": self._awake(self.watch_a_day),
            "kill": self.kill,
            "start": self.start,
        }
        return [
            Route("/state", self._state, methods=["GET"]),
            Route("/csv", self._csv, methods=["POST"]),
            *(Route(f"/{name}", _telling(does), methods=["POST"]) for name, does in told.items()),
        ]

    def _awake(self, does: Callable[[Given], str]) -> Callable[[Given], str]:
        def only_then(given: Given) -> str:
            if not self._stage.child.is_alive():
                raise Refused("away", AWAY)
            return does(given)

        return only_then

    # ------------------------------------------------------------------ what it does

    def send(self, given: Given) -> str:
        """A lead as the web site would send it; empty fields are filled from a sample."""
        with self._taking:
            self._sending += 1
        try:
            return self._send(given)
        finally:
            with self._taking:
                self._sending -= 1

    def _send(self, given: Given) -> str:
        written = {str(name): str(value) for name, value in given.items() if str(value).strip()}
        lead = written if "email" in written else {**self._sample(), **written}
        return self._stage.send(lead)

    def burst(self, _given: Given) -> str:
        for _ in range(BURST):
            self._stage.send(self._sample())
        return f"{BURST} leads are on their way, one card a second."

    def race(self, _: Given) -> str:
        """Two people press Accept on the newest open card at the same moment."""
        erik, aino = (Person.of(self._stage.workspace, who) for who in ("@erik", "@aino"))
        if not self._waiting():
            self.send({})
        try:
            card = erik.wait_to_see(CHANNEL, _is_open)
        except TimeoutError:
            raise Refused("no_card", NONE_WAITS) from None
        with self._tour.played_by(RACE):
            clicks = [who.click(Action.ACCEPT, on=card, wait=False) for who in (erik, aino)]
        for click in clicks:
            click.wait()
        return "Erik and Aino pressed at the same moment. Look at the channel as each of them."

    def switch_sellers(self, given: Given) -> str:
        self.sellers_looked.clear()
        self.sellers_work = bool(given.get("on"))
        if self.sellers_work:
            # they plan from when they first see a card: before time is pressed on, not after it
            self.sellers_looked.wait(LOOKED_WITHIN_SECONDS)
            return "The simulated sellers are at work. Let time run to see them act."
        return "The simulated sellers have gone home."

    def until_due(self, _: Given) -> str:
        """To the next step of the ladder, and until it has been said."""
        due, before = self._next_step(), self._ladder_messages()
        if due is None:
            raise Refused("nothing_due", NONE_WAITS)
        self._stage.clock.advance(to=max(due, self._stage.clock.now()) + MOMENT)
        self._stage.tell_time()
        self._wait_for(lambda: len(self._ladder_messages()) > len(before), SAID_WITHIN_SECONDS)
        said = self._ladder_messages()
        came = [CAME[kind] for kind in CAME if said.count(kind) > before.count(kind)]
        return " ".join(came) or "It was due: look at the channel."

    def _next_step(self) -> datetime | None:
        """The tour is about leads without an answer; the first contact with others is days away."""
        if self._tour.done >= {"reminder", "escalation"}:
            return self._stage.next_step()
        # the lead may have been sent just now
        self._wait_for(lambda: self._stage.next_answer_step() is not None, POSTED_WITHIN_SECONDS)
        return self._stage.next_answer_step()

    def _wait_for(self, true: Callable[[], bool], seconds: float) -> None:
        """Longer only while Baton has not yet done what there is to do."""
        began = monotonic()
        while not true() and monotonic() < began + BEHIND_SECONDS:
            if monotonic() > began + seconds and not (self._sending or self._stage.is_behind()):
                return
            sleep(0.05)

    def _waiting(self) -> bool:
        """Somebody may still answer a lead."""
        return any(
            _is_open(seen) for seen in Person.of(self._stage.workspace, "@erik").sees(CHANNEL)
        )

    def _ladder_messages(self) -> list[str]:
        """What the ladder has said so far, in all channels and DMs."""
        workspace = self._stage.workspace
        everything = (m for c in list(workspace.channels) for m in workspace.messages.all_in(c))
        return [kind for kind in map(kind_of, everything) if kind in CAME]

    def watch_a_day(self, _: Given) -> str:
        self.day_wanted.set()
        return "The rest of the day passes within a minute, with simulated sellers; then Monday."

    def kill(self, _: Given) -> str:
        self._stage.child.kill()
        return "Baton was killed without a word. Click something; then start it again."

    def start(self, _: Given) -> str:
        self._stage.child.start()
        self._stage.wait_for_baton()
        return "Baton runs again, and goes on where it was."

    def import_csv(self, text: bytes) -> str:
        """The file through `baton import`, as an operator would run it."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "dropped.csv"
            file.write_bytes(text)
            done = subprocess.run(
                [
                    sys.executable,
                    "-m",
                    "bot.cli",
                    "import",
                    str(file),
                    "--yes",
                    *self._stage.arguments,
                ],
                env=self._stage.environment,
                capture_output=True,
                text=True,
                timeout=IMPORT_SECONDS,
                check=False,
            )
        return f"{done.stdout}{done.stderr}".strip()

    def _sample(self) -> dict[str, str]:
        with self._taking:
            return next(self.leads)

    # ------------------------------------------------------------------ over HTTP

    async def _state(self, _request: Request) -> Response:
        done = self._tour.done
        return JSONResponse(
            {
                "tour": [asdict(step) | {"done": step.name in done} for step in STEPS],
                "sellers": self.sellers_work,
                "running": self._stage.child.is_alive(),
            }
        )

    async def _csv(self, request: Request) -> Response:
        text = await request.body()
        if len(text) > LONGEST_CSV_BYTES:
            return JSONResponse({"said": "The file is larger than 2 MB."}, 413)
        return JSONResponse({"said": await run_in_threadpool(self.import_csv, text)})


def _is_open(seen: Seen) -> bool:
    return Action.ACCEPT in seen.action_ids


def _telling(does: Callable[[Given], str]) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        given = await request.json() if await request.body() else {}
        if not isinstance(given, dict):
            return JSONResponse({"said": "An object is expected."}, 400)
        try:
            return JSONResponse({"said": await run_in_threadpool(does, given)})
        except Refused as refused:
            return JSONResponse({"said": refused.sentence}, 409)

    return answer
