"""Marketing's side of the demo: sample leads, sent by the signed HTTP intake."""

from __future__ import annotations

import csv
import hashlib
import hmac
import itertools
import json
import secrets
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from importlib.resources import files

from bot import clock

EVERY = timedelta(minutes=9)  # of workspace time
TIMEOUT_SECONDS = 10.0
OUTCOMES = {
    "offered": "The lead was taken in; its card is on the way.",
    "news": "This person is in hand already: their card has the news.",
}


def sample_leads() -> list[dict[str, str]]:
    text = files("playground").joinpath("sample_leads.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def people_without_end() -> Iterator[dict[str, str]]:
    """The sample people; after the last the same names knock from other addresses."""
    for turn in itertools.count():
        for lead in sample_leads():
            name, _, domain = lead["email"].partition("@")
            yield lead | {"email": f"{name}+{turn}@{domain}"} if turn else lead


class LeadFeed:
    """Sends one lead after the other as workspace time passes."""

    def __init__(
        self,
        send: Callable[[dict[str, str]], str],
        leads: Iterator[dict[str, str]],
        first_at: datetime,
    ) -> None:
        self._send = send
        self._leads = leads
        self._next_at = first_at

    def send_due(self, now: datetime) -> None:
        while self._next_at <= now:
            lead = next(self._leads, None)
            if lead is None:
                return
            self._next_at += EVERY
            self._send(lead)


def send_lead(address: str, secret: str, lead: dict[str, str]) -> str:
    """Signed, with a timestamp of real time and a key against doubling; the answer in words."""
    body = json.dumps(lead).encode()
    timestamp = str(int(clock.now().timestamp()))
    signed = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256)
    headers = {
        "Content-Type": "application/json",
        "X-Baton-Source": "website",
        "X-Baton-Timestamp": timestamp,
        "X-Baton-Signature": f"v0={signed.hexdigest()}",
        "Idempotency-Key": secrets.token_hex(16),
    }
    request = urllib.request.Request(address, body, headers, method="POST")  # noqa: S310 (loopback)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            return OUTCOMES.get(json.load(answer)["outcome"], "The lead was taken in.")
    except urllib.error.HTTPError as refused:
        problems = json.load(refused).get("problems", [])
        return " ".join(f"{each['field']}: {each['problem']}" for each in problems)
    except (urllib.error.URLError, OSError):
        return "Baton does not answer; is it running?"
