"""Leads that came in before the third version learn whose company they are of, as new ones do."""

import sqlalchemy as sa
from alembic import context, op

from storage.columns import Id, Words

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

AT_ONCE = 1000  # leads

leads = sa.table(
    "leads", sa.column("id", Id), sa.column("email", Words()), sa.column("domain", Words())
)
NEXT = (
    sa.select(leads.c.id, leads.c.email)
    .where(leads.c.id > sa.bindparam("last"), leads.c.email != "", leads.c.domain == "")
    .order_by(leads.c.id)
    .limit(AT_ONCE)
)
KEEP = (
    sa.update(leads)
    .where(leads.c.id == sa.bindparam("lead"))
    .values(domain=sa.bindparam("company"))
)


def upgrade() -> None:
    company_domain, last = context.config.attributes["company_domain"], 0
    while batch := op.get_bind().execute(NEXT, {"last": last}).all():
        found = [{"lead": lead, "company": company_domain(email)} for lead, email in batch]
        if known := [one for one in found if one["company"]]:
            op.get_bind().execute(KEEP, known)
        last = batch[-1].id
