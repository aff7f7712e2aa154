"""How Baton starts: what it needs, what it waits for, and what it says when it cannot."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from slack_bolt.response import BoltResponse
from structlog.testing import capture_logs

from bot import clock
from bot.delivery.outcomes import Broken, Failure, RateLimited, TryLater, Unknown
from bot.delivery.slack_api import SlackApi
from bot.delivery.slack_errors import NOT_SLACKS
from bot.demo.child import kept_port
from bot.listening import NoPort, address, listen
from bot.slack_login import NoSlack, connect, log_in, trouble
from handlers.socket import SocketMode
from playground import Server, Workspace, sample_workspace
from tests.crash.service import ROOT, Service, installed, service

QUICKLY = (0.01, 0.02)  # seconds


@pytest.fixture
def workspace() -> Workspace:
    return sample_workspace(app=installed())


@pytest.fixture
def baton(workspace: Workspace, tmp_path: Path) -> Iterator[Service]:
    with service(workspace, f"sqlite:///{tmp_path / 'baton.db'}") as made:
        yield made


def nowhere() -> str:
    return "http://127.0.0.1:9/api/"


def slack(url: str, token: str) -> SlackApi:
    return SlackApi(token, clock.now, url)


def line(url: str) -> SocketMode:
    return SocketMode(lambda _body, _headers: BoltResponse(status=200), "xapp-1", url)


# --------------------------------------------------------------------------------- patience


def test_slack_that_is_not_there_is_waited_for() -> None:
    """A network that comes up after Baton does no harm: each attempt is one line in the log."""
    url, waited = nowhere(), list[float]()
    with capture_logs() as logs, pytest.raises(NoSlack) as gave_up:
        log_in(slack(url, "xoxb-1"), url, waited.append, QUICKLY)
    says = f"Slack cannot be reached at {url} (connection refused)."
    assert [(says, pause) for pause in QUICKLY] == [
        (said["event"], said["again_in_seconds"]) for said in logs
    ]
    assert list(QUICKLY) == waited
    assert str(gave_up.value).startswith(says)
    assert "supervisor" in str(gave_up.value)


def test_slack_that_comes_is_met(workspace: Workspace) -> None:
    """Refused once by the network, let in the next time."""
    with Server(workspace) as server:
        workspace.faults.cut("auth.test")
        api = slack(server.api_url, workspace.app.bot_token)
        assert workspace.app.bot_user == log_in(api, server.api_url, time.sleep, QUICKLY).user


def test_slack_that_refuses_us_is_not_asked_again(workspace: Workspace) -> None:
    """A wrong token does not become right by waiting."""
    waited = list[float]()
    with Server(workspace) as server, pytest.raises(NoSlack, match=r"not accepted \(invalid_auth"):
        log_in(slack(server.api_url, "xoxb-gone"), server.api_url, waited.append, QUICKLY)
    assert [] == waited


def test_socket_mode_is_waited_for_until_baton_is_told_to_stop(workspace: Workspace) -> None:
    """A wrong app token is said at once, a network that is away later; and a stop is a stop."""
    none = line(nowhere())
    with pytest.raises(NoSlack, match="Socket Mode cannot be reached"):
        connect(none, lambda _pause: False, QUICKLY)
    connect(none, lambda _pause: True, QUICKLY)
    with Server(workspace) as server, pytest.raises(NoSlack, match=r"invalid_auth.*connections:w"):
        connect(line(server.api_url), lambda _pause: False, QUICKLY)


@pytest.mark.parametrize(
    ("failure", "says"),
    [
        (TryLater("gaierror"), "cannot be reached at https://slack.example/api/ (there is no host"),
        (Unknown("TimeoutError"), "cannot be reached at https://slack.example/api/ (no answer in"),
        (Unknown(NOT_SLACKS), "https://slack.example/api/ (the answer is not Slack's)."),
        (Broken("HTTP 404"), "is not Slack (HTTP 404): is slack.api_url right?"),
        (TryLater("service_unavailable"), "cannot answer just now (service_unavailable)."),
        (RateLimited(clock.now() - clock.now()), "cannot answer just now (rate limited)."),
        (Broken("token_revoked"), "The bot token is not accepted (token_revoked): set SLACK_BOT"),
    ],
)
def test_each_trouble_with_slack_has_its_sentence(failure: Failure, says: str) -> None:
    """Only a refused token is called a refused token; a password in the address stays there."""
    told = trouble(failure, "https://me:hush@slack.example/api/")
    assert says in told
    assert "hush" not in told


# ------------------------------------------------------------------------------------- port


def test_a_port_that_is_taken() -> None:
    """Known before anything runs; and the address is told as one types it."""
    with closing(listen("127.0.0.1", 0, 8)) as first:
        port = first.getsockname()[1]
        assert f"http://127.0.0.1:{port}" == address(first)
        with pytest.raises(NoPort, match=f"Port {port} is taken: set BATON_PORT"):
            listen("127.0.0.1", port, 8)
    with pytest.raises(NoPort, match="is no address of this machine: set BATON_HOST"):
        listen("192.0.2.1", 0, 8)
    with pytest.raises(NoPort, match="is no address of this machine"):
        listen("nowhere.invalid", 0, 8)


def test_a_kept_port_is_batons_time_and_again() -> None:
    """Nobody else is given it before Baton starts, or between two starts."""
    with kept_port() as port:
        for _ in range(2):
            listen("127.0.0.1", port, 8).close()
        if sys.platform == "linux":
            with socket.socket() as other, pytest.raises(OSError, match="in use"):
                other.bind(("127.0.0.1", port))


def test_serve_with_a_port_that_is_taken(baton: Service) -> None:
    """One sentence, and nothing was started."""
    with socket.create_server(("127.0.0.1", baton.port)):
        served = baton.command("serve")
    assert 2 == served.returncode
    assert f"Port {baton.port} is taken" in served.stderr.splitlines()[-1]
    assert "Baton is working" not in served.stderr


def test_serve_says_where_it_listens(baton: Service) -> None:
    """After the port is taken, in the line that says that all works."""
    baton.start()
    assert 0 == baton.terminate()
    (working,) = [said for said in baton.said().splitlines() if "is working" in said]
    assert f"http://127.0.0.1:{baton.port}" == json.loads(working)["http"]


# ---------------------------------------------------------------------------- serve and check


def test_serve_and_check_name_the_missing_tokens_alike(baton: Service) -> None:
    """All of them at once, with what to set; and that the agreement, written first, is fine."""
    baton.environment |= {"SLACK_BOT_TOKEN": "", "SLACK_APP_TOKEN": ""}
    served, checked = baton.command("serve"), baton.command("check")
    assert [2, 1] == [served.returncode, checked.returncode]
    for says in (
        "slack.bot_token: is empty; set SLACK_BOT_TOKEN (docs/slack-setup.md).",
        "slack.app_token: Socket Mode needs it; set SLACK_APP_TOKEN (docs/slack-setup.md).",
    ):
        assert says in served.stderr
        assert f"error  {says}" in checked.stderr
    assert "The agreement has no mistakes." in checked.stdout
    baton.environment["DATABASE_URL"] = "sqlite:////nowhere/at/all.db"
    assert "no mistakes" not in baton.command("check").stdout


def test_check_tells_a_network_from_a_token(baton: Service) -> None:
    """Nobody makes a new token because a cable is out."""
    baton.environment["SLACK_API_URL"] = url = nowhere()
    told = baton.command("check").stderr
    assert f"error  slack: Slack cannot be reached at {url} (connection refused)." in told
    assert "token" not in told


@pytest.mark.parametrize("command", ["check", "serve", "migrate"])
def test_a_database_that_is_away_is_one_sentence(baton: Service, command: str) -> None:
    """Whichever command meets it first."""
    baton.environment["DATABASE_URL"] = "postgresql://me:hush-hush@127.0.0.1:1/baton"
    done = baton.command(command)
    assert done.returncode in (1, 2)
    assert "PostgreSQL at 127.0.0.1:1, database baton: nothing answers there" in done.stderr
    assert "Traceback" not in done.stderr
    assert "hush" not in done.stderr


def test_check_remarks_on_what_is_not_wrong(baton: Service, tmp_path: Path) -> None:
    """A language without words and a field nobody is known to send: notes, and still ready."""
    text = (ROOT / "app.yaml").read_text(encoding="utf-8")
    text = text.replace("language: en ", "language: fr ").replace(
        'when: "contains', "when: \"region == 'north' || contains"
    )
    config = tmp_path / "app.yaml"
    config.write_text(text, encoding="utf-8")
    checked = baton.command("check", "--config", str(config))
    assert 0 == checked.returncode, checked.stderr
    assert 'note   workspace.language: there are no words in "fr" (de, en, sv)' in checked.stderr
    assert 'queues.nordics.when: asks for "region"' in checked.stderr


def test_the_database_lies_beside_app_yaml_wherever_baton_is_started(
    baton: Service, tmp_path: Path
) -> None:
    """The same file from every folder: nobody starts with an empty one by accident."""
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "app.yaml").write_bytes((ROOT / "app.yaml").read_bytes())
    del baton.environment["DATABASE_URL"]
    subprocess.run(
        [sys.executable, "-m", "bot.cli", "migrate", "--config", "conf/app.yaml"],
        env={**baton.environment, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    assert (tmp_path / "conf" / "baton.db").exists()
    assert not (tmp_path / "baton.db").exists()
