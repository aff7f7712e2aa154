"""`baton demo`: a sample company's workspace with Baton in it, over Slack's real protocol.

The workspace runs in this process; Baton itself is a child process that knows nothing of the demo.
"""

from __future__ import annotations

from bot.demo.child import ChildFailed
from bot.demo.day import DemoFailed, run_day
from bot.demo.room import run_page

__all__ = ["ChildFailed", "DemoFailed", "run_day", "run_page"]
