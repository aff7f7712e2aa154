"""A post that may have arrived is looked for by its metadata, never guessed at.

Slack's chat.postMessage takes no key by which it would know a repetition, so a second post of the
same message is a second message to people.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.delivery.letters import Address
from bot.delivery.outcomes import Absent, Ok, Post, Search
from bot.delivery.slack_errors import not_found_out
from bot.use_cases.records import Parcel

LOOK_BACK = timedelta(minutes=5)  # before the claim: clocks of several machines differ
CLOCKS_AGREE_WITHIN = timedelta(minutes=1)


def look_for(
    slack: Post, parcel: Parcel, address: Address, now: datetime, wire_now: datetime
) -> Search:
    """`now` is workspace time, as are Slack's timestamps; the claim was noted in wire time."""
    channel = address.channel
    if address.is_person:
        dm = slack.open_dm(channel)  # a person's id is good for posting, not for reading
        if not isinstance(dm, Ok):
            return not_found_out(dm)
        channel = dm.channel
    # Where the workspace's time is simulated, the claim says nothing about its timestamps.
    simulated = abs(now - wire_now) > CLOCKS_AGREE_WITHIN
    oldest = None if simulated else parcel.claimed_at - LOOK_BACK
    found = slack.find_by_key(channel, parcel.key, oldest, address.thread_ts)
    if address.thread_ts and isinstance(found, Absent):
        # Where the thread is gone, the courier says it in the channel.
        return slack.find_by_key(channel, parcel.key, oldest, None)
    return found
