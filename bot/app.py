"""Everything put together. The only place that knows all the parts, and the order they stop in."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import structlog
import uvicorn
from starlette.applications import Starlette

from bot import clock
from bot.company import company_domain_of
from bot.config import Settings
from bot.delivery.charts import Painter
from bot.delivery.courier import Courier
from bot.delivery.directory import DirectoryReader
from bot.delivery.pictures import PictureDesk
from bot.delivery.quiet import QuietReader
from bot.delivery.rounds import Rounds
from bot.delivery.signals import PresenceReader, keep_statuses
from bot.delivery.slack_api import SlackApi
from bot.delivery.slack_errors import BROKEN_TOKEN
from bot.delivery.wording import Words
from bot.listening import NoPort, address, listen
from bot.scheduler import BEAT_SECONDS, Metronome, in_turn
from bot.slack_login import NoSlack, connect, log_in, missing
from bot.use_cases import admin_news, escalate, nudge, passing, report
from bot.use_cases.desk import Desk, DigestSlot
from bot.use_cases.leavers import LeaverWatch
from handlers import health
from handlers.front_door import FrontDoor
from handlers.home import Homes
from handlers.http import http_app
from handlers.intake import Intake
from handlers.slack_app import dispatch, slack_app
from handlers.socket import Dispatch, SocketMode
from storage.books import Books

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]

CLICKS_AT_ONCE = 32  # of the front door; a commit takes a few milliseconds
AFTER_ACK = 16  # modals opening and private replies, each a call to Slack
HTTP_BACKLOG = 2048  # connections waiting to be taken, when a crowd clicks
GOODBYE_SECONDS = 5


class CannotStart(RuntimeError):
    """Slack does not let us in, or a setting or a port is missing; the sentence says what to do."""


def open_books(settings: Settings) -> Books:
    """The database, brought up to date."""
    books = Books(settings.database)
    books.migrate(company_domain_of(settings.intake.free_mail))
    return books


def desk_of(settings: Settings, books: Books, now: Clock) -> Desk:
    """What use cases need; this agreement's terms get their version here."""
    with books.writing() as work:
        version = work.terms.register(settings.agreement.terms, now())
        work.commit()
    return desk_under(version, settings, books, now)


def desk_under(version: int, settings: Settings, books: Books, now: Clock) -> Desk:
    """The desk as it is under a version of the terms, without a look at the database."""
    digest = settings.digest
    return Desk(
        books=books,
        clock=now,
        queues=settings.queues,
        agreement=settings.agreement,
        terms_version=version,
        zone=settings.workspace_zone,
        campaign_owners=settings.intake.owners,
        digest=DigestSlot(
            digest.channel, digest.weekday, digest.at.hour, digest.at.minute, digest.metrics
        ),
        admins=settings.admins,
        own_calendars=settings.own_calendars,
        consideration=settings.reminders,
        availability=settings.availability,
        company_domain=company_domain_of(settings.intake.free_mail),
        mute_because=BROKEN_TOKEN,
    )


@dataclass(frozen=True)
class Service:
    """The parts that run, in the order in which they start; they stop the other way round."""

    rounds: Rounds
    metronome: Metronome
    http: uvicorn.Server
    socket: SocketMode | None
    after_ack: ThreadPoolExecutor
    clicks: ThreadPoolExecutor
    painter: Painter
    books: Books


def serve(settings: Settings, now: Clock, beat_seconds: float = BEAT_SECONDS) -> None:
    """Run until SIGTERM or SIGINT. Raises CannotStart and DatabaseAway."""
    try:
        service = put_together(settings, now, beat_seconds)
        _run(service, settings)
    except (NoSlack, NoPort) as error:
        raise CannotStart(str(error)) from None


def _run(service: Service, settings: Settings) -> None:
    listening = listen(settings.http.host, settings.http.port, HTTP_BACKLOG)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with_http = threading.Thread(target=service.http.run, args=([listening],), daemon=True)
    start(service, with_http, stop.wait)
    where = address(listening)
    log.info("Baton is working", action="started", mode=settings.slack.mode, http=where)
    while not stop.wait(0.5):
        if not with_http.is_alive():
            stop_all(service, with_http)
            raise CannotStart(f"Nothing answers at {where} any more; the log says why.")
    stop_all(service, with_http)
    log.info("Baton has stopped; nothing was left in hand", action="stopped")


def put_together(settings: Settings, now: Clock, beat_seconds: float) -> Service:
    """All parts, connected, none of them running. Raises CannotStart, NoSlack, DatabaseAway."""
    if lacking := missing(settings.slack):
        raise CannotStart("\n".join(lacking))
    books = open_books(settings)
    api = SlackApi(
        settings.slack.bot_token.get_secret_value(), now, base_url=settings.slack.api_url
    )
    identity = log_in(api, settings.slack.api_url)
    desk = desk_of(settings, books, now)
    words = Words(desk, settings.language)
    keeps = (keep_statuses,) if desk.availability.status else ()
    directory = DirectoryReader(books, api, clock.now, *keeps)
    painter = Painter(words.renderer)
    rounds = Rounds(_courier(desk, api, words, directory, painter))
    desk = replace(desk, said=rounds.wake)
    directory.refresh()
    _reopen(books)
    clicks = ThreadPoolExecutor(CLICKS_AT_ONCE, thread_name_prefix="click")
    after_ack = ThreadPoolExecutor(AFTER_ACK, thread_name_prefix="after-ack")
    homes = Homes(desk, words, api, clock.now)
    bolt = slack_app(desk, words, identity, api, after_ack, homes)
    through_bolt = partial(dispatch, bolt)
    socket = _socket(settings, through_bolt) if settings.slack.mode == "socket" else None
    door = None if socket else _door(settings, through_bolt, clicks)
    intake = Intake(desk, settings.intake.sources.values(), wire_seconds, clicks)
    return Service(
        rounds,
        _metronome(desk, api, directory, homes, beat_seconds),
        _http_server(
            http_app(intake, lambda: health.look(desk, socket.state() if socket else "off"), door)
        ),
        socket,
        after_ack,
        clicks,
        painter,
        books,
    )


def _courier(
    desk: Desk, api: SlackApi, words: Words, directory: DirectoryReader, painter: Painter
) -> Courier:
    return Courier(
        desk.books,
        api,
        words,
        desk.clock,
        clock.now,
        look_up_again=directory.look_again,
        pictures=PictureDesk(api, painter.draw_week, clock.now),
        on_closed=partial(admin_news.place_closed, desk),
    )


def _metronome(
    desk: Desk, api: SlackApi, directory: DirectoryReader, homes: Homes, beat_seconds: float
) -> Metronome:
    leavers = LeaverWatch(desk)
    wanted = desk.consideration.do_not_disturb
    quiet = (QuietReader(desk.books, api, desk.clock).look,) if wanted else ()
    presence = PresenceReader(desk, api, clock.now).look if desk.availability.presence else None
    return Metronome(
        sweep=in_turn(
            partial(escalate.sweep, desk),
            partial(passing.assign_waiting, desk),
            *quiet,
            partial(nudge.say_due, desk),
        ),
        post_digests=partial(report.post_due_digests, desk),
        refresh_directory=lambda: directory.refresh() and leavers.look(),
        refresh_homes=homes.refresh,
        read_presence=presence,
        beat_seconds=beat_seconds,
    )


def start(service: Service, with_http: threading.Thread, wait: Callable[[float], object]) -> None:
    """Slack comes last: whoever clicks is served by parts that run already. Raises NoSlack."""
    service.rounds.start()
    service.metronome.start()
    with_http.start()
    if service.socket:
        try:
            connect(service.socket, wait)
        except NoSlack:
            stop_all(service, with_http)
            raise


def stop_all(service: Service, with_http: threading.Thread) -> None:
    """Take nothing new, ack what is in hand, settle what is being sent, and only then go."""
    service.metronome.stop()
    if service.socket:
        service.socket.stop()
    service.http.should_exit = True
    with_http.join(GOODBYE_SECONDS)
    service.clicks.shutdown(wait=True)
    service.after_ack.shutdown(wait=True)
    service.rounds.stop()
    service.painter.close()
    service.books.close()


def wire_seconds() -> float:
    """Real time since 1970, for signatures."""
    return clock.now().timestamp()


def _reopen(books: Books) -> None:
    """Whoever mends a channel or a token restarts Baton: what was paused is tried again."""
    with books.writing() as work:
        if opened := work.deliveries.resume():
            log.info("Paused lanes are tried again", action="resumed", count=opened)
        work.commit()


def _socket(settings: Settings, through_bolt: Dispatch) -> SocketMode:
    token = settings.slack.app_token.get_secret_value()
    return SocketMode(through_bolt, token, settings.slack.api_url)


def _door(settings: Settings, through_bolt: Dispatch, clicks: ThreadPoolExecutor) -> FrontDoor:
    secret = settings.slack.signing_secret.get_secret_value()
    return FrontDoor(through_bolt, secret, wire_seconds, clicks)


def _http_server(asgi: Starlette) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            asgi,
            log_config=None,
            access_log=False,
            backlog=HTTP_BACKLOG,
            timeout_graceful_shutdown=GOODBYE_SECONDS,
        )
    )
