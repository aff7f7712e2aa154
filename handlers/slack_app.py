"""The Bolt app: who listens to what. It never calls Slack before an ack."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping
from concurrent.futures import Executor
from typing import Any

import structlog
from prometheus_client import Histogram
from slack_bolt import Ack, App
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request import BoltRequest
from slack_bolt.response import BoltResponse

from bot.delivery.actions import Action
from bot.delivery.outcomes import Identity
from bot.delivery.wording import Words
from bot.use_cases.desk import Desk
from handlers import away, buttons, commands, hand_over, home, modals, questions, snoozing, timing
from handlers.clicks import first, mapping, read_click, unfolded
from handlers.home import Homes
from handlers.modals import Modals
from handlers.private import Private

log = structlog.get_logger(__name__)

ACK_SECONDS = Histogram(
    "baton_ack_seconds",
    "From a request's arrival to its ack",
    ("type",),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3),
)
KNOWN_TYPES = ("block_actions", "view_submission", "event_callback", "command")
ANYTHING = re.compile(".*", re.DOTALL)


def slack_app(
    desk: Desk,
    words: Words,
    identity: Identity,
    views: Modals,
    after_ack: Executor,
    homes: Homes,
) -> App:
    """`identity` was learnt at start, so that no click asks Slack who we are. `after_ack` opens
    modals and says private replies; whoever made it shuts it down."""
    ourselves = AuthorizeResult(
        enterprise_id=None, team_id=identity.team, bot_id=identity.bot, bot_user_id=identity.user
    )
    # Bolt takes over the level of the logger itself. It would warn of SLACK_BOT_TOKEN in the
    # environment, which is ours.
    quiet = logging.getLogger("slack_bolt")
    quiet.setLevel(logging.ERROR)
    app = App(
        logger=quiet,
        authorize=lambda: ourselves,
        process_before_response=True,
        listener_executor=after_ack,
        # The front door, or the socket, has settled these before Bolt sees a request.
        request_verification_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
        ignoring_self_events_enabled=False,
        attaching_function_token_enabled=False,
    )
    private = Private(desk, words, after_ack, homes)
    _register_leads(app, desk, words, views, private)
    away.register(app, desk, words, private)
    timing.register(app, desk, words, views, private)
    commands.register(app, desk, words)
    home.register(app, homes)
    buttons.register_links(app)
    _register_the_rest(app, private)
    return app


def _register_leads(app: App, desk: Desk, words: Words, views: Modals, private: Private) -> None:
    """The buttons of a lead, and the forms behind them."""
    # A listener that does not match costs 13 microseconds: what is clicked most comes first.
    buttons.register(app, Action.ACCEPT, desk, private)
    forms = {
        **modals.FORMS,
        **hand_over.forms(desk),
        **questions.forms(desk),
        **snoozing.FORMS,
    }
    modals.register(app, Action.REJECT, forms.pop(Action.REJECT), desk, words, views, private)
    for action in buttons.BUTTONS:
        if action is not Action.ACCEPT:
            buttons.register(app, action, desk, private)
    for action, form in forms.items():
        modals.register(app, action, form, desk, words, views, private)


def _register_the_rest(app: App, private: Private) -> None:
    """Buttons of an older Baton, and events nobody here listens to: acked, or Slack complains."""

    def unknown_button(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        private.notice(read_click(body), "gone")

    def unheard(ack: Ack) -> None:
        ack()

    def failed(error: Exception, body: dict[str, Any]) -> BoltResponse:
        """No ack: Slack tells the person that it did not work, and a form keeps what was typed."""
        log.error("A listener failed", action="listener_failed", exc_info=error)
        private.apologise(read_click(body))
        return BoltResponse(status=500)

    app.action(ANYTHING)(unknown_button)
    app.view(ANYTHING)(unheard)
    app.event(ANYTHING)(unheard)
    app.error(failed)


def dispatch(app: App, body: dict[str, Any], headers: dict[str, str]) -> BoltResponse:
    """One request through Bolt, from the front door or from the socket."""
    started = time.monotonic()
    kind = "command" if "command" in body else body.get("type")
    if isinstance(kind, str) and kind not in KNOWN_TYPES:
        return BoltResponse(status=200)  # a shortcut, say: nobody here listens, and Slack may rest
    request = read_request(body, headers)
    if request is None:
        log.warning("A request that Slack would not send", action="implausible_request")
        return BoltResponse(status=400)
    try:
        answer = app.dispatch(request)
    except Exception as error:  # what Bolt did not foresee concerns one request
        log.error("A request could not be read", action="dispatch_failed", exc_info=error)
        return BoltResponse(status=500)
    ACK_SECONDS.labels(str(kind)).observe(time.monotonic() - started)
    return answer


def read_request(body: dict[str, Any], headers: dict[str, str]) -> BoltRequest | None:
    """None where it has not the shape that Bolt takes for granted."""
    if not is_plausible(body):
        return None
    try:
        return BoltRequest(body=unfolded(body), mode="socket_mode", headers={**headers})
    except (AttributeError, IndexError, KeyError, TypeError):
        return None


def is_plausible(body: Mapping[str, Any]) -> bool:
    """Has it the shape that Bolt takes for granted?"""
    for name in ("team", "enterprise", "user", "channel", "message", "container", "event"):
        if not isinstance(body.get(name, {}), dict | str | None):
            return False
    match body.get("type"):
        case "block_actions":
            return isinstance(mapping(first(body.get("actions"))).get("action_id"), str)
        case "view_submission":
            view = mapping(body.get("view"))
            return all(isinstance(view.get(name), str) for name in ("type", "callback_id"))
        case "event_callback":
            return isinstance(mapping(body.get("event")).get("type"), str)
        case None:
            return isinstance(body.get("command"), str)
    return isinstance(body.get("type"), str)
