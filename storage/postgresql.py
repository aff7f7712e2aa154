"""What PostgreSQL needs to keep the books discreetly."""

from __future__ import annotations

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext


def prepare_postgresql(engine: Engine) -> None:
    event.listen(engine, "handle_error", _leave_out_rows)


def _leave_out_rows(context: ExceptionContext) -> None:
    """PostgreSQL's errors show the row they refuse, and errors go into logs; people must not."""
    refused = context.original_exception
    if isinstance(refused, psycopg.Error) and refused.diag.message_primary:
        refused.args = (refused.diag.message_primary,)
        if context.sqlalchemy_exception is not None:
            context.sqlalchemy_exception.args = refused.args
