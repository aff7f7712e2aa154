"""`baton demo` as a newcomer starts it: a process of its own, and its address."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType

ROOT = Path(__file__).parents[2]
ADDRESS = re.compile(r"Open (http://127\.0\.0\.1:\d+)/")
START_S = 120
STOP_S = 40


class Demo:
    """`with Demo() as demo:`; leaving presses Ctrl-C and fails if it did not end cleanly."""

    def __init__(self, port: int = 0) -> None:
        self._port = port

    def __enter__(self) -> Demo:
        self._said = tempfile.TemporaryFile(mode="w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "demo", "--no-browser", "--port", str(self._port)],
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdout=self._said,
            stderr=subprocess.STDOUT,
        )
        self.url = self._address()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        code = self.end() if self.process.poll() is None else self.process.returncode
        said = self.said()
        self._said.close()
        if error is None and code != 0:
            raise AssertionError(f"the demo ended with {code}:\n{said}")

    def end(self, told: signal.Signals = signal.SIGINT) -> int:
        """Its exit code after Ctrl-C, or another signal."""
        self.process.send_signal(told)
        try:
            return self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def said(self) -> str:
        self._said.seek(0)
        return self._said.read()

    def children(self) -> list[int]:
        """Their process ids."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in listed.read_text().split()]

    def _address(self) -> str:
        give_up = monotonic() + START_S
        while monotonic() < give_up and self.process.poll() is None:
            if found := ADDRESS.search(self.said()):
                return found[1]
            sleep(0.05)
        self.process.kill()
        said = self.said()
        self._said.close()
        raise RuntimeError(f"the demo did not start:\n{said}")
