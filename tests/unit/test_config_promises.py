"""app.yaml: what is promised to whom, who is asked, and how people are left in peace."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.company import company_domain_of
from bot.config import Settings, parse
from bot.domain import sla
from bot.domain.agreement import CALENDAR, Act, Audience, Clock, Duration, Step
from bot.domain.assignment import Assignment, Rule
from bot.domain.consideration import Availability, Consideration
from tests.unit.agreements import PROMISED

SMALL = (Path(__file__).parent / "config" / "small.yaml").read_text(encoding="utf-8")
HOUR = timedelta(hours=1)
SALES = "  sales: { answer: 4h, touch: 8h }\n"


def read(text: str) -> Settings:
    return parse(text, "app.yaml", {})


def with_answer(*lines: str) -> Settings:
    answer = "".join(f"\n      {line}" for line in lines)
    return read(SMALL.replace(SALES, f"  sales:\n    touch: 8h\n    answer:{answer}\n"))


def with_ladder(*steps: str, sales: str = SALES) -> Settings:
    ladder = "".join(f"    - {{ {step} }}\n" for step in steps)
    return read(f"{SMALL.replace(SALES, sales)}  ladder:\n{ladder}")


def asked_by(assignment: str, more: str = "") -> Settings:
    """The queue `rest`, of @ida and @olof, with this assignment."""
    return read(SMALL.replace("name: rest\n", f"name: rest\n    assignment: {assignment}\n") + more)


# ------------------------------------------------------------------------------- targets


@pytest.mark.parametrize(
    ("lead", "hours"),
    [
        ({"queue": "nordics", "tier": "A"}, 0.5),
        ({"queue": "rest", "tier": "A"}, 2),
        ({"queue": "rest", "tier": "A", "source": "event", "campaign": "spring"}, 1),
        ({"queue": "rest", "tier": "B", "source": "webinar", "campaign": "spring"}, 1),
        ({"queue": "rest", "tier": "B", "source": "webinar", "campaign": "autumn"}, 4),
        ({"queue": "rest", "tier": "B"}, 3),
        ({"queue": "rest"}, 4),
    ],
)
def test_the_first_case_that_fits_a_lead_is_its_promise(lead: dict[str, Any], hours: float) -> None:
    """By queue, tier, source and campaign, one value or several; then by the tier alone."""
    terms = with_answer(
        "target: 4h",
        "when:",
        "  - { queue: nordics, tier: [A, B], target: 30m }",
        "  - { source: [webinar, event], campaign: spring, target: 1h }",
        "  - { source: webinar, target: 4h }",
        "when_tier: { A: 2h, B: 3h }",
    ).agreement.terms
    assert hours * HOUR == terms.target(Clock.ANSWER, replace(PROMISED, **lead))


def test_a_day_is_a_working_day_of_the_leads_own_queue() -> None:
    """The same "1 day" is as long as a day is where the lead is worked."""
    text = SMALL.replace(
        "queues:\n", '  short: { time_zone: UTC, hours: { mon-thu: ["09:00-15:00"] } }\nqueues:\n'
    ).replace(
        'marketers: ["@anna"]\n    calendar: office', 'marketers: ["@anna"]\n    calendar: short'
    )
    terms = read(text.replace("answer: 4h", "answer: 1 day")).agreement.terms
    assert 8 * HOUR == terms.target(Clock.ANSWER, PROMISED)
    assert 6 * HOUR == terms.target(Clock.ANSWER, replace(PROMISED, queue="rest"))


def test_every_clock_of_the_agreement_has_its_target() -> None:
    """Qualifying and marketing's answer are promises as the others; unsaid, marketing has 8 h."""
    text = SMALL.replace(SALES, "  sales: { answer: 4h, touch: 8h, qualify: 10 days }\n")
    terms = read(f"{text}  marketing: {{ feedback: {{ target: 2h }} }}\n").agreement.terms
    assert Duration(days=10) == (terms.qualify and terms.qualify.default)
    assert 2 * HOUR == terms.target(Clock.FEEDBACK, PROMISED)
    assert 8 * HOUR == read(SMALL).agreement.terms.target(Clock.FEEDBACK, PROMISED)
    assert read(SMALL).agreement.terms.qualify is None


# -------------------------------------------------------------------------------- ladder


def test_a_step_says_when_whom_what_how_often_and_for_which_leads() -> None:
    """Percent or a time; roles, people and channels; repeated, widened, for some queues."""
    found = with_ladder(
        'clock: answer, after: 2h, tell: [holder, "@sam", "#sales-leads"], do: tell',
        "clock: answer, at: 100%, tell: manager, do: escalate, repeat: { every: 1h, times: 3 }",
        "clock: answer, at: 120%, tell: head, do: widen, to: rest",
        "clock: qualify, at: 100%, tell: holder, do: remind, queues: nordics",
        "clock: feedback, at: 100%, tell: [marketers, thread], do: escalate",
        sales="  sales: { answer: 4h, touch: 8h, qualify: 10 days }\n",
    ).agreement.terms.ladder
    roles = Audience
    assert (
        Step(Clock.ANSWER, 0, (roles.HOLDER, "@sam", "#sales-leads"), Act.TELL, Duration(2 * HOUR)),
        Step(Clock.ANSWER, 100, (roles.MANAGER,), Act.ESCALATE, every=Duration(HOUR), times=3),
        Step(Clock.ANSWER, 120, (roles.HEAD,), Act.WIDEN, to_queue="rest", queues=("nordics",)),
        Step(Clock.QUALIFY, 100, (roles.HOLDER,), Act.REMIND, queues=("nordics",)),
        Step(Clock.FEEDBACK, 100, (roles.MARKETERS, roles.THREAD), Act.ESCALATE),
    ) == found


def test_an_offer_to_one_goes_on_to_the_next_by_the_agreement_it_was_made_under() -> None:
    """What is not answered in half an hour goes on; as a part of the ladder, so of its version."""
    terms = asked_by("{ rule: round_robin, pass_on_after: 30m }").agreement.terms
    half = Duration(HOUR / 2)
    (step,) = [step for step in terms.ladder if step.after]
    told = (Audience.ASSIGNEE,)
    own = ("rest",)
    expected = Step(Clock.ANSWER, 0, told, Act.OFFER_NEXT, half, half, 19, queues=own)
    assert expected == step
    rungs = sla.rungs(Clock.ANSWER, replace(PROMISED, queue="rest"), terms)
    passing = [rung.offset for rung in rungs if rung.step is step]
    assert [n * HOUR / 2 for n in range(1, 21)] == passing
    assert not [rung for rung in sla.rungs(Clock.ANSWER, PROMISED, terms) if rung.step is step]


def test_the_usual_ladder_of_answer_and_touch() -> None:
    """Four reminders and escalations, a new card, and back to the queue, as agreed."""
    ladder = read(SMALL).agreement.terms.ladder
    told = [
        (step.clock.value, step.percent, step.act.value)
        for step in ladder
        if step.clock in (Clock.ANSWER, Clock.TOUCH)
    ]
    assert [
        ("answer", 80, "remind"),
        ("answer", 100, "escalate"),
        ("answer", 150, "offer_next"),
        ("touch", 80, "remind"),
        ("touch", 100, "escalate"),
        ("touch", 150, "return"),
    ] == told


def remarks(settings: Settings) -> list[str]:
    return [remark.partition(" ")[2] for remark in settings.remarks]


def test_a_time_out_is_compared_with_what_its_queue_can_promise() -> None:
    """What an earlier case promises these leads comes before a shorter time for others."""
    rule = "name: rest\n    assignment: { rule: round_robin, pass_on_after: 45m }\n"
    answer = "{ target: 4h, when: [{ queue: rest, tier: A, target: 2h }], when_tier: { A: 30m } }"
    text = SMALL.replace("name: rest\n", rule).replace("answer: 4h", f"answer: {answer}")
    assert [] == remarks(read(text))
    assert 1 == len(remarks(read(text.replace("queue: rest", "queue: nordics"))))


def test_what_is_worth_a_look_is_said_and_stops_nobody() -> None:
    """Steps that some leads never see, and settings without effect."""
    rule = "{ rule: round_robin, pass_on_after: 4h }"
    ladder = "  ladder: [ { clock: answer, at: 50%, tell: assignee, do: remind } ]\n"
    reaches, late = remarks(asked_by(rule, ladder))
    assert late.startswith("agreement.ladder.#1.tell: reaches nobody in nordics, where everybody")
    assert reaches.startswith("queues.rest.assignment.pass_on_after: comes when some answers are")
    (never,) = remarks(
        with_ladder(
            "clock: touch, at: 150%, tell: head, do: return",
            "clock: touch, at: 200%, tell: head, do: escalate",
        )
    )
    assert "agreement.ladder.#2: is never taken: the lead has gone back" in never
    (idle,) = remarks(read(SMALL + 'people: { "@ida": { calendar: office } }\n'))
    assert idle.startswith("people: changes nothing: no queue has `touch_hours: seller`")


# ---------------------------------------------------------------------------- who is asked


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("first_to_claim", Rule()),
        ("round_robin", Rule(Assignment.ROUND_ROBIN)),
        ("{ open_at_most: 5, blind: true }", Rule(open_at_most=5, blind=True)),
        (
            '{ rule: round_robin, per_day: 8, weights: { "@ida": 2, "@olof": 0 } }',
            Rule(Assignment.ROUND_ROBIN, per_day=8, weights={"@ida": 2, "@olof": 0}),
        ),
        (
            "{ rule: account_owner, otherwise: first_to_claim, pass_on_after: 1 day }",
            Rule(
                Assignment.ACCOUNT_OWNER,
                otherwise=Assignment.FIRST_TO_CLAIM,
                pass_on_after=Duration(days=1),
            ),
        ),
    ],
)
def test_how_a_queue_finds_its_seller(written: str, expected: Rule) -> None:
    """One word, or a word with its limits, shares and time-out."""
    first, rest = asked_by(written).queues
    assert (Rule(), expected) == (first.rule, rest.rule)


def test_whose_hours_count_for_the_first_contact() -> None:
    """The queue's; or the seller's, who may have a calendar of their own."""
    text = SMALL.replace(
        "queues:\n",
        '  london: { time_zone: Europe/London, hours: { mon-fri: ["08:00-16:00"] } }\n'
        '  spare: { time_zone: UTC, hours: { mon-fri: ["08:00-16:00"] } }\nqueues:\n',
    ).replace("name: rest\n", "name: rest\n    touch_hours: seller\n")
    found = read(f'{text}people: {{ "@ida": {{ calendar: london }} }}\n')
    assert ["queue", "seller"] == [queue.touch_hours for queue in found.queues]
    assert {"@ida": "london"} == found.own_calendars
    terms = found.agreement.terms
    assert ["london"] == list(terms.own_hours)
    assert "Europe/London" == terms.calendar("rest", f"{CALENDAR}london").time_zone


# ------------------------------------------------------------------------- left in peace


def test_how_people_are_left_in_peace() -> None:
    """A budget a day, quiet nights, do not disturb; each may be said otherwise, or left out."""
    assert Consideration(12, time(15), time(19), time(8), True) == read(SMALL).reminders
    own = 'reminders: { per_day: 3, rest_at: "12:00", quiet: never, do_not_disturb: false }\n'
    assert Consideration(3, time(12), time(), time(), False) == read(SMALL + own).reminders
    daytime = "reminders: { quiet: 12:00-13:00, rest_at: 13:00 }\n"
    assert Consideration(12, time(13), time(12), time(13), True) == read(SMALL + daytime).reminders


def test_who_hears_what_is_set_up_wrongly() -> None:
    """The admins; where none are named, the two leaders."""
    assert ("@henrik", "@anna") == read(SMALL).admins
    own = SMALL.replace("workspace:\n", 'workspace:\n  admins: "@sam"\n')
    assert ("@sam",) == read(own).admins


def test_what_of_slack_counts_for_being_away() -> None:
    """Nothing, until it is switched on."""
    assert Availability() == read(SMALL).availability
    own = "availability: { slack_status: true, slack_presence: true }\n"
    assert Availability(status=True, presence=True) == read(SMALL + own).availability


@pytest.mark.parametrize(
    ("email", "company"),
    [
        ("ada@acme.example", "acme.example"),
        ("ada@mail.uk.acme.co.uk", "acme.co.uk"),
        ("Ada@ACME.example.", "acme.example"),
        ("ada@bücher.example", "bücher.example"),
        ("ada@gmail.com", ""),
        ("ada@hotmail.co.uk", ""),
        ("ada@comhem.se", ""),
        ("ada@privaterelay.appleid.com", ""),
        ("ada@acme.onmicrosoft.com", ""),
        ("ada@mail.our-isp.example", ""),
        ("ada@localhost", ""),
        ("ada@co.uk", ""),
        ("", ""),
        ("nobody", ""),
    ],
)
def test_a_company_is_known_by_the_domain_it_registered(email: str, company: str) -> None:
    """Two addresses of one company are one account; free mail is nobody's company."""
    intake = read(SMALL + 'intake: { free_mail: "Our-ISP.example" }\n').intake
    assert company == company_domain_of(intake.free_mail)(email)


def test_a_setting_knows_its_line() -> None:
    """What is found out later, in Slack, is told with its place in the file."""
    found = read(SMALL)
    assert "app.yaml:12:14 queues.nordics.manager" == found.place("queues.nordics.manager")
    assert "app.yaml:18:23 queues.rest.sellers.#2" == found.place("queues.rest.sellers.#2")
    assert "app.yaml:18:14 queues.rest.sellers.#3" == found.place("queues.rest.sellers.#3")
    assert "app.yaml:24:3 agreement.ladder.#1" == found.place("agreement.ladder.#1")
    assert "nowhere" == found.place("nowhere")
