"""Run the sample workspace alone: `python -m playground --port 8040`."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from datetime import datetime

from playground import InstalledApp, Server, WorkspaceClock, sample_workspace


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m playground", description=__doc__)
    parser.add_argument("--port", type=int, default=8040)
    parser.add_argument("--start", type=datetime.fromisoformat, help="workspace time, with offset")
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--paused", action="store_true")
    parser.add_argument("--pacing", action="store_true", help="Slack's rate limits")
    parser.add_argument("--request-url", default="", help="deliver there by signed HTTP")
    return parser.parse_args()


def main() -> None:
    options = _options()
    app = InstalledApp(request_url=options.request_url)
    clock = WorkspaceClock(options.start, options.speed, options.paused)
    workspace = sample_workspace(app=app, clock=clock, pacing=options.pacing)
    ended = threading.Event()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, lambda *_: ended.set())
    with Server(workspace, port=options.port) as server:
        sys.stdout.write(f"Web API        {server.api_url}\n")
        sys.stdout.write(f"bot token      {app.bot_token}\n")
        sys.stdout.write(f"app token      {app.app_token}\n")
        sys.stdout.write(f"signing secret {app.signing_secret}\n")
        sys.stdout.flush()
        ended.wait()


if __name__ == "__main__":
    main()
