"""Slack's own Node packages, as they are published, against the playground.

What only our own client library accepts is not Slack: these are what most Slack apps are made of.
"""

from __future__ import annotations

import json
import os
import queue
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NoReturn

import pytest

from playground import InstalledApp, Person, Server, sample_workspace
from tests.playground.tiny_app import wait_for_connection

HERE = Path(__file__).parent / "node"
WHERE = "mql-handoff"
PATIENCE_S = 60.0
INSTALL_S = 240
NEEDS_NODE = {"bolt-4": 18, "bolt-5": 20}  # as their package.json say

pytestmark = pytest.mark.timeout(INSTALL_S + 60)

Told = dict[str, Any]


def without(why: str) -> NoReturn:
    """Loud on a laptop, an error where the answer counts."""
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages at their exact versions, in a folder of their own."""
    if not shutil.which("node") or not shutil.which("npm"):
        without("Slack's Node packages are untried: node and npm are needed (apt: nodejs npm)")
    folder = tmp_path_factory.mktemp("node")
    for name in ("package.json", "package-lock.json", "app.js"):
        shutil.copy(HERE / name, folder)
    quietly = (
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--prefer-offline",
        "--fetch-retries=5",
    )
    command = ["npm", "ci", *quietly]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=INSTALL_S, check=False
    )
    if done.returncode:
        without(f"Slack's Node packages are untried: npm ci failed: {done.stderr[-500:]}")
    return folder


@dataclass
class NodeApp:
    """tests/playground/node/app.js at work; `heard` are the lines it has told."""

    server: Server
    process: subprocess.Popen[str]
    heard: list[Told] = field(default_factory=list)
    lines: queue.Queue[str] = field(default_factory=queue.Queue)

    def wait_for(self, what: str) -> Told:
        """The next line about this; what else it tells meanwhile is kept."""
        while True:
            try:
                line = self.lines.get(timeout=PATIENCE_S)
            except queue.Empty:
                raise TimeoutError(f"the Node app told nothing of {what!r}: {self.heard}") from None
            told: Told = json.loads(line) if line.startswith("{") else {"what": "log", "line": line}
            self.heard.append(told)
            assert told["what"] not in ("failed", "error"), told
            if told["what"] == what:
                return told

    def told(self, what: str) -> list[Told]:
        return [told for told in self.heard if told["what"] == what]

    def person(self, who: str) -> Person:
        return self.server.person(who)


@pytest.fixture(scope="module", params=[("bolt-4", "web-api-7"), ("bolt-5", "web-api-8")])
def app(request: pytest.FixtureRequest, installed: Path) -> Iterator[NodeApp]:
    """Connected by Socket Mode."""
    bolt, web_api = request.param
    if node_major() < NEEDS_NODE[bolt]:
        pytest.skip(f"{bolt} needs Node {NEEDS_NODE[bolt]}, here is {node_major()}")
    patient = InstalledApp(ack_timeout_s=PATIENCE_S, trigger_lives_s=PATIENCE_S)
    with Server(sample_workspace(app=patient)) as server:
        slack = server.workspace.app
        process = subprocess.Popen(
            ["node", "app.js", bolt, web_api],
            cwd=installed,
            env={
                **os.environ,
                "SLACK_API_URL": server.api_url,
                "SLACK_BOT_TOKEN": slack.bot_token,
                "SLACK_APP_TOKEN": slack.app_token,
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        made = NodeApp(server, process)
        assert process.stdin is not None
        assert process.stdout is not None
        reading = threading.Thread(target=pump, args=(process.stdout, made.lines), daemon=True)
        reading.start()
        try:
            made.wait_for("ready")
            yield made
            process.stdin.close()
            made.wait_for("stopped")
            assert 0 == process.wait(PATIENCE_S)
        finally:
            process.kill()
            process.wait()
            reading.join()
            process.stdout.close()


def pump(output: IO[str], lines: queue.Queue[str]) -> None:
    for line in output:
        lines.put(line.strip())


def node_major() -> int:
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    found = re.match(r"v(\d+)", said)
    assert found, said
    return int(found[1])


def claimed(app: NodeApp) -> Person:
    """A seller who has pressed the first button of the card."""
    erik = app.person("@erik")
    if not app.told("claimed"):
        assert erik.click("claim", channel=WHERE).acked
        app.wait_for("claimed")
    return erik


def test_the_web_api_answers_as_the_client_expects(app: NodeApp) -> None:
    """Who we are, a listing page by page, refusals by name, and a message read back."""
    workspace = app.server.workspace
    (auth,), (people,), (read,) = (app.told(what) for what in ("auth", "people", "read back"))
    assert (workspace.team_id, workspace.app.bot_id) == (auth["team_id"], auth["bot_id"])
    assert [user.handle for user in workspace.users.values()] == people["names"]
    assert ["channel_not_found", "invalid_blocks"] == [
        told["error"] for told in app.told("refused")
    ]
    assert {"slack_webapi_platform_error"} == {told["code"] for told in app.told("refused")}
    assert {"event_type": "lead", "event_payload": {"number": 1}} == read["metadata"]


def test_a_button_changes_its_message_and_answers_privately(app: NodeApp) -> None:
    """A click travels to the app; chat.update and the response_url travel back."""
    erik = claimed(app)
    (told,) = app.told("claimed")
    assert ("L-1", erik.id) == (told["value"], told["user"])
    erik.wait_to_see(WHERE, f"<@{erik.id}> has L-1")
    assert erik.wait_to_see(WHERE, "It is yours.").ephemeral
    assert "It is yours." not in [seen.words for seen in app.person("@maja").sees(WHERE)]


def test_a_modal_keeps_errors_and_sends_what_is_right(app: NodeApp) -> None:
    """Opened by a trigger; an error stands below its input; the next try goes through."""
    erik = claimed(app)
    assert erik.click("open", channel=WHERE).acked
    app.wait_for("opened")
    assert "Reject" == erik.wait_for_modal().title
    assert erik.submit({"why": "price"}).acked
    assert {"note": "A word, please."} == erik.wait_for_modal().errors
    assert erik.submit({"why": "price", "note": "too dear"}).acked
    assert erik.modal is None
    assert "price: too dear" == app.wait_for("submitted")["text"]
    erik.wait_to_see(app.server.workspace.app_direct(erik.id).id, "price: too dear")


def test_a_closed_modal_is_told(app: NodeApp) -> None:
    """Whoever cancels is heard, where the app asked for it."""
    erik = claimed(app)
    assert erik.click("open", channel=WHERE).acked
    app.wait_for("opened")
    erik.wait_for_modal()
    (closed,) = erik.close_view()
    assert closed.acked
    assert app.wait_for("closed")["is_cleared"] is False


def test_a_command_answers_in_its_ack_and_later(app: NodeApp) -> None:
    """Only the asker sees the first answer; the second comes by response_url, for everybody."""
    erik, maja = app.person("@erik"), app.person("@maja")
    assert erik.command("/try", "echo hi", WHERE).acked
    assert erik.wait_to_see(WHERE, "You asked for echo hi").ephemeral
    assert erik.command("/try", "later", WHERE).acked
    maja.wait_to_see(WHERE, "Here it is.")


def test_a_file_is_uploaded(app: NodeApp) -> None:
    """filesUploadV2 as the client does it: a ticket, the bytes, and the message in the channel."""
    erik = app.person("@erik")
    assert erik.command("/try", "upload", WHERE).acked
    told = app.wait_for("uploaded")
    seen = erik.wait_to_see(WHERE, "The figures")
    assert [told["file"]] == [file["id"] for file in seen.files]
    assert "Week 9" in seen.words


def test_a_rate_limit_is_waited_for(app: NodeApp) -> None:
    """The client reads Retry-After, waits, and posts once."""
    erik = app.person("@erik")
    app.server.workspace.faults.rate_limit("chat.postMessage", retry_after=1)
    assert erik.command("/try", "limited", WHERE).acked
    ts = app.wait_for("posted")["ts"]
    assert [ts] == [seen.ts for seen in erik.sees(WHERE) if seen.words == "after all"]


def test_events_and_look_ups_reach_the_app(app: NodeApp) -> None:
    """Home is published when it is opened, a DM is answered, an external select filled."""
    aino = app.person("@aino")
    assert (opened := aino.open_home()) is not None
    assert opened.acked
    app.wait_for("home")
    assert aino.home is not None
    asked = aino.say("hello")
    aino.wait_to_see(asked.channel, lambda seen: seen.reply_count == 1)
    assert ["hello", "You said: hello"] == [seen.words for seen in aino.thread(asked)]
    card = aino.wait_to_see(WHERE, lambda seen: "company" in seen.action_ids)
    assert ["acm!"] == [
        option["text"]["text"] for option in aino.options_for("company", "acm", card)
    ]


@pytest.mark.parametrize("how", ["asked to", "cut off"])
def test_the_app_comes_back(app: NodeApp, how: str) -> None:
    """Slack renews connections, and cables are pulled: the client connects anew by itself."""
    faults, erik = app.server.workspace.faults, app.person("@erik")
    before = app.server.workspace.feed.last
    assert 1 == (faults.disconnect("warning") if how == "asked to" else faults.drop_sockets())
    wait_for_connection(app.server, before)
    assert erik.command("/try", f"echo {how}", WHERE).acked
    erik.wait_to_see(WHERE, f"You asked for echo {how}")
