"""YAML 1.2 text as plain values, each with its line and column.

Every scalar stays the text it was written as: `country: NO` is not false, `17:00` is not 1020, and
whoever reads the value decides what it means.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from bot.config import syntax
from bot.config.mistakes import Mistake

Path = tuple[str | int, ...]
Position = tuple[int, int]  # line and column, from 1

NULL = "tag:yaml.org,2002:null"
CORE_TAGS = "tag:yaml.org,2002:"
START: Position = (1, 1)


@dataclass(slots=True)
class Tree:
    """The file's values, and where each stands. `data` is made of dicts, lists, text and None."""

    data: object = None
    values: dict[Path, Position] = field(default_factory=dict)
    keys: dict[Path, Position] = field(default_factory=dict)
    written: dict[Path, str] = field(default_factory=dict)  # scalars, before ${...} is filled in
    mistakes: list[Mistake] = field(default_factory=list)
    remarks: list[Mistake] = field(default_factory=list)  # nothing wrong, but worth a look
    wrong: set[Path] = field(default_factory=set)

    def report(self, path: Path, message: str, *, at_key: bool = False) -> None:
        """Only the first mistake at a place is told: the next would be its consequence."""
        if path in self.wrong:
            return
        self.wrong.add(path)
        self.mistakes.append(Mistake(*self._place(path, at_key), self.name(path), message))

    def remark(self, path: Path, message: str) -> None:
        self.remarks.append(Mistake(*self._place(path), self.name(path), message))

    def _place(self, path: Path, at_key: bool = False) -> Position:
        key, value = self.keys.get(path), self.values.get(path)
        return (key if at_key else None) or value or self.values.get(path[:-1], START)

    def name(self, path: Path) -> str:
        """The path as people say it: items of a list by their own name, else by number from 1."""
        parts: list[str] = []
        for n, part in enumerate(path):
            item = path[: n + 1]
            own = self.written.get((*item, "name")) or self.written.get((*item, "code"))
            parts.append((own or f"#{part + 1}") if isinstance(part, int) else part)
        return ".".join(" ".join(part.split()) for part in parts)

    def places(self, filename: str) -> dict[str, str]:
        """Where each value stands, by its name."""
        shown = {self.name(path): self.values[path] for path in self.values if path}
        return {name: f"{filename}:{line}:{column}" for name, (line, column) in shown.items()}

    def locate(self, location: Path) -> Path:
        """The path in the file for a path in the shape: short forms leave some steps out."""
        path: Path = ()
        for part in location:
            if (*path, part) in self.values:
                path = (*path, part)
        return path


def read(text: str) -> Tree:
    """Bad syntax, or a file without any key, gives a tree with that one mistake."""
    tree = Tree()
    try:
        root = YAML(typ="rt").compose(text)
    except MarkedYAMLError as error:
        _report_syntax(tree, error, text)
    except ReaderError as error:
        _report_character(tree, text[: error.position])
    except RecursionError:
        tree.report((), "is nested too deeply to be read.")
    else:
        if root is None:
            tree.report((), "The file is empty: start from the app.yaml that comes with Baton.")
        else:
            _Reader(tree).read(root)
    return tree


def _report_syntax(tree: Tree, error: MarkedYAMLError, text: str) -> None:
    (line, column), advice = syntax.advice(error, text)
    tree.values[()] = (line + 1, column + 1)
    tree.report((), f"This is not YAML: {advice}")


def _report_character(tree: Tree, before: str) -> None:
    tree.values[()] = (before.count("\n") + 1, len(before) - before.rfind("\n"))
    tree.report((), "This is not YAML: there is a control character here; delete it.")


class _Reader:
    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._seen: set[int] = set()

    def read(self, root: Node) -> None:
        self._tree.data = self._value(root, ())
        if not isinstance(root, MappingNode):
            self._tree.report((), 'The file should be keys and values, as "queues: ...".')

    def _value(self, node: Node, path: Path) -> object:
        self._tree.values[path] = _position(node)
        # `*name` shows the same node again. Followed, ten lines could grow to billions of values.
        if id(node) in self._seen:
            self._tree.report(path, "repeats a value by `*name`: write the value out.")
            return None
        self._seen.add(id(node))
        if not str(node.tag).startswith(CORE_TAGS):
            self._tree.report(path, f'has the tag "{node.tag}": leave the tag out.')
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self._value(item, (*path, n)) for n, item in enumerate(node.value)]
        return self._scalar(node, path)

    def _scalar(self, node: Node, path: Path) -> str | None:
        text = str(node.value)
        if node.tag == NULL:
            return None
        self._tree.written[path] = text
        return text

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                self._blame(key, path, "has a key that is not plain text.")
            elif key.value in found:
                first = self._tree.keys[(*path, key.value)][0]
                message = f"is written twice, first in line {first}: keep one of the two."
                self._blame(key, (*path, key.value), message)
            else:
                self._tree.keys[(*path, key.value)] = _position(key)
                found[key.value] = self._value(value, (*path, key.value))
        return found

    def _blame(self, key: Node, path: Path, message: str) -> None:
        """Beside other mistakes at the same path: what the first key holds is still judged."""
        self._tree.mistakes.append(Mistake(*_position(key), self._tree.name(path), message))


def _position(node: Node) -> Position:
    mark = node.start_mark
    return (mark.line + 1, mark.column + 1)
