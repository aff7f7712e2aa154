"""The Web API: every method by family, and the way of a call through faults, token and rates."""

from playground.web_api import chat, conversations, files, identity, users, views
from playground.web_api.calls import METHODS
from playground.web_api.dispatch import Outcome, perform

__all__ = [
    "METHODS",
    "Outcome",
    "chat",
    "conversations",
    "files",
    "identity",
    "perform",
    "users",
    "views",
]
