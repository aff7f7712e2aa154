"""A click on Accept as Slack sends it: the whole card inside, form-encoded and signed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from benchmarks.office import Office
from bot.delivery.actions import Action
from bot.delivery.render import Rendered
from bot.domain.messages import Card
from handlers.front_door import signature

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TIMESTAMP = 1_772_442_000  # wire time stands still: a signature is checked, whatever the hour
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Signed:
    raw: bytes
    headers: dict[str, str]


def card_of(office: Office, handoff: int) -> Rendered:
    with office.books.reading() as work:
        return office.words.render(Card(handoff), work, office.time())


def click(card: Rendered, handoff: int, person: str) -> Signed:
    payload = json.dumps(_payload(card, handoff, person), separators=(",", ":"))
    raw = urlencode({"payload": payload}).encode()
    headers = {
        "content-type": FORM,
        "content-length": str(len(raw)),
        "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "x-slack-request-timestamp": str(TIMESTAMP),
        "x-slack-signature": signature(SECRET.encode(), str(TIMESTAMP), raw).decode(),
    }
    return Signed(raw, headers)


def _payload(card: Rendered, handoff: int, person: str) -> dict[str, Any]:
    ts = f"{TIMESTAMP}.{handoff:06d}"
    return {
        "type": "block_actions",
        "user": {"id": person, "username": "bo", "name": "bo", "team_id": "T0ACME"},
        "api_app_id": "A0BATON",
        "token": "a-verification-token",
        "container": {
            "type": "message",
            "message_ts": ts,
            "channel_id": "C0MQL",
            "is_ephemeral": False,
        },
        "trigger_id": "398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
        "team": {"id": "T0ACME", "domain": "acme"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": "C0MQL", "name": "mql-handoff"},
        "message": {
            "user": "U0BATON",
            "type": "message",
            "ts": ts,
            "bot_id": "B0BATON",
            "app_id": "A0BATON",
            "team": "T0ACME",
            "text": card.text,
            "blocks": card.blocks,
        },
        "state": {"values": {}},
        "response_url": "https://hooks.slack.com/actions/T0ACME/1234567890/abcdefghijklmnop",
        "actions": [
            {
                "action_id": Action.ACCEPT.value,
                "block_id": "answer",
                "text": {"type": "plain_text", "text": "Accept", "emoji": True},
                "value": f"{handoff}:1",
                "style": "primary",
                "type": "button",
                "action_ts": f"{TIMESTAMP}.5",
            }
        ],
    }
