"""JMESPath in app.yaml: a queue's `when`, and the fields of an intake source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import jmespath
from jmespath.exceptions import ArityError, IncompleteExpressionError, JMESPathError, ParseError
from jmespath.functions import Functions
from jmespath.parser import ParsedResult

from bot.config.mistakes import choices

LONGEST = 500  # characters; what nobody can read, nobody can agree on
FUNCTIONS = sorted(Functions.FUNCTION_TABLE)
FALSE: tuple[object, ...] = ("", [], {}, None)


class BadExpression(Exception):
    """What is wrong with it, for the person who wrote it."""


class Expression:
    """A compiled JMESPath expression. Evaluating one that does not fit the data gives None."""

    __slots__ = ("_parsed",)

    def __init__(self, parsed: ParsedResult) -> None:
        self._parsed = parsed

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
        raise BadExpression(f"is {len(text)} characters long: keep it under {LONGEST + 1}.")
    try:
        parsed = jmespath.compile(text)
        called = set(_functions(parsed.parsed))
    except ArityError as error:
        raise BadExpression(_arity(error)) from None
    except RecursionError:
        raise BadExpression("is nested too deeply.") from None
    except ParseError as error:
        raise BadExpression(f"is not a condition in JMESPath: {_place(error)}.") from None
    except JMESPathError:
        raise BadExpression("is empty: write a condition in JMESPath.") from None
    for name in sorted(called - set(FUNCTIONS)):
        raise BadExpression(
            f'calls "{name}", which JMESPath does not have: {choices(FUNCTIONS, name)}'
        )
    return Expression(parsed)


def _place(error: ParseError) -> str:
    if isinstance(error, IncompleteExpressionError):
        return "it ends too early"
    return f"it cannot be read from character {error.lex_position + 1} on"


def _arity(error: ArityError) -> str:
    return (
        f'calls "{error.function_name}" with {error.actual_arity} values, '
        f"but it takes {error.expected_arity}."
    )


def _functions(node: Mapping[str, object]) -> Iterator[str]:
    if node.get("type") == "function_expression":
        yield str(node["value"])
    children = node.get("children")
    for child in children if isinstance(children, list) else []:
        if isinstance(child, dict):
            yield from _functions(child)
