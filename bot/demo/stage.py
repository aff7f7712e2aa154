"""A sample company's workspace with Baton at work in it, on a Friday morning."""

from __future__ import annotations

import errno
import os
import secrets
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.config import load
from bot.demo.child import Child, kept_port
from bot.demo.leads import send_lead
from bot.manifest import COMMAND, DESCRIPTION, USAGE
from bot.use_cases.desk import DigestSlot
from bot.use_cases.report import next_slot
from playground import (
    CommandHint,
    Extension,
    InstalledApp,
    Server,
    WorkspaceClock,
    sample_workspace,
)
from playground.travel import Travel
from storage.books import Books

ZONE = ZoneInfo("Europe/Stockholm")
FRIDAY_MORNING = datetime(2026, 3, 6, 8, 55, tzinfo=ZONE).astimezone(UTC)
MOST_WAITING = 500  # leads looked through for the one that is due first

Panel = Callable[["Stage"], Extension]


class PortTaken(RuntimeError):
    """The sentence says what to do."""


class Stage:
    """`with Stage(config) as stage:`; its clock stands still until somebody lets it go."""

    def __init__(self, config: Path, port: int = 0, panel: Panel | None = None) -> None:
        self.clock = WorkspaceClock(FRIDAY_MORNING, paused=True)
        app = InstalledApp(
            name="Baton",
            commands=frozenset({COMMAND}),
            command_hints={COMMAND: CommandHint(USAGE, DESCRIPTION)},
        )
        self.workspace = sample_workspace(app=app, clock=self.clock)
        self.workspace.user("@erik").locale = "en-GB"  # whom a visitor is first, in their language
        extension = panel(self) if panel else None
        self.server = Server(self.workspace, port=port, extension=extension)
        self.environment = {
            **os.environ,
            "SLACK_BOT_TOKEN": app.bot_token,
            "SLACK_APP_TOKEN": app.app_token,
            "SLACK_SIGNING_SECRET": app.signing_secret,
            "SLACK_MODE": "socket",
            "WEBSITE_SECRET": secrets.token_hex(16),
        }
        self._config = config

    def __enter__(self) -> Stage:
        with ExitStack() as opening:  # whatever goes wrong on the way leaves nothing behind
            self._set_up(opening)
            self._open = opening.pop_all()
        return self

    def _set_up(self, opening: ExitStack) -> None:
        folder = opening.enter_context(tempfile.TemporaryDirectory())
        self._open_port(opening)
        self.intake_port = opening.enter_context(kept_port())
        self.environment |= {
            "BATON_PORT": str(self.intake_port),
            "DATABASE_URL": f"sqlite:///{folder}/demo.db",
            "SLACK_API_URL": self.server.api_url,
        }
        clock_url = f"{self.server.url}/playground/clock"
        self.arguments = ["--config", str(self._config), "--clock", clock_url]
        self._settings = load(self._config, self.environment)
        self._books = opening.enter_context(closing(Books(self._settings.database)))
        self.child = opening.enter_context(Child(self.arguments, self.environment))
        self.wait_for_baton()

    def __exit__(self, *_error: object) -> None:
        self._open.close()

    def _open_port(self, opening: ExitStack) -> None:
        try:
            opening.enter_context(self.server)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise PortTaken("Another program uses this port. Try another --port.") from None

    def wait_for_baton(self) -> None:
        """Raises ChildFailed."""
        self.child.wait_until_healthy(self.intake_port, lambda: self.server.connections > 0)

    def tell_time(self) -> None:
        """The pages do not see it when we move the clock ourselves."""
        Travel(self.workspace).tell()

    def next_step(self) -> datetime | None:
        """When Baton's ladder speaks next, as its books say."""
        with self._books.reading() as work:
            return work.handoffs.next_due()

    def next_answer_step(self) -> datetime | None:
        """The same, of the leads that nobody has answered yet."""
        queues = [queue.name for queue in self._settings.queues]
        with self._books.reading() as work:
            waiting = work.handoffs.waiting_in(queues, MOST_WAITING).first
        clocks = (listed.handoff.clock for listed in waiting)
        return min((c.next_step_at for c in clocks if c and c.next_step_at), default=None)

    def next_due(self) -> datetime | None:
        """When Baton has something to do by itself: a step of the ladder, the digest, or what it is
        still to say."""
        if not self.child.is_alive():
            return None
        digest = self._settings.digest
        slot = DigestSlot(digest.channel, digest.weekday, digest.at.hour, digest.at.minute)
        says = next_slot(slot, self._settings.workspace_zone, self.clock.now())
        return min(at for at in (self.next_step(), self._next_words(), says) if at)

    def _next_words(self) -> datetime | None:
        with self._books.reading() as work:
            return work.deliveries.next_ready()

    def is_behind(self) -> bool:
        """Baton is still to do what is due by now, or to say something, or just saying it."""
        with self._books.reading() as work:
            due, unsaid = work.handoffs.next_due(), work.deliveries.oldest_unsent()
        is_due = due is not None and due <= self.clock.now()
        return self.child.is_alive() and (is_due or unsaid is not None)

    def send(self, lead: dict[str, str]) -> str:
        """As marketing's web site would; the answer as a sentence."""
        address = f"http://127.0.0.1:{self.intake_port}/leads"
        return send_lead(address, self.environment["WEBSITE_SECRET"], lead)
