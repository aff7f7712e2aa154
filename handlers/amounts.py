"""Amounts of money, as people in many countries write them."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

LARGEST = Decimal(1_000_000_000_000)  # above it, somebody's finger stayed on the key

# Only names of money: a "k" or "mio" left unread would change the amount.
_CURRENCY = r"[A-Z]{3}|(?i:eur|usd|gbp|sek|nok|dkk|chf|pln|kr\.?|fr\.?|zł|kč)|[$€£¥₩₹₽₺₴₪₫]"
_WRITTEN = re.compile(
    rf"(?P<minus>[-−–(]?)\s*(?P<before>{_CURRENCY})?\s*(?P<minus_too>[-−–]?)"
    rf"(?P<number>\d[\d\s.,'’]*):?(?:[-−–]+)?\s*(?P<after>{_CURRENCY})?\s*\)?"
)
_MARK = re.compile(r"[ .,'’]")
_GROUPS = re.compile(r"[1-9]\d{0,2}([ .,'’])(?:\d{2,3}\1)*\d{3}")  # lakhs have groups of two
_OF = {"€": "EUR", "£": "GBP"}  # the other signs are shared by several currencies


class BadAmount(ValueError):
    """Its text is the key of the phrase that stands below the input."""


def read_amount(written: str, currency: str = "") -> Decimal | None:
    """12 000, 12,000.50, 12.000,50, €12000 and the like; None where nothing is written.

    Raises BadAmount: amount_unreadable, amount_negative, amount_huge, currency_other.
    """
    text = unicodedata.normalize("NFKC", written).strip()
    if not text:
        return None
    found = _WRITTEN.fullmatch(text)
    digits = _digits(found["number"]) if found else None
    if found is None or digits is None:
        raise BadAmount("amount_unreadable")
    named = [_OF.get(name, name.upper()) for name in (found["before"], found["after"]) if name]
    if currency and any(re.fullmatch("[A-Z]{3}", name) and name != currency for name in named):
        raise BadAmount("currency_other")
    if found["minus"] or found["minus_too"] or not Decimal(digits):
        raise BadAmount("amount_negative")
    if Decimal(digits) > LARGEST:
        raise BadAmount("amount_huge")
    return Decimal(digits)


def _digits(number: str) -> str | None:
    """With a point before the cents, if any. None where it could mean two things."""
    number = re.sub(r"\s+", " ", number).strip().rstrip(".,")
    marks = _MARK.findall(number)
    if not marks:
        return number
    whole, _, rest = number.rpartition(marks[-1])
    if marks[-1] in ".," and len(rest) <= 2 and marks.count(marks[-1]) == 1:
        grouped = _ungrouped(whole)
        return f"{grouped}.{rest}" if grouped else None
    return _ungrouped(number)


def _ungrouped(number: str) -> str | None:
    if number.isdigit():
        return number
    return _MARK.sub("", number) if _GROUPS.fullmatch(number) else None
