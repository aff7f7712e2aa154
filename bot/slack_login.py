"""Getting to know Slack at the start; and what keeps us from it, each in a sentence."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit, urlunsplit

import structlog

from bot.config import SlackSettings
from bot.delivery.outcomes import Broken, Failure, Identity, RateLimited, Unlisted, reason
from bot.delivery.slack_api import SlackApi
from bot.delivery.slack_errors import MAYBE_DONE, NOT_NOW, NOT_SLACKS
from handlers.socket import NoConnection, SocketMode

log = structlog.get_logger(__name__)

# Between the attempts at the start: two minutes, in which a network or a proxy comes up.
PAUSES_SECONDS = (1, 2, 4, 8, 15, 30, 60)
IN_WORDS = {
    "ConnectionRefusedError": "connection refused",
    "ConnectionResetError": "the connection was cut",
    "RemoteDisconnected": "the connection was cut",
    "SSLCertVerificationError": "its certificate is not trusted on this machine",
    "TimeoutError": "no answer in time",
    "gaierror": "there is no host of that name",
    NOT_SLACKS: "the answer is not Slack's",
}
GAVE_UP = "Baton has tried for a while and gives up; start it again, or let a supervisor do so."


class NoSlack(Exception):
    """Slack does not let us in, or is not there; the sentence says what to do."""


def missing(slack: SlackSettings) -> list[str]:
    """The tokens that this mode needs and does not have, each with what to set."""
    wanted = [(slack.bot_token, "slack.bot_token: is empty; set SLACK_BOT_TOKEN")]
    if slack.mode == "socket":
        opens = "slack.app_token: Socket Mode needs it; set SLACK_APP_TOKEN"
        wanted.append((slack.app_token, opens))
    else:
        signs = "slack.signing_secret: mode http needs it; set SLACK_SIGNING_SECRET"
        wanted.append((slack.signing_secret, signs))
    return [f"{says} (docs/slack-setup.md)." for token, says in wanted if not token]


def log_in(
    api: SlackApi,
    api_url: str,
    wait: Callable[[float], object] = time.sleep,
    pauses: Sequence[float] = PAUSES_SECONDS,
) -> Identity:
    """Who we are in this workspace. Raises NoSlack: at once when Slack refuses us, and after all
    `pauses` (seconds) when it cannot be reached."""
    for pause in (*pauses, None):
        answer = api.auth_test()
        if isinstance(answer, Identity):
            return answer
        says = trouble(answer, api_url)
        if is_refusal(answer):
            raise NoSlack(f"{says} `baton check` looks at the rest.")
        if pause is None:
            break
        log.warning(says, action="slack_unreachable", why=reason(answer), again_in_seconds=pause)
        wait(pause)
    raise NoSlack(f"{says} {GAVE_UP}")


def connect(
    socket: SocketMode,
    wait: Callable[[float], object],
    pauses: Sequence[float] = PAUSES_SECONDS,
) -> None:
    """Open Socket Mode; as patient as `log_in`. `wait` answers True when Baton is to stop: then
    nobody needs a connection any more."""
    for pause in (*pauses, None):
        try:
            return socket.start()
        except NoConnection as error:
            why = str(error)
        if "_" in why and why not in NOT_NOW | MAYBE_DONE:  # Slack's name for an error
            raise NoSlack(
                f"Slack gives no Socket Mode connection ({why}): is SLACK_APP_TOKEN the "
                "app-level token, with connections:write?"
            )
        says = f"Slack's Socket Mode cannot be reached ({IN_WORDS.get(why, why)})."
        if pause is None:
            break
        log.warning(says, action="slack_unreachable", why=why, again_in_seconds=pause)
        if wait(pause):
            return None
    raise NoSlack(f"{says} {GAVE_UP}")


def trouble(failure: Failure, api_url: str) -> str:
    """Why Slack does not know us: it does not want to, it cannot, or it is not there."""
    why, place = reason(failure), _without_password(api_url)
    if isinstance(failure, RateLimited) or why in NOT_NOW | MAYBE_DONE:
        return f"Slack at {place} cannot answer just now ({why})."
    if why.startswith("HTTP 4"):
        return f"What answers at {place} is not Slack ({why}): is slack.api_url right?"
    if is_refusal(failure):
        return f"The bot token is not accepted ({why}): set SLACK_BOT_TOKEN to this app's."
    return f"Slack cannot be reached at {place} ({IN_WORDS.get(why, why)})."


def is_refusal(failure: Failure) -> bool:
    """Asking again will not help."""
    return isinstance(failure, Broken | Unlisted)


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=""))
