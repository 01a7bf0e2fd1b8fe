"""What a group masks in a site, version by version. Rules for roles with names as long as roles may have."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "mask_versions",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("site", sa.String(20), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(255), nullable=False),
        sa.Column("cause", sa.String(20), nullable=False),
        sa.Column("source", sa.Integer()),
        sa.Column("profile", sa.String(20), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_mask_versions_group_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("group_id", "site", "number", name="pk_mask_versions"),
    )
    with op.batch_alter_table("masks") as batch:
        batch.alter_column("role", type_=sa.String(70), existing_type=sa.String(40), existing_nullable=False)


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the upgrade")
