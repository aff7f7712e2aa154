"""`baton demo`: a sample company's workspace with Baton in it, over Slack's real protocol.

The workspace runs in this process; Baton itself is a child process that knows nothing of the demo.
"""

from __future__ import annotations

from bot.demo.child import ChildFailed
from bot.demo.day import DemoFailed, run_day
from bot.demo.room import run_page
from bot.demo.stage import PortTaken

FAILURES = (ChildFailed, DemoFailed, PortTaken)  # each a sentence for whoever started it

__all__ = ["FAILURES", "run_day", "run_page"]
