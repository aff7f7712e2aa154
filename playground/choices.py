"""What people have chosen in the menus of messages, until the app takes the menus away."""

from __future__ import annotations

from playground.form import initial_values
from playground.state import Json, Message


class Choices:
    """Slack sends the state of every menu and picker in a message with each click on it."""

    def __init__(self) -> None:
        self._chosen: dict[tuple[str, str, str], Json] = {}

    def choose(
        self, user: str, message: Message, block_id: str, action_id: str, state: Json
    ) -> None:
        chosen = self._chosen.setdefault((user, message.channel, message.ts), {})
        chosen.setdefault(block_id, {})[action_id] = state

    def of(self, user: str, message: Message, blocks: list[Json] | None = None) -> Json:
        """By block_id and action_id; `blocks`: what the message showed, if not what it shows."""
        chosen = self._chosen.get((user, message.channel, message.ts), {})
        return {
            block: {
                action: chosen.get(block, {}).get(action, state) for action, state in states.items()
            }
            for block, states in initial_values(blocks or message.blocks).items()
        }
