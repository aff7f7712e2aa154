"""Who is asked about a lead, and why them.

A turn is kept by everybody's *credit*: the leads their weight has earned them, less the leads they
were given. Each lead is shared out among those who could have taken it, by weight (smooth weighted
round robin); whoever is owed most has the turn and pays one lead. So a credit is always what is
still owed, and the sum of all credits never changes.

The share is counted in leads, not in weights: half a lead owed is half a lead, whether two are at
work or twelve. Counted in weights, a small debt from a full house would become a row of leads on a
quiet day.

- Who is skipped earns nothing and pays nothing. They come back to the place they left: no flood.
- A newcomer begins at 0, the middle of the list: they neither make up for what they missed nor
  wait for the others' past. Whoever leaves the list takes their credit along, and finds it again
  if they come back.
- An offer counts when it is made. Declining it, letting it time out, releasing the lead or calling
  it a mis-route gives no turn back: otherwise picking only the good ones would pay.
- An account's owner gets their own lead whatever the turn says, and it counts as their turn: own
  accounts and turns together make the share. But nobody pays more than three leads ahead; beyond,
  own leads come on top. Without that end, a busy account would cost its owner all turns for weeks
  after it fell silent.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.domain.assignment import Assignment, Rule

# One lead, in units of credit: divides by every sum of weights up to 22, and by most beyond. What
# a larger sum leaves over is less than a millionth of a lead. Credits belong into 64 bits.
LEAD = 232_792_560

AHEAD_AT_MOST = 3  # leads that an owner may have paid ahead


class Why(StrEnum):
    EVERYBODY = "everybody"  # first to claim
    TURN = "turn"
    CRM_OWNER = "crm_owner"
    COMPANY_OWNER = "company_owner"  # has the same company, by its domain
    COMPANY_ASKED = "company_asked"  # is asked about another lead of the same company
    SAME_SELLER = "same_seller"  # it came back on its date
    NOBODY_FREE = "nobody_free"  # all are away or full: it waits, and the manager hears
    NOBODY_LEFT = "nobody_left"  # nobody is left to ask: it is the manager's
    MANAGER = "manager"  # the manager asked them, whoever's turn it was


class Skip(StrEnum):
    AWAY = "away"  # they said so
    STATUS = "status"
    PRESENCE = "presence"
    OFF_HOURS = "off_hours"
    FULL = "full"  # as many leads in hand as the rule allows
    DAY_FULL = "day_full"  # as many offers today as the rule allows
    BUSY = "busy"  # answers another one first; only for a lead that had to wait
    HAD_IT = "had_it"  # had this lead before, or declined it
    NO_TURN = "no_turn"  # weight 0
    GONE = "gone"  # deactivated


@dataclass(frozen=True, slots=True)
class Candidate:
    """A seller of the queue, as things stand now.

    `had_it` means since the lead was last raised or woken: a lead that comes back on its date may
    go to the seller who knows it. `away` is one of AWAY, STATUS, PRESENCE, OFF_HOURS, GONE.
    """

    person: str
    weight: int = 1
    open: int = 0  # leads in hand
    today: int = 0  # offers since local midnight
    unanswered: int = 0  # offers they have not answered yet
    credit: int = 0  # as the last choice left it
    away: Skip | None = None
    had_it: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stood when a lead was shared out: `credit` includes their share of it."""

    weight: int
    credit: int

    @property
    def owed(self) -> float:
        """In leads."""
        return self.credit / LEAD


@dataclass(frozen=True, slots=True)
class Choice:
    """Who is asked, and what one needs to know to check it.

    `credits` is the state of the turn after the choice, for everybody on the list; it is for the
    next choice, and not part of the explanation.
    """

    person: str | None
    why: Why
    skipped: Mapping[str, Skip] = field(default_factory=dict)
    credits: Mapping[str, int] = field(default_factory=dict)
    standing: Mapping[str, Standing] = field(default_factory=dict)  # among whom it was shared out
    counts: Mapping[str, int] = field(default_factory=dict)  # what FULL and DAY_FULL counted
    owner: str | None = None  # came before the turn, and could not be asked

    def to_json(self) -> dict[str, Any]:
        """The explanation, for the journal; what is empty is left out."""
        standing = {person: [one.weight, one.credit] for person, one in self.standing.items()}
        told = {
            "person": self.person,
            "why": self.why.value,
            "skipped": {person: skip.value for person, skip in self.skipped.items()},
            "standing": standing,
            "counts": dict(self.counts),
            "owner": self.owner,
        }
        return {key: value for key, value in told.items() if value}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Choice:
        """The explanation as the journal keeps it; `credits` are empty."""
        standing = told.get("standing", {}).items()
        return cls(
            person=told.get("person"),
            why=Why(told["why"]),
            skipped={person: Skip(skip) for person, skip in told.get("skipped", {}).items()},
            standing={person: Standing(weight, credit) for person, (weight, credit) in standing},
            counts=told.get("counts", {}),
            owner=told.get("owner"),
        )


_FOR_GOOD = frozenset({Skip.HAD_IT, Skip.NO_TURN, Skip.GONE})


def choose(
    rule: Rule,
    candidates: Sequence[Candidate],
    crm_owner: str | None = None,
    company_owners: Iterable[str] = (),
    same_seller: str | None = None,
    waited: bool = False,
    company_asked: Iterable[str] = (),
) -> Choice:
    """Who is asked about one lead: the same seller, the account's owner, or whose turn it is.

    `candidates` are the queue's sellers, each once, in the order of app.yaml. Of those who have
    leads of the company, or are asked about one, whoever did so last comes first.

    Where leads wait for a free seller, call this for the oldest first with `waited` (a new lead
    queues behind them), and count each offer in `open`, `today`, `unanswered` and `credit` before
    the next. Such leads are handed out one by one: the next comes when the one before is answered,
    so that whoever is back first does not find the whole pile on their desk.
    """
    if not rule.asks_one:
        return Choice(None, Why.EVERYBODY, credits=_credits(candidates))
    at_work = _anybody_at_work(candidates)
    skipped = _skipped(rule, candidates, at_work, waited)
    here = {one.person: one for one in candidates}
    missed = None
    asked_here = [asked for asked in company_asked if asked in here]
    claims = _claims(rule, crm_owner, company_owners, same_seller, asked_here)
    for why, owner in claims:
        if owner in here:
            absent = _owner_absent(here[owner], at_work)
            if absent is None and why is Why.COMPANY_ASKED:
                absent = _at_a_cap(rule, here[owner])
            if absent is None:
                return _to_owner(owner, why, candidates, skipped, missed)
            skipped[owner] = absent
        missed = missed or owner
    if rule.assignment is Assignment.ACCOUNT_OWNER and rule.otherwise is Assignment.FIRST_TO_CLAIM:
        return Choice(None, Why.EVERYBODY, credits=_credits(candidates), owner=missed)
    return _by_turn(candidates, skipped, missed)


def _claims(
    rule: Rule,
    crm_owner: str | None,
    company_owners: Iterable[str],
    same_seller: str | None,
    company_asked: Iterable[str],
) -> Iterator[tuple[Why, str]]:
    """Those who come before the turn, the strongest claim first."""
    if same_seller is not None:
        yield Why.SAME_SELLER, same_seller
    if rule.assignment is not Assignment.ACCOUNT_OWNER:
        return
    if crm_owner is not None:
        yield Why.CRM_OWNER, crm_owner
    yield from ((Why.COMPANY_OWNER, owner) for owner in company_owners)
    yield from ((Why.COMPANY_ASKED, asked) for asked in company_asked)


def _anybody_at_work(candidates: Iterable[Candidate]) -> bool:
    """Could anybody take a lead by turn in their working hours, if not now then soon?

    Off hours is a reason only while a colleague is at work: at night the turn goes on, and the
    lead lies on somebody's desk in the morning.
    """
    return any(one.away is None and not one.had_it and one.weight > 0 for one in candidates)


def _skipped(
    rule: Rule, candidates: Iterable[Candidate], at_work: bool, waited: bool
) -> dict[str, Skip]:
    reasons = {one.person: _reason(rule, one, at_work, waited) for one in candidates}
    return {person: reason for person, reason in reasons.items() if reason}


def _reason(rule: Rule, one: Candidate, at_work: bool, waited: bool) -> Skip | None:
    """Why the turn passes over somebody. What lasts comes first: nobody waits for that to end."""
    absent = _absent(one, at_work)
    reasons = (
        (absent if absent in _FOR_GOOD else None, True),
        (Skip.NO_TURN, one.weight <= 0),
        (absent, True),
        (_at_a_cap(rule, one), True),
        (Skip.BUSY, waited and one.unanswered > 0),
    )
    return next((reason for reason, holds in reasons if reason and holds), None)


def _at_a_cap(rule: Rule, one: Candidate) -> Skip | None:
    if not rule.has_room(one.open):
        return Skip.FULL
    return None if rule.has_time(one.today) else Skip.DAY_FULL


def _absent(one: Candidate, at_work: bool) -> Skip | None:
    if one.away is Skip.GONE:
        return Skip.GONE
    if one.had_it:
        return Skip.HAD_IT
    return None if one.away is Skip.OFF_HOURS and not at_work else one.away


def _owner_absent(one: Candidate, at_work: bool) -> Skip | None:
    """Whoever cannot answer is not asked, owner or not; but that alone keeps an owner from a lead.

    Caps, weight and pace only measure how many leads come by turn; for who is merely asked about
    the company as yet, caps hold. And a grey dot in Slack is no reason to lose an account over ten
    quiet minutes: the offer's time-out is there for the rest.
    """
    absent = _absent(one, at_work)
    return None if absent is Skip.PRESENCE else absent


def _to_owner(
    owner: str,
    why: Why,
    candidates: Sequence[Candidate],
    skipped: Mapping[str, Skip],
    missed: str | None,
) -> Choice:
    sharing = [
        one
        for one in candidates
        if one.person not in skipped or (one.person == owner and one.weight > 0)
    ]
    standing = _share_out(sharing) if _is_charged(owner, sharing) else {}
    others = {person: skip for person, skip in skipped.items() if person != owner}
    return _given(owner, why, candidates, others, standing, missed)


def _is_charged(owner: str, sharing: Collection[Candidate]) -> bool:
    """Whether an owner's lead is their turn: not if they are far ahead of the others already."""
    own = [one.credit + AHEAD_AT_MOST * LEAD for one in sharing if one.person == owner]
    others = [one.credit for one in sharing if one.person != owner]
    return any(credit * len(others) > sum(others) for credit in own)


def _by_turn(
    candidates: Sequence[Candidate], skipped: Mapping[str, Skip], missed: str | None
) -> Choice:
    standing = _share_out([one for one in candidates if one.person not in skipped])
    if standing:
        # Among equals the first on the list: `max` keeps the first it finds.
        turn = max(standing, key=lambda person: standing[person].credit)
        return _given(turn, Why.TURN, candidates, skipped, standing, missed)
    nobody = Why.NOBODY_LEFT if _FOR_GOOD.issuperset(skipped.values()) else Why.NOBODY_FREE
    return _given(None, nobody, candidates, skipped, standing, missed)


def _share_out(sharing: Collection[Candidate]) -> dict[str, Standing]:
    """One lead, by weight, on top of what everybody was owed."""
    total = sum(one.weight for one in sharing)
    return {
        one.person: Standing(one.weight, one.credit + LEAD * one.weight // total) for one in sharing
    }


def _given(
    person: str | None,
    why: Why,
    candidates: Sequence[Candidate],
    skipped: Mapping[str, Skip],
    standing: Mapping[str, Standing],
    missed: str | None,
) -> Choice:
    credits_now = _credits(candidates)
    if person is not None and standing:
        before = sum(credits_now[sharer] for sharer in standing)
        shared_out = sum(one.credit for one in standing.values()) - before
        credits_now |= {sharer: one.credit for sharer, one in standing.items()}
        credits_now[person] -= shared_out  # all of it, so that rounding cannot pile up
    return Choice(person, why, skipped, credits_now, standing, _counts(candidates, skipped), missed)


def _credits(candidates: Iterable[Candidate]) -> dict[str, int]:
    return {one.person: one.credit for one in candidates}


def _counts(candidates: Iterable[Candidate], skipped: Mapping[str, Skip]) -> dict[str, int]:
    counted = {Skip.FULL: "open", Skip.DAY_FULL: "today"}
    return {
        one.person: getattr(one, counted[skipped[one.person]])
        for one in candidates
        if skipped.get(one.person) in counted
    }


@dataclass(frozen=True, slots=True)
class Dealt:
    """What one seller was asked, against what they could expect (formula 11), in leads."""

    received: int
    expected: float

    @property
    def ratio(self) -> float | None:
        """1 is exactly their share; None where nothing was to be expected."""
        return self.received / self.expected if self.expected else None


def dealt(choices: Iterable[Choice]) -> dict[str, Dealt]:
    """Formula 11, share received ÷ share expected, from the explanations kept with the offers.

    Of each lead that counted for the turn, everybody who could have had it expects their weight
    over the weights of all of these. Being away, full or new thus lowers both sides alike.
    """
    received: Counter[str] = Counter()
    expected: defaultdict[str, float] = defaultdict(float)
    for choice in choices:
        total = sum(one.weight for one in choice.standing.values())
        for person, one in choice.standing.items():
            expected[person] += one.weight / total
            received[person] += person == choice.person
    return {person: Dealt(received[person], share) for person, share in expected.items()}
