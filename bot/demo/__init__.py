"""`baton demo`: a working day of a sample company in a minute, over Slack's real protocol.

The workspace runs in this process; Baton itself is a child process that knows nothing of the demo.
"""

from __future__ import annotations

from bot.demo.child import ChildFailed
from bot.demo.day import DemoFailed, run

__all__ = ["ChildFailed", "DemoFailed", "run"]
