"""What `baton check` asks Slack: the token and its scopes, every name in app.yaml, and whether each
step of the ladder would be heard by anybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot import clock
from bot.checkup_reach import Reach, unheard_steps
from bot.config import Settings
from bot.delivery.outcomes import Identity, Ok, Roster, reason
from bot.delivery.slack_api import SlackApi
from bot.domain.agreement import Audience
from bot.manifest import SCOPES
from bot.slack_login import is_refusal, trouble

HISTORY = frozenset({"channels:history", "groups:history", "im:history"})
DND = "dnd:read"
ROLES = frozenset(Audience)


@dataclass(frozen=True, slots=True)
class Finding:
    says: str
    blocks: bool = True  # False: Baton runs, but not as well as it could


def findings(settings: Settings) -> Iterator[Finding]:
    """Raises nothing: whatever keeps Slack from answering is a finding too."""
    token = settings.slack.bot_token.get_secret_value()
    if not token:
        return  # said already
    api = SlackApi(token, clock.now, base_url=settings.slack.api_url)
    identity = api.auth_test()
    if not isinstance(identity, Identity):
        yield Finding(f"slack: {trouble(identity, settings.slack.api_url)}")
        return
    yield from _scopes(identity.scopes, settings)
    roster = api.roster()
    if not isinstance(roster, Roster):
        yield Finding(f"slack: people and channels cannot be read ({reason(roster)}).")
        return
    yield from _connection(settings)
    yield from unreached(settings, Reach(roster))


def _scopes(granted: frozenset[str] | None, settings: Settings) -> Iterator[Finding]:
    """Slack may not say; then the first call that lacks one will."""
    wanted = set(SCOPES) if settings.reminders.do_not_disturb else set(SCOPES) - {DND}
    for scope in sorted(wanted - granted) if granted is not None else ():
        yield Finding(
            f"slack: the scope {scope} is missing, needed to {SCOPES[scope]}: "
            "take the manifest of `baton manifest`, and install the app again.",
            blocks=scope not in HISTORY | {DND},
        )


def _connection(settings: Settings) -> Iterator[Finding]:
    app_token = settings.slack.app_token.get_secret_value()
    if settings.slack.mode != "socket" or not app_token:
        return
    answer = SlackApi(app_token, clock.now, base_url=settings.slack.api_url).offers_socket()
    if isinstance(answer, Ok):
        return
    if is_refusal(answer):
        why = f"gives no Socket Mode connection ({reason(answer)})"
        yield Finding(f"slack.app_token: {why}: is it the one with connections:write?")
    else:
        yield Finding(f"slack.app_token: {trouble(answer, settings.slack.api_url)}")


def unreached(settings: Settings, reach: Reach) -> Iterator[Finding]:
    """Names at each place that uses them, so that all can be mended at once; and steps."""
    for address, where in _each_place(settings, _channels(settings)):
        if problem := reach.channel_problem(address):
            yield Finding(f"{settings.place(where)}: {problem}")
    for name, where in _each_place(settings, _people(settings)):
        if problem := reach.problem(name):
            yield Finding(f"{settings.place(where)}: {name} {problem}")
    for where, problem in (*_idle_weights(settings, reach), *unheard_steps(settings, reach)):
        yield Finding(f"{settings.place(where)}: {problem}")


def _each_place(settings: Settings, named: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """What stands in the file. A default stands nowhere: it is told where nothing else is."""
    places: dict[str, dict[str, None]] = {}
    for name, where in named:
        places.setdefault(name, {})[where] = None
    for name, found in places.items():
        written = [where for where in found if where in settings.places]
        yield from ((name, where) for where in written or list(found)[:1])


def _channels(settings: Settings) -> Iterator[tuple[str, str]]:
    for queue in settings.queues:
        yield queue.address, f"queues.{queue.name}.channel"
    yield f"#{settings.digest.channel.removeprefix('#')}", "digest.channel"
    for name, where in _told(settings):
        if name.startswith("#"):
            yield name, where


def _people(settings: Settings) -> Iterator[tuple[str, str]]:
    for queue in settings.queues:
        at = f"queues.{queue.name}"
        yield queue.manager, f"{at}.manager"
        yield queue.head, f"{at}.head"
        yield from _each(settings, f"{at}.sellers", queue.sellers)
        yield from _each(settings, f"{at}.marketers", queue.marketers)
        yield from ((name, f"{at}.assignment.weights.{name}") for name in queue.rule.weights)
    yield settings.agreement.sales_leader, "agreement.leaders.sales"
    yield settings.agreement.marketing_leader, "agreement.leaders.marketing"
    yield from ((name, where) for name, where in _told(settings) if not name.startswith("#"))
    yield from ((name, f"people.{name}") for name in settings.own_calendars)
    yield from _each(settings, "workspace.admins", settings.admins)
    for campaign, owner in settings.intake.owners.items():
        yield owner, f"intake.owners.{campaign}"


def _told(settings: Settings) -> Iterator[tuple[str, str]]:
    """People and channels that a step names itself."""
    for number, step in enumerate(settings.agreement.terms.ladder, start=1):
        for name, where in _each(settings, f"agreement.ladder.#{number}.tell", step.tell):
            if name not in ROLES:
                yield name, where


def _each(settings: Settings, where: str, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """A list's items have places of their own; a single text has not."""
    for number, name in enumerate(names, start=1):
        item = f"{where}.#{number}"
        yield name, item if item in settings.places else where


def _idle_weights(settings: Settings, reach: Reach) -> Iterator[tuple[str, str]]:
    for queue in settings.queues:
        sellers = reach.people_of(queue.sellers)
        for name in queue.rule.weights:
            weighed = reach.people_of((name,))
            if weighed and not weighed & sellers:
                where = f"queues.{queue.name}.assignment.weights.{name}"
                yield where, f"{name} is not among the sellers, so this weight is for nobody."
