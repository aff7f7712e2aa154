"""Logs: lines for a person at a terminal, JSON for a machine. No personal data, by whoever logs."""

from __future__ import annotations

import logging
import sys

import structlog

from bot.delivery.mishap import mishap

QUIET = ("apscheduler", "slack_bolt", "slack_sdk", "uvicorn", "alembic")  # their warnings suffice


def set_up() -> None:
    logging.basicConfig(format="%(name)s: %(message)s", stream=sys.stderr, level=logging.INFO)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
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
