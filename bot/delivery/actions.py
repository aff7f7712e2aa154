"""The names by which Slack tells us what was clicked: action_ids, callback_ids and block_ids."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """Buttons carry `{handoff}:{round}` as their value; an option of REOFFER adds `:{queue}`."""

    ACCEPT = "accept"
    REJECT = "reject"
    NOT_MINE = "not_mine"
    CONTACTED = "contacted"
    SQL = "sql"
    DISQUALIFY = "disqualify"
    OPPORTUNITY = "opportunity"
    WON = "won"
    LOST = "lost"
    RELEASE = "release"
    HAND_OVER = "hand_over"  # to a colleague, or for one of theirs
    AGREE = "agree"  # the colleague does, in their DM; `:{proposal}` is added
    DECLINE = "decline"
    SNOOZE = "snooze"  # on a card and below a reminder
    MORE = "more"  # a menu on a card; its options are `{action}:{handoff}:{round}`
    ASK = "ask"  # sales asks marketing
    TELL = "tell"  # marketing answers
    PASS = "pass"  # noqa: S105 (no secret) on to the next; where somebody is asked by name
    ASK_SELLER = "ask_seller"  # a select of sellers, in the manager's DM
    TIMED = "timed"  # how this was timed
    EXCUSE = "excuse"  # a promise that was broken
    EXCUSE_DAY = "excuse_day"  # those of one day; its value is `{day}:{reason}`
    GIVE_BACK = "give_back"  # all of the clicker's leads: they are away
    REOFFER = "reoffer"  # a select of queues, in the manager's DM
    OPEN_CRM = "open_crm"  # a link: Slack reports the click, nothing has to be done


class Callback(StrEnum):
    """Modals carry `{handoff}:{round}` as their private_metadata."""

    REJECT = "reject_modal"
    DISQUALIFY = "disqualify_modal"
    WON = "won_modal"
    LOST = "lost_modal"
    ASK = "ask_modal"
    TELL = "tell_modal"
    SNOOZE = "snooze_modal"
    NOT_MINE = "not_mine_modal"
    HAND_OVER = "hand_over_modal"
    WHY = "why_modal"
    EXCUSE = "excuse_modal"
    GONE = "gone_modal"  # nothing to submit


class Field(StrEnum):
    """Inputs of modals: block_id and action_id alike."""

    REASON = "reason"
    NOTE = "note"
    UNTIL = "until"
    AMOUNT = "amount"
    AT = "at"  # an instant
    QUESTION = "question"
    PROMISE = "promise"
    ANSWER = "answer"
    QUEUE = "queue"
    COLLEAGUE = "colleague"
    SWAP = "swap"


NO_QUEUE = "?"  # the value of a select: none of the queues, let the manager decide
