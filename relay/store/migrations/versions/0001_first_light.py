"""The first schema: groups, their keys and users, logins, masking rules, sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "groups",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("key_length", sa.Integer(), nullable=False),
        sa.Column("origins", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id > 0", name="ck_groups_id"),
        sa.CheckConstraint("key_length BETWEEN 4 AND 12", name="ck_groups_key_length"),
        sa.PrimaryKeyConstraint("id", name="pk_groups"),
    )
    op.create_table(
        "api_keys",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_api_keys_group_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("group_id", name="pk_api_keys"),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(200), nullable=False),
        sa.Column("username_folded", sa.String(200), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_users_group_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("username_folded", name="uq_users_username_folded"),
    )
    op.create_index("ix_users_group_id", "users", ["group_id"])
    op.create_table(
        "login_sessions",
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_login_sessions_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_login_sessions"),
    )
    op.create_index("ix_login_sessions_user_id", "login_sessions", ["user_id"])
    op.create_table(
        "policies",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("site", sa.String(20), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_policies_group_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("group_id", "site", name="pk_policies"),
    )
    op.create_table(
        "masks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("site", sa.String(20), nullable=False),
        sa.Column("selector", sa.Text(), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_masks_group_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_masks"),
    )
    op.create_index("uq_masks_rule", "masks", ["group_id", "site", "selector", "role"], unique=True)
    op.create_table(
        "sessions",
        sa.Column("ssnid", sa.String(100), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(63), nullable=False),
        sa.Column("site", sa.String(20), nullable=False),
        sa.Column("state", sa.String(1), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("visitorid", sa.String(100), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("email", sa.String(200), nullable=False),
        sa.Column("phone", sa.String(60), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("scope", sa.String(40), nullable=False),
        sa.Column("asset_key", sa.LargeBinary(32), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.BigInteger()),
        sa.Column("ended", sa.BigInteger()),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_sessions_group_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("ssnid", name="pk_sessions"),
    )
    op.create_index("ix_sessions_group_id_created", "sessions", ["group_id", "created"])
    op.create_index("ix_sessions_ended", "sessions", ["ended"])


def downgrade() -> None:
    for table in ("sessions", "masks", "policies", "login_sessions", "users", "api_keys", "groups"):
        op.drop_table(table)
