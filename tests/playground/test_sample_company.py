"""The sample company: people, groups and leads that fit together."""

import csv
from pathlib import Path

import playground
from playground import Server, sample_workspace
from tests.playground.tiny_app import client_of

LEADS = Path(playground.__file__).with_name("sample_leads.csv")
COLUMNS = ["name", "email", "company", "title", "phone", "country"]
COLUMNS += ["source", "campaign", "score", "tier", "why"]


def test_forty_leads_at_made_up_addresses() -> None:
    """Each sample lead is whole, its own, and can reach nobody real."""
    with LEADS.open(encoding="utf-8", newline="") as file:
        leads = list(csv.DictReader(file))

    assert (40, COLUMNS) == (len(leads), list(leads[0]))
    assert 40 == len({lead["email"] for lead in leads})
    assert all(lead["email"].endswith(".example") for lead in leads)
    assert all(lead[name] for lead in leads for name in COLUMNS if name != "phone")
    assert {"A", "B", "C"} == {lead["tier"] for lead in leads}
    assert all(0 <= int(lead["score"]) <= 100 for lead in leads)


def test_the_people_the_agreement_names_are_there() -> None:
    """Sellers, manager, head, marketers and an outsider, each with a zone and a language."""
    workspace = sample_workspace()
    sellers, marketing = workspace.group("@nordic-sales"), workspace.group("@marketing")
    handoff = workspace.channel("#mql-handoff").members

    assert (4, 2) == (len(sellers.members), len(marketing.members))
    named = {workspace.user(handle).id for handle in ("@maja", "@henrik", "@anna")}
    assert (
        named | set(sellers.members) | set(marketing.members) | {workspace.app.bot_user} == handoff
    )
    assert workspace.user("@sam").id not in handoff
    people = [user for user in workspace.users.values() if not user.is_bot]
    assert {"sv-SE", "fi-FI", "de-DE", "pl-PL", "es-ES", "en-US"} <= {p.locale for p in people}
    assert all(person.tz for person in people)


def test_what_was_said_outlives_a_pause_of_the_server() -> None:
    """Slack may be away for a while; it comes back at the same address with everything said."""
    server = Server(sample_workspace())
    with server:
        client = client_of(server)
        client.chat_postMessage(channel="sales", text="before")
    with server:
        client.chat_postMessage(channel="sales", text="after")
        words = [seen.words for seen in server.person("@erik").sees("sales")]

    assert ["before", "after"] == words
