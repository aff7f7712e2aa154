"""How people want to be left in peace, and what of Slack says that they are not there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True)
class Consideration:
    """Of reminders. Times are by each person's own zone."""

    per_day: int = 12  # reminder messages to one person; the rest of the day's come as one list
    rest_at: time = time(15)  # when that list is said
    quiet_from: time = time(19)  # no reminders from here
    quiet_until: time = time(8)  # up to here; as `quiet_from`: there are no quiet hours
    do_not_disturb: bool = True  # Slack's, too

    @property
    def has_nights(self) -> bool:
        return self.quiet_from != self.quiet_until


@dataclass(frozen=True, slots=True)
class Availability:
    """What of Slack counts when somebody is to be asked by name."""

    status: bool = False
    presence: bool = False
