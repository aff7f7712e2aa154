"""A sample company: who works there, where, and in which language."""

from __future__ import annotations

from typing import Any

from playground.workspace import Workspace

DOMAIN = "northwind.example"
ZONE = "Europe/Stockholm"

# handle, real name, title, zone, language
PEOPLE = [
    ("maja", "Maja Lindqvist", "Sales Manager, Nordics", "Europe/Stockholm", "sv-SE"),
    ("henrik", "Henrik Dahl", "Head of Sales", "Europe/Copenhagen", "da-DK"),
    ("erik", "Erik Östberg", "Account Executive", "Europe/Stockholm", "sv-SE"),
    ("aino", "Aino Mäkelä", "Account Executive", "Europe/Helsinki", "fi-FI"),
    ("jonas", "Jonas Weber", "Account Executive", "Europe/Berlin", "de-DE"),
    ("priya", "Priya Nair", "Account Executive", "Asia/Kolkata", "en-GB"),
    ("anna", "Anna Kowalska", "Head of Marketing", "Europe/Warsaw", "pl-PL"),
    ("luis", "Luis Fernández", "Campaign Manager", "Europe/Madrid", "es-ES"),
    ("sam", "Sam Okafor", "Finance", "America/New_York", "en-US"),
]
GROUPS = {
    "nordic-sales": ("Nordic Sales", ["erik", "aino", "jonas", "priya"]),
    "marketing": ("Marketing", ["anna", "luis"]),
}
SALES = ["maja", "henrik", "erik", "aino", "jonas", "priya"]
CHANNELS = {
    "mql-handoff": [*SALES, "anna", "luis"],
    "sales": SALES,
    "random": [handle for handle, *_ in PEOPLE],
}


def sample_workspace(**options: Any) -> Workspace:
    """The sample company in a new workspace; options are those of Workspace."""
    workspace = Workspace(**{"tz": ZONE} | options)
    for handle, name, title, zone, language in PEOPLE:
        workspace.add_user(
            handle, name, email=f"{handle}@{DOMAIN}", tz=zone, locale=language, title=title
        )
    for handle, (name, members) in GROUPS.items():
        workspace.add_group(handle, members, name)
    for name, members in CHANNELS.items():
        workspace.add_channel(name, members)
    return workspace
