"""The demo's own panel on the workspace's page: leads, races, sellers, and Baton itself."""

from __future__ import annotations

import itertools
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.delivery.actions import Action
from bot.demo.leads import sample_leads
from bot.demo.screen import kind_of
from bot.demo.sellers import CHANNEL
from bot.demo.stage import Stage
from bot.demo.tour import STEPS, Tour
from playground import Person, Refused

BURST = 20
LONGEST_CSV_BYTES = 2_000_000
IMPORT_SECONDS = 60
MOMENT = timedelta(seconds=1)
SAID_WITHIN_SECONDS = 5.0
LADDER = ("reminder", "escalation", "returned")


class Control:
    """What the panel can do; each answer is a sentence for the person who pressed."""

    def __init__(self, stage: Stage, tour: Tour) -> None:
        self._stage = stage
        self._tour = tour
        self._samples = itertools.cycle(sample_leads())
        self._taking = threading.Lock()
        self._sent = 0
        self.sellers_work = False
        self.day_wanted = threading.Event()

    def routes(self) -> list[Route]:
        """Below /extension/ of the workspace's page."""
        told: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
            "lead": self.send,
            "burst": self.burst,
            "race": self.race,
            "sellers": self.switch_sellers,
            "due": lambda _: self.until_due(),
            "day": lambda _: self.watch_a_day(),
            "kill": lambda _: self.kill(),
            "start": lambda _: self.start(),
        }
        return [
            Route("/state", self._state, methods=["GET"]),
            Route("/csv", self._csv, methods=["POST"]),
            *(Route(f"/{name}", _telling(does), methods=["POST"]) for name, does in told.items()),
        ]

    # ------------------------------------------------------------------ what it does

    def send(self, given: Mapping[str, Any]) -> str:
        """A lead as the web site would send it; empty fields are filled from a sample."""
        written = {str(name): str(value) for name, value in given.items() if str(value).strip()}
        lead = written if "email" in written else {**self._sample(), **written}
        return self._stage.send(lead)

    def burst(self, _given: Mapping[str, Any]) -> str:
        for _ in range(BURST):
            self._stage.send(self._sample())
        return f"{BURST} leads are on their way, one card a second."

    def race(self, _given: Mapping[str, Any]) -> str:
        """Two people press Accept on the newest open card at the same moment."""
        erik, aino = (Person.of(self._stage.workspace, who) for who in ("@erik", "@aino"))
        cards = [seen for seen in erik.sees(CHANNEL) if Action.ACCEPT in seen.action_ids]
        if not cards:
            return "No lead waits for an answer: send one first."
        clicks = [who.click(Action.ACCEPT, on=cards[-1], wait=False) for who in (erik, aino)]
        for click in clicks:
            click.wait()
        return "Erik and Aino pressed at the same moment. Look at the channel as each of them."

    def switch_sellers(self, given: Mapping[str, Any]) -> str:
        self.sellers_work = bool(given.get("on"))
        return "The simulated sellers are at work." if self.sellers_work else "They have stopped."

    def until_due(self) -> str:
        """To the next step of the ladder, and until it has been said."""
        due, before = self._stage.next_step(), self._ladder_messages()
        if due is None:
            return "Nothing is due: no lead waits. Send one first."
        self._stage.clock.advance(to=max(due, self._stage.clock.now()) + MOMENT)
        give_up = monotonic() + SAID_WITHIN_SECONDS
        while self._ladder_messages() == before and monotonic() < give_up:
            sleep(0.05)
        return "It was due: look at the channel, and at Maja's messages."

    def _ladder_messages(self) -> int:
        """In all channels and DMs."""
        workspace = self._stage.workspace
        everything = (m for c in list(workspace.channels) for m in workspace.messages.all_in(c))
        return sum(kind_of(message) in LADDER for message in everything)

    def watch_a_day(self) -> str:
        self.day_wanted.set()
        return "A working day passes in a minute, with simulated sellers; then comes Monday."

    def kill(self) -> str:
        self._stage.child.kill()
        return "Baton was killed without a word. Click something; then start it again."

    def start(self) -> str:
        self._stage.child.start()
        self._stage.child.wait_until_healthy(self._stage.intake_port)
        return "Baton runs again, and goes on where it was."

    def import_csv(self, text: bytes) -> str:
        """The file through `baton import`, as an operator would run it."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "dropped.csv"
            file.write_bytes(text)
            done = subprocess.run(
                [sys.executable, "-m", "bot.cli", "import", str(file), "--yes"],
                env=self._stage.environment,
                capture_output=True,
                text=True,
                timeout=IMPORT_SECONDS,
                check=False,
            )
        return f"{done.stdout}{done.stderr}".strip()

    def _sample(self) -> dict[str, str]:
        """The next sample person; after forty the same names knock from other addresses."""
        with self._taking:
            sample = dict(next(self._samples))
            self._sent += 1
        if (turn := (self._sent - 1) // len(sample_leads())) > 0:
            name, _, domain = sample["email"].partition("@")
            sample["email"] = f"{name}+{turn}@{domain}"
        return sample

    # ------------------------------------------------------------------ over HTTP

    async def _state(self, _request: Request) -> Response:
        done = self._tour.done
        return JSONResponse(
            {
                "tour": [
                    {"name": s.name, "title": s.title, "how": s.how, "done": s.name in done}
                    for s in STEPS
                ],
                "sellers": self.sellers_work,
                "running": self._stage.child.is_alive(),
            }
        )

    async def _csv(self, request: Request) -> Response:
        text = await request.body()
        if len(text) > LONGEST_CSV_BYTES:
            return JSONResponse({"said": "The file is larger than 2 MB."}, 413)
        return JSONResponse({"said": await run_in_threadpool(self.import_csv, text)})


def _telling(does: Callable[[Mapping[str, Any]], str]) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        given = await request.json() if await request.body() else {}
        if not isinstance(given, dict):
            return JSONResponse({"said": "An object is expected."}, 400)
        try:
            return JSONResponse({"said": await run_in_threadpool(does, given)})
        except Refused as refused:
            return JSONResponse({"said": str(refused)}, 409)

    return answer
