"""The two ways something is refused: Slack refuses an app, or a client refuses a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class SlackError(Exception):
    """Slack's `{"ok": false, "error": name}`; `detail` is merged into the answer."""

    def __init__(self, name: str, **detail: Any) -> None:
        super().__init__(name)
        self.name = name
        self.detail = detail

    def answer(self) -> dict[str, Any]:
        return {"ok": False, "error": self.name, **self.detail}


def explained(name: str, problems: Sequence[str]) -> SlackError:
    """An error that lists what is wrong, the way Slack's block and view errors do."""
    messages = [f"[ERROR] {problem}" for problem in problems]
    return SlackError(name, errors=list(problems), response_metadata={"messages": messages})


class Limited(SlackError):
    """HTTP 429; `retry_after` is in seconds of workspace time."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("ratelimited")
        self.retry_after = retry_after


class Refused(Exception):
    """The person's own Slack client would not let them do this; nothing was sent to the app."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(f"{name}: {sentence}")
        self.name = name
        self.sentence = sentence
