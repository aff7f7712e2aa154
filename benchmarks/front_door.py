"""Checking and decoding a signed click: the front door's way against Bolt's own."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from slack_bolt.request.internals import parse_body
from slack_sdk.signature import Clock, SignatureVerifier

from benchmarks.office import office, sqlite_url
from benchmarks.side_by_side import Figure, repeated, side_by_side
from benchmarks.signed import FORM, SECRET, TIMESTAMP, card_of, click
from handlers.front_door import decoded, signature

AT_ONCE = 100
ROUNDS = 31


class StoppedClock(Clock):
    def now(self) -> float:
        return float(TIMESTAMP)


def measure(folder: Path) -> Iterator[Figure]:
    with office(sqlite_url(folder, "front-door")) as one:
        handoff = one.lead()
        signed = click(card_of(one, handoff), handoff, one.sellers[0])
    raw, headers = signed.raw, signed.headers
    secret, given = SECRET.encode(), headers["x-slack-signature"]
    bolts_own = SignatureVerifier(SECRET, StoppedClock())

    def ours() -> dict[str, Any]:
        assert hmac.compare_digest(signature(secret, str(TIMESTAMP), raw), given.encode())
        return decoded(raw, FORM)

    def bolt() -> dict[str, Any]:
        text = raw.decode()
        assert bolts_own.is_valid(text, str(TIMESTAMP), given)
        return parse_body(text, FORM)

    assert ours() == bolt()
    yield Figure(
        "front door",
        side_by_side(repeated(AT_ONCE, ours), repeated(AT_ONCE, bolt), ROUNDS, AT_ONCE),
        low=0.08,
        high=0.5,
        means=f"check and decode a signed click ({len(raw) / 1000:.1f} kB), to Bolt's own way",
    )
