"""Files v2: a ticket to upload, the bytes, completion, and processing that takes a while."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from playground.clock import WireClock
from playground.errors import SlackError
from playground.state import File, Json

PICTURES = ("png", "jpg", "jpeg", "gif", "webp")


class Files:
    """`allowed`: `all`, `images` or `none`, as an admin may set it. Processing takes wire time."""

    def __init__(self, wire: WireClock, new_id: Callable[[str], str]) -> None:
        self._wire = wire
        self._new_id = new_id
        self._files: dict[str, File] = {}
        self._tickets: dict[str, File] = {}
        self.allowed = "all"
        self.processing_s = 0.2

    def request_upload(self, name: str, length: int, alt_text: str, user: str) -> tuple[str, File]:
        if self.allowed == "none":
            raise SlackError("file_uploads_disabled")
        if self.allowed == "images" and name.rpartition(".")[2].lower() not in PICTURES:
            raise SlackError("file_uploads_except_images_disabled")
        file = File(self._new_id("F"), name, length, user, alt_text)
        ticket = secrets.token_hex(16)
        self._files[file.id] = self._tickets[ticket] = file
        return ticket, file

    def receive(self, ticket: str, content: bytes) -> File:
        file = self._tickets.pop(ticket, None)
        if file is None:
            raise SlackError("invalid_upload_url")
        if len(content) != file.length:
            raise SlackError("size_mismatch")
        file.content = content
        return file

    def get(self, file_id: Any) -> File:
        file = self._files.get(str(file_id))
        if file is None:
            raise SlackError("file_not_found")
        return file

    def start_processing(self, file: File) -> None:
        file.ready_at = self._wire.monotonic() + self.processing_s

    def hurry(self) -> None:
        """Whatever is being processed is ready at the next tick."""
        for file in self._files.values():
            if file.ready_at is not None:
                file.ready_at = self._wire.monotonic()

    def due(self) -> list[File]:
        """Files whose processing has ended and which are not yet shared."""
        now = self._wire.monotonic()
        return [
            file
            for file in self._files.values()
            if not file.processed and file.ready_at is not None and file.ready_at <= now
        ]

    def ready(self, reference: Json) -> bool:
        """May a block show this `slack_file`?"""
        if "id" in reference:
            file = self._files.get(str(reference["id"]))
            return file is not None and file.processed
        url = str(reference.get("url", ""))
        return any(file.processed and f"/{file.id}/" in url for file in self._files.values())
