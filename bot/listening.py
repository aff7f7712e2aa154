"""The port that Baton answers on, taken before anything else runs."""

from __future__ import annotations

import errno
import socket


class NoPort(Exception):
    """It cannot be had; the sentence says what to set instead."""


def listen(host: str, port: int, backlog: int) -> socket.socket:
    """A socket that takes connections; port 0 is any free one. Raises NoPort."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=backlog)
    except OSError as error:
        raise NoPort(_says(error, host, port)) from None


def _says(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken: set BATON_PORT to another, or stop what uses it."
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"Port {port} may not be taken by Baton's user: set BATON_PORT to one above 1023."
    return f"{host} is no address of this machine: set BATON_HOST to 127.0.0.1 or 0.0.0.0."


def address(listening: socket.socket) -> str:
    """As a person types it."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
