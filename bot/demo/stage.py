"""A sample company's workspace with Baton at work in it, on a Friday morning."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any
from zoneinfo import ZoneInfo

from bot.demo.child import Child, free_port
from bot.demo.leads import send_lead
from playground import InstalledApp, Server, WorkspaceClock, sample_workspace

ZONE = ZoneInfo("Europe/Stockholm")
FRIDAY_MORNING = datetime(2026, 3, 6, 8, 55, tzinfo=ZONE).astimezone(UTC)

Panel = Callable[["Stage"], Any]


class Stage:
    """`with Stage(config) as stage:`; its clock stands still until somebody lets it go."""

    def __init__(self, config: Path, port: int = 0, panel: Panel | None = None) -> None:
        self.clock = WorkspaceClock(FRIDAY_MORNING, paused=True)
        app = InstalledApp(name="Baton", commands=frozenset({"/lead"}))
        self.workspace = sample_workspace(app=app, clock=self.clock)
        self.server = Server(
            self.workspace, port=port, **({"extension": panel(self)} if panel else {})
        )
        self.intake_port = free_port()
        self.environment = {
            **os.environ,
            "SLACK_BOT_TOKEN": app.bot_token,
            "SLACK_APP_TOKEN": app.app_token,
            "SLACK_SIGNING_SECRET": app.signing_secret,
            "SLACK_MODE": "socket",
            "BATON_PORT": str(self.intake_port),
            "WEBSITE_SECRET": secrets.token_hex(16),
        }
        self._config = config
        self._open = ExitStack()

    def __enter__(self) -> Stage:
        folder = self._open.enter_context(tempfile.TemporaryDirectory())
        self._open.enter_context(self.server)
        self.environment |= {
            "DATABASE_URL": f"sqlite:///{folder}/demo.db",
            "SLACK_API_URL": self.server.api_url,
        }
        clock_url = f"{self.server.url}/playground/clock"
        arguments = ["--config", str(self._config), "--clock", clock_url]
        self.child = self._open.enter_context(Child(arguments, self.environment))
        self.child.wait_until_healthy(self.intake_port)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def send(self, lead: dict[str, str]) -> str:
        """As marketing's web site would; the answer as a sentence."""
        address = f"http://127.0.0.1:{self.intake_port}/leads"
        return send_lead(address, self.environment["WEBSITE_SECRET"], lead)
