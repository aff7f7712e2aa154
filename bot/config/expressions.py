"""JMESPath in app.yaml: a queue's `when`, and the fields of an intake source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import jmespath
from jmespath.exceptions import IncompleteExpressionError, JMESPathError, ParseError
from jmespath.functions import Functions
from jmespath.parser import ParsedResult

from bot.config.mistakes import choices

LONGEST = 500  # characters; what nobody can read, nobody can agree on
FUNCTIONS = Functions.FUNCTION_TABLE
FALSE: tuple[object, ...] = ("", [], {}, None)


class BadExpression(Exception):
    """What is wrong with it, for the person who wrote it."""


class Expression:
    """A compiled JMESPath expression. Evaluating one that does not fit the data gives None."""

    __slots__ = ("_parsed", "fields", "text")

    def __init__(self, parsed: ParsedResult, text: str) -> None:
        self._parsed = parsed
        self.text = text
        self.fields = tuple(dict.fromkeys(_fields(parsed.parsed)))  # asked of the data itself

    def __call__(self, data: object) -> object:
        try:
            return self._parsed.search(data)
        except (JMESPathError, RecursionError, TypeError, ArithmeticError):
            return None

    def holds(self, facts: Mapping[str, object]) -> bool:
        """JMESPath's own truth: 0 holds; nothing, false and everything empty do not."""
        found = self(facts)
        return found is not False and found not in FALSE


def always(_: Mapping[str, object]) -> bool:
    """The condition of a queue that has none."""
    return True


def compiled(text: str) -> Expression:
    if len(text) > LONGEST:
        raise BadExpression(f"is {len(text)} characters long: write at most {LONGEST}.")
    try:
        parsed = jmespath.compile(text)
        for name, given in _calls(parsed.parsed):
            _refuse_bad_call(name, given)
    except RecursionError:
        raise BadExpression("is nested too deeply.") from None
    except ParseError as error:
        raise BadExpression(f"is not JMESPath: {_place(error)}.") from None
    except JMESPathError:
        raise BadExpression("is empty: write an expression in JMESPath.") from None
    return Expression(parsed, text)


def _place(error: ParseError) -> str:
    if isinstance(error, IncompleteExpressionError):
        return "it ends too early"
    return f"it cannot be read from character {error.lex_position + 1} on"


def _calls(node: Mapping[str, object]) -> Iterator[tuple[str, int]]:
    """Each function called, with how many values it is given."""
    children = node.get("children")
    inner = children if isinstance(children, list) else []
    if node.get("type") == "function_expression":
        yield str(node["value"]), len(inner)
    for child in inner:
        if isinstance(child, dict):
            yield from _calls(child)


# Of these only the first part sees the data itself; the others see what the first one found.
FROM_LEFT_TO_RIGHT = frozenset(
    {
        "subexpression",
        "index_expression",
        "projection",
        "value_projection",
        "filter_projection",
        "flatten",
        "pipe",
    }
)


def _fields(node: Mapping[str, object]) -> Iterator[str]:
    """The names looked up in the data itself, in the order in which they are written."""
    kind, children = node.get("type"), node.get("children")
    inner = children if isinstance(children, list) else []
    if kind == "field":
        yield str(node["value"])
    elif kind in FROM_LEFT_TO_RIGHT:
        inner = inner[:1]
    elif kind == "expref":
        inner = []
    for child in inner:
        if isinstance(child, dict):
            yield from _fields(child)


def _refuse_bad_call(name: str, given: int) -> None:
    """JMESPath itself only notices when a lead comes, and then no lead would ever match."""
    if name not in FUNCTIONS:
        raise BadExpression(
            f'calls "{name}", a function that is not there; {choices(FUNCTIONS, name)}'
        )
    taken = FUNCTIONS[name]["signature"]
    variadic = any(argument.get("variadic") for argument in taken)
    if given < len(taken):
        raise BadExpression(f'calls "{name}" with too few values: it takes {len(taken)}.')
    if given > len(taken) and not variadic:
        raise BadExpression(f'calls "{name}" with too many values: it takes {len(taken)}.')
