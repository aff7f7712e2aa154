"""Logs: lines for a person at a terminal, JSON for a machine. No personal data, by whoever logs."""

from __future__ import annotations

import logging
import sys
import threading

import structlog

from bot.delivery.mishap import mishap

log = structlog.get_logger(__name__)

QUIET = {  # how bad it must be before a library is heard
    "apscheduler": logging.WARNING,
    "apscheduler.executors": logging.CRITICAL,  # bot.scheduler tells of a job that failed
    "alembic": logging.WARNING,
    "slack_bolt": logging.ERROR,  # it warns of SLACK_BOT_TOKEN in the environment, which is ours
    "slack_sdk": logging.WARNING,
    "uvicorn": logging.WARNING,
}


def set_up() -> None:
    """Ours and the libraries' alike: one line for each thing that happens, also for an error."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        # The kind of an error and where it rose, not its text: that may quote a lead.
        structlog.processors.ExceptionRenderer(_where),
    ]
    _set_up_libraries(shared)
    threading.excepthook = _of_a_thread
    structlog.configure(
        processors=[*shared, _renderer()],
        # In one write: `print` makes two of a line, and a library may speak between them.
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _set_up_libraries(shared: list[structlog.typing.Processor]) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _in_one_line,
                _renderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO)
    for name, level in QUIET.items():
        logging.getLogger(name).setLevel(level)


def _renderer() -> structlog.typing.Processor:
    if sys.stderr.isatty():
        return structlog.dev.ConsoleRenderer()
    return structlog.processors.JSONRenderer()


def _of_a_thread(ended: threading.ExceptHookArgs) -> None:
    log.error("A thread broke off", action="thread_broken", exc_info=ended.exc_value)


def _in_one_line(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Some libraries put a traceback, or the request, into the message itself."""
    first, *rest = str(event["event"]).strip().splitlines() or [""]
    return {**event, "event": f"{first} …" if rest else first}


def _where(exc_info: structlog.typing.ExcInfo) -> str:
    what = mishap(exc_info[1])
    return f"{what['error']} at {what['where']}"
