"""Roles of groups, all that is known of a user, two API keys at a time, the audit log."""

import sqlalchemy as sa
from alembic import op

from relay.identity.permissions import USUAL, to_words
from relay.identity.roles import FIRST_ROLES

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _groups()
    _roles()
    _users()
    _api_keys()
    _audit()


def _groups() -> None:
    op.add_column("groups", sa.Column("permissions", sa.Text(), nullable=False, server_default=to_words(USUAL)))
    with op.batch_alter_table("groups") as batch:
        batch.alter_column("permissions", server_default=None)


def _roles() -> None:
    op.create_table(
        "roles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(70), nullable=False),
        sa.Column("name_folded", sa.String(210), nullable=False),
        sa.Column("description", sa.String(255), nullable=False),
        sa.Column("permissions", sa.Text(), nullable=False),
        sa.Column("owner", sa.Boolean(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_roles_group_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_roles"),
    )
    op.create_index("uq_roles_name", "roles", ["group_id", "name_folded"], unique=True)
    add = sa.text(
        "INSERT INTO roles (group_id, name, name_folded, description, permissions, owner, created) "
        "SELECT id, :name, :name, :description, :permissions, :owner, created FROM groups"
    )
    for role in FIRST_ROLES:
        values = {"name": role.name, "description": role.description, "permissions": to_words(role.permissions), "owner": role.owner}
        op.get_bind().execute(add, values)


def _users() -> None:
    for name, length in (("first_name", 49), ("last_name", 49), ("email", 127), ("phone", 31)):
        op.add_column("users", sa.Column(name, sa.String(length), nullable=False, server_default=""))
    op.add_column("users", sa.Column("puid", sa.String(255)))
    op.add_column("users", sa.Column("role_id", sa.Integer()))
    op.execute("UPDATE users SET role_id = (SELECT roles.id FROM roles WHERE roles.group_id = users.group_id AND roles.name = users.role)")
    with op.batch_alter_table("users") as batch:
        for name in ("first_name", "last_name", "email", "phone"):
            batch.alter_column(name, server_default=None)
        batch.alter_column("username_folded", type_=sa.String(600), existing_type=sa.String(200), existing_nullable=False)
        batch.create_foreign_key("fk_users_role_id", "roles", ["role_id"], ["id"])
        batch.create_index("ix_users_role_id", ["role_id"])
        batch.drop_column("role")
    op.create_index("uq_users_puid", "users", ["group_id", "puid"], unique=True)


def _api_keys() -> None:
    kept = op.get_bind().execute(sa.text("SELECT group_id, key, created FROM api_keys ORDER BY group_id")).mappings().all()
    op.drop_table("api_keys")
    table = op.create_table(
        "api_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.BigInteger()),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_api_keys_group_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
    )
    op.create_index("ix_api_keys_group_id", "api_keys", ["group_id"])
    if kept:
        op.bulk_insert(table, [dict(row) for row in kept])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("group_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(255), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("result", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("code", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "number", name="pk_audit"),
    )
    op.create_index("ix_audit_group_id_at", "audit", ["group_id", "at"])


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the upgrade")
