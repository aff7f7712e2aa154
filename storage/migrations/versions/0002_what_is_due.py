"""An index for App Home: what is due, and what is overdue."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    running = sa.text("due_at IS NOT NULL")
    op.create_index(
        "ix_handoffs_due",
        "handoffs",
        ["due_at"],
        sqlite_where=running,
        postgresql_where=running,
    )
