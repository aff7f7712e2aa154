"""`${NAME}`, `${NAME:-default}` and `${file:/path}`: secrets stay out of app.yaml.

They are filled in after the file was parsed, so a secret cannot change the file's structure, and no
message ever shows what was filled in: the file's own text is quoted instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path as FilePath

from bot.config.yaml_tree import Path, Tree

REFERENCE = re.compile(
    r"\$\{(?:file:(?P<file>[^}]+)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?)\}"
)
OPENING = "${"
FORMS = "${NAME}, ${NAME:-default} or ${file:/path}"


class _Missing(Exception):
    """What the person who wrote the reference needs to hear."""


def fill_in(tree: Tree, environment: Mapping[str, str]) -> None:
    tree.data = _filled(tree, (), tree.data, environment)


def is_from_outside(written: str, environment: Mapping[str, str]) -> bool:
    """A variable that is set, or a file's content, has a part in this value."""
    found = REFERENCE.finditer(written)
    return any(one["file"] or environment.get(one["name"] or "") for one in found)


def _filled(tree: Tree, path: Path, value: object, environment: Mapping[str, str]) -> object:
    if isinstance(value, dict):
        return {key: _filled(tree, (*path, key), item, environment) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(tree, (*path, n), item, environment) for n, item in enumerate(value)]
    if isinstance(value, str) and OPENING in value:
        return _text(tree, path, value, environment)
    return value


def _text(tree: Tree, path: Path, text: str, environment: Mapping[str, str]) -> str:
    if OPENING in REFERENCE.sub("", text):
        tree.report(path, f"has a `{OPENING}` that is no reference: write {FORMS}.")
        return text
    try:
        return REFERENCE.sub(lambda found: _looked_up(found, environment), text)
    except _Missing as missing:
        tree.report(path, str(missing))
        return text


def _looked_up(found: re.Match[str], environment: Mapping[str, str]) -> str:
    name, default = found["name"], found["default"]
    if found["file"]:
        return _from_file(found["file"])
    if default is not None:
        return environment.get(name) or default
    if name not in environment:
        raise _Missing(f"needs the environment variable {name}, which is not set.")
    return environment[name]


def _from_file(path: str) -> str:
    try:
        return FilePath(path).read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise _Missing(f"needs the file {path}: {error.strerror or 'it cannot be read'}.") from None
    except ValueError:
        raise _Missing(f"needs the file {path}, which is not UTF-8 text.") from None
