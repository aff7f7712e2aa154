"""Whether somebody can be reached: presence, status and Do Not Disturb, all in workspace time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from playground.errors import Refused
from playground.feed import Feed
from playground.state import DoNotDisturb, Json, Status, User

LONGEST_STATUS = 100
MORNING = time(9)
SPOKEN = ":speech_balloon:"  # what Slack puts before a status that has no emoji
NO_SESSION = {"dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1}

Told = Callable[[Json, User], object]  # an event of the Events API, and who it is about


def instant_named(until: str | datetime, now: datetime, zone: str) -> datetime:
    """`tomorrow` (09:00), `today` or `week` (its last minute, on the wall in `zone`), or an instant
    in ISO form."""
    if isinstance(until, datetime):
        return until.astimezone(UTC)
    wall = ZoneInfo(zone)
    day = now.astimezone(wall).date()
    last = time(23, 59)
    named = {
        "tomorrow": (day + timedelta(days=1), MORNING),
        "today": (day, last),
        "week": (day + timedelta(days=6 - day.weekday()), last),
    }
    if until in named:
        return datetime.combine(*named[until], wall).astimezone(UTC)
    instant = datetime.fromisoformat(until)
    if instant.tzinfo is None:
        raise ValueError("an instant has an offset")
    return instant.astimezone(UTC)


def session(dnd: DoNotDisturb, now: datetime, zone: str) -> tuple[datetime, datetime] | None:
    """The Do Not Disturb session that is on, else the next one of the schedule."""
    scheduled = _scheduled(dnd.schedule, now, zone) if dnd.schedule else None
    if dnd.paused is None or now >= dnd.paused[1]:
        return scheduled
    start, end = dnd.paused
    if scheduled is None or scheduled[0] > end:
        return start, end
    return min(start, scheduled[0]), max(end, scheduled[1])


def _scheduled(
    schedule: tuple[time, time], now: datetime, zone: str
) -> tuple[datetime, datetime] | None:
    wall = ZoneInfo(zone)
    today = now.astimezone(wall).date()
    nights = (_night(today + timedelta(days=n), schedule, wall) for n in (-1, 0, 1))
    # In UTC: two instants of one zone are compared by their faces on the wall, the hour the
    # clocks are put back included.
    return next((night for night in nights if night[1] > now), None)


def _night(day: date, schedule: tuple[time, time], wall: ZoneInfo) -> tuple[datetime, datetime]:
    start, end = schedule
    ends_on = day if end > start else day + timedelta(days=1)
    return (
        datetime.combine(day, start, wall).astimezone(UTC),
        datetime.combine(ends_on, end, wall).astimezone(UTC),
    )


def is_silent(user: User, now: datetime) -> bool:
    """Whether Do Not Disturb holds this person's notifications back."""
    running = session(user.dnd, now, user.tz)
    return running is not None and running[0] <= now < running[1]


def dnd_json(user: User, now: datetime) -> Json:
    """What others may know. Slack shows them a pause like a session: nothing says which it is."""
    running = session(user.dnd, now, user.tz)
    if running is None:
        return dict(NO_SESSION)
    start, end = (int(instant.timestamp()) for instant in running)
    return {"dnd_enabled": True, "next_dnd_start_ts": start, "next_dnd_end_ts": end}


@dataclass
class Availability:
    """What people say of themselves. Called under the workspace's lock."""

    users: dict[str, User]
    feed: Feed
    now: Callable[[], datetime]
    tell: Told
    _passing: set[str] = field(default_factory=set)  # users with something time will change
    _silent: set[str] = field(default_factory=set)

    def silent(self, user: str) -> bool:
        return is_silent(self.users[user], self.now())

    def set_presence(self, user: User, presence: str) -> None:
        if presence not in ("active", "away"):
            raise Refused("no_such_presence", "One is either active or away.")
        user.presence = presence
        self._changed(user)

    def set_status(self, user: User, text: str, emoji: str, until: datetime | None) -> None:
        if len(text) > LONGEST_STATUS:
            raise Refused("too_long", f"A status has at most {LONGEST_STATUS} characters.")
        self._ahead(until)
        shown = f":{emoji.strip(':')}:" if emoji else SPOKEN if text else ""
        user.status = Status(text, shown, until if shown else None)
        self._passing.add(user.id)
        self._status_changed(user)

    def pause(self, user: User, until: datetime) -> None:
        self._ahead(until)
        user.dnd.paused = (self.now(), until)
        self._passing.add(user.id)
        self._dnd_changed(user)

    def resume(self, user: User) -> None:
        user.dnd.paused = None
        self._dnd_changed(user)

    def set_schedule(self, user: User, schedule: tuple[time, time] | None) -> None:
        """Every day from the first to the second, on the wall in the person's zone."""
        if schedule and schedule[0] == schedule[1]:
            raise Refused("no_such_schedule", "A schedule starts and ends at different times.")
        user.dnd.schedule = schedule
        self._passing.add(user.id)
        self._dnd_changed(user)

    def tick(self) -> None:
        """End what has expired, so that everybody hears of it."""
        now = self.now()
        for user in [self.users[user_id] for user_id in self._passing]:
            if user.status.until and user.status.until <= now:
                user.status = Status()
                self._status_changed(user)
            if user.dnd.paused and user.dnd.paused[1] <= now:
                user.dnd.paused = None
                self._dnd_changed(user)
            self._notice_silence(user, now)
            if not (user.status.until or user.dnd.paused or user.dnd.schedule):
                self._passing.discard(user.id)

    def _notice_silence(self, user: User, now: datetime) -> None:
        if is_silent(user, now) != (user.id in self._silent):
            self._silent ^= {user.id}
            self._changed(user)

    def _ahead(self, until: datetime | None) -> None:
        if until is not None and until <= self.now():
            raise Refused("time_goes_on", "That time has passed.")

    def _dnd_changed(self, user: User) -> None:
        self._notice_silence(user, self.now())
        event = {
            "type": "dnd_updated_user",
            "user": user.id,
            "dnd_status": dnd_json(user, self.now()),
        }
        self.tell(event, user)
        self._changed(user)

    def _status_changed(self, user: User) -> None:
        self.tell({"type": "user_change"}, user)
        self._changed(user)

    def _changed(self, user: User) -> None:
        self.feed.emit("user_changed", user=user.id)
