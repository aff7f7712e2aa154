"""Baton as an operator runs it: a process, killed without a word and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bot.demo.child import kept_port
from playground import InstalledApp, Server, Workspace
from tests.playground.tiny_app import wait_for_connection

ROOT = Path(__file__).parents[2]
READY_SECONDS = 90


class Service:
    """One `baton serve` after the other, over the same database."""

    def __init__(self, server: Server, database: str, mode: str = "socket") -> None:
        app = server.workspace.app
        self._server = server if mode == "socket" else None
        self._kept = ExitStack()
        self.port = self._kept.enter_context(kept_port())
        if mode == "http":
            app.request_url = f"http://127.0.0.1:{self.port}/slack/events"
        self.environment = {
            **os.environ,
            "DATABASE_URL": database,
            "SLACK_BOT_TOKEN": app.bot_token,
            "SLACK_APP_TOKEN": app.app_token,
            "SLACK_SIGNING_SECRET": app.signing_secret,
            "SLACK_API_URL": server.api_url,
            "SLACK_MODE": mode,
            "BATON_PORT": str(self.port),
            "WEBSITE_SECRET": "a-secret",
        }
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115 (`close` does)
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Returns when it is healthy, and hears clicks."""
        before = self._server.workspace.feed.last if self._server else 0
        command = [sys.executable, "-m", "bot.cli", "serve"]
        self._process = subprocess.Popen(
            command, env=self.environment, cwd=ROOT, stdout=self._log, stderr=self._log, text=True
        )
        give_up = time.monotonic() + READY_SECONDS
        while time.monotonic() < give_up:
            assert self._process.poll() is None, self.said()
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=20):
                    break
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        else:
            raise AssertionError(f"not ready\n{self.said()}")
        if self._server:
            wait_for_connection(self._server, before)

    def kill(self) -> None:
        """As a power cut would: no goodbye."""
        self._end(signal.SIGKILL)

    def terminate(self) -> int:
        """As an operator would; its exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> int:
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(60)

    def said(self) -> str:
        self._log.seek(0)
        return self._log.read()

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another `baton` command, beside the service."""
        return subprocess.run(
            [sys.executable, "-m", "bot.cli", *arguments],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()
        self._log.close()
        self._kept.close()


@contextmanager
def service(workspace: Workspace, database: str, mode: str = "socket") -> Iterator[Service]:
    with Server(workspace) as server:
        running = Service(server, database, mode)
        try:
            yield running
        finally:
            running.close()


def installed() -> InstalledApp:
    """Slack's own three seconds bind only where they are what is tested."""
    return InstalledApp(
        name="Baton", commands=frozenset({"/lead"}), ack_timeout_s=30.0, trigger_lives_s=30.0
    )
