"""One line for each thing that happens, whoever says it, and nothing of anybody's lead."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter

SAYS = """
import logging, threading
from bot.logs import set_up
set_up()
import structlog
def fail():
    raise ValueError("private@acme.example")
try:
    fail()
except ValueError as error:
    logging.getLogger("uvicorn.error").error("Exception in ASGI application\\n", exc_info=error)
    logging.getLogger("library").error("Traceback:\\n private@acme.example")
    structlog.get_logger().error("Failed", action="failed", exc_info=error)
thread = threading.Thread(target=fail)
thread.start()
thread.join()
logging.getLogger("uvicorn.error").info("not heard")
"""


def test_errors_of_libraries_and_threads_are_one_line_of_json() -> None:
    """A machine reads the log line by line; the kind of an error and its place say enough."""
    done = subprocess.run([sys.executable, "-c", SAYS], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert ["Exception in ASGI application", "Traceback: …", "Failed", "A thread broke off"] == [
        line["event"] for line in lines
    ]
    assert {"ValueError at <string>:7"} == {
        line["exception"] for line in lines if "exception" in line
    }
    assert {"error"} == {line["level"] for line in lines}
    assert "private" not in done.stderr


ALL_AT_ONCE = """
import logging, threading
from bot.logs import set_up
set_up()
import structlog
def ours():
    for _ in range(1000):
        structlog.get_logger().error("Ours")
def theirs():
    for _ in range(1000):
        logging.getLogger("library").error("Theirs")
threads = [threading.Thread(target=each) for each in (ours, theirs, ours, theirs)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""


def test_two_who_speak_at_once_have_a_line_each() -> None:
    """No line of a library runs into one of ours, which no machine could read."""
    done = subprocess.run(
        [sys.executable, "-c", ALL_AT_ONCE], capture_output=True, text=True, check=True
    )
    lines = [json.loads(line)["event"] for line in done.stderr.splitlines()]
    assert {"Ours": 2000, "Theirs": 2000} == Counter(lines)
