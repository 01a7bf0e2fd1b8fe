"""Masking: profiles of sites, rules for the relay only, and signed statements of what was masked."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("policies", sa.Column("profile", sa.String(20), nullable=False, server_default="open"))
    op.add_column("masks", sa.Column("relay_only", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "mask_statements",
        sa.Column("ssnid", sa.String(100), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(64), nullable=False),
        sa.PrimaryKeyConstraint("ssnid", name="pk_mask_statements"),
        sa.ForeignKeyConstraint(["ssnid"], ["sessions.ssnid"], name="fk_mask_statements_ssnid", ondelete="CASCADE"),
    )
