"""Baton as a child process: started, watched, killed and started again, told to stop."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

START_SECONDS = 60.0
STOP_SECONDS = 15.0
LINES_SHOWN = 20


class ChildFailed(RuntimeError):
    """Baton did not start, or ended by itself; what it said comes with it."""


@contextmanager
def kept_port() -> Iterator[int]:
    """A port of this machine that is given to nobody else meanwhile, and that Baton can listen on,
    time and again."""
    with socket.socket() as kept:
        if sys.platform == "linux":  # elsewhere who holds a port keeps everybody out
            kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind(("127.0.0.1", 0))
        port = int(kept.getsockname()[1])
        if sys.platform != "linux":
            kept.close()
        yield port


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2):
            return True
    except urllib.error.HTTPError:
        return True  # what it is not content with, it says in the page
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False  # not listening yet


class Child:
    """`with Child(arguments, environment) as child:`; leaving stops it as an operator would."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self._command = [sys.executable, "-m", "bot.cli", "serve", *arguments]
        self._environment = dict(environment)
        self._lock = threading.Lock()
        self._killed = False

    def __enter__(self) -> Child:
        self._said = tempfile.TemporaryFile(mode="w+")
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            self._process.kill()
            self._process.wait()
        self._said.close()

    def start(self) -> None:
        """Does nothing while it runs."""
        with self._lock:
            if self.is_alive():
                return
            self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdout=self._said,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for us; we tell it to stop in our own time
            )
            self._killed = False  # only now: whoever watches must not take the old one for it

    def kill(self) -> None:
        """Without a word, as a power cut would."""
        with self._lock:
            self._killed = True
            self._process.kill()
            self._process.wait()

    def is_alive(self) -> bool:
        process = getattr(self, "_process", None)
        return process is not None and process.poll() is None

    def wait_until_healthy(self, port: int, hears: Callable[[], bool]) -> None:
        """Until it takes leads, and hears clicks. Raises ChildFailed."""
        give_up = time.monotonic() + START_SECONDS
        while time.monotonic() < give_up:
            self.check_alive()
            if hears() and _answers(port):
                return
            time.sleep(0.1)
        raise ChildFailed(f"Baton was not ready after {START_SECONDS:.0f} s.\n{self.said()}")

    def check_alive(self) -> None:
        """Raises ChildFailed, unless it was us who killed it."""
        if not (self._killed or self.is_alive()):
            raise ChildFailed(f"Baton ended ({self._process.returncode}).\n{self.said()}")

    def said(self) -> str:
        """The last lines of its log."""
        self._said.seek(0)
        return "".join(self._said.readlines()[-LINES_SHOWN:])
