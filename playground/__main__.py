"""Run the sample workspace alone: `python -m playground --port 8040`."""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
import threading
from datetime import datetime

from playground import InstalledApp, Server, WorkspaceClock, sample_workspace


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m playground", description=__doc__)
    parser.add_argument("--port", type=int, default=8040, help="0 takes a free one")
    parser.add_argument("--start", type=datetime.fromisoformat, help="workspace time, with offset")
    parser.add_argument("--speed", type=float, default=1.0, help="workspace seconds in a real one")
    parser.add_argument(
        "--paused", action="store_true", help="time stands still until it is let go"
    )
    parser.add_argument("--pacing", action="store_true", help="Slack's rate limits")
    parser.add_argument("--request-url", default="", help="deliver there by signed HTTP")
    return parser.parse_args()


def variables(server: Server) -> dict[str, str]:
    """What an app needs to know to work in this workspace, as environment variables."""
    app = server.workspace.app
    return {
        "SLACK_API_URL": server.api_url,
        "SLACK_BOT_TOKEN": app.bot_token,
        "SLACK_APP_TOKEN": app.app_token,
        "SLACK_SIGNING_SECRET": app.signing_secret,
        "SLACK_MODE": "http" if app.request_url else "socket",
    }


def _tell(server: Server) -> None:
    sys.stdout.write(
        f"The workspace is at {server.url}: open it in a browser, or start an app:\n\n"
    )
    for name, value in variables(server).items():
        sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
    sys.stdout.write("\nCtrl-C ends it.\n")
    sys.stdout.flush()


def main() -> None:
    options = _options()
    app = InstalledApp(request_url=options.request_url)
    clock = WorkspaceClock(options.start, options.speed, options.paused)
    workspace = sample_workspace(app=app, clock=clock, pacing=options.pacing)
    ended = threading.Event()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, lambda *_: ended.set())
    try:
        with Server(workspace, port=options.port) as server:
            _tell(server)
            ended.wait()
    except OSError as error:
        sys.exit(f"Port {options.port} cannot be had ({error.strerror}): name another by --port.")


if __name__ == "__main__":
    main()
