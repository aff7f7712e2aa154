"""A queue's `when` that asks for a field no lead has would be false for ever, without a word."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config.expressions import BadExpression, compiled
from bot.config.mistakes import choices
from bot.config.yaml_tree import Tree
from bot.domain.assignment import known_to_conditions
from bot.domain.lead import LeadFacts

KNOWN = tuple(known_to_conditions(LeadFacts()))
NEAR = 0.75  # how alike two words are when one is the other with a slip of the finger
EXTRA = "extra."


def judge_conditions(tree: Tree) -> None:
    """A slip is a mistake. A field that only this company's sources may know is a remark, unless
    one of their maps names it."""
    extras = set(_extras(tree))
    queues = tree.data.get("queues") if isinstance(tree.data, dict) else None
    for number, queue in enumerate(queues if isinstance(queues, list) else ()):
        when = queue.get("when") if isinstance(queue, dict) else None
        for name in _asked(when):
            if name not in KNOWN and name not in extras:
                _tell(tree, number, name)


def _asked(when: object) -> tuple[str, ...]:
    try:
        return compiled(when).fields if isinstance(when, str) else ()
    except BadExpression:
        return ()  # told by whoever reads the value


def _tell(tree: Tree, number: int, name: str) -> None:
    path = ("queues", number, "when")
    said = " ".join(name.split())
    near = choices(KNOWN, name, NEAR)
    if near.startswith("did"):
        tree.report(path, f'asks for "{said}", which no lead has; {near}')
    elif name == EXTRA.rstrip("."):
        tree.report(path, 'asks for "extra": write the field\'s own name, without "extra.".')
    elif name != name.lower() or " " in name:  # the names of extra fields have neither
        tree.report(
            path,
            f'asks for a field "{said}", which no lead has: text stands between single quotes, '
            f"as '{said}'.",
        )
    else:
        tree.remark(
            path,
            f'asks for "{said}", which is none of a lead\'s own fields ({", ".join(KNOWN)}): '
            "it is true only for leads whose source sends it.",
        )


def _extras(tree: Tree) -> Iterator[str]:
    """The names that the sources' maps give to what only this company knows."""
    for path in tree.values:
        if path[:2] == ("intake", "sources") and path[3:4] == ("map",) and len(path) == 5:
            name = str(path[4])
            if name.startswith(EXTRA):
                yield name.removeprefix(EXTRA)
