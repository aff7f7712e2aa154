"""Foreign text made harmless: whatever a lead is called, it stays words.

Three promises. `clean`: one line of visible characters, no longer than asked. `mrkdwn`: Slack finds
nothing in it to format, link, quote or ping. `quoted`: it stays inside its JSON string.
"""

from __future__ import annotations

import re
import unicodedata
from json.encoder import encode_basestring

LONGEST = 300  # characters of a foreign text, where a template asks for nothing else
_SPARE = 4  # raw characters looked at for each one shown; the rest is cut unseen

# Controls, zero-width fillers, lone surrogates, and what turns the direction of text around it.
# Joiners (U+200C, U+200D) stay: Persian and many emoji are written with them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u180e\u200b\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\ud800-\udfff]"
)
_GAPS = re.compile(r"\s+")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_ISOLATED = "\u2068{}\u2069"  # keeps a right-to-left name from reordering the sentence around it

_SUSPECT = re.compile(r"[&<>*_~`@:]")
_EMOJI_CODE = re.compile(r":(?=[\w+'-]+:)")
_AT_SIGN = re.compile(r"(?<![\w.+-])@(?=\w)")  # an e-mail's is left alone
_MARKING_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")  # spring_2026 cannot format
_LOOKALIKES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "*": "∗", "~": "∼", "`": "ˋ"})
_MOST_IN_A_CLUSTER = 16  # code points stepped back over, so that no emoji is cut in half


def clean(text: str, longest: int = LONGEST) -> str:
    """One line of at most `longest` characters, without anything unseen."""
    seen = text[: longest * _SPARE]
    if not seen.isprintable():
        seen = _UNSEEN.sub("", _GAPS.sub(" ", seen))
    seen = " ".join(seen.split())
    if length(seen) <= longest and len(text) <= longest * _SPARE:
        return seen
    return seen[: _whole_characters(seen, _fitting(seen, longest - 1))].rstrip() + "…"


def length(text: str) -> int:
    """As Slack counts: in UTF-16 units, so most emoji are two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def mrkdwn(text: str) -> str:
    """A cleaned text that means the same to a reader and nothing to Slack's formatter.

    Escaping covers `& < >` only, so characters that format are shown as their look-alikes; a
    zero-width character beside them would not do, as Slack takes it for the edge of a word.
    """
    if not _SUSPECT.search(text):
        return text
    if text.startswith(">"):  # a quote, even when escaped
        text = "›" + text[1:]
    text = _EMOJI_CODE.sub("∶", text)
    text = _AT_SIGN.sub("@\u2060", text)
    return _MARKING_UNDERSCORE.sub("ˍ", text).translate(_LOOKALIKES)


def isolated(text: str) -> str:
    """Right-to-left words keep their own direction to themselves."""
    return _ISOLATED.format(text) if not text.isascii() and _RIGHT_TO_LEFT.search(text) else text


def quoted(text: str) -> str:
    """As it stands between the quotes of a JSON string."""
    return encode_basestring(text)[1:-1]


def _fitting(text: str, longest: int) -> int:
    """How many of its code points fit into so many UTF-16 units."""
    units = 0
    for count, character in enumerate(text):
        units += 2 if character > "\uffff" else 1
        if units > longest:
            return count
    return len(text)


def _whole_characters(text: str, end: int) -> int:
    """The last place up to `end` where a cut does not split what is seen as one character."""
    for place in range(min(end, len(text)), max(end - _MOST_IN_A_CLUSTER, 0), -1):
        if place == len(text) or not (_joins(text[place]) or text[place - 1] == "\u200d"):
            return place
    return end


def _joins(character: str) -> bool:
    return (
        unicodedata.combining(character) > 0
        or character in "\u200d\ufe0e\ufe0f"
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
    )
