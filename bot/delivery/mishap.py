"""How an unexpected error is logged: its text may quote a lead, its type and place do not."""

from __future__ import annotations

from pathlib import Path


def mishap(error: BaseException) -> dict[str, str]:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return {"error": type(error).__name__, "where": where}
