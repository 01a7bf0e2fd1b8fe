"""Settings of groups by site with all their versions; child groups. The length of random keys becomes such a setting."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

OLD_DEFAULT = 5


def upgrade() -> None:
    table = op.create_table(
        "setting_versions",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("site", sa.String(20), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(255), nullable=False),
        sa.Column("cause", sa.String(20), nullable=False),
        sa.Column("source", sa.Integer()),
        sa.Column("chosen", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_setting_versions_group_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("group_id", "site", "number", name="pk_setting_versions"),
    )
    lengths = sa.text("SELECT id, key_length, created FROM groups WHERE key_length <> :usual ORDER BY id")
    versions = [
        {
            "group_id": row["id"],
            "site": site,
            "number": 1,
            "at": row["created"],
            "actor": "relay",
            "cause": "set",
            "source": None,
            "chosen": json.dumps({"randomKeyLength": row["key_length"]}),
        }
        for row in op.get_bind().execute(lengths, {"usual": OLD_DEFAULT}).mappings()
        for site in ("staging", "production")
    ]
    if versions:
        op.bulk_insert(table, versions)
    with op.batch_alter_table("groups") as batch:
        batch.add_column(sa.Column("parent_id", sa.Integer()))
        batch.create_foreign_key("fk_groups_parent_id", "groups", ["parent_id"], ["id"])
        batch.create_index("ix_groups_parent_id", ["parent_id"])
        batch.drop_constraint("ck_groups_key_length", type_="check")
        batch.drop_column("key_length")


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the upgrade")
