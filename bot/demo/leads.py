"""Marketing's side of the demo: sample leads, sent by the signed HTTP intake."""

from __future__ import annotations

import csv
import hashlib
import hmac
import json
import urllib.request
from datetime import datetime, timedelta
from importlib.resources import files

from bot import clock

EVERY = timedelta(minutes=9)  # of workspace time
TIMEOUT_SECONDS = 10.0


def sample_leads() -> list[dict[str, str]]:
    text = files("playground").joinpath("sample_leads.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


class LeadFeed:
    """Sends one lead after the other as workspace time passes."""

    def __init__(self, port: int, secret: str, first_at: datetime) -> None:
        self._address = f"http://127.0.0.1:{port}/leads"
        self._secret = secret
        self._leads = iter(sample_leads())
        self._next_at = first_at

    def send_due(self, now: datetime) -> None:
        while self._next_at <= now:
            lead = next(self._leads, None)
            if lead is None:
                return
            self._next_at += EVERY
            send_lead(self._address, self._secret, lead)


def send_lead(address: str, secret: str, lead: dict[str, str]) -> None:
    """As a web site would: signed, with a timestamp of real time and a key against doubling."""
    body = json.dumps(lead).encode()
    timestamp = str(int(clock.now().timestamp()))
    signed = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256)
    headers = {
        "Content-Type": "application/json",
        "X-Baton-Source": "website",
        "X-Baton-Timestamp": timestamp,
        "X-Baton-Signature": f"v0={signed.hexdigest()}",
        "Idempotency-Key": hashlib.sha256(body).hexdigest(),
    }
    request = urllib.request.Request(address, body, headers, method="POST")  # noqa: S310 (loopback)
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310
        pass
