"""A country's days off, from the `holidays` package."""

from __future__ import annotations

import warnings
from collections.abc import Collection
from datetime import date

import holidays

from bot.config.mistakes import choices
from bot.config.values import wrong

HALF_DAY = "half_day"  # of the package: which half is worked it does not know
YEARS = range(2000, 2051)  # long past for replays, and longer than any agreement


def refuse_unknown(country: str, region: str | None, categories: Collection[str]) -> None:
    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        raise wrong(
            f"{{given}} is not a country whose holidays are known: {_another_name(country)}",
            inside="country",
        )
    if region is not None and region not in known[country]:
        advice = _regions(country, known[country], region)
        raise wrong(f"{{given}} is no region there; {advice}", inside="region")
    if HALF_DAY in categories:
        raise wrong(
            "would make half days into days off: write each of them under days, with its hours.",
            inside="categories",
        )
    kinds = sorted({*holidays.country_holidays(country).supported_categories} - {HALF_DAY})
    if not set(categories) <= set(kinds):
        raise wrong(f"are not all known there; {choices(kinds)}", inside="categories")


def _another_name(given: str) -> str:
    """UK and GBR are GB, and so is gb."""
    code = given.upper()
    if code not in holidays.list_supported_countries(include_aliases=True):
        return "write its two capital letters, for example SE."
    return f'did you mean "{holidays.country_holidays(code).country}"?'


def _regions(country: str, known: Collection[str], given: str) -> str:
    if not known:
        return "it has none: leave the line out."
    called = holidays.country_holidays(country).subdivisions_aliases
    return choices(known, called.get(given, given))


def dates(country: str, region: str | None, categories: Collection[str]) -> frozenset[date]:
    """Measured: 3 to 10 ms for all the years of a country."""
    with warnings.catch_warnings():
        # Some countries' calendars are only known for some of our years; the others stay empty.
        warnings.simplefilter("ignore")
        found = holidays.country_holidays(
            country, subdiv=region, years=YEARS, categories=tuple(categories) or None
        )
    return frozenset(found)
