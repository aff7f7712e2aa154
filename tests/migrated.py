"""Databases as the migrations leave them, which run once in a process: all others are copies."""

import shutil
import tempfile
from functools import cache
from pathlib import Path

from storage.books import Books

EMPTY = "empty.db"


def migrate(address: str) -> None:
    books = Books(address)
    books.migrate()
    books.close()


def sqlite(folder: Path, name: str = "baton.db") -> str:
    """The address of a new one in this folder."""
    shutil.copyfile(Path(_first().name) / EMPTY, folder / name)
    return f"sqlite:///{folder / name}"


@cache
def _first() -> tempfile.TemporaryDirectory[str]:
    """Gone with the process."""
    folder = tempfile.TemporaryDirectory(prefix="baton-empty-")
    migrate(f"sqlite:///{folder.name}/{EMPTY}")
    return folder
