"""Pictures for the digest, drawn in a process of their own.

Drawing needs a JavaScript engine and a good 100 MB. In a child that ends by itself when nothing is
left to draw, neither its memory nor its crashes are the service's.
"""

from __future__ import annotations

import os
import selectors
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from typing import IO, Any

from bot.delivery.render import Renderer
from bot.delivery.words import digest as digest_words

PATIENCE_S = 20.0  # for one picture, the start of the child included
IDLE_S = 60.0  # the child ends after so long without work
PIXELS_PER_POINT = 2.0

_LENGTH = struct.Struct(">I")  # before each specification and each picture; 0: not drawn


class NotDrawn(RuntimeError):
    """No picture this time; the next try starts with a fresh process."""


class Painter:
    """Draws one picture at a time, from any thread."""

    def __init__(self, renderer: Renderer, patience_s: float = PATIENCE_S) -> None:
        self._renderer = renderer
        self._patience_s = patience_s
        self._child: subprocess.Popen[bytes] | None = None
        self._one_at_a_time = threading.Lock()

    def draw_week(self, figures: Mapping[str, Any]) -> bytes:
        """A PNG of the week beside the week before. Raises NotDrawn."""
        context = digest_words.chart(self._renderer.language(), figures)
        return self.draw(self._renderer.source("charts/week.vl.json.j2", context))

    def draw(self, vega_lite: str) -> bytes:
        """Raises NotDrawn."""
        with self._one_at_a_time:
            try:
                picture = _ask(self._living_child(), vega_lite, self._patience_s)
            except (OSError, EOFError, TimeoutError) as error:
                self._end_child()
                raise NotDrawn(f"the drawing process failed: {type(error).__name__}") from error
        if not picture:
            raise NotDrawn("the specification cannot be drawn")
        return picture

    def close(self) -> None:
        with self._one_at_a_time:
            self._end_child()

    def _living_child(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._end_child()
            self._child = subprocess.Popen(
                [sys.executable, "-m", "bot.delivery.charts"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        return self._child

    def _end_child(self) -> None:
        if self._child is None:
            return
        self._child.kill()
        for pipe in (self._child.stdin, self._child.stdout):
            assert pipe is not None
            _close(pipe)
        self._child.wait()
        self._child = None


def _close(pipe: IO[bytes]) -> None:
    """Closing flushes, and a child that has gone cannot take what is left."""
    try:
        pipe.close()
    except BrokenPipeError:
        return


def _ask(child: subprocess.Popen[bytes], vega_lite: str, patience_s: float) -> bytes:
    assert child.stdin is not None
    assert child.stdout is not None
    wanted = vega_lite.encode()
    child.stdin.write(_LENGTH.pack(len(wanted)) + wanted)
    child.stdin.flush()
    until = time.monotonic() + patience_s
    (size,) = _LENGTH.unpack(_read(child.stdout.fileno(), _LENGTH.size, until))
    return _read(child.stdout.fileno(), size, until)


def _read(pipe: int, size: int, until: float) -> bytes:
    """Exactly `size` bytes. Raises TimeoutError, EOFError."""
    read = bytearray()
    with selectors.DefaultSelector() as waiting:
        waiting.register(pipe, selectors.EVENT_READ)
        while len(read) < size:
            if not waiting.select(max(0.0, until - time.monotonic())):
                raise TimeoutError
            piece = os.read(pipe, size - len(read))
            if not piece:
                raise EOFError
            read += piece
    return bytes(read)


def _work() -> None:
    """The child: a specification in, a picture out, until nobody asks any more."""
    asks, answers = sys.stdin.fileno(), sys.stdout.fileno()
    try:
        while True:
            idle_until = time.monotonic() + IDLE_S
            (size,) = _LENGTH.unpack(_read(asks, _LENGTH.size, idle_until))
            picture = _drawn(_read(asks, size, idle_until).decode())
            with os.fdopen(os.dup(answers), "wb") as out:
                out.write(_LENGTH.pack(len(picture)) + picture)
    except (EOFError, TimeoutError, BrokenPipeError):
        return


def _drawn(vega_lite: str) -> bytes:
    import vl_convert  # noqa: PLC0415 (only the child carries it)

    try:
        return vl_convert.vegalite_to_png(vega_lite, scale=PIXELS_PER_POINT)
    except ValueError as error:
        sys.stderr.write(f"The chart cannot be drawn: {error}\n")
        return b""


if __name__ == "__main__":
    _work()
