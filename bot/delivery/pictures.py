"""Pictures for the digest: drawn, uploaded, and ready some time later, because Slack looks at a
file first. Nobody sleeps meanwhile: whoever asks comes back.

What is under way is remembered in this process only. After a restart the picture is uploaded
again; a file nobody shows is seen by nobody.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.delivery.mishap import mishap
from bot.delivery.outcomes import (
    Broken,
    Failure,
    Pictures,
    RateLimited,
    TryLater,
    Unknown,
    Uploaded,
    reason,
)
from bot.use_cases.records import Report

log = structlog.get_logger(__name__)

Draw = Callable[[Mapping[str, Any]], bytes]  # figures -> PNG
FILE_NAME = "digest.png"


@dataclass(frozen=True, slots=True)
class Ready:
    file: str


@dataclass(frozen=True, slots=True)
class ComeBack:
    """Not ready yet."""


@dataclass(frozen=True, slots=True)
class TooSlow:
    """Not ready in the time given; it may be later."""


@dataclass(frozen=True, slots=True)
class NoPicture:
    """There will be none."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    since: datetime  # wire time
    file: str = ""  # empty: not uploaded yet


class PictureDesk:
    def __init__(self, slack: Pictures, draw: Draw, wire_clock: Callable[[], datetime]) -> None:
        self._slack = slack
        self._draw = draw
        self._wire_clock = wire_clock
        self._under_way: dict[int, UnderWay] = {}
        self._lock = threading.Lock()

    def picture_of(
        self, report: Report, alt_text: str, patience: timedelta
    ) -> Ready | ComeBack | TooSlow | NoPicture:
        now = self._wire_clock()
        begun = self._known(report.id) or UnderWay(now)
        step = self._next_step(report, alt_text, begun)
        if isinstance(step, UnderWay):
            self._remember(report.id, step)
            return TooSlow() if now - begun.since > patience else ComeBack()
        return step

    def _next_step(
        self, report: Report, alt_text: str, begun: UnderWay
    ) -> Ready | NoPicture | UnderWay:
        if not begun.file:
            answer = self._upload(report, alt_text)
            if isinstance(answer, Uploaded):
                begun = UnderWay(begun.since, answer.file)
            else:
                return self._after(answer, begun)
        ready = self._slack.image_ready(begun.file)
        if isinstance(ready, bool):
            return Ready(begun.file) if ready else begun
        return self._after(ready, begun)

    def _upload(self, report: Report, alt_text: str) -> Uploaded | Failure:
        try:
            image = self._draw(report.figures)
        except Exception as error:  # noqa: BLE001 (whatever a chart does wrong, the digest goes)
            log.error("The chart cannot be drawn", action="draw_failed", **mishap(error))
            return Broken("it cannot be drawn")
        return self._slack.upload_image(FILE_NAME, image, alt_text)

    def _after(self, failure: Failure, begun: UnderWay) -> UnderWay | NoPicture:
        """An upload may be repeated freely; a refusal (files forbidden, say) stands."""
        if isinstance(failure, RateLimited | TryLater | Unknown):
            return begun
        log.warning("The digest goes without its chart", action="no_picture", why=reason(failure))
        return NoPicture()

    def _known(self, report_id: int) -> UnderWay | None:
        with self._lock:
            return self._under_way.get(report_id)

    def _remember(self, report_id: int, step: UnderWay) -> None:
        with self._lock:
            self._under_way[report_id] = step
