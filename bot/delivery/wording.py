"""What each message needs to be told, and in which language.

`Words.render` puts everything the outbox can hold into words, as things stand at `now`. The other
methods are private replies and modals, each from the dossier that the handler has just read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.delivery.actions import Callback
from bot.delivery.block_limits import Json
from bot.delivery.escaping import clean
from bot.delivery.languages import reads
from bot.delivery.render import Rendered, Renderer
from bot.delivery.words import away as away_words
from bot.delivery.words import card as card_words
from bot.delivery.words import digest as digest_words
from bot.delivery.words import hand_over as hand_over_words
from bot.delivery.words import home as home_words
from bot.delivery.words import look_up as look_up_words
from bot.delivery.words import reply as reply_words
from bot.delivery.words import veil
from bot.delivery.words.messages import TELLERS
from bot.delivery.words.naming import named, value_of
from bot.delivery.words.why import Arithmetic
from bot.domain.agreement import Reason
from bot.domain.business_hours import zone_named
from bot.domain.lead import Lead
from bot.domain.messages import Digest, DigestChart, Message
from bot.domain.move import Event
from bot.use_cases.desk import Desk
from bot.use_cases.ports import People, UnitOfWork
from bot.use_cases.records import Colleague, Dossier, Listing, MyWork, Person

LONGEST_WRITTEN = 1000  # characters, as the inputs themselves allow
SUGGESTED = timedelta(hours=1)  # from now: when somebody takes a lead who does not take it now
PEOPLE = ("U", "W", "@")  # how Slack's ids of people, and their handles, begin


class Words:
    """Everything Baton says. `language` is the channel's; a person reads their own."""

    def __init__(self, desk: Desk, language: str = "en") -> None:
        self.renderer = Renderer(desk.zone, language)
        self.arithmetic = Arithmetic(self.renderer, desk)
        self._desk = desk

    def render(
        self, message: Message, work: UnitOfWork, now: datetime, to: str = "", picture: str = ""
    ) -> Rendered:
        """`to` is where it goes: a person reads their own language. `picture` is the id of an
        uploaded file that a digest shows. Raises NotFound when what it speaks of is gone."""
        person = to if to.startswith(PEOPLE) else ""
        seen = veil.looking_as(self._desk, work, to)
        template, context = TELLERS[message.kind](self._desk, message, seen, now)
        if isinstance(message, Digest | DigestChart):
            context |= {"picture": picture, "picture_alt": self.chart_alt(message, work)}
        reader = work.people.find(person) if person else None
        return self.renderer.render(template, context, reads(reader))

    def chart_alt(self, message: Digest | DigestChart, work: UnitOfWork) -> str:
        """The picture of this digest in words."""
        figures = work.reports.get(message.report).figures
        return digest_words.chart_alt(self.renderer.language(), figures)

    # ------------------------------------------------------------- private replies

    def already_answered(self, dossier: Dossier, people: People, reader: str = "") -> Rendered:
        """Somebody was first: who, what and when."""
        return self._reply(reply_words.first_answer(dossier), dossier, people, reader)

    def not_allowed(self, dossier: Dossier, people: People, reader: str = "") -> Rendered:
        """Whose lead it is, or who is asked, and what the reader can do about it."""
        handoff = dossier.handoff
        held = "_held" if handoff.holder is not None else ""
        return self._reply(
            f"not_allowed{held or ('_asked' if handoff.assignee else '')}", dossier, people, reader
        )

    def enough_in_hand(self, dossier: Dossier, people: People, reader: str = "") -> Rendered:
        """How many leads the team agreed that one person has in hand."""
        return self._reply("enough_in_hand", dossier, people, reader)

    def old_card(self, dossier: Dossier, people: People, reader: str = "") -> Rendered:
        """What happened since the card that was clicked."""
        return self._reply(reply_words.with_name("old_card", dossier), dossier, people, reader)

    def out_of_order(self, dossier: Dossier, people: People, reader: str = "") -> Rendered:
        """The move does not follow from where the lead is now."""
        return self._reply(reply_words.with_name("out_of_order", dossier), dossier, people, reader)

    def asked_already(self, dossier: Dossier, people: People, reader: str = "") -> Rendered:
        """Marketing is asked once a round."""
        return self._reply("asked_already", dossier, people, reader)

    def no_question(self, dossier: Dossier, people: People, reader: str = "") -> Rendered:
        """Who answered it; or that it needs no answer any more."""
        told = dossier.handoff.offer.told_by is not None
        return self._reply("question_told" if told else "no_question", dossier, people, reader)

    def not_marketing(self, dossier: Dossier, people: People, reader: str = "") -> Rendered:
        return self._reply("not_marketing", dossier, people, reader)

    def snoozed_already(self, dossier: Dossier, people: People, reader: str = "") -> Rendered:
        """Who puts reminders off, and till when: nobody does so twice."""
        return self._reply("snoozed_already", dossier, people, reader)

    def not_broken(self, dossier: Dossier, people: People, reader: str = "") -> Rendered:
        return self._reply("not_broken", dossier, people, reader)

    def may_not_excuse(self, dossier: Dossier, people: People, reader: str = "") -> Rendered:
        return self._reply("not_excuser", dossier, people, reader)

    def bad_snooze(self, dossier: Dossier, people: People, reader: str = "") -> Rendered:
        return self._reply("bad_snooze", dossier, people, reader)

    def held_by_another(self, dossier: Dossier, people: People, reader: str = "") -> Rendered:
        return self._reply("held_by_another", dossier, people, reader)

    def notice(self, key: str, reader: Person | None = None, of: str = "private") -> Rendered:
        """`gone` (no such lead any more), `outsider` (of no queue) or `try_again`."""
        return self.renderer.render("notice", {"key": f"{of}.{key}"}, reads(reader))

    def _reply(self, key: str, dossier: Dossier, people: People, reader: str) -> Rendered:
        dossier = veil.seen_by(self._desk, people, dossier, reader)
        context = {"key": f"private.{key}", **reply_words.standing(self._desk, dossier, people)}
        return self.renderer.render("private", context, reads(people.find(reader)))

    # ---------------------------------------------------------------------- being away

    def away(
        self,
        until: datetime | None,
        passed_on: int,
        held: Listing,
        may_give_back: bool,
        people: People,
        reader: str = "",
    ) -> Rendered:
        """Until when somebody is away, and what became of what asked for them."""
        held = veil.in_listing(self._desk, people, held, reader)
        context = away_words.away(until, passed_on, held, may_give_back)
        return self.renderer.render("away", context, reads(people.find(reader)))

    def away_said(
        self, key: str, reader: Person | None = None, theirs: str = "", n: int | None = None
    ) -> Rendered:
        """`back`, `was_here`, `given_back` (n leads), and `unclear` or `past` for what is `theirs`,
        the words that were typed."""
        return self.renderer.render("away_said", away_words.said(key, theirs, n), reads(reader))

    # ---------------------------------------------------------------------- modals

    def reject_view(self, dossier: Dossier, reader: Person | None = None) -> Json:
        return self._view("reject_modal", dossier, reader, dossier.terms.reasons)

    def gone_view(self, dossier: Dossier, people: People, reader: str = "") -> Json:
        """Instead of a modal: somebody took the lead, or it went on."""
        dossier = veil.seen_by(self._desk, people, dossier, reader)
        answered = dossier.handoff.offer.answer is not None
        key = (
            reply_words.first_answer(dossier)
            if answered
            else reply_words.with_name("old_card", dossier)
        )
        context = {
            "key": f"private.{key}",
            "value": value_of(dossier.handoff),
            **reply_words.standing(self._desk, dossier, people),
        }
        return self.renderer.view("gone_modal", context, reads(people.find(reader)))

    def colleague_asked_view(self, reader: Person | None = None) -> Json:
        """No card shows that somebody was asked to take a lead over, so the form says it."""
        said = self.notice("colleague_asked", reader)
        return self.told_view(said, reader, "modal.hand_over.title")

    def told_view(
        self, said: Rendered, reader: Person | None = None, title: str = "modal.failed"
    ) -> Json:
        """A private reply where its reader looks already: in place of their modal."""
        speaks = self.renderer.language(reads(reader))
        return {
            "type": "modal",
            "callback_id": Callback.GONE.value,
            "title": {"type": "plain_text", "text": speaks.say(title)},
            "close": {"type": "plain_text", "text": speaks.say("modal.close")},
            "blocks": said.blocks,
        }

    def kept(self, written: str, reader: Person | None = None) -> list[Json]:
        """What somebody wrote in a form that leads to nothing: theirs to copy, in blocks."""
        said = clean(written, LONGEST_WRITTEN)
        if not said:
            return []
        text = self.renderer.language(reads(reader)).say("modal.written", said=said)
        return [{"type": "section", "text": {"type": "plain_text", "emoji": False, "text": text}}]

    def disqualify_view(self, dossier: Dossier, reader: Person | None = None) -> Json:
        return self._view("disqualify_modal", dossier, reader, dossier.terms.reasons_to_end)

    def not_mine_view(self, dossier: Dossier, reader: Person | None = None, note: str = "") -> Json:
        """`note` is what the reader wrote already, in another form."""
        dossier = veil.unclaimed(self._desk, dossier)
        context = hand_over_words.not_mine(self._desk, dossier, note)
        return self.renderer.view("not_mine_modal", context, reads(reader))

    def hand_over_view(
        self, dossier: Dossier, colleagues: Sequence[Colleague], reader: Person | None = None
    ) -> Json:
        context = hand_over_words.hand_over(dossier, colleagues)
        return self.renderer.view("hand_over_modal", context, reads(reader))

    def lost_view(self, dossier: Dossier, reader: Person | None = None) -> Json:
        return self._view("lost_modal", dossier, reader, dossier.terms.reasons_to_end)

    def won_view(self, dossier: Dossier, reader: Person | None = None) -> Json:
        return self._view("won_modal", dossier, reader, ())

    def ask_view(self, dossier: Dossier, reader: Person | None = None) -> Json:
        return self._view("ask_modal", dossier, reader, ())

    def tell_view(self, dossier: Dossier, people: People, reader: str = "") -> Json:
        """Marketing reads whom it is asked about; who sells for the queue as well does not."""
        dossier = veil.seen_by(self._desk, people, dossier, reader)
        return self._view("tell_modal", dossier, people.find(reader), (), names=True)

    def snooze_view(self, dossier: Dossier, reader: Person | None = None) -> Json:
        clock, now = dossier.handoff.clock, self._desk.clock()
        assert clock is not None, "without a clock there are no reminders"
        context = {
            **named(veil.unclaimed(self._desk, dossier).lead),
            "value": value_of(dossier.handoff),
            "due": clock.due_at,
            "suggested": int(min(now + SUGGESTED, clock.due_at).timestamp()) // 60 * 60,
        }
        return self.renderer.view("snooze_modal", context, reads(reader))

    def error(self, key: str, reader: Person | None = None, due: datetime | None = None) -> str:
        """What is wrong with an input, to stand below it: a key of [modal.error]."""
        said = {"due": self._plain_time(due, reader)} if due else {}
        return self.renderer.language(reads(reader)).say(f"modal.error.{key}", **said)

    def _plain_time(self, at: datetime, reader: Person | None) -> str:
        """For where Slack shows no times of its own: by the reader's clock, with the day where it
        is not today."""
        zone = zone_named(reader.time_zone if reader else self._desk.zone)
        local, today = at.astimezone(zone), self._desk.clock().astimezone(zone).date()
        shown = f"{local:%H:%M}"
        if local.date() == today:
            return shown
        speaks = self.renderer.language(reads(reader))
        return speaks.say("date.time", day=speaks.day(local.date()), time=shown)

    def _view(
        self,
        template: str,
        dossier: Dossier,
        reader: Person | None,
        reasons: Sequence[Reason],
        names: bool = False,
    ) -> Json:
        dossier = dossier if names else veil.unclaimed(self._desk, dossier)
        context = {
            **named(dossier.lead),
            "value": value_of(dossier.handoff),
            "reasons": [(reason.label, reason.code) for reason in reasons],
            "needing_note": _labels(reason for reason in reasons if reason.note_required),
            "needing_date": _labels(reason for reason in reasons if reason.asks_date),
            "currency": self._desk.agreement.currency,
            "asked": card_words.said_last(dossier, Event.ASKED),
        }
        return self.renderer.view(template, context, reads(reader))

    # -------------------------------------------------------------------- App Home

    def home(
        self,
        mine: MyWork,
        people: People,
        now: datetime,
        reader: str,
        notice: Rendered | None = None,
    ) -> Json:
        """What waits for the reader, most urgent first; on top of it what they shall hear."""
        mine = veil.listed(self._desk, people, mine, reader)
        context = home_words.home(self._desk, mine, people, now, reader)
        view = self.renderer.view("home", context, reads(people.find(reader)))
        if notice is not None:
            view["blocks"] = [*notice.blocks, {"type": "divider"}, *view["blocks"]]
        return view

    # --------------------------------------------------------------------- look-up

    def found_one(
        self, dossier: Dossier, people: People, now: datetime, reader: str = ""
    ) -> Rendered:
        """The card as it stands, without buttons, and its history."""
        dossier = veil.seen_by(self._desk, people, dossier, reader)
        context = look_up_words.one(self._desk, dossier, people, now)
        return self.renderer.render("look_up_one", context, reads(people.find(reader)))

    def found_many(
        self,
        query: str,
        found: Sequence[tuple[Lead, Dossier | None]],
        people: People,
        reader: str = "",
    ) -> Rendered:
        """A list, with a number each to ask again."""
        seen = [self._hit(lead, dossier, people, reader) for lead, dossier in found]
        context = look_up_words.many(query, seen, people)
        return self.renderer.render("look_up_many", context, reads(people.find(reader)))

    def _hit(
        self, lead: Lead, dossier: Dossier | None, people: People, reader: str
    ) -> tuple[Lead, Dossier | None]:
        if dossier is None:
            return lead, None
        seen = veil.seen_by(self._desk, people, dossier, reader)
        return seen.lead, seen

    def found_none(self, query: str, reader: Person | None = None) -> Rendered:
        context = {"query": clean(query, look_up_words.LONGEST_QUERY)}
        return self.renderer.render("look_up_none", context, reads(reader))

    def help(self, reader: Person | None = None) -> Rendered:
        return self.renderer.render("look_up_help", {}, reads(reader))


def _labels(reasons: Iterable[Reason]) -> str:
    return ", ".join(reason.label for reason in reasons)
