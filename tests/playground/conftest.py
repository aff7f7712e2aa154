"""A sample workspace on a port, and a tiny Bolt app that joins it either way."""

from collections.abc import Iterator

import pytest
from slack_bolt import App
from slack_sdk import WebClient

from playground import InstalledApp, Server, Workspace, sample_workspace
from tests.playground import tiny_app

PATIENCE_S = 20.0  # Slack's own three seconds bind only where they are what is tested


@pytest.fixture
def server() -> Iterator[Server]:
    app = InstalledApp(ack_timeout_s=PATIENCE_S, trigger_lives_s=PATIENCE_S)
    with Server(sample_workspace(app=app)) as running:
        yield running


@pytest.fixture
def workspace(server: Server) -> Workspace:
    return server.workspace


@pytest.fixture
def client(server: Server) -> WebClient:
    return tiny_app.client_of(server)


@pytest.fixture
def app(client: WebClient, workspace: Workspace) -> App:
    return tiny_app.build(client, workspace.app.signing_secret)


@pytest.fixture(params=["socket mode", "signed http"])
def connected(request: pytest.FixtureRequest, server: Server, app: App) -> Iterator[App]:
    """The tiny app, reached both ways."""
    join = tiny_app.over_sockets if request.param == "socket mode" else tiny_app.over_http
    with join(server, app):
        yield app


@pytest.fixture
def on_sockets(server: Server, app: App) -> Iterator[App]:
    with tiny_app.over_sockets(server, app):
        yield app
