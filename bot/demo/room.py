"""The demo in the browser: a workspace to click in, with Baton at work until Ctrl-C."""

from __future__ import annotations

import signal
import webbrowser
from importlib.resources import files
from pathlib import Path
from time import sleep
from types import FrameType

from rich.console import Console

from bot.demo.control import Control
from bot.demo.day import SPEED, play
from bot.demo.screen import Screen
from bot.demo.sellers import Sellers
from bot.demo.stage import ZONE, Stage
from bot.demo.tour import SIMULATED, Tour
from playground import Extension

PAGE = "bot.demo.page"
ARRIVAL = "#as=@erik&in=mql-handoff"
TICK_SECONDS = 0.1


class Room:
    """Who plays what: the visitor, the simulated sellers, and Baton as a child process."""

    def __init__(self, config: Path, port: int) -> None:
        self.stage = Stage(config, port, self._panel)
        self.sellers = Sellers(self.stage.workspace)

    def _panel(self, stage: Stage) -> Extension:
        self.tour = Tour(stage.workspace)
        self.control = Control(stage, self.tour)
        page = files(PAGE)
        return Extension(
            name="Baton",
            routes=self.control.routes(),
            scripts=[Path(str(page.joinpath("demo.js")))],
            styles=[Path(str(page.joinpath("demo.css")))],
            next_due=stage.next_due,
        )

    def work(self) -> None:
        """One beat: what the simulated people do now, if anything. Raises ChildFailed."""
        self.stage.child.check_alive()
        if self.control.day_wanted.is_set():
            with self.tour.played_by(SIMULATED):
                play(self.stage, self.sellers, self.control.leads, SPEED)
            self.stage.clock.set_speed(1.0)
            self.stage.tell_time()
            self.control.day_wanted.clear()
        elif self.control.sellers_work:
            with self.tour.played_by(SIMULATED):
                self.sellers.work(self.stage.clock.now())
            self.control.sellers_looked.set()


def run_page(config: Path, console: Console, port: int, open_browser: bool = True) -> None:
    """Until Ctrl-C, or until the terminal is closed. Raises ChildFailed, DemoFailed."""
    # SIGINT too: a job in the background begins with it ignored. Windows has no SIGHUP.
    for name in {"SIGINT", "SIGTERM", "SIGHUP"} & set(signal.Signals.__members__):
        signal.signal(signal.Signals[name], _interrupted)
    room = Room(config, port)
    with room.stage as stage, Screen(stage.workspace, console, ZONE):
        address = f"{stage.server.url}/{ARRIVAL}"
        console.print(f"Open {address} in a browser. Ctrl-C ends everything.")
        stage.clock.resume()
        room.control.send({})  # something to accept
        if open_browser:
            webbrowser.open(address)
        while True:
            room.work()
            sleep(TICK_SECONDS)


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    """Else Baton, in a session of its own, would go on without us."""
    raise KeyboardInterrupt
