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
from bot.config import Settings
from bot.delivery.charts import Painter
from bot.delivery.courier import Courier
from bot.delivery.directory import DirectoryReader
from bot.delivery.outcomes import Identity
from bot.delivery.pictures import PictureDesk
from bot.delivery.rounds import Rounds
from bot.delivery.slack_api import SlackApi
from bot.delivery.wording import Words
from bot.scheduler import BEAT_SECONDS, Metronome
from bot.use_cases import escalate, report
from bot.use_cases.ports import Desk, DigestSlot
from handlers import health
from handlers.front_door import FrontDoor
from handlers.home import Homes
from handlers.http import http_app
from handlers.intake import Intake
from handlers.slack_app import dispatch, slack_app
from handlers.socket import Dispatch, NoConnection, SocketMode
from storage.books import Books

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]

CLICKS_AT_ONCE = 32  # of the front door; a commit takes a few milliseconds
AFTER_ACK = 16  # modals opening and private replies, each a call to Slack
HTTP_BACKLOG = 2048  # connections waiting to be taken, when a crowd clicks
GOODBYE_SECONDS = 5


class CannotStart(RuntimeError):
    """Slack does not let us in, or a setting is missing; the sentence says what to do."""


def open_books(settings: Settings) -> Books:
    """The database, brought up to date."""
    books = Books(settings.database)
    books.migrate()
    return books


def desk_of(settings: Settings, books: Books, now: Clock) -> Desk:
    """What use cases need; this agreement's terms get their version here."""
    with books.writing() as work:
        version = work.terms.register(settings.agreement.terms, now())
        work.commit()
    return Desk(
        books=books,
        clock=now,
        queues=settings.queues,
        agreement=settings.agreement,
        terms_version=version,
        zone=settings.workspace_zone,
        campaign_owners=settings.intake.owners,
        digest=DigestSlot(
            settings.digest.channel,
            settings.digest.weekday,
            settings.digest.at.hour,
            settings.digest.at.minute,
            settings.digest.metrics,
        ),
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
    """Run until SIGTERM or SIGINT. Raises CannotStart."""
    service = put_together(settings, now, beat_seconds)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with_http = threading.Thread(target=service.http.run, name="http", daemon=True)
    start(service, with_http)
    log.info("Baton is working", action="started", mode=settings.slack.mode)
    while not stop.wait(0.5):
        if not with_http.is_alive():
            stop_all(service, with_http)
            raise CannotStart(f"Port {settings.http.port} is taken: set BATON_PORT to another.")
    stop_all(service, with_http)
    log.info("Baton has stopped; nothing was left in hand", action="stopped")


def put_together(settings: Settings, now: Clock, beat_seconds: float) -> Service:
    """All parts, connected, none of them running. Raises CannotStart."""
    api = SlackApi(
        settings.slack.bot_token.get_secret_value(), now, base_url=settings.slack.api_url
    )
    identity = _identity(api)
    books = open_books(settings)
    desk = desk_of(settings, books, now)
    words = Words(desk, settings.language)
    directory = DirectoryReader(books, api, clock.now)
    painter = Painter(words.renderer)
    courier = Courier(
        books,
        api,
        words,
        now,
        clock.now,
        look_up_again=directory.look_again,
        pictures=PictureDesk(api, painter.draw_week, clock.now),
    )
    rounds = Rounds(courier)
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
    health_now = lambda: health.look(desk, socket.state() if socket else "off")  # noqa: E731
    return Service(
        rounds,
        Metronome(
            sweep=partial(escalate.sweep, desk),
            post_digests=partial(report.post_due_digests, desk),
            refresh_directory=directory.refresh,
            refresh_homes=homes.refresh,
            beat_seconds=beat_seconds,
        ),
        _http_server(settings, http_app(intake, health_now, door)),
        socket,
        after_ack,
        clicks,
        painter,
        books,
    )


def start(service: Service, with_http: threading.Thread) -> None:
    """Slack comes last: whoever clicks is served by parts that run already."""
    service.rounds.start()
    service.metronome.start()
    with_http.start()
    if service.socket:
        try:
            service.socket.start()
        except NoConnection as error:
            stop_all(service, with_http)
            raise CannotStart(
                f"Slack gives no Socket Mode connection ({error}): is SLACK_APP_TOKEN the "
                "app-level token, with connections:write?"
            ) from None


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


def _identity(api: SlackApi) -> Identity:
    answer = api.auth_test()
    if isinstance(answer, Identity):
        return answer
    why = getattr(answer, "why", "rate limited")
    raise CannotStart(f"Slack does not know us ({why}): check SLACK_BOT_TOKEN, or `baton check`.")


def _reopen(books: Books) -> None:
    """Whoever mends a channel or a token restarts Baton: what was paused is tried again."""
    with books.writing() as work:
        if opened := work.deliveries.resume():
            log.info("Paused lanes are tried again", action="resumed", count=opened)
        work.commit()


def _socket(settings: Settings, through_bolt: Dispatch) -> SocketMode:
    token = settings.slack.app_token.get_secret_value()
    if not token:
        raise CannotStart("Socket Mode needs SLACK_APP_TOKEN (docs/slack-setup.md).")
    return SocketMode(through_bolt, token, settings.slack.api_url)


def _door(settings: Settings, through_bolt: Dispatch, clicks: ThreadPoolExecutor) -> FrontDoor:
    secret = settings.slack.signing_secret.get_secret_value()
    if not secret:
        raise CannotStart("Slack over HTTP needs SLACK_SIGNING_SECRET (docs/slack-setup.md).")
    return FrontDoor(through_bolt, secret, wire_seconds, clicks)


def _http_server(settings: Settings, asgi: Starlette) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            asgi,
            host=settings.http.host,
            port=settings.http.port,
            log_config=None,
            access_log=False,
            backlog=HTTP_BACKLOG,
            timeout_graceful_shutdown=GOODBYE_SECONDS,
        )
    )
