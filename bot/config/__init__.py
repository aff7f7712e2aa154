"""app.yaml -> typed settings, or every mistake in it at once, each with its line and column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bot.config import building
from bot.config.judgement import judged
from bot.config.mistakes import ConfigErrors
from bot.config.settings import (
    DigestSettings,
    HttpSettings,
    IntakeSettings,
    IntakeSource,
    Settings,
    SlackSettings,
)
from bot.config.variables import fill_in, is_from_outside
from bot.config.yaml_tree import Tree, read

__all__ = [
    "ConfigErrors",
    "DigestSettings",
    "HttpSettings",
    "IntakeSettings",
    "IntakeSource",
    "Settings",
    "SlackSettings",
    "load",
    "parse",
]

SQLITE_FILE = re.compile(
    r"(sqlite(?:\+\w+)?:///)([^:?/][^?]*(?:\?.*)?)"
)  # not :memory:, not /from/root


def load(path: str | Path, environment: Mapping[str, str]) -> Settings:
    """Raises ConfigErrors, also for a file that is missing or cannot be read."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except IsADirectoryError:
        raise ConfigErrors([f"{path}: This is a folder; name the file in it."]) from None
    except FileNotFoundError:
        raise ConfigErrors([f"{path}: There is no such file; name another by --config."]) from None
    except OSError as error:
        raise ConfigErrors([f"{path}: The file cannot be read: {error.strerror}."]) from None
    except UnicodeDecodeError:
        raise ConfigErrors([f"{path}: The file is not UTF-8 text; save it as UTF-8."]) from None
    return parse(text, str(path), environment)


def parse(text: str, filename: str, environment: Mapping[str, str]) -> Settings:
    """Raises ConfigErrors with all mistakes, as `app.yaml:23:7 queues.nordics.manager: …`."""
    tree = read(text)
    if not isinstance(tree.data, dict):
        raise ConfigErrors(mistake.shown(filename) for mistake in tree.mistakes)
    fill_in(tree, environment)
    file = judged(tree)
    if file is None:
        raise ConfigErrors(mistake.shown(filename) for mistake in sorted(tree.mistakes))
    settings = building.settings(file)
    return replace(
        settings,
        database=_beside(filename, settings.database, tree, environment),
        places=tree.places(filename),
        remarks=tuple(remark.shown(filename) for remark in sorted(tree.remarks)),
    )


def _beside(filename: str, database: str, tree: Tree, environment: Mapping[str, str]) -> str:
    """A SQLite file named in app.yaml lies beside it, wherever Baton is started. One named in the
    environment lies where whoever set the variable is: in the current folder."""
    found = SQLITE_FILE.fullmatch(database)
    if found is None or is_from_outside(tree.written.get(("database",), ""), environment):
        return database
    return f"{found[1]}{Path(filename).parent / found[2]}"
