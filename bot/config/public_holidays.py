"""A country's days off, from the `holidays` package."""

from __future__ import annotations

import warnings
from collections.abc import Collection
from datetime import date

import holidays

from bot.config.mistakes import choices
from bot.config.values import wrong

YEARS = range(2000, 2051)  # long past for replays, and longer than any agreement


def refuse_unknown(country: str, region: str | None, categories: Collection[str]) -> None:
    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        raise wrong(
            "{given} is not a country whose holidays are known: write its two capital letters, "
            "for example SE.",
            inside="country",
        )
    if region is not None and region not in known[country]:
        raise wrong(f"{{given}} is no region there; {_regions(known[country])}", inside="region")
    kinds = holidays.country_holidays(country).supported_categories
    if not set(categories) <= set(kinds):
        raise wrong(f"are not all known there; {choices(kinds)}", inside="categories")


def _regions(known: Collection[str]) -> str:
    return choices(known) if known else "it has none: leave the line out."


def dates(country: str, region: str | None, categories: Collection[str]) -> frozenset[date]:
    """Measured: 3 to 10 ms for all the years of a country."""
    with warnings.catch_warnings():
        # Some countries' calendars are only known for some of our years; the others stay empty.
        warnings.simplefilter("ignore")
        found = holidays.country_holidays(
            country, subdiv=region, years=YEARS, categories=tuple(categories) or None
        )
    return frozenset(found)
