"""A whole Slack workspace on this machine, for an app it knows nothing about."""

from playground.clock import Clock, FollowingClock, WireClock, WorkspaceClock
from playground.delivery import Delivery
from playground.errors import Refused, SlackError
from playground.extension import Extension
from playground.installed_app import CommandHint, InstalledApp
from playground.people import sample_workspace
from playground.person import Person
from playground.pings import Ping
from playground.seen import Seen, ShownView
from playground.server import Server
from playground.workspace import Workspace

__all__ = [
    "Clock",
    "CommandHint",
    "Delivery",
    "Extension",
    "FollowingClock",
    "InstalledApp",
    "Person",
    "Ping",
    "Refused",
    "Seen",
    "Server",
    "ShownView",
    "SlackError",
    "WireClock",
    "Workspace",
    "WorkspaceClock",
    "sample_workspace",
]
