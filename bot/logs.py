"""Logs: lines for a person at a terminal, JSON for a machine. No personal data, by whoever logs."""

from __future__ import annotations

import logging
import sys

import structlog

from bot.delivery.mishap import mishap

QUIET = {  # how bad it must be before a library is heard
    "apscheduler": logging.WARNING,
    "alembic": logging.WARNING,
    "slack_bolt": logging.ERROR,  # it warns of SLACK_BOT_TOKEN in the environment, which is ours
    "slack_sdk": logging.WARNING,
    "uvicorn": logging.WARNING,
}


def set_up() -> None:
    logging.basicConfig(format="%(name)s: %(message)s", stream=sys.stderr, level=logging.INFO)
    for name, level in QUIET.items():
        logging.getLogger(name).setLevel(level)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            # The kind of an error and where it rose, not its text: that may quote a lead.
            structlog.processors.ExceptionRenderer(_where),
            _renderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _renderer() -> structlog.typing.Processor:
    if sys.stderr.isatty():
        return structlog.dev.ConsoleRenderer()
    return structlog.processors.JSONRenderer()


def _where(exc_info: structlog.typing.ExcInfo) -> str:
    what = mishap(exc_info[1])
    return f"{what['error']} at {what['where']}"
